// Builds elements. Text always becomes a text node; nothing here parses HTML.

export type Child = Node | string | null | undefined | false;
type Value = string | number | boolean | null | undefined | ((event: Event) => void);

/** Make an element. A function becomes a listener (`onclick`), `true` an empty attribute; false and null are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes?: Record<string, Value>,
  ...children: Child[]
): HTMLElementTagNameMap[K];
export function h(tag: string, attributes?: Record<string, Value>, ...children: Child[]): HTMLElement;
export function h(tag: string, attributes: Record<string, Value> = {}, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...present(children));
  return element;
}

/** Replace what an element holds. */
export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren(...present(children));
}

function present(children: Child[]): (Node | string)[] {
  return children.filter((child): child is Node | string => child instanceof Node || typeof child === "string");
}

let counter = 0;

/** An id that no other element of this page has. */
export function newId(prefix: string): string {
  counter += 1;
  return `${prefix}-${counter}`;
}

const german = new Intl.NumberFormat("de-DE", { maximumFractionDigits: 1 });

/** A number as Germans write it, at most one decimal. */
export function number(value: number): string {
  return german.format(value);
}

/** „1 Angabe“, „3 Angaben“. */
export function count(value: number, one: string, many: string): string {
  return `${german.format(value)} ${value === 1 ? one : many}`;
}

/** How many words a person would count. */
export function wordCount(text: string): number {
  return text.match(/[\p{L}\p{N}]+(?:[-./][\p{L}\p{N}]+)*/gu)?.length ?? 0;
}

/** Copy to the clipboard, with paragraphs and lists for those who paste into a mail; false when the browser refuses. */
export async function copy(text: string, html: string): Promise<boolean> {
  try {
    const part = (type: string, content: string): Blob => new Blob([content], { type });
    const both = { "text/plain": part("text/plain", text), "text/html": part("text/html", html) };
    await navigator.clipboard.write([new ClipboardItem(both)]);
    return true;
  } catch {
    // Inside a frame the modern way is often forbidden; the old one still works after a click.
    const area = h("textarea", { class: "visually-hidden", "aria-hidden": "true", tabindex: -1 });
    area.value = text;
    document.body.append(area);
    const focused = document.activeElement;
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (focused instanceof HTMLElement) focused.focus();
    return done;
  }
}
