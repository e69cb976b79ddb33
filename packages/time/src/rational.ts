import { PatchworkError } from '@patchwork/kernel';

/** An exact number: `num / den`, reduced, `den` > 0, both safe integers. Zero is `0/1`. */
export interface Rational {
  readonly num: number;
  readonly den: number;
}

/** Exactly 0. */
export const zero: Rational = { num: 0, den: 1 };
/** Exactly 1. */
export const one: Rational = { num: 1, den: 1 };

function gcd(a: number, b: number): number {
  let x = Math.abs(a);
  let y = Math.abs(b);
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

function bigGcd(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** Reduces a fraction of big integers; a result outside the safe integers has no place in a timeline. */
function reduceBig(num: bigint, den: bigint): Rational {
  const divisor = bigGcd(num, den) * (den < 0n ? -1n : 1n);
  const n = Number(num / divisor);
  const d = Number(den / divisor);
  if (!Number.isSafeInteger(n) || !Number.isSafeInteger(d)) {
    throw new PatchworkError('PW_TIME_RANGE', `time value ${num}/${den} needs more than 53 bits`, {
      hint: 'The file holds an absurd time; correct it in the program that wrote it.',
    });
  }
  return { num: n, den: d };
}

/**
 * Builds `num / den`, reduced. `den` defaults to 1.
 *
 * @throws TypeError when a part is no safe integer or `den` is 0.
 */
export function rational(num: number, den: number = 1): Rational {
  if (!Number.isSafeInteger(num) || !Number.isSafeInteger(den) || den === 0) {
    throw new TypeError(`rational: ${num}/${den} is not a fraction of safe integers`);
  }
  if (den === 1) return num === 0 ? zero : { num, den };
  const divisor = gcd(num, den) * (den < 0 ? -1 : 1);
  return num === 0 ? zero : { num: num / divisor, den: den / divisor };
}

/** a + b. @throws PW_TIME_RANGE */
export function add(a: Rational, b: Rational): Rational {
  if (a.den === b.den) {
    const num = a.num + b.num;
    if (Number.isSafeInteger(num)) return rational(num, a.den);
  }
  const left = a.num * b.den;
  const right = b.num * a.den;
  const den = a.den * b.den;
  const num = left + right;
  if (
    Number.isSafeInteger(left) &&
    Number.isSafeInteger(right) &&
    Number.isSafeInteger(den) &&
    Number.isSafeInteger(num)
  ) {
    return rational(num, den);
  }
  return reduceBig(BigInt(a.num) * BigInt(b.den) + BigInt(b.num) * BigInt(a.den), BigInt(a.den) * BigInt(b.den));
}

/** −a. */
export function negate(a: Rational): Rational {
  return a.num === 0 ? zero : { num: -a.num, den: a.den };
}

/** a − b. @throws PW_TIME_RANGE */
export function subtract(a: Rational, b: Rational): Rational {
  return add(a, negate(b));
}

/** a × b. @throws PW_TIME_RANGE */
export function multiply(a: Rational, b: Rational): Rational {
  const num = a.num * b.num;
  const den = a.den * b.den;
  if (Number.isSafeInteger(num) && Number.isSafeInteger(den)) return rational(num, den);
  return reduceBig(BigInt(a.num) * BigInt(b.num), BigInt(a.den) * BigInt(b.den));
}

/** a ÷ b. @throws TypeError when b is 0. @throws PW_TIME_RANGE */
export function divide(a: Rational, b: Rational): Rational {
  if (b.num === 0) throw new TypeError('divide: division by zero');
  return multiply(a, b.num < 0 ? { num: -b.den, den: -b.num } : { num: b.den, den: b.num });
}

/** Negative when a < b, 0 when equal, positive when a > b; exact. */
export function compare(a: Rational, b: Rational): number {
  if (a.den === b.den) return a.num - b.num;
  const left = a.num * b.den;
  const right = b.num * a.den;
  if (Number.isSafeInteger(left) && Number.isSafeInteger(right)) return left - right;
  const difference = BigInt(a.num) * BigInt(b.den) - BigInt(b.num) * BigInt(a.den);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Tells whether two numbers are the same. */
export function equals(a: Rational, b: Rational): boolean {
  return a.num === b.num && a.den === b.den;
}

/** The smaller of the two. */
export function min(a: Rational, b: Rational): Rational {
  return compare(a, b) <= 0 ? a : b;
}

/** The larger of the two. */
export function max(a: Rational, b: Rational): Rational {
  return compare(a, b) >= 0 ? a : b;
}

/** The largest integer not above a. */
export function floor(a: Rational): number {
  const remainder = a.num % a.den;
  const truncated = (a.num - remainder) / a.den;
  return remainder < 0 ? truncated - 1 : truncated;
}

/** The smallest integer not below a. */
export function ceil(a: Rational): number {
  return 0 - floor(negate(a));
}

/** The nearest integer; a half goes up (towards +∞), so that shifting by whole numbers commutes with rounding. */
export function round(a: Rational): number {
  return floor(add(a, { num: 1, den: 2 }));
}

/** Tells whether a is a whole number. */
export function isInteger(a: Rational): boolean {
  return a.den === 1;
}

/** The nearest double. For display and for arithmetic on picture values; never for deciding equality of times. */
export function toNumber(a: Rational): number {
  return a.num / a.den;
}

/** Writes `n` or `n/d`. */
export function formatRational(a: Rational): string {
  return a.den === 1 ? String(a.num) : `${a.num}/${a.den}`;
}

/** Reads `n` or `n/d` (decimal integers, optional minus). Returns null for anything else, also for a zero denominator. */
export function parseRational(text: string): Rational | null {
  const match = /^(-?\d{1,18})(?:\/(-?\d{1,18}))?$/.exec(text);
  if (match === null) return null;
  const num = BigInt(match[1] ?? '0');
  const den = BigInt(match[2] ?? '1');
  if (den === 0n) return null;
  return reduceBig(num, den);
}
