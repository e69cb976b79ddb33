export {
  add,
  ceil,
  compare,
  divide,
  equals,
  floor,
  formatRational,
  isInteger,
  max,
  min,
  multiply,
  negate,
  one,
  parseRational,
  rational,
  round,
  subtract,
  toNumber,
  zero,
} from './rational.ts';
export type { Rational } from './rational.ts';
export {
  addTime,
  compareTime,
  endOfRange,
  lengthOf,
  rescaled,
  secondsFromTime,
  subtractTime,
  timeFromSeconds,
} from './rational-time.ts';
export type { FrameRange, Rate, RationalTime, TimeRange } from './rational-time.ts';
export {
  contains,
  intersectRange,
  intersectRanges,
  lengthOfRanges,
  normaliseRanges,
  subtractRanges,
  uniteRanges,
} from './frame-range.ts';
export { formatRate, parseRate, rateFromNumber } from './rate.ts';
export {
  canDropFrame,
  formatTimecode,
  frameFromTimecode,
  framesPerDay,
  parseFrameOrTimecode,
  parseTimecode,
} from './timecode.ts';
export type { ParsedTimecode } from './timecode.ts';
