import { rational, type Rational } from '@patchwork/time';

/** Above this denominator a speed is noise: 10⁻¹² of a speed is a thousandth of a frame in 300 hours. */
const maxDenominator = 1_000_000;

/**
 * Makes an exact speed of a number as files spell it: its last continued-fraction convergent whose denominator is at most
 * 10⁶, so 0.5 is 1/2 and 1.0416666666666667 is 25/24.
 *
 * @throws TypeError when it is not finite.
 */
export function speedFromNumber(value: number): Rational {
  if (!Number.isFinite(value)) throw new TypeError(`speedFromNumber: ${value} is no speed`);
  if (Number.isSafeInteger(value)) return rational(value);
  const sign = value < 0 ? -1 : 1;
  const size = Math.abs(value);
  let [previousNum, previousDen, num, den] = [0, 1, 1, 0];
  let rest = size;
  for (;;) {
    const whole = Math.floor(rest);
    const [nextNum, nextDen] = [whole * num + previousNum, whole * den + previousDen];
    if (nextDen > maxDenominator || !Number.isSafeInteger(nextNum)) break;
    [previousNum, previousDen, num, den] = [num, den, nextNum, nextDen];
    if (rest === whole) break;
    rest = 1 / (rest - whole);
  }
  return rational(sign * num, den);
}
