import { formatRational } from '@patchwork/time';
import { member } from '@patchwork/timeline';
import { alignGap, pairSlots } from './align-gap.ts';
import { findSplits } from './find-split.ts';
import { overlapShare } from '../items/likeness.ts';
import { matchLargeGap } from './large-gap.ts';
import { Matching, type ItemPair } from './matching.ts';
import { longestIncreasing } from './increasing-run.ts';
import { mediaSpan, type TrackItem, type TrackView } from '../items/track-item.ts';

/**
 * Finds which old item became which new one: ids that were kept in the file, then what stands at both ends of a track
 * unchanged, then keys that occur once on either side (with the longest increasing run as anchors), then an alignment of
 * what lies between the anchors, then leftovers across tracks by the file they read. Deterministic; about linear, for the
 * alignment looks at short gaps only and longer ones are first cut by weaker keys.
 */
export function matchItems(old: readonly TrackView[], next: readonly TrackView[]): Matching {
  const matching = new Matching();
  let before = old.flatMap(({ items }) => items);
  let after = next.flatMap(({ items }) => items);
  const keepFree = (): void => {
    before = before.filter((item) => matching.isFree(item));
    after = after.filter((item) => matching.isFree(item));
  };
  matchUnique(matching, before, after, persistedId);
  const pairs = trackPairs(old, next);
  for (const [a, b] of pairs) matchEnds(matching, a.items, b.items);
  for (const key of exactKeys) {
    keepFree();
    matchUnique(matching, before, after, key);
  }
  keepFree();
  for (const [a, b] of pairs) matchBetween(matching, a.items, b.items, matchLargeGap);
  for (const [a, b] of pairs) matchBetween(matching, a.items, b.items, findSplits);
  for (const [a, b] of pairs) matchBetween(matching, a.items, b.items, alignGap);
  for (const key of looseKeys) matchUnique(matching, before, after, key);
  matchLeftovers(matching, before, after);
  for (const [a, b] of pairs) matchBetween(matching, a.items, b.items, pairSlots);
  return matching;
}

/** Tracks of one label belong together. */
export function trackPairs(old: readonly TrackView[], next: readonly TrackView[]): (readonly [TrackView, TrackView])[] {
  return old.flatMap((track): (readonly [TrackView, TrackView])[] => {
    const other = next.find(({ label }) => label === track.label);
    return other === undefined ? [] : [[track, other]];
  });
}

type Key = (item: TrackItem) => string | null;

/** What an item plays, were its media another one. */
function withMedia(item: TrackItem, media: string): string {
  return item.played.replace(item.media, () => media);
}

function persistedId(item: TrackItem): string | null {
  const id = member(item.node.metadata, 'patchwork', 'id');
  return typeof id === 'string' ? `${item.kind} ${id}` : null;
}

const exactKeys: readonly Key[] = [
  (item) => `${item.played} ${item.name}\n${item.look}\n${item.inside}`,
  (item) => item.played,
  (item) => (item.url === null || item.url === item.media ? null : withMedia(item, item.url)),
];

/** Safe only for what the neighbours did not explain: the same head or tail of the same file, once on either side. */
const looseKeys: readonly Key[] = [
  (item) => `${item.kind} ${item.media} ${formatRational(item.start)} ${item.name}`,
  (item) => `${item.kind} ${item.media} ${formatRational(mediaSpan(item).to)} ${item.name}`,
];

function isEqual(a: TrackItem, b: TrackItem): boolean {
  return (
    a.name === b.name &&
    (a.media === b.media || (a.url !== null && a.url === b.url)) &&
    a.look === b.look &&
    a.inside === b.inside &&
    (a.played === b.played || (a.media !== b.media && withMedia(a, b.media) === b.played))
  );
}

