// Single changes that a person can take back one by one. Offsets are UTF-16.

import type { Edit } from "./api.ts";
import type { Span } from "./offsets.ts";

export class EditedText {
  readonly #source: string;
  readonly edits: Edit[];
  readonly #taken: boolean[];

  /** Null when the edits do not lead from the source to the rewrite; then nothing can be taken back singly. */
  static of(source: string, edits: Edit[], rewrite: string): EditedText | null {
    if (edits.length === 0) return null;
    const sorted = [...edits].sort((a, b) => a.start - b.start);
    const clean = sorted.every(
      (edit, index) => edit.start >= (sorted[index - 1]?.end ?? 0) && source.slice(edit.start, edit.end) === edit.before,
    );
    const made = new EditedText(source, sorted);
    return clean && made.text === rewrite ? made : null;
  }

  private constructor(source: string, edits: Edit[]) {
    this.#source = source;
    this.edits = edits;
    this.#taken = edits.map(() => true);
  }

  isTaken(index: number): boolean {
    return this.#taken[index] === true;
  }

  toggle(index: number): void {
    this.#taken[index] = !this.#taken[index];
  }

  /** The text with the changes that still hold. */
  get text(): string {
    let text = "";
    let at = 0;
    this.edits.forEach((edit, index) => {
      text += this.#source.slice(at, edit.start) + (this.#taken[index] ? edit.after : edit.before);
      at = edit.end;
    });
    return text + this.#source.slice(at);
  }

  /** Where a place of the full rewrite is now. */
  place(span: Span): Span {
    return { start: this.#now(span.start, false), end: this.#now(span.end, true) };
  }

  /** Where a change stands in the source and in the present text. */
  places(index: number): { before: Span; after: Span } {
    let shift = 0;
    for (let i = 0; i < index; i += 1) if (this.#taken[i]) shift += this.edits[i]!.after.length - this.edits[i]!.before.length;
    const { start, end, before, after } = this.edits[index]!;
    const length = this.#taken[index] ? after.length : before.length;
    return { before: { start, end }, after: { start: start + shift, end: start + shift + length } };
  }

  #now(offset: number, isEnd: boolean): number {
    let full = 0;
    let now = 0;
    let at = 0;
    for (let index = 0; index < this.edits.length; index += 1) {
      const edit = this.edits[index]!;
      const same = edit.start - at;
      if (offset <= full + same) return now + (offset - full);
      full += same;
      now += same;
      const length = this.#taken[index] ? edit.after.length : edit.before.length;
      if (offset < full + edit.after.length) return this.#taken[index] ? now + (offset - full) : isEnd ? now + length : now;
      full += edit.after.length;
      now += length;
      at = edit.end;
    }
    return now + (offset - full);
  }
}
