import type { Change, Place, Side } from '@patchwork/diff';
import type { FrameRange } from '@patchwork/time';

/** The frame of the other side that stands where a frame of this side stood: behind the last clip before it that is on both. */
export function frameOnOtherSide(side: Side, track: string, frame: number): number {
  const items = side.tracks.find(({ label }) => label === track)?.items ?? [];
  let found = 0;
  for (const { record, other } of items) {
    if (record.in >= frame) break;
    if (other !== null && other.track === track) found = other.record.out;
  }
  return found;
}

/** All places of a change on one side, the first clip's first. */
export function placesOf(change: Change, side: 'old' | 'new'): readonly Place[] {
  return [change, ...change.others].flatMap((pair) => pair[side] ?? []);
}

/** Record frames of the new timeline at which a change is to be looked for; empty where what went away stood. Null for what has no place. */
export function placeNow(change: Change, old: Side): FrameRange | null {
  const [place] = placesOf(change, 'new');
  if (place !== undefined) return place.record;
  const [gone] = placesOf(change, 'old');
  if (gone !== undefined) {
    const frame = frameOnOtherSide(old, gone.track, gone.record.in);
    return { in: frame, out: frame };
  }
  return change.dirty[0] ?? null;
}
