import type { Program, Span } from '@patchwork/program';

/**
 * Prepares the search for the span that holds a frame: at once where the frame lies in the span found last or the one after
 * it, else logarithmic. What it returns throws TypeError outside the programme.
 */
export function spanFinder({ spans, frames }: Program): (frame: number) => Span {
  let at = 0;
  return (frame) => {
    for (const near of [at, at + 1]) {
      const span = spans[near];
      if (span !== undefined && frame >= span.in && frame < span.out) {
        at = near;
        return span;
      }
    }
    at = lastNotAfter(spans, frame);
    const span = spans[at];
    if (span !== undefined && frame >= span.in && frame < span.out) return span;
    throw new TypeError(`spanFinder: frame ${frame} is outside [0, ${frames})`);
  };
}

function lastNotAfter(spans: readonly Span[], frame: number): number {
  let low = 0;
  let high = spans.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((spans[middle]?.in ?? Infinity) <= frame) low = middle;
    else high = middle - 1;
  }
  return low;
}
