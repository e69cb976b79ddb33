import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { rational } from './rational.ts';
import {
  addTime,
  compareTime,
  endOfRange,
  lengthOf,
  rescaled,
  secondsFromTime,
  subtractTime,
  timeFromSeconds,
  type RationalTime,
} from './rational-time.ts';

const rates = [
  rational(24_000, 1001),
  rational(24),
  rational(25),
  rational(30_000, 1001),
  rational(60_000, 1001),
  rational(120),
  rational(48_000),
];
const anyRate = fc.constantFrom(...rates);
const anyTime: fc.Arbitrary<RationalTime> = fc
  .record({ num: fc.integer({ min: -10_000_000, max: 10_000_000 }), den: fc.constantFrom(1, 1, 1, 2, 5, 1001) })
  .chain(({ num, den }) => anyRate.map((rate) => ({ value: rational(num, den), rate })));
const runs = { numRuns: Number(process.env['PW_RUNS'] ?? 300) };

test('T1: a change of rate keeps the moment exactly', () => {
  fc.assert(
    fc.property(anyTime, anyRate, (time, rate) => {
      expect(secondsFromTime(rescaled(time, rate))).toEqual(secondsFromTime(time));
      expect(rescaled(rescaled(time, rate), time.rate)).toEqual(time);
      expect(timeFromSeconds(secondsFromTime(time), time.rate)).toEqual(time);
    }),
    runs,
  );
  const hour = { value: rational(86_400), rate: rational(24) };
  expect(rescaled(hour, rational(24_000, 1001))).toEqual({
    value: rational(86_400_000, 1001),
    rate: rational(24_000, 1001),
  });
});

test('T2: a + b − b = a, at the rate of a', () => {
  fc.assert(
    fc.property(anyTime, anyTime, (a, b) => {
      expect(subtractTime(addTime(a, b), b)).toEqual(a);
    }),
    runs,
  );
});

test('T3: moments compare by seconds', () => {
  fc.assert(
    fc.property(anyTime, anyTime, anyRate, (a, b, rate) => {
      expect(Math.sign(compareTime(a, b))).toBe(Math.sign(compareTime(rescaled(a, rate), b)));
      expect(compareTime(a, rescaled(a, rate))).toBe(0);
    }),
    runs,
  );
  expect(
    compareTime({ value: rational(24), rate: rational(24) }, { value: rational(24), rate: rational(24_000, 1001) }),
  ).toBeLessThan(0);
});

test('T4: the end is start plus duration at the rate of the start', () => {
  const range = {
    start: { value: rational(10), rate: rational(24) },
    duration: { value: rational(50), rate: rational(25) },
  };
  expect(endOfRange(range)).toEqual({ value: rational(58), rate: rational(24) });
  expect(lengthOf({ in: 3, out: 7 })).toBe(4);
});
