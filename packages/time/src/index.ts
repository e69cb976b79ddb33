export {
  add, ceil, compare, divide, equals, floor, formatRational, isInteger, max, min, multiply, negate, one, parseRational,
  rational, round, subtract, toNumber, zero,
} from './rational.ts';
export type { Rational } from './rational.ts';
export {
  addTime, compareTime, endOfRange, lengthOf, rescaled, secondsFromTime, subtractTime, timeFromSeconds,
} from './rational-time.ts';
export type { FrameRange, Rate, RationalTime, TimeRange } from './rational-time.ts';