function matchEnds(matching: Matching, old: readonly TrackItem[], next: readonly TrackItem[]): void {
  const tryPair = (a: TrackItem | undefined, b: TrackItem | undefined): boolean => {
    if (a === undefined || b === undefined || !isEqual(a, b)) return false;
    if (matching.newOf(a) === b) return true;
    if (!matching.isFree(a) || !matching.isFree(b)) return false;
    matching.add(a, b);
    return true;
  };
  let head = 0;
  while (tryPair(old[head], next[head])) head += 1;
  for (let tail = 1; old.length - tail >= head && next.length - tail >= head; tail += 1) {
    if (!tryPair(old[old.length - tail], next[next.length - tail])) break;
  }
}

/** The one item of a key on either side; null where there are several. */
interface Sides {
  old: TrackItem | null | undefined;
  next: TrackItem | null | undefined;
}

function matchUnique(matching: Matching, old: readonly TrackItem[], next: readonly TrackItem[], key: Key): void {
  const byKey = new Map<string, Sides>();
  for (const item of old) {
    const text = matching.isFree(item) ? key(item) : null;
    if (text === null) continue;
    const sides = byKey.get(text);
    if (sides === undefined) byKey.set(text, { old: item, next: undefined });
    else sides.old = null;
  }
  for (const item of next) {
    const text = matching.isFree(item) ? key(item) : null;
    const sides = text === null ? undefined : byKey.get(text);
    if (sides !== undefined) sides.next = sides.next === undefined ? item : null;
  }
  for (const sides of byKey.values()) if (sides.old && sides.next) matching.add(sides.old, sides.next);
}

/** Matches what lies between anchors that keep their order on one track. */
function matchBetween(
  matching: Matching,
  old: readonly TrackItem[],
  next: readonly TrackItem[],
  matchGap: (matching: Matching, old: readonly TrackItem[], next: readonly TrackItem[]) => void,
): void {
  const anchors = anchorsOf(matching, old, next);
  let [i, j] = [0, 0];
  for (const anchor of [...anchors, null]) {
    const oldEnd = anchor === null ? old.length : anchor.old.index;
    const newEnd = anchor === null ? next.length : anchor.next.index;
    // Most anchors are neighbours: nothing lies between them.
    if (oldEnd > i && newEnd > j) {
      const a = old.slice(i, oldEnd).filter((item) => matching.isFree(item));
      const b = next.slice(j, newEnd).filter((item) => matching.isFree(item));
      if (a.length > 0 && b.length > 0) matchGap(matching, a, b);
    }
    [i, j] = [oldEnd + 1, newEnd + 1];
  }
}

/** Pairs within one track whose order is kept, as many as can be. */
export function anchorsOf(matching: Matching, old: readonly TrackItem[], next: readonly TrackItem[]): ItemPair[] {
  const label = next[0]?.track;
  const pairs = old.flatMap((item): ItemPair[] => {
    const other = matching.newOf(item);
    return other !== null && other.track === label ? [{ old: item, next: other }] : [];
  });
  return longestIncreasing(pairs.map((pair) => pair.next.index)).flatMap((at) => pairs[at] ?? []);
}

/** What no neighbour explains: the same file with the largest common part, whatever the track. */
function matchLeftovers(matching: Matching, old: readonly TrackItem[], next: readonly TrackItem[]): void {
  const byMedia = new Map<string, TrackItem[]>();
  const nameOf = (item: TrackItem): string => `${item.kind} ${item.media}`;
  for (const item of next) {
    if (!matching.isFree(item)) continue;
    const list = byMedia.get(nameOf(item));
    if (list === undefined) byMedia.set(nameOf(item), [item]);
    else list.push(item);
  }
  for (const item of old) {
    if (!matching.isFree(item)) continue;
    let best: TrackItem | null = null;
    let bestScore = 0;
    // A file used a thousand times in leftovers is a rewritten reel; the nearest hundred decide there.
    const candidates = (byMedia.get(nameOf(item)) ?? []).filter((other) => matching.isFree(other)).slice(0, 100);
    for (const other of candidates) {
      const score = overlapShare(item, other);
      if (score > bestScore) [best, bestScore] = [other, score];
    }
    if (best !== null && bestScore >= 0.5) matching.add(item, best);
  }
}
