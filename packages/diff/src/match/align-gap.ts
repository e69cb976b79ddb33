import { compare } from '@patchwork/time';
import { isVersionPair, overlapShare } from '../items/likeness.ts';
import type { Matching } from './matching.ts';
import type { TrackItem } from '../items/track-item.ts';

/** Cells a table may have: 2,000 × 200 items cost about 20 ms. */
export const largestTable = 400_000;

/**
 * Aligns the unmatched items between two anchors, order kept, so that the sum of scores is largest.
 * Gaps too large for a table are cut at items of one file and name.
 */
export function alignGap(matching: Matching, old: readonly TrackItem[], next: readonly TrackItem[]): void {
  if (old.length * next.length > largestTable) {
    alignByFile(matching, old, next);
    return;
  }
  addAligned(matching, old, next, scoreOf);
}

/**
 * Pairs what nothing else explains, where it stands between the same neighbours and is as long: another clip in the same
 * slot, told as replaced. Gaps too large for a table are left alone.
 */
export function pairSlots(matching: Matching, old: readonly TrackItem[], next: readonly TrackItem[]): void {
  if (old.length * next.length > largestTable) return;
  addAligned(matching, old, next, (a, b) => (compare(a.duration, b.duration) === 0 ? 1 : 0));
}

type Score = (old: TrackItem, next: TrackItem) => number;

function addAligned(matching: Matching, old: readonly TrackItem[], next: readonly TrackItem[], score: Score): void {
  for (const [i, j] of bestAlignment(old, next, score)) matching.add(old[i] as TrackItem, next[j] as TrackItem);
}

/** How much two items look like one; 0 is not at all. */
function scoreOf(old: TrackItem, next: TrackItem): number {
  const isSameMedia = old.media === next.media || (old.url !== null && old.url === next.url);
  const isSameName = old.name !== '' && old.name === next.name;
  const isSameLength = compare(old.duration, next.duration) === 0;
  if (isSameMedia) {
    const share = overlapShare(old, next);
    if (share === 0 && !isSameLength && !isSameName) return 0;
    return 4 + 20 * share + (isSameName ? 3 : 0) + (isSameLength ? 1 : 0);
  }
  if (isVersionPair(old, next)) return 9 + (isSameLength ? 2 : 0);
  return isSameName ? 6 + (isSameLength ? 2 : 0) : 0;
}

/** Pairs of positions, ascending. Ties keep the earlier pair. */
function bestAlignment(
  old: readonly TrackItem[],
  next: readonly TrackItem[],
  scoreOf: Score,
): (readonly [number, number])[] {
  const width = next.length + 1;
  const best = new Float64Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = next.length - 1; j >= 0; j -= 1) {
      const score = scoreOf(old[i] as TrackItem, next[j] as TrackItem);
      const paired = score > 0 ? score + (best[(i + 1) * width + j + 1] as number) : 0;
      best[i * width + j] = Math.max(paired, best[(i + 1) * width + j] as number, best[i * width + j + 1] as number);
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < old.length && j < next.length;) {
    const here = best[i * width + j] as number;
    const score = scoreOf(old[i] as TrackItem, next[j] as TrackItem);
    if (score > 0 && here === score + (best[(i + 1) * width + j + 1] as number)) {
      pairs.push([i, j]);
      i += 1;
      j += 1;
    } else if (here === best[(i + 1) * width + j]) i += 1;
    else j += 1;
  }
  return pairs;
}

/**
 * A reel rewritten from end to end. Items of one file and name are paired in order, those with a common part first; the
 * rest stays unmatched and is told as deleted and inserted. Linear.
 */
function alignByFile(matching: Matching, old: readonly TrackItem[], next: readonly TrackItem[]): void {
  const queues = new Map<string, TrackItem[]>();
  const keyOf = (item: TrackItem): string => `${item.media}\n${item.name}`;
  for (const item of next) {
    const queue = queues.get(keyOf(item));
    if (queue === undefined) queues.set(keyOf(item), [item]);
    else queue.push(item);
  }
  for (const queue of queues.values()) queue.reverse();
  for (const item of old) {
    const queue = queues.get(keyOf(item));
    const other = queue?.at(-1);
    if (other === undefined || overlapShare(item, other) === 0) continue;
    queue?.pop();
    matching.add(item, other);
  }
}
