// The stand-in for Outlook in an ordinary browser: a mail editor to try everything with. Nothing is sent or stored.

import { h } from "./dom.ts";
import { beyondOwn, changedSince, HostError, noteOf, type MailHost, type Passage, type Receipt } from "./host.ts";
import { Mail, mark, paragraphsOf, reachesBeyond, textOfNodes } from "./mailtext.ts";

const EXAMPLE = `
<p>Sehr geehrte Frau Krämer,</p>
<p>Bezug nehmend auf Ihren Antrag vom 3. November 2026 auf Gewährung von Wohngeld wird mitgeteilt, dass zur abschließenden Bearbeitung die Vorlage der nachfolgend aufgeführten Unterlagen erforderlich ist:</p>
<ul><li>Mietvertrag in Kopie</li><li>Verdienstbescheinigungen der letzten drei Monate</li></ul>
<p>Es wird gebeten, diese bis spätestens <b>15. Januar 2027</b> einzureichen. Bei nicht fristgerechter Einreichung kann eine Ablehnung der beantragten Leistung gemäß § 66 SGB I erfolgen. Für Rückfragen steht Ihnen die Unterzeichnerin unter der Rufnummer 07000 12-345 zur Verfügung.</p>
<p>Mit freundlichen Grüßen</p>
<div id="Signature"><p>Jana Weber<br>Stadt Musterstadt · Wohngeldstelle<br>Rathausplatz 1, 00000 Musterstadt</p></div>
<div id="divRplyFwdMsg"><p><b>Von:</b> Helga Krämer &lt;h.kraemer@example.org&gt;<br><b>Gesendet:</b> Montag, 16. November 2026 10:12<br><b>An:</b> Wohngeldstelle<br><b>Betreff:</b> Mein Wohngeldantrag</p></div>
<blockquote><p>Guten Tag,</p><p>ich habe vor zwei Wochen Wohngeld beantragt. Wie lange dauert die Bearbeitung noch?</p><p>Freundliche Grüße<br>Helga Krämer</p></blockquote>
`;

/** The editor as an element, and the host that works on it. */
export function openEditor(): { element: HTMLElement; host: EditorHost } {
  const body = h("div", {
    class: "mail-body",
    id: "mail-body",
    role: "textbox",
    "aria-multiline": "true",
    "aria-label": "Nachrichtentext",
    contenteditable: "true",
    spellcheck: "false",
    lang: "de",
  });
  body.append(...imported(new DOMParser().parseFromString(EXAMPLE, "text/html").body));
  const line = (id: string, label: string, value: string): HTMLElement =>
    h(
      "div",
      { class: "mail-line" },
      h("label", { for: id }, label),
      h("input", { id, type: "text", value, autocomplete: "off", spellcheck: false }),
    );
  const element = h(
    "section",
    { class: "mail", "aria-labelledby": "mail-title" },
    h("h1", { id: "mail-title" }, "Neue Nachricht"),
    h(
      "p",
      { class: "hint" },
      "Ein Übungsfeld anstelle von Outlook. Es sendet und speichert nichts. Schreiben Sie hinein, oder markieren Sie einen Teil.",
    ),
    line("mail-to", "An", "h.kraemer@example.org"),
    line("mail-subject", "Betreff", "AW: Mein Wohngeldantrag"),
    body,
  );
  return { element, host: new EditorHost(body) };
}

export class EditorHost implements MailHost {
  readonly kind = "editor";
  readonly #body: HTMLElement;
  readonly #listeners: (() => void)[] = [];
  #range: Range | null = null;

