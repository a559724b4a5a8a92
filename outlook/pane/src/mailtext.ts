// Between a mail's HTML and the plain text that is sent: finds the person's own part (never the quoted thread, never the
// signature), and puts a new text back so that paragraphs, lists, tables and formatting that did not change stay as they were.

const BLOCKS = new Set(
  "ADDRESS ARTICLE ASIDE BLOCKQUOTE CENTER DD DIV DL DT FIGURE FOOTER FORM H1 H2 H3 H4 H5 H6 HEADER HR LI MAIN NAV OL P PRE SECTION TABLE TBODY TD TFOOT TH THEAD TR UL".split(" "),
);
const UNSEEN = new Set("SCRIPT STYLE HEAD TITLE META LINK TEMPLATE OBJECT IFRAME".split(" "));
const HEADINGS = new Set("H1 H2 H3 H4 H5 H6".split(" "));
const INLINE_FORMAT = "a[href], b, strong, i, em, u, s, sub, sup, mark";

// Where a reply's quoted thread begins, by mail program: Outlook (desktop, web, new), Gmail, Thunderbird, Apple Mail, Yahoo.
const THREAD = [
  "#divRplyFwdMsg",
  "#appendonsend",
  "#mail-editor-reference-message-container",
  "#OLK_SRC_BODY_SECTION",
  ".gmail_quote",
  ".gmail_quote_container",
  ".moz-cite-prefix",
  ".moz-forward-container",
  ".yahoo_quoted",
  "blockquote[type='cite']",
];
// Where a signature begins: Outlook web and new, Outlook mobile, classic Outlook, Thunderbird, Gmail.
const SIGNATURE = [
  "#Signature",
  "#ms-outlook-mobile-signature",
  "[name='_MailAutoSig']",
  ".moz-signature",
  ".gmail_signature",
];
const MARKERS = [...THREAD, ...SIGNATURE].join(",");

const THREAD_LINE =
  /^(?:>\s?)?(?:-{2,}\s*(?:Ursprüngliche Nachricht|Originalnachricht|Original-Nachricht|Weitergeleitete Nachricht|Original Message|Forwarded message)\b.*|(?:Am|On)\s.{4,200}\b(?:schrieb|wrote)\b.*:|Anfang der weitergeleiteten Nachricht:|Begin forwarded message:)\s*$/i;
const THREAD_HEAD = /^\s*\*?(?:Von|From)\s?:\*?\s*\S/;
const THREAD_HEAD_NEXT = /^\s*\*?(?:Gesendet|Datum|Sent|Date|An|To|Betreff|Subject)\s?:/;
const SIGNATURE_LINE = /^-- ?$/;

/** The line at which a plain text stops being the person's own, or the number of lines. */
export function ownLineCount(lines: string[]): number {
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index]!.replaceAll("\u00a0", " ");
    if (THREAD_LINE.test(line) || SIGNATURE_LINE.test(line)) return index;
    // „Am … schrieb …:“ is often broken over two lines.
    if (/^(?:Am|On)\s/.test(line) && THREAD_LINE.test(`${line} ${lines[index + 1] ?? ""}`)) return index;
    if (THREAD_HEAD.test(line) && lines.slice(index + 1, index + 4).some((next) => THREAD_HEAD_NEXT.test(next))) {
      const above = lines[index - 1] ?? "";
      return /^_{10,}\s*$/.test(above) ? index - 1 : index;
    }
  }
  return lines.length;
}

/** One cell of a table or one entry of a list: the nodes whose text a line, or a column of it, shows. */
interface Slot {
  prefix: string;
  text: string;
  nodes: Node[];
  parent: Element;
}

/** A piece of the mail: one or several lines of text, and the nodes they stand in. A blank line may have no node. */
interface Block {
  nodes: Node[];
  lines: string[];
  /** Of lists and tables: what stands in each line, so that a changed entry can be changed in its place. */
  slots?: Slot[][];
  /** The element whose kind and class a new paragraph in this place takes over. */
  shape: Element | null;
  /** Paragraphs that keep a distance of their own are separated by a blank line in the text. */
  spaced: boolean;
}

/** What putting a text back did. */
export interface Written {
  /** Pieces of formatting (links, bold …) that the new text has no place for. */
  lost: number;
}

/** The person's own part of one HTML mail. The document is inert: nothing in it runs or loads. */
export class Mail {
  readonly document: Document;
  readonly #blocks: Block[];
  readonly #rest: string[];
  #marked = false;
  /** The own text, lines joined with `\n`. */
  readonly text: string;

