// Shows a text with marks in it, and jumps to them. Offsets are UTF-16, half open; marks may overlap.

import { h } from "./dom.ts";
import type { Span } from "./offsets.ts";

export interface Mark extends Span {
  /** Becomes a class: `removed`, `added`, `frozen`, `block` … */
  kind: string;
  /** To jump to it. */
  id?: string;
  /** Shown in front of it. */
  badge?: string;
}

const TAGS: [kind: string, tag: string][] = [
  ["removed", "del"],
  ["added", "ins"],
];

/** A read-only view of a text. It can be scrolled with the keyboard. */
export function textView(text: string, marks: Mark[], label: string): HTMLElement {
  const view = h("div", { class: "text-view", role: "region", "aria-label": label, tabindex: 0, lang: "de" });
  const inside = marks.filter((mark) => mark.start < mark.end && mark.start >= 0 && mark.end <= text.length);
  const starts = [...inside].sort((a, b) => a.start - b.start);
  const borders = [...new Set([0, text.length, ...inside.flatMap((mark) => [mark.start, mark.end])])].sort((a, b) => a - b);
  let open: Mark[] = [];
  let next = 0;
  for (let index = 0; index + 1 < borders.length; index += 1) {
    const from = borders[index]!;
    const to = borders[index + 1]!;
    open = open.filter((mark) => mark.end > from);
    while (next < starts.length && starts[next]!.start <= from) {
      const mark = starts[next]!;
      open.push(mark);
      if (mark.badge) view.append(h("span", { class: mark.end - mark.start > 120 ? "badge long" : "badge" }, mark.badge));
      next += 1;
    }
    const piece = text.slice(from, to);
    if (open.length === 0) {
      view.append(piece);
      continue;
    }
    const tag = TAGS.find(([kind]) => open.some((mark) => mark.kind === kind))?.[1] ?? "mark";
    const ids = open.flatMap((mark) => (mark.id ? [mark.id] : []));
    view.append(
      h(tag, { class: [...new Set(open.map((mark) => mark.kind))].join(" "), "data-marks": ids.join(" ") || null }, piece),
    );
  }
  return view;
}

/** Bring a heading to the top and give it the focus, so that reading goes on there. */
export function readFrom(heading: HTMLElement | null): void {
  heading?.focus({ preventScroll: true });
  heading?.scrollIntoView({ block: "start" });
}

/** Scroll to a mark, give it the focus and let it stand out for a moment. False when it is not there. */
export function jumpTo(view: HTMLElement, id: string): boolean {
  const pieces = [...view.querySelectorAll<HTMLElement>(`[data-marks~="${CSS.escape(id)}"]`)];
  const first = pieces[0];
  if (first === undefined) return false;
  for (const shown of view.querySelectorAll(".found")) shown.classList.remove("found");
  for (const piece of pieces) piece.classList.add("found");
  first.tabIndex = -1;
  first.focus({ preventScroll: true });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  first.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  return true;
}
