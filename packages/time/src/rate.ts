import { parseRational, rational } from './rational.ts';
import type { Rate } from './rational-time.ts';

/** Above this denominator a number is noise, not a rate that anybody meant. */
const maxDenominator = 1_000_000_000;

/**
 * Makes an exact rate of a number as files spell it. A whole number is itself, so 24 is never 23.976. A number that is
 * `n × 1000/1001` rounded or cut to two or more decimals (23.976, 23.98, 29.97, 47.952, 59.94, 119.88), or as exact as a
 * double gets (23.976023976…), is that fraction, n a multiple of 3 up to 480. Any other is the simplest fraction with
 * the same double: 12.5 is 25/2.
 *
 * Returns null for what is no rate: NaN, infinities, zero, negative numbers, noise.
 */
export function rateFromNumber(value: number): Rate | null {
  if (!Number.isFinite(value) || value <= 0) return null;
  if (Number.isSafeInteger(value)) return rational(value);
  return broadcastRate(value) ?? simplestFraction(value);
}

/** Reads a rate: `24000/1001`, `25`, `23.976`, `29.97` (see {@link rateFromNumber}). Returns null for anything else. */
export function parseRate(text: string): Rate | null {
  if (/^\d{1,9}(\.\d{1,20})?$/.test(text)) return rateFromNumber(Number(text));
  if (!/^\d{1,15}\/\d{1,15}$/.test(text)) return null;
  const rate = parseRational(text);
  return rate === null || rate.num === 0 ? null : rate;
}

/** Writes a rate as `numerator/denominator`, also where the denominator is 1: `24000/1001`, `25/1`. */
export function formatRate(rate: Rate): string {
  return `${rate.num}/${rate.den}`;
}

/** The n × 1000/1001 that a decimal stands for; null when it stands for none. */
function broadcastRate(value: number): Rate | null {
  const nominal = Math.round((value * 1001) / 1000);
  if (nominal === 0 || nominal > 480 || nominal % 3 !== 0) return null;
  const exact = (nominal * 1000) / 1001;
  const isExact = Math.abs(value - exact) <= exact * 1e-9;
  return isExact || isAbbreviation(value, exact) ? rational(nominal * 1000, 1001) : null;
}

/** Tells whether `value`, with two decimals or more, is `exact` rounded or cut there. */
function isAbbreviation(value: number, exact: number): boolean {
  const decimals = (String(value).split('.')[1] ?? '').length;
  if (decimals < 2 || decimals > 9) return false;
  const scale = 10 ** decimals;
  const digits = Math.round(value * scale);
  return digits === Math.round(exact * scale) || digits === Math.floor(exact * scale);
}

/** The first continued-fraction convergent whose double is the value itself. */
function simplestFraction(value: number): Rate | null {
  let [previousNum, previousDen] = [0, 1];
  let [num, den] = [1, 0];
  let rest = value;
  for (;;) {
    const whole = Math.floor(rest);
    [previousNum, num] = [num, whole * num + previousNum];
    [previousDen, den] = [den, whole * den + previousDen];
    if (den > maxDenominator || !Number.isSafeInteger(num)) return null;
    if (num / den === value) return num === 0 ? null : rational(num, den);
    if (rest === whole) return null;
    rest = 1 / (rest - whole);
  }
}