  constructor(html: string) {
    this.document = new DOMParser().parseFromString(html, "text/html");
    const walker = new Walker();
    walker.walk(this.document.body);
    let blocks = withGaps(walker.own);
    const lines = blocks.flatMap((block) => block.lines);
    const own = ownLineCount(lines);
    const rest = [...lines.slice(own), ...walker.rest.flatMap((block) => block.lines)];
    if (own < lines.length) {
      let seen = 0;
      blocks = blocks.filter((block) => {
        seen += block.lines.length;
        return seen <= own;
      });
    }
    const filled = (block: Block): boolean => block.lines.some((line) => line !== "");
    const first = blocks.findIndex(filled);
    const last = blocks.findLastIndex(filled);
    this.#blocks = first < 0 ? [] : blocks.slice(first, last + 1);
    this.#rest = rest;
    this.text = this.#blocks.flatMap((block) => block.lines).join("\n");
  }

  /** The lines after the own part: signature and quoted thread. Only to recognise them, never to be sent. */
  get restLines(): string[] {
    return this.#rest;
  }

  /** The body as HTML. */
  get html(): string {
    return this.document.body.innerHTML;
  }

  /** Replace the own part. Everything after it, and every piece that is the same in the new text, stays untouched. */
  replace(text: string, marked = false): Written {
    this.#marked = marked;
    const lines = text.replaceAll("\r\n", "\n").split("\n");
    const kept = alignment(this.#blocks, lines);
    let lost = 0;
    let lineAt = 0;
    let oldAt = 0;
    let anchor: Node | null = null;
    const closeHunk = (blocks: Block[], newLines: string[], next: Block | undefined): void => {
      const before = blocks.flatMap((block) => block.nodes);
      lost += this.#write(blocks, newLines, before[0] ?? null, anchor, next);
      for (const node of before) node.parentNode?.removeChild(node);
    };
    for (const [blockIndex, lineIndex] of kept) {
      const block = this.#blocks[blockIndex]!;
      closeHunk(this.#blocks.slice(oldAt, blockIndex), lines.slice(lineAt, lineIndex), block);
      const now = lines.slice(lineIndex, lineIndex + block.lines.length);
      if (marked && now.join("\n") !== block.lines.join("\n")) mark(block.nodes);
      lost += updateSlots(block, now);
      anchor = block.nodes[block.nodes.length - 1] ?? anchor;
      oldAt = blockIndex + 1;
      lineAt = lineIndex + block.lines.length;
    }
    closeHunk(this.#blocks.slice(oldAt), lines.slice(lineAt), undefined);
    return { lost };
  }

  /** Write new lines before `first`, or after `anchor`, or where the mail begins. Returns how much formatting was lost. */
  #write(old: Block[], lines: string[], first: Node | null, anchor: Node | null, next: Block | undefined): number {
    const formats = formatsOf(old);
    const blank = lines.every((line) => line === "");
    if (blank && (old.length === 0 || lines.length === 0)) return formats.length;
    const shape = (old.find((block) => block.shape) ?? next ?? this.#blocks.find((block) => block.shape))?.shape ?? null;
    const spaced = old.concat(next ?? [], this.#blocks).find((block) => block.nodes.length > 0)?.spaced ?? true;
    const made = paragraphsOf(this.document, lines, { shape, spaced });
    if (this.#marked) mark(made);
    const start = next?.nodes[0];
    const [parent, reference] = first?.parentNode
      ? [first.parentNode, first]
      : anchor?.parentNode
        ? [anchor.parentNode, anchor.nextSibling]
        : start?.parentNode
          ? [start.parentNode, start]
          : [this.document.body, this.document.body.firstChild];
    for (const node of made) parent.insertBefore(node, reference);
    return formats.filter((format) => !wrapOnce(made, format)).length;
  }
}

class Walker {
  readonly own: Block[] = [];
  readonly rest: Block[] = [];
  #past = false;

  walk(container: Node): void {
    let run: Node[] = [];
    const flush = (): void => {
      const lines = linesOf(run);
      if (run.length > 0 && lines.some((line) => line !== "")) this.#add({ nodes: run, lines, shape: null, spaced: false });
      run = [];
    };
    for (const node of [...container.childNodes]) {
      if (!(node instanceof Element) && node.nodeType !== Node.ELEMENT_NODE) {
        if (node.nodeType === Node.TEXT_NODE) run.push(node);
        continue;
      }
      const element = node as Element;
      if (UNSEEN.has(element.tagName)) continue;
      if (element.matches(MARKERS)) {
        flush();
        this.#past = true;
        this.walk(element);
        continue;
      }
      const holdsMarker = element.querySelector(MARKERS) !== null;
      // Classic Outlook marks its signature by an anchor inside the first paragraph of it.
      if (holdsMarker && isLeaf(element)) {
        flush();
        this.#past = true;
      }
      if (!BLOCKS.has(element.tagName) && !holdsBlock(element) && !holdsMarker) {
        run.push(element);
        continue;
      }
      flush();
      if (element.tagName === "HR") {
        // Outlook draws a rule above the quoted head; it belongs to the thread.
        continue;
      }
      if (!holdsMarker && (element.tagName === "UL" || element.tagName === "OL")) {
        const slots = listSlots(element, "");
        this.#add({ nodes: [element], lines: slots.map(lineOf), slots, shape: null, spaced: true });
      } else if (!holdsMarker && element.tagName === "TABLE" && !isLayout(element)) {
        const slots = tableSlots(element);
        this.#add({ nodes: [element], lines: slots.map(lineOf), slots, shape: null, spaced: true });
      } else if (!holdsBlock(element)) {
        const distance = HEADINGS.has(element.tagName) || (element.tagName === "P" && !isTight(element));
        this.#add({ nodes: [element], lines: linesOf([element]), shape: shapeOf(element), spaced: distance });
      } else {
        this.walk(element);
      }
    }
    flush();
  }

  #add(block: Block): void {
    (this.#past ? this.rest : this.own).push(block);
  }
}

function isLeaf(element: Element): boolean {
  return BLOCKS.has(element.tagName) && !holdsBlock(element);
}

function holdsBlock(element: Element): boolean {
  return [...element.querySelectorAll("*")].some((inner) => BLOCKS.has(inner.tagName));
}

/** A table that only arranges: one cell, or other tables inside. */
function isLayout(table: Element): boolean {
  return table.querySelector("table") !== null || table.querySelectorAll("td, th").length < 2;
}

/** Outlook's own paragraphs have no distance; a blank line between them is a paragraph of its own. */
function isTight(paragraph: Element): boolean {
  const style = (paragraph.getAttribute("style") ?? "").replaceAll(" ", "").toLowerCase();
  return paragraph.classList.contains("MsoNormal") || /margin(?:-top|-bottom)?:0/.test(style);
}

/** Headings do not pass their kind on to the text around them. */
function shapeOf(element: Element): Element | null {
  return HEADINGS.has(element.tagName) || element.tagName === "PRE" ? null : element;
}

function withGaps(blocks: Block[]): Block[] {
  const result: Block[] = [];
  const blank = (block: Block): boolean => block.lines.every((line) => line === "");
  for (const block of blocks) {
    const previous = result[result.length - 1];
    if (previous && (previous.spaced || block.spaced) && !blank(previous) && !blank(block)) {
      result.push({ nodes: [], lines: [""], shape: null, spaced: true });
    }
    result.push(block);
  }
  return result;
}

function linesOf(nodes: Node[]): string[] {
  let text = "";
  const visit = (node: Node): void => {
    if (node.nodeType === Node.TEXT_NODE) text += (node.nodeValue ?? "").replace(/[ \t\r\n]+/g, " ");
    else if (node.nodeType === Node.ELEMENT_NODE) {
      const element = node as Element;
      if (element.tagName === "BR") text += "\n";
      else if (!UNSEEN.has(element.tagName)) for (const child of element.childNodes) visit(child);
    }
  };
  for (const node of nodes) visit(node);
  const lines = text.split("\n").map((line) => line.replace(/ {2,}/g, " ").replace(/^[ \u00a0]+|[ \u00a0]+$/g, ""));
  // A line break at the end of a paragraph shows nothing.
  if (lines.length > 1 && lines[lines.length - 1] === "") lines.pop();
  return lines;
}

function listSlots(list: Element, indent: string): Slot[][] {
  const rows: Slot[][] = [];
  let number = Number(list.getAttribute("start") ?? "1") || 1;
  for (const item of list.children) {
    if (item.tagName !== "LI") {
      if (item.tagName === "UL" || item.tagName === "OL") rows.push(...listSlots(item, `${indent}  `));
      continue;
    }
    const sub = [...item.children].filter((child) => child.tagName === "UL" || child.tagName === "OL");
    const nodes = [...item.childNodes].filter((child) => !sub.includes(child as Element));
    const prefix = indent + (list.tagName === "OL" ? `${number}. ` : "- ");
    rows.push([{ prefix, text: linesOf(nodes).join(" "), nodes, parent: item }]);
    for (const inner of sub) rows.push(...listSlots(inner, `${indent}  `));
    number += 1;
  }
  return rows;
}

function tableSlots(table: Element): Slot[][] {
  return [...table.querySelectorAll("tr")].map((row) =>
    [...row.querySelectorAll("td, th")].map((cell) => {
      const nodes = [...cell.childNodes];
      return { prefix: "", text: linesOf(nodes).join(" "), nodes, parent: cell };
    }),
  );
}

function lineOf(slots: Slot[]): string {
  return slots.map((slot) => slot.prefix + slot.text).join("\t");
}

/** The new texts of a line's slots; null when the line does not have their form. */
function slotTexts(slots: Slot[], line: string): string[] | null {
  const parts = slots.length === 1 ? [line] : line.split("\t");
  if (parts.length !== slots.length) return null;
  return parts.every((part, index) => part.startsWith(slots[index]!.prefix))
    ? parts.map((part, index) => part.slice(slots[index]!.prefix.length))
    : null;
}

/** Write changed entries of a list or table into their places. Returns how much formatting was lost. */
function updateSlots(block: Block, lines: string[]): number {
  let lost = 0;
  block.slots?.forEach((slots, row) => {
    const texts = slotTexts(slots, lines[row]!);
    slots.forEach((slot, column) => {
      const text = texts?.[column];
      if (text === undefined || text === slot.text) return;
      const made = slot.parent.ownerDocument.createTextNode(text);
      const formats = formatsOf([{ ...block, nodes: slot.nodes }]);
      slot.parent.insertBefore(made, slot.nodes[0] ?? slot.parent.firstChild);
      for (const node of slot.nodes) slot.parent.removeChild(node);
      lost += formats.filter((format) => !wrapOnce([slot.parent], format)).length;
    });
  });
  return lost;
}

/** Which old pieces stand in the new lines: pairs (piece, line), in order, with as much equal text as possible. */
function alignment(blocks: Block[], lines: string[]): [number, number][] {
  const n = blocks.length;
  const m = lines.length;
  // What a match is worth: the length of equal text; a list or table that keeps its form counts half where it changed.
  const worth = (i: number, j: number): number => {
    const block = blocks[i]!;
    if (j + block.lines.length > m) return 0;
    let sum = block.nodes.length > 0 ? 1 : 0.5;
    for (let k = 0; k < block.lines.length; k += 1) {
      const line = block.lines[k]!;
      if (line === lines[j + k]) sum += line.length;
      else if (block.slots && slotTexts(block.slots[k]!, lines[j + k]!)) sum += line.length / 2;
      else return 0;
    }
    return sum;
  };
  const best = Array.from({ length: n + 1 }, () => new Float64Array(m + 1));
  for (let i = n - 1; i >= 0; i -= 1) {
    for (let j = m; j >= 0; j -= 1) {
      let value = Math.max(best[i + 1]![j]!, j < m ? best[i]![j + 1]! : 0);
      const match = worth(i, j);
      if (match > 0) value = Math.max(value, match + best[i + 1]![j + blocks[i]!.lines.length]!);
      best[i]![j] = value;
    }
  }
  const pairs: [number, number][] = [];
  let i = 0;
  let j = 0;
  while (i < n && j < m) {
    const match = worth(i, j);
    if (match > 0 && best[i]![j] === match + best[i + 1]![j + blocks[i]!.lines.length]!) {
      pairs.push([i, j]);
      j += blocks[i]!.lines.length;
      i += 1;
    } else if (best[i]![j] === best[i + 1]![j]) i += 1;
    else j += 1;
  }
  return pairs;
}

interface Style {
  shape: Element | null;
  spaced: boolean;
}

const LIST_LINE = /^\s*(?:([-–•*])|(\d{1,3})[.)])\s+(.*)$/;

/** Lines as paragraphs and lists; every text a text node. */
export function paragraphsOf(document: Document, lines: string[], style: Style): Node[] {
  const nodes: Node[] = [];
  const paragraph = (): Element => {
    if (style.shape === null) return document.createElement(style.spaced ? "p" : "div");
    const element = style.shape.cloneNode(false) as Element;
    element.removeAttribute("id");
    return element;
  };
  let open = null as Element | null;
  let list = null as Element | null;
  for (const line of lines) {
    const item = LIST_LINE.exec(line);
    if (item && (item[1] !== undefined || list !== null || isNumbered(lines))) {
      const tag = item[1] === undefined ? "OL" : "UL";
      if (list?.tagName !== tag) {
        list = document.createElement(tag);
        if (tag === "OL" && item[2] !== "1") list.setAttribute("start", item[2]!);
        nodes.push(list);
      }
      const entry = document.createElement("li");
      entry.append(item[3]!);
      list.append(entry);
      open = null;
      continue;
    }
    if (line.trim() === "") {
      if (!style.spaced) {
        const empty = paragraph();
        empty.append(document.createElement("br"));
        nodes.push(empty);
      }
      open = null;
      list = null;
      continue;
    }
    list = null;
    if (style.spaced && open !== null) {
      open.append(document.createElement("br"), line);
      continue;
    }
    open = paragraph();
    open.append(line);
    nodes.push(open);
  }
  return nodes;
}

function isNumbered(lines: string[]): boolean {
  return lines.filter((line) => /^\s*\d{1,3}[.)]\s+\S/.test(line)).length > 1;
}

function formatsOf(blocks: Block[]): Element[] {
  const found: Element[] = [];
  for (const node of blocks.flatMap((block) => block.nodes)) {
    if (node.nodeType !== Node.ELEMENT_NODE) continue;
    const element = node as Element;
    if (element.matches(INLINE_FORMAT)) found.push(element);
    found.push(...element.querySelectorAll(INLINE_FORMAT));
  }
  return found.filter((element) => (element.textContent ?? "").trim().length > 1);
}

/** Give a text its old formatting back when it stands in exactly one place of the new nodes. */
function wrapOnce(nodes: Node[], format: Element): boolean {
  const wanted = (format.textContent ?? "").replace(/\s+/g, " ").trim();
  const places: [Text, number][] = [];
  for (const node of nodes) {
    const texts = node.ownerDocument!.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode() as Text | null; text; text = texts.nextNode() as Text | null) {
      for (let at = text.data.indexOf(wanted); at >= 0; at = text.data.indexOf(wanted, at + 1)) places.push([text, at]);
    }
  }
  const place = places[0];
  if (places.length !== 1 || place === undefined) return false;
  const inner = place[0].splitText(place[1]);
  inner.splitText(wanted.length);
  const wrapper = format.cloneNode(false) as Element;
  wrapper.removeAttribute("id");
  inner.replaceWith(wrapper);
  wrapper.append(inner);
  return true;
}

/** Machine-readable: a model wrote or changed these pieces. Says nothing about who used it. */
export const AI_MARK = "data-ki-unterstuetzt";

export function mark(nodes: Iterable<Node>): void {
  for (const node of nodes) {
    if (node.nodeType === Node.ELEMENT_NODE) (node as Element).setAttribute(AI_MARK, "ja");
  }
}

/** A text as HTML for inserting: paragraphs and lists, everything else escaped. */
export function htmlOfText(text: string, marked = false): string {
  const inert = document.implementation.createHTMLDocument("");
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  if (lines.length === 1) {
    inert.body.append(text);
  } else {
    inert.body.append(...paragraphsOf(inert, lines, { shape: null, spaced: true }));
  }
  if (marked) {
    if (lines.length === 1) {
      const holder = inert.createElement("span");
      holder.append(...inert.body.childNodes);
      inert.body.append(holder);
    }
    mark(inert.body.childNodes);
  }
  return inert.body.innerHTML;
}

/** The text of a piece of a mail, such as a selection. */
export function textOfNodes(nodes: Iterable<Node>): string {
  const walker = new Walker();
  const holder = document.implementation.createHTMLDocument("").body;
  for (const node of nodes) holder.append(holder.ownerDocument.importNode(node, true));
  walker.walk(holder);
  return withGaps([...walker.own, ...walker.rest])
    .flatMap((block) => block.lines)
    .join("\n")
    .replace(/^\n+|\n+$/g, "");
}

/** True when a selection reaches into the quoted thread or the signature. */
export function reachesBeyond(selection: string, mail: { text: string; restLines: string[] }): boolean {
  const lines = selection.split(/\r\n|\r|\n/);
  if (ownLineCount(lines) < lines.length) return true;
  const plain = (text: string): string => text.replace(/^\s*(?:[-–•·*o]|\d{1,3}[.)])\s+/gm, "").replace(/\s+/g, "");
  const own = plain(mail.text);
  const rest = plain(mail.restLines.join("\n"));
  return lines.map(plain).some((line) => line.length >= 8 && !own.includes(line) && rest.includes(line));
}
