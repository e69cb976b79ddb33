import { formatTimecode, type FrameRange, type Rate } from '@patchwork/time';
import type { LedgerEntry } from '@patchwork/store';

/** How frames of a deliverable count as timecode. */
export interface FramePlace {
  readonly rate: Rate;
  readonly start: { readonly frame: number; readonly dropFrame: boolean };
}

/** How frames of an entry's file count; null where it says no timecode, or its frames last differently long. */
export function placeOfEntry({ profile }: Pick<LedgerEntry, 'profile'>): FramePlace | null {
  const { rate } = profile.video;
  const start = profile.container.startTimecode;
  return start === null || rate.num === 0 ? null : { rate, start };
}

/** Says frames for people, both ends shown: `frames 40–59 (01:00:01:16–01:00:02:11)`. */
export function framesText(range: FrameRange, place: FramePlace | null): string {
  const last = range.out - 1;
  const span = (text: (frame: number) => string): string =>
    range.in === last ? text(last) : `${text(range.in)}–${text(last)}`;
  const frames = `${range.in === last ? 'frame' : 'frames'} ${span(String)}`;
  if (place === null) return frames;
  const { rate, start } = place;
  return `${frames} (${span((frame) => formatTimecode(start.frame + frame, rate, start.dropFrame))})`;
}
