import type { Program, Span } from '@patchwork/program';

/** The span that holds a frame; logarithmic. @throws TypeError outside the programme. */
export function spanAt(program: Program, frame: number): Span {
  let low = 0;
  let high = program.spans.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((program.spans[middle] as Span).in <= frame) low = middle;
    else high = middle - 1;
  }
  const span = program.spans[low];
  if (span === undefined || frame < span.in || frame >= span.out) {
    throw new TypeError(`spanAt: frame ${frame} is outside [0, ${program.frames})`);
  }
  return span;
}
