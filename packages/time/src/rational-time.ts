import { add, compare, divide, multiply, subtract, type Rational } from './rational.ts';

/** Frames (or samples) per second, exact: 24000/1001, 25/1, 48000/1. Greater than zero. */
export type Rate = Rational;

/** A point in time, or a length of it, counted in units of a rate: `value / rate` seconds. Value may be fractional. */
export interface RationalTime {
  readonly value: Rational;
  readonly rate: Rate;
}

/** A half-open range of time: [start, start + duration). Duration is not negative in a valid timeline. */
export interface TimeRange {
  readonly start: RationalTime;
  readonly duration: RationalTime;
}

/** A half-open range of whole frames: [in, out). The unit is frames of the timeline unless the name says otherwise. */
export interface FrameRange {
  readonly in: number;
  readonly out: number;
}

/** Seconds of a time, exact. */
export function secondsFromTime(time: RationalTime): Rational {
  return divide(time.value, time.rate);
}

/** The time that is `seconds`, counted at `rate`; fractional where it falls between frames. */
export function timeFromSeconds(seconds: Rational, rate: Rate): RationalTime {
  return { value: multiply(seconds, rate), rate };
}

/** The same moment counted at another rate, exact. */
export function rescaled(time: RationalTime, rate: Rate): RationalTime {
  return timeFromSeconds(secondsFromTime(time), rate);
}

/** a + b, counted at a's rate. */
export function addTime(a: RationalTime, b: RationalTime): RationalTime {
  return { value: add(a.value, rescaled(b, a.rate).value), rate: a.rate };
}

/** a − b, counted at a's rate. */
export function subtractTime(a: RationalTime, b: RationalTime): RationalTime {
  return { value: subtract(a.value, rescaled(b, a.rate).value), rate: a.rate };
}

/** Compares moments, whatever their rates; exact. */
export function compareTime(a: RationalTime, b: RationalTime): number {
  return compare(secondsFromTime(a), secondsFromTime(b));
}

/** First moment after the range, counted at the start's rate. */
export function endOfRange(range: TimeRange): RationalTime {
  return addTime(range.start, range.duration);
}

/** Number of frames in a range. */
export function lengthOf(range: FrameRange): number {
  return range.out - range.in;
}
