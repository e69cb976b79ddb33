import { add, multiply, one, type Rational, subtract } from '@patchwork/time';
import type { Effect, TimeMapEffect } from '@patchwork/timeline';
import type { Affine } from './affine.ts';
import { frameWhere } from './affine.ts';
import { speedFromNumber } from './speed.ts';
import { type MapPoint, mapThrough, type TimeMap } from './time-map.ts';

/** How an item runs through its media: a constant speed (0 holds its first frame) or points. */
export type Retime =
  | { readonly kind: 'speed'; readonly speed: Rational }
  | { readonly kind: 'points'; readonly effect: TimeMapEffect };

/** As shot. */
export const asShot: Retime = { kind: 'speed', speed: one };

/** Adds a constant speed to a retime; null where the two cannot be said as one. */
export function withSpeed(retime: Retime, effect: Effect): Retime | null {
  if (retime.kind !== 'speed' || effect.timeScalar === null) return null;
  return { kind: 'speed', speed: multiply(retime.speed, speedFromNumber(effect.timeScalar)) };
}

/** An item's own range, in exact own seconds. */
export interface OwnRange {
  readonly start: Rational;
  readonly duration: Rational;
}

/**
 * Media seconds from `mediaZero`, as a function of the record frame.
 *
 * Forward: start + (own − start) × s. Backwards the covered range [start, start + duration × |s|) is played from its end:
 * start + (end − own) × |s|. Speed 0 holds the start. Points are own seconds → media seconds.
 */
export function timeMapOf(retime: Retime, range: OwnRange, ownTime: Affine, mediaZero: Rational): TimeMap {
  const { start, duration } = range;
  if (retime.kind === 'points') {
    const points = retime.effect.points.map((point): MapPoint => ({
      frame: frameWhere(ownTime, point.time),
      seconds: subtract(point.value, mediaZero),
    }));
    return mapThrough(points);
  }
  const { speed } = retime;
  if (speed.num === 0) return { kind: 'hold', at: subtract(start, mediaZero) };
  // Own time is where the media is entered: for a speed below 0 the end of the range comes first.
  const entry = speed.num > 0 ? start : add(start, duration);
  const offset = add(subtract(start, mediaZero), multiply(subtract(ownTime.offset, entry), speed));
  return { kind: 'constant', offset, slope: multiply(ownTime.slope, speed) };
}
