import type { RasterFacts } from '@patchwork/plan';
import { parseRate, round, secondsFromTime, multiply, zero, type Rate } from '@patchwork/time';
import { member, plainJson, trimmedRange, type Clip, type Composable, type Timeline } from '@patchwork/timeline';

/** What a timeline says of itself before anything is compiled. */
export interface TimelineFacts extends RasterFacts {
  /** Timecode of the first frame, in frames from 00:00:00:00 at `rate`; 0 when the rate is unknown. */
  readonly startFrame: number;
  readonly dropFrame: boolean;
}

/** Reads raster, rate and start from the canvas that the reader noted, else the rate from start timecode or the first clip of the picture. */
export function timelineFacts(timeline: Timeline): TimelineFacts {
  const noted = member(timeline.metadata, 'patchwork', 'canvas');
  const canvas = noted === undefined || noted === null ? null : plainJson(noted);
  const fields =
    typeof canvas === 'object' && canvas !== null && !Array.isArray(canvas)
      ? (canvas as { readonly [key: string]: unknown })
      : {};
  const rate = rateOf(fields['rate']) ?? timeline.globalStartTime?.rate ?? firstClipRate(timeline);
  const start = timeline.globalStartTime === null ? zero : secondsFromTime(timeline.globalStartTime);
  const dropFrame = member(timeline.metadata, 'patchwork', 'dropFrame') === true;
  return {
    width: sideOf(fields['width']),
    height: sideOf(fields['height']),
    rate,
    startFrame: rate === null ? 0 : round(multiply(start, rate)),
    dropFrame,
  };
}

function rateOf(value: unknown): Rate | null {
  return typeof value === 'string' ? parseRate(value) : null;
}

function sideOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null;
}

/** Sound may be counted in samples: only a clip of the picture tells. */
function firstClipRate(timeline: Timeline): Rate | null {
  const clip = firstVideoClip(timeline);
  return clip === null ? null : trimmedRange(clip).duration.rate;
}

/** The first clip of a timeline's picture, depth first, the lowest track first; null when there is none. */
export function firstVideoClip(timeline: Timeline): Clip | null {
  const tracks = timeline.tracks.children.filter((child) => child.kind !== 'Track' || child.trackKind === 'Video');
  return firstClip(tracks);
}

function firstClip(children: readonly Composable[]): Clip | null {
  for (const child of children) {
    if (child.kind === 'Clip') return child;
    if (child.kind === 'Track' || child.kind === 'Stack') {
      const found = firstClip(child.children);
      if (found !== null) return found;
    }
  }
  return null;
}
