import { divide, one, type Rational, rational, secondsFromTime, zero } from '@patchwork/time';
import type { ExternalReference } from '@patchwork/timeline';
import type { MediaInfo } from './media-info.ts';

/** Media time of a file's first frame: what the timeline says, else the file's start timecode, else 0. */
export function mediaZero(reference: ExternalReference, info: MediaInfo): Rational {
  if (reference.availableRange !== null) return secondsFromTime(reference.availableRange.start);
  if (info.startTimecode === null) return zero;
  return divide(rational(info.startTimecode.frame), info.video?.rate ?? one);
}
