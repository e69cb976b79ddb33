import { compare } from '@patchwork/time';
import type { Changes } from '../changes/change.ts';
import { isSameSpeed, lookOf, type TrackItem, type TrackView } from '../items/track-item.ts';

/**
 * How far two timelines are one: `replayed` in all that can be seen, heard or read on a clip; `replayed-places` in places,
 * lengths, media and speeds; else `none`. Ids never count.
 */
export function sameTracks(a: readonly TrackView[], b: readonly TrackView[]): Changes['scriptProof'] {
  if (a.length !== b.length) return 'none';
  const pairs = a.map((track, i) => [track, b[i] as TrackView] as const);
  if (!pairs.every(([x, y]) => isSamePlaces(x, y))) return 'none';
  return pairs.every(([x, y]) => isSameLook(x, y)) ? 'replayed' : 'replayed-places';
}

function isSamePlaces(a: TrackView, b: TrackView): boolean {
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

function isSameLook(a: TrackView, b: TrackView): boolean {
  return (
    a.items.every(
      (item, i) =>
        item.look === b.items[i]?.look && item.inside === b.items[i]?.inside && item.name === b.items[i]?.name,
    ) &&
    a.cuts.every((cut, i) => {
      const other = b.cuts[i]?.node;
      return cut.node.transitionType === other?.transitionType && cut.node.enabled === other.enabled;
    }) &&
    lookOf(a.node) === lookOf(b.node)
  );
}
