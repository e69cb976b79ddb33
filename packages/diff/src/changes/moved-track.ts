import type { TrackView } from '../items/track-item.ts';
import { pairTracks } from '../match/pair-tracks.ts';

interface Tracks {
  readonly old: readonly TrackView[];
  readonly next: readonly TrackView[];
}

/** Tracks that have another number than before, because one came or went below them or they changed places: old labels to new ones. */
export function movedTracks({ old, next }: Tracks): ReadonlyMap<string, string> {
  const pairs = pairTracks(old, next).map((from, to) => [
    from === null ? undefined : old[from]?.label,
    next[to]?.label,
  ]);
  return new Map(
    pairs.flatMap(([from, to]) => (from === undefined || to === undefined || from === to ? [] : [[from, to] as const])),
  );
}

/** Says that a track has another number. */
export function movedText(from: string, to: string): string {
  return `track ${from} is ${to} now`;
}
