import { add, ceil, divide, floor, formatRational, multiply, type Rational } from '@patchwork/time';

/** An exact straight function of the record frame: offset + slope × frame. */
export interface Affine {
  readonly offset: Rational;
  readonly slope: Rational;
}

/** The value at a frame. */
export function valueAt(affine: Affine, frame: number): Rational {
  return add(affine.offset, multiply(affine.slope, { num: frame, den: 1 }));
}

/** The same function with its values multiplied. */
export function scaled(affine: Affine, factor: Rational): Affine {
  return { offset: multiply(affine.offset, factor), slope: multiply(affine.slope, factor) };
}

/** The frame (fractional) at which the function has a value. The slope must not be 0. */
export function frameWhere(affine: Affine, value: Rational): Rational {
  return divide(add(value, { num: -affine.offset.num, den: affine.offset.den }), affine.slope);
}

/** Canonical text: equal for equal functions only. */
export function affineText(affine: Affine): string {
  return `${formatRational(affine.offset)}+${formatRational(affine.slope)}f`;
}

/** Frames up to which the plain-number path below is proven safe: ten days at 120 fps. */
const frameLimit = 2 ** 27;

/**
 * Compiles floor(affine) for use at millions of frames; `below` instead gives the largest integer *less* than the value
 * (ceil − 1): what shows when time runs backwards.
 */
export function integerOf(affine: Affine, side: 'floor' | 'below'): (frame: number) => number {
  const { offset, slope } = affine;
  if (offset.den === 1 && slope.den === 1) {
    const start = side === 'floor' ? offset.num : offset.num - 1;
    const step = slope.num;
    return (frame) => start + step * frame;
  }
  const exact = (frame: number): number => {
    const value = valueAt(affine, frame);
    return side === 'floor' ? floor(value) : ceil(value) - 1;
  };
  const den = lcm(offset.den, slope.den);
  const base = offset.num * (den / offset.den) - (side === 'floor' ? 0 : 1);
  const step = slope.num * (den / slope.den);
  const largest = Math.abs(base) + Math.abs(step) * frameLimit + den;
  // ceil(n / d) − 1 = floor((n − 1) / d) for whole n and d > 0.
  if (!Number.isSafeInteger(den) || !Number.isSafeInteger(base) || !(largest < Number.MAX_SAFE_INTEGER)) return exact;
  return (frame) => {
    if (frame > frameLimit || frame < -frameLimit) return exact(frame);
    const num = base + step * frame;
    // Below 2^53 a quotient that is no integer never rounds onto one: it is at least 1 ÷ den away, an ulp is less.
    return Math.floor(num / den);
  };
}

function lcm(a: number, b: number): number {
  let x = a;
  let y = b;
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