  constructor(body: HTMLElement) {
    this.#body = body;
    // The selection must survive a click into the pane, as it does in Outlook.
    document.addEventListener("selectionchange", () => {
      const selection = document.getSelection();
      if (!selection || selection.rangeCount === 0) return;
      const range = selection.getRangeAt(0);
      if (!body.contains(range.commonAncestorContainer)) return;
      this.#range = range.cloneRange();
      this.#announce();
    });
    body.addEventListener("input", () => this.#announce());
    body.addEventListener("paste", (event) => this.#paste(event));
  }

  async getSelection(): Promise<Passage | null> {
    const text = this.#selected();
    if (text.trim() === "") return null;
    if (reachesBeyond(text, new Mail(this.#body.innerHTML))) throw beyondOwn();
    return { kind: "selection", text };
  }

  async getOwnText(): Promise<Passage> {
    return { kind: "own", text: new Mail(this.#body.innerHTML).text };
  }

  async replace(passage: Passage, text: string, marked = false): Promise<Receipt> {
    const before = this.#body.innerHTML;
    let note = "";
    if (passage.kind === "selection") {
      if (this.#range === null || this.#selected() !== passage.text) throw changedSince();
      this.#put(this.#range, text, marked);
    } else {
      const mail = new Mail(before);
      if (mail.text !== passage.text) throw changedSince();
      note = noteOf(mail.replace(text, marked).lost);
      this.#show(mail.document.body);
    }
    this.#announce();
    return { note, before, after: this.#body.innerHTML };
  }

  async insert(text: string, marked = false): Promise<Receipt> {
    const before = this.#body.innerHTML;
    let range = this.#range;
    if (range === null || !this.#body.contains(range.commonAncestorContainer)) {
      range = document.createRange();
      range.setStart(this.#body, 0);
    }
    range.collapse(false);
    this.#put(range, text, marked);
    this.#announce();
    return { note: "", before, after: this.#body.innerHTML };
  }

  async restore(receipt: Receipt): Promise<void> {
    if (this.#body.innerHTML !== receipt.after) {
      throw new HostError(
        "Die Nachricht wurde seit dem Übernehmen geändert.",
        "Damit nichts verloren geht, wurde nichts zurückgesetzt. Sie können das Original kopieren.",
      );
    }
    this.#show(new DOMParser().parseFromString(receipt.before, "text/html").body);
    this.#announce();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #selected(): string {
    const range = this.#range;
    if (range === null || range.collapsed || !this.#body.contains(range.commonAncestorContainer)) return "";
    return textOfNodes(range.cloneContents().childNodes);
  }

  #show(content: HTMLElement): void {
    this.#body.replaceChildren(...imported(content));
    this.#range = null;
  }

  /** Take over what another program copied, with its structure and without its styles and scripts. */
  #paste(event: ClipboardEvent): void {
    const range = this.#range;
    const html = event.clipboardData?.getData("text/html") ?? "";
    if (range === null || html === "") return;
    event.preventDefault();
    const nodes = imported(new DOMParser().parseFromString(html, "text/html").body);
    range.deleteContents();
    range.insertNode(fragment(nodes));
    range.collapse(false);
    document.getSelection()?.setBaseAndExtent(range.endContainer, range.endOffset, range.endContainer, range.endOffset);
    this.#announce();
  }

  /** Put a text where a range is; several paragraphs become blocks of their own beside the ones the range began in. */
  #put(range: Range, text: string, marked: boolean): void {
    const lines = text.split("\n");
    const start = this.#blockOf(range.startContainer);
    const end = this.#blockOf(range.endContainer);
    range.deleteContents();
    if (lines.length === 1) {
      const node = document.createTextNode(text);
      range.insertNode(node);
      range.selectNode(node);
    } else {
      const nodes = paragraphsOf(document, lines, { shape: null, spaced: true });
      if (marked) mark(nodes);
      if (start === null) {
        this.#body.insertBefore(fragment(nodes), this.#body.childNodes[range.startOffset] ?? null);
      } else {
        if (start === end) {
          // What followed in the same paragraph goes below the new text.
          const rest = document.createRange();
          rest.setStart(range.startContainer, range.startOffset);
          rest.setEndAfter(start.lastChild ?? start);
          if (rest.toString().trim() !== "") {
            const below = start.cloneNode(false) as Element;
            below.append(rest.extractContents());
            start.after(below);
          }
        }
        start.after(fragment(nodes));
      }
      for (const block of new Set([start, end])) if (block && (block.textContent ?? "").trim() === "") block.remove();
      const first = nodes[0];
      const last = nodes[nodes.length - 1];
      if (first && last) {
        range.setStartBefore(first);
        range.setEndAfter(last);
      }
    }
    this.#range = range.cloneRange();
  }

  /** The child of the body (or of a wrapper in it) that a node stands in. */
  #blockOf(node: Node): Element | null {
    let block: Node | null = node;
    while (block !== null && block.parentNode !== this.#body) block = block.parentNode;
    return block instanceof Element ? block : null;
  }

  #announce(): void {
    if ("highlights" in CSS) {
      CSS.highlights.delete("amtsklar-auswahl");
      const range = this.#range;
      if (range !== null && !range.collapsed) CSS.highlights.set("amtsklar-auswahl", new Highlight(range));
    }
    for (const listener of this.#listeners) listener();
  }
}

function fragment(nodes: Node[]): DocumentFragment {
  const result = document.createDocumentFragment();
  result.append(...nodes);
  return result;
}

/** Copies of nodes of an inert document, without anything that could run or load. */
function imported(content: HTMLElement): Node[] {
  for (const element of [...content.querySelectorAll("*")]) {
    if (/^(?:script|style|iframe|object|embed|link|meta|form|base)$/i.test(element.tagName)) {
      element.remove();
      continue;
    }
    for (const attribute of [...element.attributes]) {
      const name = attribute.name.toLowerCase();
      if (name.startsWith("on") || name === "style" || /^\s*javascript:/i.test(attribute.value)) {
        element.removeAttribute(attribute.name);
      }
    }
  }
  return [...content.childNodes].map((node) => document.importNode(node, true));
}
