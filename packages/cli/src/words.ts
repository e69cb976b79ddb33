import { formatTimecode, type FrameRange } from '@patchwork/time';
import type { Place } from '@patchwork/render';

/** A frame of the timeline as record timecode. `frame` counts from the timeline's start. */
export function recordTimecode(place: Place, frame: number): string {
  return formatTimecode(place.start.frame - place.offset + frame, place.rate, place.start.dropFrame);
}

/** A range of the timeline, in and exclusive out, as record timecodes. */
export function recordRange(place: Place, range: FrameRange): string {
  return `${recordTimecode(place, range.in)} – ${recordTimecode(place, range.out)}`;
}

/** `1 frame`, `1,152 frames`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/** A length in frames for people: `1 m 12 s`. */
export function length(place: Place, frames: number): string {
  const seconds = (frames * place.rate.den) / place.rate.num;
  const minutes = Math.floor(seconds / 60);
  const rest = seconds - 60 * minutes;
  if (minutes === 0) return `${rest.toFixed(rest < 10 ? 1 : 0)} s`;
  return `${minutes} m ${String(Math.round(rest)).padStart(2, '0')} s`;
}

/** Bytes for people. */
export function bytesText(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
