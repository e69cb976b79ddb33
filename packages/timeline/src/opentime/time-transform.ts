import {
  addTime,
  multiply,
  rescaled,
  type Rate,
  type Rational,
  type RationalTime,
  type TimeRange,
} from '@patchwork/time';

/** Scales about zero, then moves: OTIO's TimeTransform. */
export interface TimeTransform {
  readonly offset: RationalTime;
  /** Default of OTIO: 1. */
  readonly scale: Rational;
  /** Null keeps the time's own rate (OTIO writes −1). */
  readonly rate: Rate | null;
}

/** Applies a transform to a moment. */
export function transformTime(transform: TimeTransform, time: RationalTime): RationalTime {
  const scaled = { value: multiply(time.value, transform.scale), rate: time.rate };
  const moved = addTime(scaled, transform.offset);
  return transform.rate === null ? moved : rescaled(moved, transform.rate);
}

/** Applies a transform to a range: its start is moved, its length only scaled. */
export function transformRange(transform: TimeTransform, range: TimeRange): TimeRange {
  const lengths = { ...transform, offset: { value: { num: 0, den: 1 }, rate: transform.offset.rate } };
  return { start: transformTime(transform, range.start), duration: transformTime(lengths, range.duration) };
}
