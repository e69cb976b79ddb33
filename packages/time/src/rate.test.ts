import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { rational } from './rational.ts';
import { formatRate, parseRate, rateFromNumber } from './rate.ts';

function spelled(value: number): string | null {
  const rate = rateFromNumber(value);
  return rate === null ? null : formatRate(rate);
}

test('R1: whole numbers are themselves', () => {
  expect([24, 25, 30, 48, 50, 60, 100, 120, 48_000].map(spelled)).toEqual([
    '24/1',
    '25/1',
    '30/1',
    '48/1',
    '50/1',
    '60/1',
    '100/1',
    '120/1',
    '48000/1',
  ]);
});

test('R2: shortened broadcast rates are n × 1000/1001', () => {
  const expected: readonly (readonly [number, string])[] = [
    [23.976, '24000/1001'],
    [23.98, '24000/1001'],
    [23.97, '24000/1001'],
    [23.97602, '24000/1001'],
    [29.97, '30000/1001'],
    [47.952, '48000/1001'],
    [47.95, '48000/1001'],
    [59.94, '60000/1001'],
    [119.88, '120000/1001'],
    [14.985, '15000/1001'],
  ];
  expect(expected.map(([value]) => [value, spelled(value)])).toEqual(expected);
});

test('R2: near misses stay what they are', () => {
  expect([23.9, 23.99, 23.975, 29.96, 59.9, 47.96, 29.9, 599.4006].map(spelled)).toEqual([
    '239/10',
    '2399/100',
    '959/40',
    '749/25',
    '599/10',
    '1199/25',
    '299/10',
    '2997003/5000',
  ]);
});

test('R3: doubles as OpenTimelineIO writes them', () => {
  for (const nominal of [24, 30, 48, 60, 90, 120]) {
    expect(rateFromNumber((nominal * 1000) / 1001)).toEqual(rational(nominal * 1000, 1001));
  }
});

test('R4: other decimals become the simplest fraction with the same double', () => {
  expect([12.5, 24.975, 16.666666666666668, 0.1, 25.5].map(spelled)).toEqual([
    '25/2',
    '999/40',
    '50/3',
    '1/10',
    '51/2',
  ]);
  expect(spelled(Math.PI * 1e-9)).toBeNull();
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 1000 }), (num, den) => {
      const rate = rateFromNumber(num / den);
      expect(rate).not.toBeNull();
      // A fraction that reads as a broadcast rate is one: that is R2 and R3.
      if (rate !== null && rate.den !== 1001) expect(rate).toEqual(rational(num, den));
    }),
    { numRuns: Number(process.env['PW_RUNS'] ?? 500) },
  );
});

test('R5: what is no rate is null', () => {
  expect([Number.NaN, Infinity, -Infinity, 0, -0, -24, 1e-300].map(spelled)).toEqual([
    null,
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});

test('R6: text', () => {
  expect(formatRate(rational(25))).toBe('25/1');
  expect(['24000/1001', '48000/2002', '25', '29.97', '25/1'].map(parseRate)).toEqual([
    rational(24_000, 1001),
    rational(24_000, 1001),
    rational(25),
    rational(30_000, 1001),
    rational(25),
  ]);
  expect(['', '0', '0/1', '1/0', '-24', '24fps', '1e3', 'NaN', '24/'].map(parseRate)).toEqual(
    Array.from({ length: 9 }, () => null),
  );
});
