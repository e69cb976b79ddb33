import {
  divide,
  floor,
  isInteger,
  max,
  min,
  multiply,
  rational,
  round,
  secondsFromTime,
  timeFromSeconds,
  zero,
  type Rate,
  type Rational,
  type RationalTime,
} from '@patchwork/time';

/** Exact seconds of a time. */
export function secondsOfTime(time: RationalTime): Rational {
  return secondsFromTime(time);
}

/** Seconds counted at a rate. */
export function secondsAsTime(seconds: Rational, rate: Rate): RationalTime {
  return timeFromSeconds(seconds, rate);
}

/** The nearest whole frame, in seconds. */
export function snapped(seconds: Rational, rate: Rate): Rational {
  return divide(rational(round(multiply(seconds, rate))), rate);
}

/** Tells whether a moment falls on a whole frame. */
export function isOnFrame(seconds: Rational, rate: Rate): boolean {
  return isInteger(multiply(seconds, rate));
}

/** The most whole frames that fit, in seconds. */
export function wholeFrames(seconds: Rational, rate: Rate): Rational {
  return divide(rational(floor(multiply(seconds, rate))), rate);
}

/** One frame, in seconds. */
export function frameOf(rate: Rate): Rational {
  return divide(rational(1), rate);
}

/** The smallest of the limits that there are; null, no limit, when all are null. */
export function smallest(...limits: readonly (Rational | null)[]): Rational | null {
  return limits.reduce((least, limit) => (least === null ? limit : limit === null ? least : min(least, limit)), null);
}

/** A limit is never below nothing: a clip that already reaches past its media need not shrink. */
export function notNegative(seconds: Rational): Rational {
  return max(seconds, zero);
}
