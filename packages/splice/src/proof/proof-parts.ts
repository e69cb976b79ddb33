import type { FrameRange } from '@patchwork/time';
import { startsOf, type ChunkOrigin, type DecodePlan } from './decode-proof.ts';

/** Seeks of one seam: they stay together and in order, for one of them goes backwards. */
const seamSeeks = 3;

/** Frames of decoding that are worth a part of their own. */
const partFrames = 64;

interface Work {
  readonly range: FrameRange | null;
  readonly seeks: readonly number[];
  /** Frames that must be decoded for it. */
  readonly cost: number;
}

/**
 * Shares a default proof out among at most `count` decoders. A straight pass is cut where a chunk begins, and its next
 * part begins one chunk earlier, so that every join is still decoded across by one decoder:
 *
 *     | A | B | C | D |  ->  | A | B | C |  and  | C | D |
 *
 * The seeks of a seam stay together. Nothing of the plan is left out.
 */
export function proofParts(plan: DecodePlan, chunks: readonly ChunkOrigin[], count: number): readonly DecodePlan[] {
  const starts = startsOf(chunks);
  const seeks = seekWork(plan.seeks, starts);
  const total = sum(seeks) + plan.ranges.reduce((frames, range) => frames + range.out - range.in, 0);
  const parts = Math.max(1, Math.min(count, Math.floor(total / partFrames)));
  if (parts === 1) return [plan];
  const longest = chunks.reduce((most, { frames }) => Math.max(most, frames), 0);
  const largest = Math.ceil(total / parts) + longest;
  return shared([...plan.ranges.flatMap((range) => rangeWork(range, starts, largest)), ...seeks], parts);
}

/** Shares a deep proof out: the straight pass stays whole, in one decoder; the seeks go to the others. */
export function deepParts(plan: DecodePlan, chunks: readonly ChunkOrigin[], count: number): readonly DecodePlan[] {
  if (count === 1) return [plan];
  const straight = plan.ranges.map((range) => straightWork(range.in, range.out));
  return shared([...straight, ...seekWork(plan.seeks, startsOf(chunks))], count);
}

/** Gives each piece of work, the dearest first, to the part that has least to do. */
function shared(work: readonly Work[], parts: number): readonly DecodePlan[] {
  const bins = Array.from({ length: parts }, () => ({ cost: 0, work: [] as Work[] }));
  for (const one of work.toSorted((a, b) => b.cost - a.cost)) {
    const bin = bins.reduce((least, each) => (each.cost < least.cost ? each : least));
    bin.cost += one.cost;
    bin.work.push(one);
  }
  return bins
    .filter((bin) => bin.work.length > 0)
    .map((bin) => ({
      ranges: bin.work.flatMap(({ range }) => (range === null ? [] : [range])).toSorted((a, b) => a.in - b.in),
      seeks: bin.work.flatMap(({ seeks }) => seeks),
    }));
}

function rangeWork(range: FrameRange, starts: readonly number[], largest: number): readonly Work[] {
  const work: Work[] = [];
  let begin = range.in;
  /** The last two places where a part may end and begin. */
  let [before, previous] = [range.in, range.in];
  for (let index = indexBefore(starts, range.in) + 1; previous < range.out; index += 1) {
    const cut = Math.min(starts[index] ?? range.out, range.out);
    if (cut - begin > largest && before > begin) {
      work.push(straightWork(begin, previous));
      // One chunk back: the join at `previous` is crossed by the next part.
      begin = before;
    }
    [before, previous] = [previous, cut];
  }
  return [...work, straightWork(begin, range.out)];
}

function straightWork(start: number, end: number): Work {
  return { range: { in: start, out: end }, seeks: [], cost: end - start };
}

function seekWork(seeks: readonly number[], starts: readonly number[]): readonly Work[] {
  const work: Work[] = [];
  for (let at = 0; at < seeks.length; at += seamSeeks) {
    const group = seeks.slice(at, at + seamSeeks);
    const cost = group.reduce((frames, frame) => frames + frame - (starts[indexBefore(starts, frame)] ?? 0) + 1, 0);
    work.push({ range: null, seeks: group, cost });
  }
  return work;
}

/** Index of the last start that does not lie after a frame, by bisection. */
function indexBefore(starts: readonly number[], frame: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= frame) low = middle;
    else high = middle;
  }
  return low;
}

function sum(work: readonly Work[]): number {
  return work.reduce((total, { cost }) => total + cost, 0);
}
