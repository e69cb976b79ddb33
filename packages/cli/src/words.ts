import type { Diagnostic } from '@patchwork/kernel';
import { shownText } from '@patchwork/formats';
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

/** A length in frames for people: `7.5 s`, `48 s`, `1 m 12 s`. */
export function length(place: Place, frames: number): string {
  const seconds = (frames * place.rate.den) / place.rate.num;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} m ${String(whole % 60).padStart(2, '0')} s`;
}

/** A moment on the clock of whoever asks: `2026-11-21 13:05:10`. Documents hold milliseconds of 1970 in UTC. */
export function clockText(timeMs: number): string {
  return new Date(timeMs).toLocaleString('sv-SE');
}

/** Bytes for people. */
export function bytesText(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

const severities = ['error', 'warning', 'note'] as const;

/** Diagnostics, one a line, the gravest first: what is odd, and where; several of one kind stand together. */
export function diagnosticLines(diagnostics: readonly Diagnostic[]): string[] {
  const groups = new Map<string, { readonly line: string; readonly places: string[] }>();
  const sorted = severities.flatMap((severity) => diagnostics.filter((one) => one.severity === severity));
  for (const { severity, message, where } of sorted) {
    const line = `  ${severity}: ${shownText(message)}`;
    const key = `${where === null} ${line}`;
    const group = groups.get(key) ?? { line, places: [] };
    if (where !== null) group.places.push(shownText(where));
    groups.set(key, group);
  }
  return [...groups.values()].map(({ line, places }) => `${line}${placesText(places)}`);
}

/** Places behind a remark; of many the first three and how many there are. */
export function placesText(places: readonly string[]): string {
  if (places.length === 0) return '';
  const shown = places.slice(0, 3).join(', ');
  return places.length > 3 ? ` (${places.length} times: ${shown}, …)` : ` (${shown})`;
}

/** An encoder's name and build, without the hundred settings that x264 and x265 write behind them. */
export function encoderName(note: string): string {
  return /^(.*?)(?: - (?:H\.26\d|options:).*)?$/s.exec(note)?.[1] ?? note;
}
