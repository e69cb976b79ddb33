import { PatchworkError } from '@patchwork/kernel';
import {
  canDropFrame,
  formatTimecode,
  rateFromNumber,
  toNumber,
  type RationalTime,
  type TimeRange,
} from '@patchwork/time';
import { rationalFromDouble } from '../json/decimal.ts';

/**
 * OTIO's own arithmetic on doubles, rule for rule, for comparing with its results. Nothing else in this library reckons so: it
 * rounds, `===` after it is a matter of luck, and its order is not total (2 at 24000/1001 and 2.5 at 30000/1001 are neither
 * equal nor one below the other).
 */
export interface OtioTime {
  readonly value: number;
  readonly rate: number;
}

/** A range of {@link OtioTime}. */
export interface OtioRange {
  readonly start: OtioTime;
  readonly duration: OtioTime;
}

/** Half a sample at 192 kHz: what OTIO takes for equal, in seconds. */
export const otioEpsilonSeconds: number = 1 / (2 * 192_000);

/** The doubles of an exact time. */
export function otioTime(time: RationalTime): OtioTime {
  return { value: toNumber(time.value), rate: toNumber(time.rate) };
}

/** The doubles of an exact range. */
export function otioRange(range: TimeRange): OtioRange {
  return { start: otioTime(range.start), duration: otioTime(range.duration) };
}

/** The exact time that doubles mean; null for NaN, for no rate, for what needs more than 53 bits. */
export function timeFromOtio(time: OtioTime): RationalTime | null {
  const rate = rateFromNumber(time.rate);
  const value = rationalFromDouble(time.value);
  return rate === null || value === null ? null : { value, rate };
}

/** The value counted at another rate. */
export function otioRescaled(time: OtioTime, rate: number): number {
  return rate === time.rate ? time.value : (time.value * rate) / time.rate;
}

/** a + b, at the higher of the two rates. */
export function otioAdd(a: OtioTime, b: OtioTime): OtioTime {
  if (a.rate < b.rate) return { value: otioRescaled(a, b.rate) + b.value, rate: b.rate };
  return { value: otioRescaled(b, a.rate) + a.value, rate: a.rate };
}

/** a − b, at the higher of the two rates. */
export function otioSubtract(a: OtioTime, b: OtioTime): OtioTime {
  if (a.rate < b.rate) return { value: otioRescaled(a, b.rate) - b.value, rate: b.rate };
  return { value: a.value - otioRescaled(b, a.rate), rate: a.rate };
}

/** `==`: a rescaled to b's rate has b's value. */
export function otioEquals(a: OtioTime, b: OtioTime): boolean {
  return otioRescaled(a, b.rate) === b.value;
}

/** `<`: by seconds. */
export function otioIsLess(a: OtioTime, b: OtioTime): boolean {
  return a.value / a.rate < b.value / b.rate;
}

/** Equal to within `delta` units of b's rate. */
export function otioAlmostEquals(a: OtioTime, b: OtioTime, delta: number = 0): boolean {
  return Math.abs(otioRescaled(a, b.rate) - b.value) <= delta;
}

/** Seconds. */
export function otioSeconds(time: OtioTime): number {
  return otioRescaled(time, 1);
}

/** The time of some seconds; 1.16 s at 25 is 28.999999999999996. */
export function otioFromSeconds(seconds: number, rate: number): OtioTime {
  return { value: otioRescaled({ value: seconds, rate: 1 }, rate), rate };
}

/** Whole frames, cut: 28.999999999999996 is 28. */
export function otioFrames(time: OtioTime): number {
  return Math.trunc(time.value);
}

/** First moment after the range, at the duration's rate or the start's, whichever is higher. */
export function otioEnd(range: OtioRange): OtioTime {
  const { start, duration } = range;
  return otioAdd(duration, { value: otioRescaled(start, duration.rate), rate: duration.rate });
}

/** Last moment of the range, as OTIO counts: the start for up to one frame, the floor of the end for a fractional length. */
export function otioLast(range: OtioRange): OtioTime {
  const end = otioEnd(range);
  const { start, duration } = range;
  const length = otioSubtract(end, { value: otioRescaled(start, duration.rate), rate: duration.rate });
  if (!(length.value > 1)) return start;
  if (duration.value !== Math.floor(duration.value)) return { value: Math.floor(end.value), rate: end.rate };
  return otioSubtract(end, { value: 1, rate: duration.rate });
}

interface Bounds {
  readonly start: number;
  readonly end: number;
}

function bounds(range: OtioRange): Bounds {
  return { start: otioSeconds(range.start), end: otioSeconds(otioEnd(range)) };
}

function isAbove(a: number, b: number): boolean {
  return a - b >= otioEpsilonSeconds;
}

/** Strictly contains: a range does not contain itself. */
export function otioContains(range: OtioRange, other: OtioRange): boolean {
  const [a, b] = [bounds(range), bounds(other)];
  return isAbove(b.start, a.start) && isAbove(a.end, b.end);
}

/** Contains a moment: from the start on, before the end. */
export function otioContainsTime(range: OtioRange, time: OtioTime): boolean {
  return !otioIsLess(time, range.start) && otioIsLess(time, otioEnd(range));
}

