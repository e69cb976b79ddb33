import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
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
  type Rational,
} from './rational.ts';

/** Small enough that three of them multiplied stay within 53 bits after reduction. */
const part = fc.integer({ min: -50_000, max: 50_000 });
const anyRational = fc.tuple(part, fc.integer({ min: 1, max: 50_000 })).map(([num, den]) => rational(num, den));

function law<T extends readonly unknown[]>(
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  holds: (...values: T) => void,
): void {
  fc.assert(
    fc.property(fc.tuple(...arbitraries) as unknown as fc.Arbitrary<T>, (values) => holds(...values)),
    {
      numRuns: Number(process.env['PW_RUNS'] ?? 300),
    },
  );
}

describe('N1: reduced, denominator positive', () => {
  test('by example', () => {
    expect(rational(6, -4)).toEqual({ num: -3, den: 2 });
    expect(rational(0, -7)).toEqual({ num: 0, den: 1 });
    expect(rational(-8)).toEqual({ num: -8, den: 1 });
    expect(Object.is(negate(zero).num, 0)).toBe(true);
    expect(Object.is(multiply(rational(-3, 2), zero).num, -0)).toBe(false);
  });
  test('whatever is computed', () => {
    law<[Rational, Rational]>([anyRational, anyRational], (a, b) => {
      for (const value of [add(a, b), subtract(a, b), multiply(a, b)]) {
        expect(value).toEqual(rational(value.num, value.den));
        expect(value.den).toBeGreaterThan(0);
      }
    });
  });
});

describe('N2: an ordered field', () => {
  test('addition', () => {
    law<[Rational, Rational, Rational]>([anyRational, anyRational, anyRational], (a, b, c) => {
      expect(add(a, b)).toEqual(add(b, a));
      expect(add(add(a, b), c)).toEqual(add(a, add(b, c)));
      expect(add(a, negate(a))).toEqual(zero);
      expect(add(a, zero)).toEqual(a);
    });
  });
  test('multiplication', () => {
    law<[Rational, Rational, Rational]>([anyRational, anyRational, anyRational], (a, b, c) => {
      expect(multiply(a, b)).toEqual(multiply(b, a));
      expect(multiply(multiply(a, b), c)).toEqual(multiply(a, multiply(b, c)));
      expect(multiply(a, add(b, c))).toEqual(add(multiply(a, b), multiply(a, c)));
      expect(multiply(a, one)).toEqual(a);
      if (b.num !== 0) expect(multiply(divide(a, b), b)).toEqual(a);
    });
  });
  test('order', () => {
    law<[Rational, Rational, Rational]>([anyRational, anyRational, anyRational], (a, b, c) => {
      expect(Math.sign(compare(a, b))).toBe(0 - Math.sign(compare(b, a)));
      expect(compare(a, b) === 0).toBe(equals(a, b));
      expect(Math.sign(compare(add(a, c), add(b, c)))).toBe(Math.sign(compare(a, b)));
      if (compare(c, zero) > 0)
        expect(Math.sign(compare(multiply(a, c), multiply(b, c)))).toBe(Math.sign(compare(a, b)));
      expect([min(a, b), max(a, b)]).toEqual(compare(a, b) <= 0 ? [a, b] : [b, a]);
    });
  });
});

describe('N3: exact beyond 2^53', () => {
  test('products that cancel keep every digit', () => {
    const a = rational(9_007_199_254_740_881, 1_000_003);
    expect(multiply(a, rational(1_000_003, 9_007_199_254_740_881))).toEqual(one);
    expect(add(a, negate(a))).toEqual(zero);
    expect(add(rational(6_000_000_000_000_001, 2), rational(-5_999_999_999_999_999, 6))).toEqual(
      rational(6_000_000_000_000_002, 3),
    );
    // The products differ by one, and round to the same double.
    expect(compare(rational(94_906_267, 94_906_266), rational(94_906_266, 94_906_265))).toBeLessThan(0);
    expect(compare(rational(9_007_199_254_740_881, 1001), rational(9_007_199_254_740_880, 1001))).toBeGreaterThan(0);
    expect(
      compare(
        rational(9_007_199_254_740_881, 9_007_199_254_740_847),
        rational(9_007_199_254_740_880, 9_007_199_254_740_847),
      ),
    ).toBe(1);
  });
  test('what needs more than 53 bits is refused by name', () => {
    const huge = rational(Number.MAX_SAFE_INTEGER);
    expect(() => multiply(huge, huge)).toThrow(expect.objectContaining({ code: 'PW_TIME_RANGE' }));
    expect(() => add(huge, huge)).toThrow(expect.objectContaining({ code: 'PW_TIME_RANGE' }));
  });
});

test('N4: floor and ceil enclose the number', () => {
  law<[Rational]>([anyRational], (a) => {
    expect(compare(rational(floor(a)), a)).toBeLessThanOrEqual(0);
    expect(compare(a, rational(floor(a) + 1))).toBeLessThan(0);
    expect(ceil(a)).toBe(0 - floor(negate(a)));
    expect(isInteger(a)).toBe(floor(a) === ceil(a));
  });
  expect([floor(rational(-1, 3)), ceil(rational(-1, 3)), floor(rational(7, 2)), ceil(rational(7, 2))]).toEqual([
    -1, 0, 3, 4,
  ]);
});

test('N5: round takes the nearest, a half goes up, whole shifts commute', () => {
  law<[Rational, number]>([anyRational, part], (a, n) => {
    expect(round(add(a, rational(n)))).toBe(round(a) + n);
    expect(Math.abs(toNumber(a) - round(a))).toBeLessThanOrEqual(0.5);
  });
  expect([rational(1, 2), rational(-1, 2), rational(3, 2), rational(-3, 2)].map(round)).toEqual([1, 0, 2, -1]);
});

describe('N6: text', () => {
  test('there and back', () => {
    law<[Rational]>([anyRational], (a) => {
      expect(parseRational(formatRational(a))).toEqual(a);
    });
    expect(formatRational(rational(24_000, 1001))).toBe('24000/1001');
    expect(formatRational(rational(25))).toBe('25');
  });
  test('what is no fraction reads as null', () => {
    for (const text of ['', ' 1', '1/0', '1.5', '1/', '/2', '1/2/3', '0x10', '1e3', 'NaN'])
      expect(parseRational(text)).toBeNull();
  });
});

test('N7: wrong calls are TypeErrors', () => {
  expect(() => rational(1, 0)).toThrow(TypeError);
  expect(() => rational(0.5)).toThrow(TypeError);
  expect(() => rational(2 ** 53)).toThrow(TypeError);
  expect(() => divide(one, zero)).toThrow(TypeError);
});
