import { type Rate, type Rational, rational } from '@patchwork/time';

/** When the pictures of a stream come. */
export interface FrameTimes {
  readonly rate: Rate;
  readonly frames: number;
  /** In ticks. */
  readonly firstPts: number;
  /** Ascending; null when all are firstPts + round(i ÷ rate ÷ timeBase). */
  readonly times: readonly number[] | null;
}

/**
 * Tells constant from variable rate by the times themselves: the first rate among the stated ones and the measured
 * average that gives exactly these times.
 */
export function frameTimes(
  shown: readonly number[],
  lastDuration: number,
  timeBase: Rational,
  stated: readonly Rational[],
): FrameTimes {
  const times = shown.toSorted((a, b) => a - b);
  const firstPts = times[0] ?? 0;
  const frames = times.length;
  const average = averageRate(times, lastDuration, timeBase);
  const candidates = [...stated.filter((rate) => rate.num > 0 && rate.den > 0), ...near(average, 0.01), average];
  for (const candidate of candidates) {
    const rate = rational(candidate.num, candidate.den);
    if (fits(times, rate, timeBase)) return { rate, frames, firstPts, times: null };
  }
  return { rate: near(average, 0.0004)[0] ?? average, frames, firstPts, times };
}

function averageRate(times: readonly number[], lastDuration: number, timeBase: Rational): Rate {
  const first = times[0] ?? 0;
  const last = times.at(-1) ?? first;
  if (times.length < 2) {
    return lastDuration > 0 ? fraction(timeBase.den, lastDuration * timeBase.num) : { num: 25, den: 1 };
  }
  return fraction((times.length - 1) * timeBase.den, Math.max(1, last - first) * timeBase.num);
}

function fraction(num: number, den: number): Rate {
  if (Number.isSafeInteger(num) && Number.isSafeInteger(den)) return rational(num, den);
  return rational(Math.round((num / den) * 1_000_000), 1_000_000);
}

/** Rates that cameras and films use, within a share of the measured one, the nearest first: a millisecond clock jitters. */
function near(rate: Rate, share: number): Rate[] {
  const value = rate.num / rate.den;
  const known: Rate[] = [24, 25, 30, 48, 50, 60, 100, 120].flatMap((whole) => [
    { num: whole * 1000, den: 1001 },
    { num: whole, den: 1 },
  ]);
  return known
    .filter((one) => Math.abs(one.num / one.den - value) < value * share)
    .toSorted((a, b) => Math.abs(a.num / a.den - value) - Math.abs(b.num / b.den - value))
    .map((one) => rational(one.num, one.den));
}

function fits(times: readonly number[], rate: Rate, timeBase: Rational): boolean {
  const first = times[0] ?? 0;
  const num = BigInt(rate.den) * BigInt(timeBase.den);
  const den = BigInt(rate.num) * BigInt(timeBase.num);
  const step = Number(num) / Number(den);
  for (let index = 0; index < times.length; index += 1) {
    const near = index * step;
    // Far from a half the double decides; near one the exact quotient does.
    const fractionPart = near - Math.floor(near);
    const expected =
      Math.abs(fractionPart - 0.5) > 1e-3 ? Math.round(near) : Number((2n * BigInt(index) * num + den) / (2n * den));
    if (first + expected !== times[index]) return false;
  }
  return true;
}
