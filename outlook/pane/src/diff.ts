// Which words changed between two texts. Offsets are UTF-16, half open.

import type { Span } from "./offsets.ts";

export interface Difference {
  /** What the old text has and the new one has not. */
  removed: Span[];
  /** What the new text has and the old one had not. */
  added: Span[];
}

interface Token extends Span {
  text: string;
}

// A date or amount such as 15.01.2027 is one token, so that a changed digit shows the whole value.
const TOKEN = /\s+|[\p{L}\p{M}\p{N}]+(?:[.,:/’'-][\p{L}\p{M}\p{N}]+)*|[^\s\p{L}\p{M}\p{N}]/gu;
// Above this many changes a detailed comparison costs too much and tells nobody anything.
const MAX_CHANGES = 1500;

/** Compare word by word: paragraphs first, then the words of those that changed. */
export function diffWords(before: string, after: string): Difference {
  const result: Difference = { removed: [], added: [] };
  for (const [a, b] of changedRuns(paragraphs(before), paragraphs(after))) {
    const left = tokens(before, a);
    const right = tokens(after, b);
    for (const [from, to] of merged(changedRuns(left, right), left, right)) {
      if (from.end > from.start) result.removed.push(from);
      if (to.end > to.start) result.added.push(to);
    }
  }
  return result;
}

function paragraphs(text: string): Token[] {
  return [...text.matchAll(/[^\n]*\n|[^\n]+$/g)].map((m) => ({ start: m.index, end: m.index + m[0].length, text: m[0] }));
}

function tokens(text: string, span: Span): Token[] {
  return [...text.slice(span.start, span.end).matchAll(TOKEN)].map((m) => ({
    start: span.start + m.index,
    end: span.start + m.index + m[0].length,
    text: m[0],
  }));
}

/** The pairs of spans in which two token lists differ (Myers, “An O(ND) Difference Algorithm”, 1986). */
function changedRuns(a: Token[], b: Token[]): [Span, Span][] {
  let head = 0;
  while (head < a.length && head < b.length && a[head]!.text === b[head]!.text) head += 1;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail]!.text === b[b.length - 1 - tail]!.text
  ) {
    tail += 1;
  }
  const n = a.length - head - tail;
  const m = b.length - head - tail;
  const spanOf = (list: Token[], from: number, to: number): Span => {
    const at = list[from]?.start ?? list[list.length - 1]?.end ?? 0;
    return from < to ? { start: at, end: list[to - 1]!.end } : { start: at, end: at };
  };
  if (n === 0 && m === 0) return [];
  if (n === 0 || m === 0) return [[spanOf(a, head, head + n), spanOf(b, head, head + m)]];

  const path = shortestEdit(n, m, (i, j) => a[head + i]!.text === b[head + j]!.text);
  if (path === null) return [[spanOf(a, head, head + n), spanOf(b, head, head + m)]];
  const runs: [Span, Span][] = [];
  let x = 0;
  let y = 0;
  for (const [i, j] of [...path, [n, m] as const]) {
    if (i > x || j > y) runs.push([spanOf(a, head + x, head + i), spanOf(b, head + y, head + j)]);
    x = i + 1;
    y = j + 1;
  }
  return runs;
}

/** The matched index pairs of a shortest edit script, in order; null when it would be too long. */
function shortestEdit(n: number, m: number, same: (i: number, j: number) => boolean): [number, number][] | null {
  const limit = Math.min(n + m, MAX_CHANGES);
  const offset = limit + 1;
  const furthest = new Int32Array(2 * limit + 3);
  const trace: Int32Array[] = [];
  for (let d = 0; d <= limit; d += 1) {
    trace.push(furthest.slice(offset - d - 1, offset + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && furthest[offset + k - 1]! < furthest[offset + k + 1]!);
      let x = down ? furthest[offset + k + 1]! : furthest[offset + k - 1]! + 1;
      let y = x - k;
      while (x < n && y < m && same(x, y)) {
        x += 1;
        y += 1;
      }
      furthest[offset + k] = x;
      if (x >= n && y >= m) return walkBack(trace, d, n, m);
    }
  }
  return null;
}

function walkBack(trace: Int32Array[], steps: number, n: number, m: number): [number, number][] {
  const matches: [number, number][] = [];
  let x = n;
  let y = m;
  for (let d = steps; d >= 0; d -= 1) {
    const row = trace[d]!;
    const at = (k: number): number => row[k + d + 1]!;
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const previousK = down ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : at(previousK);
    const fromY = d === 0 ? 0 : fromX - previousK;
    while (x > fromX && y > fromY) {
      x -= 1;
      y -= 1;
      matches.push([x, y]);
    }
    x = fromX;
    y = fromY;
  }
  return matches.reverse();
}

/** Join runs that only white space or one small sign keeps apart: „mit“ „der“ reads better as one change. */
function merged(runs: [Span, Span][], left: Token[], right: Token[]): [Span, Span][] {
  const gapIsSmall = (list: Token[], from: number, to: number): boolean =>
    list.filter((t) => t.start >= from && t.end <= to).every((t) => /^(?:\s+|[^\p{L}\p{N}])$/u.test(t.text));
  const result: [Span, Span][] = [];
  for (const [a, b] of runs) {
    const last = result[result.length - 1];
    if (last !== undefined && gapIsSmall(left, last[0].end, a.start) && gapIsSmall(right, last[1].end, b.start)) {
      last[0] = { start: last[0].start, end: a.end };
      last[1] = { start: last[1].start, end: b.end };
    } else {
      result.push([a, b]);
    }
  }
  return result;
}
