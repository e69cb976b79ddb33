import type { TrackView } from '../items/track-item.ts';

/**
 * Finds which track became which: most clips in common first, then the name, then the place where a kind has as many tracks as
 * before. So a track that was put below another one renames none. Gives the index of the base track for each of a side's, null for new ones.
 */
export function pairTracks(base: readonly TrackView[], side: readonly TrackView[]): (number | null)[] {
  const pairs: (number | null)[] = side.map(() => null);
  const taken = new Set<number>();
  const pair = (at: number, to: number): void => {
    pairs[at] = to;
    taken.add(to);
  };
  const scores = side.flatMap((track, at) =>
    base.flatMap((other, to) => {
      const score = track.node.trackKind === other.node.trackKind ? commonClips(other, track) : 0;
      return score > 0 ? [{ at, to, score, isNamed: Number(track.node.name === other.node.name) }] : [];
    }),
  );
  scores.sort(
    (a, b) =>
      b.score - a.score || b.isNamed - a.isNamed || Math.abs(a.at - a.to) - Math.abs(b.at - b.to) || a.to - b.to,
  );
  for (const { at, to } of scores) if (pairs[at] === null && !taken.has(to)) pair(at, to);
  const fits = (rule: (track: TrackView, other: TrackView) => boolean): void => {
    side.forEach((track, at) => {
      if (pairs[at] !== null) return;
      const to = base.findIndex((other, index) => !taken.has(index) && rule(track, other));
      if (to !== -1) pair(at, to);
    });
  };
  const isSameKind = (a: TrackView, b: TrackView): boolean => a.node.trackKind === b.node.trackKind;
  const countOf = (tracks: readonly TrackView[], kind: string): number =>
    tracks.filter(({ node }) => node.trackKind === kind).length;
  fits((a, b) => isSameKind(a, b) && a.node.name !== '' && a.node.name === b.node.name && a.label === b.label);
  fits((a, b) => isSameKind(a, b) && a.node.name !== '' && a.node.name === b.node.name);
  fits((a, b) => a.label === b.label && countOf(base, a.node.trackKind) === countOf(side, a.node.trackKind));
  return pairs;
}

/** How many clips two tracks share, each counted once. */
function commonClips(a: TrackView, b: TrackView): number {
  const keyOf = (item: TrackView['items'][number]): string => `${item.name} ${item.url ?? item.media}`;
  const counts = new Map<string, number>();
  for (const item of a.items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  let common = 0;
  for (const item of b.items) {
    const left = counts.get(keyOf(item)) ?? 0;
    if (left === 0) continue;
    counts.set(keyOf(item), left - 1);
    common += 1;
  }
  return common;
}
