import type { FrameKey, Program } from '@patchwork/program';
import { ceil, rational, multiply, type FrameRange } from '@patchwork/time';

/** A stretch to watch again. Frames count from the programme's start. */
export interface WatchRange extends FrameRange {
  /** The new pictures and new joins inside, without the handles. */
  readonly about: readonly FrameRange[];
}

/** What a watch list is made from. */
export type WatchedProgram = Pick<Program, 'frames' | 'frameKeyAt'> & {
  readonly canvas: Pick<Program['canvas'], 'rate'>;
};

/** How far before and after a change a person watches: the delivery rule of the trade is ten seconds. */
export const watchHandleSeconds = 10;

/**
 * Lists what must be watched again: pictures that the previous deliverable did not hold, and joins between pictures that
 * did not follow each other in it, each with ten seconds before and after, merged where they meet. A ripple alone gives
 * its join and nothing downstream. `previous` null means all of it.
 */
export function watchList(previous: WatchedProgram | null, current: WatchedProgram): readonly WatchRange[] {
  if (current.frames === 0) return [];
  const handle = ceil(multiply(rational(watchHandleSeconds), current.canvas.rate));
  const about = previous === null ? [{ in: 0, out: current.frames }] : changedStretches(previous, current);
  const ranges: { in: number; out: number; about: FrameRange[] }[] = [];
  for (const stretch of about) {
    const start = Math.max(0, stretch.in - handle);
    const end = Math.min(current.frames, stretch.out + handle);
    const last = ranges.at(-1);
    if (last !== undefined && start <= last.out) {
      last.out = Math.max(last.out, end);
      last.about.push(stretch);
    } else {
      ranges.push({ in: start, out: end, about: [stretch] });
    }
  }
  return ranges;
}

/** Frames that are new pictures, or that follow a picture which they did not follow before. */
function changedStretches(previous: WatchedProgram, current: WatchedProgram): FrameRange[] {
  const seen = numbered(previous);
  const stretches: { in: number; out: number }[] = [];
  let before = 0;
  for (let frame = 0; frame < current.frames; frame += 1) {
    const number = seen.numbers.get(current.frameKeyAt(frame)) ?? -1;
    if (number < 0 || !seen.joins.has(before * seen.count + number)) {
      const last = stretches.at(-1);
      if (last !== undefined && last.out === frame) last.out = frame + 1;
      else stretches.push({ in: frame, out: frame + 1 });
    }
    before = number;
  }
  return stretches;
}

/** Gives each picture of a programme a number from 1 and lists which follow which, as `first × count + second`. */
function numbered(program: WatchedProgram): { numbers: Map<FrameKey, number>; joins: Set<number>; count: number } {
  const numbers = new Map<FrameKey, number>();
  const count = program.frames + 2;
  const joins = new Set<number>();
  let before = 0;
  for (let frame = 0; frame < program.frames; frame += 1) {
    const key = program.frameKeyAt(frame);
    let number = numbers.get(key);
    if (number === undefined) {
      number = numbers.size + 1;
      numbers.set(key, number);
    }
    joins.add(before * count + number);
    before = number;
  }
  return { numbers, joins, count };
}
