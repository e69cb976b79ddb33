import { ceil, divide, floor, formatRational } from '@patchwork/time';
import { type ConstantMap, type HoldMap, mapText, type PointsMap, type TimeMap } from './time-map.ts';

/** How the grid counts along a layer (DESIGN, "The grid"). */
export interface AnchorMap {
  /** Equal exactly when one time map runs on: the same media, stream and map. */
  readonly continuity: string;
  /** Anchor count at a record frame for media of constant speed; null counts frames since it began. */
  readonly countAt: ((frame: number) => number) | null;
}

/**
 * The anchor of media under a time map. Constant speed: a(f) = floor(source seconds × record rate ÷ |speed|), which grows
 * by exactly 1 a frame whatever the media's own rate. Backwards it falls; then −1 − a(f) is counted, which rises, with
 * the boundaries between the same source frames. A ramp counts record frames from its first point, so that its boundaries
 * stay on their pictures when its head is trimmed.
 */
export function anchorOfMap(media: string, map: Exclude<TimeMap, HoldMap>): AnchorMap {
  const continuity = `${media} ${mapText(map)}`;
  const first = map.kind === 'constant' ? firstOfConstant(map) : firstOfRamp(map);
  return { continuity, countAt: (frame) => first + frame };
}

/** The count at record frame 0. */
function firstOfConstant({ offset, slope }: ConstantMap): number {
  // source seconds ÷ |slope| = phase ± frame
  const phase = divide(offset, { num: Math.abs(slope.num), den: slope.den });
  // a(f) = ceil(phase − f) − 1 falls; −1 − a(f) = f − ceil(phase) rises, and multiples of G lie between the same frames.
  return slope.num > 0 ? floor(phase) : -ceil(phase);
}

function firstOfRamp({ points }: PointsMap): number {
  const start = points[0];
  return start === undefined ? 0 : -ceil(start.frame);
}

/** The anchor of a picture that does not run through media: a still, a generator, the gap. */
export function anchorOfRest(what: string): AnchorMap {
  return { continuity: what, countAt: null };
}

/** The anchor of a picture seen through a nested timeline's own clock. */
export function anchorThrough(inner: AnchorMap, mapSignature: string): AnchorMap {
  return { continuity: `nest ${mapSignature} ${inner.continuity}`, countAt: null };
}

/** The gap: what shows where nothing is. Black by a generator is the same picture, so the same anchor. */
export const gapAnchor: AnchorMap = anchorOfRest('solid 0 0 0 1');

/** Canonical name of a media stream in an anchor. */
export function streamName(identity: string, stream: number): string {
  return `${identity}/${stream}`;
}

/** Canonical name of a held source frame. */
export function heldFrameName(identity: string, stream: number, frame: number): string {
  return `${streamName(identity, stream)} held ${formatRational({ num: frame, den: 1 })}`;
}
