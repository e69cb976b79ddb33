import {
  addTime,
  compareTime,
  endOfRange,
  floor,
  isInteger,
  rational,
  subtract,
  subtractTime,
  type RationalTime,
  type TimeRange,
} from '@patchwork/time';

/**
 * Relations of half-open ranges, exact: no epsilon, and a range contains, begins and finishes itself. (OTIO's own are strict by
 * half a 192,000th of a second; {@link otioContains} and its fellows give those.)
 */
export function rangeContains(range: TimeRange, other: TimeRange | RationalTime): boolean {
  if (!('start' in other)) return compareTime(range.start, other) <= 0 && compareTime(other, endOfRange(range)) < 0;
  return compareTime(range.start, other.start) <= 0 && compareTime(endOfRange(other), endOfRange(range)) <= 0;
}

/** Tells whether two ranges have a moment in common. */
export function rangesIntersect(a: TimeRange, b: TimeRange): boolean {
  return compareTime(a.start, endOfRange(b)) < 0 && compareTime(b.start, endOfRange(a)) < 0;
}

/** Tells whether `a` begins before `b` and ends within it. */
export function rangeOverlaps(a: TimeRange, b: TimeRange): boolean {
  return (
    compareTime(a.start, b.start) < 0 &&
    compareTime(b.start, endOfRange(a)) < 0 &&
    compareTime(endOfRange(a), endOfRange(b)) < 0
  );
}

/** Tells whether a range ends before a moment, or before another range begins; touching is before. */
export function rangeIsBefore(a: TimeRange, b: TimeRange | RationalTime): boolean {
  return compareTime(endOfRange(a), 'start' in b ? b.start : b) <= 0;
}

/** Tells whether `a` ends exactly where `b` begins. */
export function rangeMeets(a: TimeRange, b: TimeRange): boolean {
  return compareTime(endOfRange(a), b.start) === 0;
}

/** Tells whether `a` begins where `b` does and ends not after it; or at a moment. */
export function rangeBegins(a: TimeRange, b: TimeRange | RationalTime): boolean {
  if (!('start' in b)) return compareTime(a.start, b) === 0;
  return compareTime(a.start, b.start) === 0 && compareTime(endOfRange(a), endOfRange(b)) <= 0;
}

/** Tells whether `a` ends where `b` does and begins not before it; or ends at a moment. */
export function rangeFinishes(a: TimeRange, b: TimeRange | RationalTime): boolean {
  if (!('start' in b)) return compareTime(endOfRange(a), b) === 0;
  return compareTime(endOfRange(a), endOfRange(b)) === 0 && compareTime(a.start, b.start) >= 0;
}

/** The smallest range that holds both. */
export function rangeExtendedBy(a: TimeRange, b: TimeRange): TimeRange {
  const start = compareTime(a.start, b.start) <= 0 ? a.start : b.start;
  const end = compareTime(endOfRange(a), endOfRange(b)) >= 0 ? endOfRange(a) : endOfRange(b);
  return rangeBetween(start, end);
}

/** The part of `other` within `range`; of length 0 at the nearer edge when there is none. */
export function rangeClampedTo(other: TimeRange, range: TimeRange): TimeRange {
  const start = timeClampedTo(other.start, range);
  const end = timeClampedTo(endOfRange(other), range);
  return rangeBetween(start, end);
}

/** The moment, or the range's nearer edge when it lies outside. The end itself counts as inside here. */
export function timeClampedTo(time: RationalTime, range: TimeRange): RationalTime {
  if (compareTime(time, range.start) < 0) return range.start;
  const end = endOfRange(range);
  return compareTime(time, end) > 0 ? end : time;
}

/** The range from one moment to another, at the first one's rate. @throws TypeError when the end is before the start */
export function rangeBetween(start: RationalTime, end: RationalTime): TimeRange {
  const duration = subtractTime(end, start);
  if (duration.value.num < 0) throw new TypeError('rangeBetween: the end lies before the start');
  return { start, duration };
}

/** The range that takes in the frame at `last`, too. */
export function rangeThrough(start: RationalTime, last: RationalTime): TimeRange {
  return rangeBetween(start, addTime(last, { value: rational(1), rate: last.rate }));
}

/**
 * The last frame of a range, counted at its duration's rate: the start when it has no more than one frame; the whole frame
 * below the end when its length is no whole number of frames.
 */
export function lastFrameOf(range: TimeRange): RationalTime {
  const { duration } = range;
  const end = addTime({ value: rational(0), rate: duration.rate }, endOfRange(range));
  if (duration.value.num <= duration.value.den) return range.start;
  if (!isInteger(duration.value)) return { value: rational(floor(end.value)), rate: end.rate };
  return { value: subtract(end.value, rational(1)), rate: end.rate };
}
