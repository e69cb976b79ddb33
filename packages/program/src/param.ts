import { compare, divide, formatRational, type Rational, subtract, toNumber } from '@patchwork/time';
import type { Keyframe, Param } from '@patchwork/timeline';
import { type Affine, valueAt } from './affine.ts';

/** A {@link Param} on an item, as a function of the record frame. */
export interface Curve {
  /** The value where it is always the same; null where it moves. */
  readonly constant: number | null;
  at(frame: number): number;
  /** Canonical text: equal for equal functions only. */
  readonly text: string;
}

/**
 * Places a parameter on the record: `ownTime` gives the item's own time at a record frame, in exact seconds. A value
 * depends only on how far its frame lies between two keys, so it is the same double wherever the item stands.
 */
export function curveOf(param: Param, ownTime: Affine): Curve {
  if (typeof param === 'number') return constantCurve(param);
  const keys = param.keyframes;
  const [first] = keys;
  if (first === undefined) return constantCurve(0);
  if (keys.every((key) => key.value === first.value)) return constantCurve(first.value);
  const times = keys.map((key) => divide(subtract(key.time, ownTime.offset), ownTime.slope));
  const text = keys.map((key, i) => `${formatRational(times[i] ?? key.time)}=${key.value} ${key.interpolation}`);
  return { constant: null, at: (frame) => valueOfKeys(keys, valueAt(ownTime, frame)), text: text.join(',') };
}

/** A curve that never moves. */
export function constantCurve(value: number): Curve {
  const plain = value === 0 ? 0 : value;
  return { constant: plain, at: () => plain, text: String(plain) };
}

/** A curve made of others, value by value. */
export function combinedCurve(curves: readonly Curve[], combine: (values: readonly number[]) => number): Curve {
  if (curves.every((curve) => curve.constant !== null))
    return constantCurve(combine(curves.map((curve) => curve.at(0))));
  return {
    constant: null,
    at: (frame) => combine(curves.map((curve) => curve.at(frame))),
    text: curves.map((curve) => curve.text).join(';'),
  };
}

/** The value of key frames at an item's own time: held before the first and after the last; never −0. */
export function valueOfKeys(keys: readonly Keyframe[], time: Rational): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const key = keys[middle];
    if (key !== undefined && compare(key.time, time) <= 0) low = middle + 1;
    else high = middle;
  }
  const from = keys[low - 1];
  const to = keys[low];
  if (from === undefined) return plus0(to?.value ?? 0);
  if (to === undefined || from.interpolation === 'hold') return plus0(from.value);
  const u = toNumber(divide(subtract(time, from.time), subtract(to.time, from.time)));
  const eased = from.interpolation === 'smooth' ? u * u * (3 - 2 * u) : u;
  return plus0(from.value + (to.value - from.value) * eased);
}

/** −0 is 0: they draw the same. */
function plus0(value: number): number {
  return value === 0 ? 0 : value;
}
