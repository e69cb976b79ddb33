import { add, compare, divide, multiply, type Rational, subtract, toNumber } from '@patchwork/time';
import type { Param } from '@patchwork/timeline';
import { valueOfKeys } from './param.ts';

/** One thing that turns the sound up or down, as a function of the record time in exact seconds. */
export interface GainFactor {
  /** Linear factors at a moment. */
  at(seconds: Rational): Stereo;
  /** Moments between which the factor is smooth, ascending; empty where it never moves. */
  readonly breaks: readonly Rational[];
  /** Whether it is straight between its breaks; else it must be sampled. */
  readonly isStraight: boolean;
}

/** A value for each output channel. */
export interface Stereo {
  readonly left: number;
  readonly right: number;
}

/** An exact straight function of the record time: own = offset + slope × seconds; the slope is not 0. */
export interface OwnClock {
  readonly offset: Rational;
  readonly slope: Rational;
}

/** The record time at which an item's own time comes. */
export function recordWhere(own: Rational, clock: OwnClock): Rational {
  return divide(subtract(own, clock.offset), clock.slope);
}

/** The item's own time at a record time. */
export function ownAt(seconds: Rational, clock: OwnClock): Rational {
  return add(clock.offset, multiply(clock.slope, seconds));
}

/** Below this a level is silence: the vocabulary's −∞. */
const silenceDb = -1000;

/** Volume in dB. Between keys it is straight in dB, so curved in its factor. */
export function volumeFactor(gainDb: Param, clock: OwnClock): GainFactor {
  const fromDb = (db: number): number => (db <= silenceDb ? 0 : 10 ** (db / 20));
  return paramFactor(gainDb, clock, (db) => both(fromDb(db)), false);
}

/**
 * Balance: at the centre both channels pass as they are; towards a side the other one falls linearly to nothing. No
 * channel ever gets louder, so panning cannot clip.
 */
export function panFactor(pan: Param, clock: OwnClock): GainFactor {
  const balance = (value: number): Stereo => ({
    left: Math.min(1, Math.max(0, 1 - value)),
    right: Math.min(1, Math.max(0, 1 + value)),
  });
  // The centre bends one side, so a moving pan counts as curved.
  return paramFactor(pan, clock, balance, false);
}

/** A straight line from one value to another between two record times, held outside. */
export function rampFactor(from: Rational, to: Rational, start: number, end: number): GainFactor {
  return {
    at: (seconds) => {
      if (compare(seconds, from) <= 0) return both(start);
      if (compare(seconds, to) >= 0) return both(end);
      const length = subtract(to, from);
      const rise = toNumber(divide(subtract(seconds, from), length));
      const fall = toNumber(divide(subtract(to, seconds), length));
      return both(start * fall + end * rise);
    },
    breaks: [from, to],
    isStraight: true,
  };
}

function both(value: number): Stereo {
  return { left: value, right: value };
}

function paramFactor(
  param: Param,
  clock: OwnClock,
  gainOf: (value: number) => Stereo,
  isStraight: boolean,
): GainFactor {
  const keys = typeof param === 'number' ? [] : param.keyframes;
  const [first] = keys;
  if (typeof param === 'number' || first === undefined || keys.every((key) => key.value === first.value)) {
    const gain = gainOf(typeof param === 'number' ? param : (first?.value ?? 0));
    return { at: () => gain, breaks: [], isStraight: true };
  }
  const breaks = keys.map((key) => recordWhere(key.time, clock)).toSorted(compare);
  return { at: (seconds) => gainOf(valueOfKeys(keys, ownAt(seconds, clock))), breaks, isStraight };
}
