import { ceil, divide, floor, formatRational } from '@patchwork/time';
import { mapText, type TimeMap } from './time-map.ts';

/** How the grid counts along a layer (DESIGN, "The grid"). */
export interface AnchorMap {
  /** Equal exactly when one time map runs on: the same media, stream and map. */
  readonly continuity: string;
  /** Anchor count at a record frame for media of constant speed; null counts frames since the map began. */
  readonly countAt: ((frame: number) => number) | null;
}

/**
 * The anchor of media under a time map. Constant speed: a(f) = floor(source seconds × record rate ÷ |speed|), which grows
 * by exactly 1 a frame whatever the media's own rate. Backwards it falls; then −1 − a(f) is counted, which rises, with
 * the boundaries between the same source frames.
 */
export function anchorOfMap(media: string, map: TimeMap): AnchorMap {
  const continuity = `${media} ${mapText(map)}`;
  if (map.kind !== 'constant') return { continuity, countAt: null };
  // source seconds ÷ |slope| = offset ÷ |slope| ± frame
  const phase = divide(map.offset, { num: Math.abs(map.slope.num), den: map.slope.den });
  if (map.slope.num > 0) {
    const first = floor(phase);
    return { continuity, countAt: (frame) => first + frame };
  }
  // a(f) = ceil(phase − f) − 1 falls; −1 − a(f) = f − ceil(phase) rises, and multiples of G lie between the same frames.
  const first = -ceil(phase);
  return { continuity, countAt: (frame) => first + frame };
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