/** Begins before the other and ends within it, strictly. */
export function otioOverlaps(range: OtioRange, other: OtioRange): boolean {
  const [a, b] = [bounds(range), bounds(other)];
  return isAbove(b.start, a.start) && isAbove(a.end, b.start) && isAbove(b.end, a.end);
}

/** Has more than an epsilon in common with the other. */
export function otioIntersects(range: OtioRange, other: OtioRange): boolean {
  const [a, b] = [bounds(range), bounds(other)];
  return isAbove(b.end, a.start) && isAbove(a.end, b.start);
}

/** Ends more than an epsilon before the other begins. */
export function otioIsBefore(range: OtioRange, other: OtioRange): boolean {
  return isAbove(bounds(other).start, bounds(range).end);
}

/** Ends where the other begins, to within an epsilon and not after. */
export function otioMeets(range: OtioRange, other: OtioRange): boolean {
  const distance = bounds(other).start - bounds(range).end;
  return distance <= otioEpsilonSeconds && distance >= 0;
}

/** Begins with the other and ends before it, strictly. */
export function otioBegins(range: OtioRange, other: OtioRange): boolean {
  const [a, b] = [bounds(range), bounds(other)];
  return Math.abs(b.start - a.start) <= otioEpsilonSeconds && isAbove(b.end, a.end);
}

/** Ends with the other and begins after it, strictly. */
export function otioFinishes(range: OtioRange, other: OtioRange): boolean {
  const [a, b] = [bounds(range), bounds(other)];
  return Math.abs(a.end - b.end) <= otioEpsilonSeconds && isAbove(a.start, b.start);
}

/** The rates for which SMPTE has timecode, as doubles. */
export const smpteRates: readonly number[] = [
  24000 / 1001,
  24,
  25,
  30000 / 1001,
  30,
  48000 / 1001,
  48,
  50,
  60000 / 1001,
  60,
];

/** The SMPTE rate nearest to a rate. */
export function nearestSmpteRate(rate: number): number {
  return smpteRates.reduce((best, candidate) =>
    Math.abs(candidate - rate) < Math.abs(best - rate) ? candidate : best,
  );
}

/**
 * Timecode as OTIO writes it: frames counted at the given rate, numbered as at the SMPTE rate within 0.1 of it, drop frame for 29.97 and 59.94 unless said
 * otherwise, round the clock.
 *
 * @throws PW_TIMECODE_RATE when no SMPTE rate is near; PW_TIMECODE_NEGATIVE before zero
 */
export function otioTimecode(time: OtioTime, rate: number = time.rate, dropFrame: boolean | null = null): string {
  const nearest = nearestSmpteRate(rate);
  const exact = rateFromNumber(nearest);
  if (exact === null || Math.abs(nearest - rate) > 0.1) {
    throw new PatchworkError('PW_TIMECODE_RATE', `SMPTE has no timecode at ${rate} frames a second`, {
      details: { rate },
    });
  }
  if (time.value < 0) {
    throw new PatchworkError('PW_TIMECODE_NEGATIVE', 'OTIO writes no timecode before zero', {
      details: { value: time.value },
    });
  }
  const frame = Math.floor(otioRescaled(time, rate));
  return formatTimecode(frame, exact, dropFrame ?? canDropFrame(exact));
}

/**
 * Timecode as OTIO reads it: four numbers of two digits, whatever stands between them, at an SMPTE rate alone; drop frame where
 * there is a `;`. Hours may be more than 23, and numbers that drop frame leaves out are taken for the frames after them.
 *
 * @throws PW_TIMECODE_RATE for 23.976 or 29.97, which are no SMPTE doubles
 * @throws PW_TIMECODE_DROP for a `;` at a rate without drop frame
 * @throws PW_TIMECODE_FORM for other text, and for frames that a second does not have
 */
export function otioFromTimecode(text: string, rate: number): OtioTime {
  const exact = smpteRates.includes(rate) ? rateFromNumber(rate) : null;
  if (exact === null) {
    throw new PatchworkError('PW_TIMECODE_RATE', `${rate} is no SMPTE rate to the last digit`, { details: { rate } });
  }
  const isDrop = text.includes(';');
  if (isDrop && !canDropFrame(exact)) {
    throw new PatchworkError('PW_TIMECODE_DROP', `"${text}": there is no drop frame at ${rate}`, { details: { text } });
  }
  const base = Math.ceil(rate);
  const fields = /^(\d\d).(\d\d).(\d\d).(\d\d)/.exec(text);
  const [hours = 0, minutes = 0, seconds = 0, frames = 0] = fields?.slice(1).map(Number) ?? [];
  if (fields === null || frames >= base) {
    throw new PatchworkError('PW_TIMECODE_FORM', `"${text}" is no timecode at ${rate}`, {
      hint: `Write HH:MM:SS:FF with frames below ${base}.`,
      details: { text },
    });
  }
  const wholeMinutes = hours * 60 + minutes;
  const dropped = isDrop ? (base / 15) * (wholeMinutes - Math.floor(wholeMinutes / 10)) : 0;
  return { value: (wholeMinutes * 60 + seconds) * base + frames - dropped, rate };
}
