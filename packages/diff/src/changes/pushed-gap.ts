import type { KeptItem } from '../match/track-walk.ts';
import type { Draft } from './draft.ts';

/** What is known of a track's places. */
interface PlacedTrack {
  readonly drafts: readonly Draft[];
  readonly walk: { readonly kept: readonly KeptItem[] };
}

/**
 * The drafts of a track without the gaps that only go along with a ripple on another track: a title that stands over the same
 * picture as before was pushed like it, and nobody changed the gap in front of it.
 *
 *     V2        [title]               V2           [title]
 *     V1  [ a ][ b ][ c ]   ->        V1  [ a ][NEW][ b ][ c ]
 */
export function withoutPushedGaps(track: PlacedTrack, all: readonly PlacedTrack[]): readonly Draft[] {
  const others = all.filter((each) => each !== track);
  return track.drafts.filter((one) => {
    const at = track.walk.kept.findIndex(({ next }) => next === one.items[0]?.next);
    return one.kind !== 'gap' || at === -1 || !others.some((other) => isPushedWith(other, track.walk.kept, at));
  });
}

/** Whether the other track came to the same shift, by an edit of its own, between this clip and the one before it. */
function isPushedWith({ walk: { kept }, drafts }: PlacedTrack, own: readonly KeptItem[], at: number): boolean {
  const [item, before] = [own[at], own[at - 1]];
  if (item === undefined) return false;
  const last = kept.findLastIndex(({ old }) => old.record.in <= item.old.record.in);
  const shift = kept[last]?.shift;
  if (shift !== item.shift) return false;
  let first = last;
  while (kept[first - 1]?.shift === shift) first -= 1;
  const start = kept[first];
  // What was so from the start was pushed by nothing.
  if (start === undefined || (first === 0 && shift === 0)) return false;
  const isGap = drafts.some(({ kind, items }) => kind === 'gap' && items[0]?.next === start.next);
  return !isGap && (before === undefined || start.old.record.in > before.old.record.in);
}
