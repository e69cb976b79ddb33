import type { FrameRange } from './rational-time.ts';

/**
 * Sets of frames as lists of ranges. Every function takes lists in any order, overlapping, touching or empty ranges
 * included, and returns a normal one: ascending, no empty range, no two that touch. So equal sets give equal lists.
 */

/** The normal list of a set. @throws TypeError for a bound that is no safe integer, or `out` before `in`. */
export function normaliseRanges(ranges: readonly FrameRange[]): readonly FrameRange[] {
  const sorted = ranges.filter((range) => checked(range).out > range.in).toSorted((a, b) => a.in - b.in);
  const normal: FrameRange[] = [];
  for (const range of sorted) {
    const last = normal.at(-1);
    if (last === undefined || range.in > last.out) normal.push({ in: range.in, out: range.out });
    else if (range.out > last.out) normal[normal.length - 1] = { in: last.in, out: range.out };
  }
  return normal;
}

/** Frames in a, in b, or in both. */
export function uniteRanges(a: readonly FrameRange[], b: readonly FrameRange[]): readonly FrameRange[] {
  return normaliseRanges([...a, ...b]);
}

/** Frames in a and in b. Linear after sorting. */
export function intersectRanges(a: readonly FrameRange[], b: readonly FrameRange[]): readonly FrameRange[] {
  const left = normaliseRanges(a);
  const right = normaliseRanges(b);
  const common: FrameRange[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const x = left[i];
    const y = right[j];
    if (x === undefined || y === undefined) return common;
    const both = intersectRange(x, y);
    if (both !== null) common.push(both);
    if (x.out <= y.out) i += 1;
    else j += 1;
  }
}

/** Frames in a but not in b. Linear after sorting. */
export function subtractRanges(a: readonly FrameRange[], b: readonly FrameRange[]): readonly FrameRange[] {
  const holes = normaliseRanges(b);
  const rest: FrameRange[] = [];
  let j = 0;
  for (const range of normaliseRanges(a)) {
    let start = range.in;
    for (; ; j += 1) {
      const hole = holes[j];
      if (hole === undefined || hole.in >= range.out) break;
      if (hole.in > start) rest.push({ in: start, out: hole.in });
      start = Math.max(start, hole.out);
      // The hole reaches past this range: it may take from the next one too.
      if (hole.out > range.out) break;
    }
    if (start < range.out) rest.push({ in: start, out: range.out });
  }
  return rest;
}

/** The frames of two ranges that both hold; null for none. */
export function intersectRange(a: FrameRange, b: FrameRange): FrameRange | null {
  const start = Math.max(a.in, b.in);
  const end = Math.min(a.out, b.out);
  return start < end ? { in: start, out: end } : null;
}

/** Number of frames in a set: each counts once, however often the list names it. */
export function lengthOfRanges(ranges: readonly FrameRange[]): number {
  return normaliseRanges(ranges).reduce((sum, range) => sum + (range.out - range.in), 0);
}

/** Tells whether a range holds a frame. */
export function contains(range: FrameRange, frame: number): boolean {
  return frame >= range.in && frame < range.out;
}

function checked(range: FrameRange): FrameRange {
  if (!Number.isSafeInteger(range.in) || !Number.isSafeInteger(range.out) || range.out < range.in) {
    throw new TypeError(`range: [${range.in}, ${range.out}) is not a range of whole frames`);
  }
  return range;
}
