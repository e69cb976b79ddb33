import type { FrameRange } from '@patchwork/time';
import { farFrame } from './draft.ts';
import type { TrackItem, TrackView } from '../items/track-item.ts';

/**
 * The frames an item answers for: its own, and the gaps before and after it, because an edge that moves changes
 * what they show.
 */
export function slotOf(tracks: readonly TrackView[], item: TrackItem): FrameRange {
  const track = tracks.find(({ label }) => label === item.track);
  // The last part of a split item has another end than the item at its index.
  let next = item.index + 1;
  while ((track?.items[next]?.record.in ?? farFrame) < item.record.out) next += 1;
  const following = track?.items[next];
  return { in: track?.items[item.index - 1]?.record.out ?? 0, out: following?.record.in ?? farFrame };
}
