import { rational, type Rational } from '@patchwork/time';

/**
 * The exact value of a decimal number. Up to 15 significant digits it is what is written, unless a far simpler fraction
 * has the same double (`213.998001998002` is 214212/1001); beyond, a number came from a double, and the simplest fraction
 * that rounds to the same double is meant (`1049.0416666666667` is 25177/24).
 * Returns null for NaN, infinities and what needs more than 53 bits.
 */
export function rationalFromDecimal(lexeme: string): Rational | null {
  const double = Number(lexeme);
  if (!Number.isFinite(double)) return null;
  if (Number.isInteger(double)) return Number.isSafeInteger(double) ? rational(double === 0 ? 0 : double) : null;
  const decimal = exactDecimal(lexeme);
  if (decimal !== null && decimal.den < longDenominator) return decimal;
  // One double in ten that is no decimal has 15 digits or less: a small denominator is no coincidence beside a long one.
  const fraction = simplestFraction(double);
  return decimal === null || (fraction !== null && fraction.den <= smallDenominator) ? fraction : decimal;
}

/** Decimals from here on may be rounded fractions. */
const longDenominator = 1e11;
/** Fractions up to here mean themselves where a long decimal has the same double. */
const smallDenominator = 1e5;

/** The simplest fraction that rounds to the double; null when none has safe parts. */
export function rationalFromDouble(double: number): Rational | null {
  return rationalFromDecimal(String(double));
}

function exactDecimal(lexeme: string): Rational | null {
  const match = /^(-?)(\d+)\.(\d+)$/.exec(lexeme);
  if (match === null) return null;
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  const digits = `${match[2]}${fraction}`.replace(/^0+/, '');
  if (digits.length > 15 || fraction.length > 15) return null;
  return rational(Number(`${match[1]}${digits === '' ? '0' : digits}`), 10 ** fraction.length);
}

/** Continued fraction of the double, cut at the first convergent that rounds back to it. */
function simplestFraction(double: number): Rational | null {
  let rest = double;
  let [num, den, lastNum, lastDen] = [1, 0, 0, 1];
  for (let step = 0; step < 40; step += 1) {
    const whole = Math.floor(rest);
    [num, lastNum] = [whole * num + lastNum, num];
    [den, lastDen] = [whole * den + lastDen, den];
    if (!Number.isSafeInteger(num) || !Number.isSafeInteger(den)) return null;
    if (num / den === double) return rational(num, den);
    rest = 1 / (rest - whole);
  }
  return null;
}
