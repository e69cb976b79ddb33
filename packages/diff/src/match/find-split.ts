import { compare } from '@patchwork/time';
import type { Matching } from './matching.ts';
import { isSameSpeed, mediaEdges, type TrackItem } from '../items/track-item.ts';

/**
 * Finds blades and joins in a gap: one item on one side that plays exactly what several neighbours play on the other, in
 * media and in record. Effects are not looked at: they are compared part by part.
 */
export function findSplits(matching: Matching, old: readonly TrackItem[], next: readonly TrackItem[]): void {
  for (const { one, parts } of splitsOf(old, next)) matching.addParts([one], parts);
  const free = (items: readonly TrackItem[]): TrackItem[] => items.filter((item) => matching.isFree(item));
  for (const { one, parts } of splitsOf(free(next), free(old))) matching.addParts(parts, [one]);
}

type Parts = readonly [TrackItem, ...TrackItem[]];

function splitsOf(whole: readonly TrackItem[], pieces: readonly TrackItem[]): { one: TrackItem; parts: Parts }[] {
  const heads = new Map<string, number[]>();
  const keyOf = (item: TrackItem): string =>
    `${item.url ?? item.media} ${mediaEdges(item).entry.num}/${mediaEdges(item).entry.den}`;
  pieces.forEach((piece, at) => {
    const list = heads.get(keyOf(piece));
    if (list === undefined) heads.set(keyOf(piece), [at]);
    else list.push(at);
  });
  const taken = new Set<TrackItem>();
  return whole.flatMap((one) => {
    for (const at of heads.get(keyOf(one)) ?? []) {
      const parts = partsFrom(one, pieces, at, taken);
      if (parts === null) continue;
      for (const part of parts) taken.add(part);
      return [{ one, parts }];
    }
    return [];
  });
}

/** Neighbours from `at` on that together play what `one` plays; null when they do not, or when it is one piece. */
function partsFrom(
  one: TrackItem,
  pieces: readonly TrackItem[],
  at: number,
  taken: ReadonlySet<TrackItem>,
): Parts | null {
  const head = pieces[at];
  if (head === undefined || one.speed.kind === 'freeze') return null;
  const end = mediaEdges(one).exit;
  const length = one.record.out - one.record.in;
  const parts: [TrackItem, ...TrackItem[]] = [head];
  for (let i = at, last = head; !taken.has(last) && isSameSpeed(one.speed, last.speed); i += 1) {
    const played = last.record.out - head.record.in;
    if (played >= length) {
      return played === length && parts.length > 1 && compare(mediaEdges(last).exit, end) === 0 ? parts : null;
    }
    const following = pieces[i + 1];
    if (following === undefined || !runsOn(last, following)) return null;
    parts.push(following);
    last = following;
  }
  return null;
}

function runsOn(left: TrackItem, right: TrackItem): boolean {
  return (
    left.index + 1 === right.index &&
    left.track === right.track &&
    left.record.out === right.record.in &&
    (left.url ?? left.media) === (right.url ?? right.media) &&
    compare(mediaEdges(left).exit, mediaEdges(right).entry) === 0
  );
}
