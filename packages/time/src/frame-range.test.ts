import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  contains,
  intersectRange,
  intersectRanges,
  lengthOfRanges,
  normaliseRanges,
  subtractRanges,
  uniteRanges,
} from './frame-range.ts';
import type { FrameRange } from './rational-time.ts';

const size = 40;
const anyRange = fc
  .tuple(fc.integer({ min: 0, max: size }), fc.integer({ min: 0, max: 8 }))
  .map(([start, length]) => ({ in: start, out: Math.min(size, start + length) }));
const anyList = fc.array(anyRange, { maxLength: 8 });
const runs = { numRuns: Number(process.env['PW_RUNS'] ?? 500) };

/** The oracle: one boolean a frame. */
function bits(ranges: readonly FrameRange[]): readonly boolean[] {
  return Array.from({ length: size }, (_, frame) => ranges.some((range) => frame >= range.in && frame < range.out));
}

function rangesFromBits(set: readonly boolean[]): readonly FrameRange[] {
  const ranges: FrameRange[] = [];
  for (let frame = 0; frame < set.length; frame += 1) {
    if (set[frame] !== true) continue;
    let out = frame;
    while (set[out] === true) out += 1;
    ranges.push({ in: frame, out });
    frame = out;
  }
  return ranges;
}

describe('S1, S2: a list stands for a set, results are normal', () => {
  test('by example', () => {
    const list = [
      { in: 10, out: 12 },
      { in: 5, out: 5 },
      { in: 0, out: 4 },
      { in: 4, out: 6 },
      { in: 1, out: 2 },
    ];
    expect(normaliseRanges(list)).toEqual([
      { in: 0, out: 6 },
      { in: 10, out: 12 },
    ]);
  });
  test('against one boolean a frame', () => {
    fc.assert(
      fc.property(anyList, (list) => {
        expect(normaliseRanges(list)).toEqual(rangesFromBits(bits(list)));
      }),
      runs,
    );
  });
});

test('S3: union, intersection and difference are those of the sets', () => {
  fc.assert(
    fc.property(anyList, anyList, (a, b) => {
      const [x, y] = [bits(a), bits(b)];
      expect(uniteRanges(a, b)).toEqual(rangesFromBits(x.map((bit, frame) => bit || y[frame] === true)));
      expect(intersectRanges(a, b)).toEqual(rangesFromBits(x.map((bit, frame) => bit && y[frame] === true)));
      expect(subtractRanges(a, b)).toEqual(rangesFromBits(x.map((bit, frame) => bit && y[frame] !== true)));
    }),
    runs,
  );
});

test('S3: one range with another', () => {
  expect(intersectRange({ in: 0, out: 5 }, { in: 5, out: 9 })).toBeNull();
  expect(intersectRange({ in: 0, out: 6 }, { in: 5, out: 9 })).toEqual({ in: 5, out: 6 });
  expect([4, 5, 8, 9].map((frame) => contains({ in: 5, out: 9 }, frame))).toEqual([false, true, true, false]);
});

test('S4: the length counts each frame once', () => {
  fc.assert(
    fc.property(anyList, (list) => {
      expect(lengthOfRanges(list)).toBe(bits(list).filter(Boolean).length);
    }),
    runs,
  );
});

test('S5: what is no range is a wrong call', () => {
  for (const range of [
    { in: 3, out: 2 },
    { in: 0.5, out: 2 },
    { in: 0, out: Infinity },
    { in: Number.NaN, out: 1 },
  ]) {
    expect(() => normaliseRanges([range])).toThrow(TypeError);
  }
});
