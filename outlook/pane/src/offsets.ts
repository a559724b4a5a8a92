// The server counts code points, JavaScript counts UTF-16 units. This is the only place that converts.

export interface Span {
  start: number;
  end: number;
}

/** Converts code-point offsets of one text to UTF-16 offsets. */
export class CodePoints {
  readonly #units: Uint32Array | null;
  readonly #length: number;

  constructor(text: string) {
    this.#length = text.length;
    if (!/[\ud800-\udfff]/.test(text)) {
      this.#units = null;
      return;
    }
    const units: number[] = [];
    for (let unit = 0; unit < text.length; unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1) units.push(unit);
    units.push(text.length);
    this.#units = Uint32Array.from(units);
  }

  /** The UTF-16 offset of a code-point offset, held inside the text. */
  unit(point: number): number {
    if (this.#units === null) return Math.max(0, Math.min(point, this.#length));
    return this.#units[Math.max(0, Math.min(point, this.#units.length - 1))] ?? this.#length;
  }

  /** A span in UTF-16 offsets. */
  span<T extends Span>(place: T): T {
    return { ...place, start: this.unit(place.start), end: this.unit(place.end) };
  }
}
