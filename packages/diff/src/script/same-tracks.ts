import { compare } from '@patchwork/time';
import { isSameSpeed, type TrackItem, type TrackView } from '../items/track-item.ts';

/** Tells whether two timelines are one in places, lengths, media and speeds. */
export function isSamePlaces(a: readonly TrackView[], b: readonly TrackView[]): boolean {
  return a.length === b.length && a.every((track, i) => isPlacedAlike(track, b[i] as TrackView));
}

function isPlacedAlike(a: TrackView, b: TrackView): boolean {
  return (
    a.label === b.label &&
    a.end === b.end &&
    a.items.length === b.items.length &&
    a.cuts.length === b.cuts.length &&
    a.items.every((item, i) => isSamePlace(item, b.items[i] as TrackItem)) &&
    a.cuts.every(
      (cut, i) => cut.at === b.cuts[i]?.at && cut.before === b.cuts[i]?.before && cut.after === b.cuts[i]?.after,
    )
  );
}

function isSamePlace(a: TrackItem, b: TrackItem): boolean {
  return (
    a.record.in === b.record.in &&
    a.record.out === b.record.out &&
    a.media === b.media &&
    isSameSpeed(a.speed, b.speed) &&
    compare(a.start, b.start) === 0 &&
    compare(a.duration, b.duration) === 0
  );
}
