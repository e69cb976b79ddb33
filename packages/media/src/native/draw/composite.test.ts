import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dirtyArena, noiseRaster, planeValues, someFormat, valuesOf } from '../../testing/rasters.ts';
import { fadedRaster, mixedRaster, overRaster, solidSamples } from './composite.ts';
import { type Raster, maxSample } from '../frame/raster.ts';

const runs = 25 * Number(process.env['PW_RUNS'] ?? '1');
const seeds = fc.nat(1_000_000);

/** Alpha 0…1 on a sample of a plane: the mean of what lies on it, in doubles. */
function alphaAt(raster: Raster, plane: number, x: number, y: number): number {
  if (typeof raster.alpha === 'number') return raster.alpha;
  const { xShift, yShift } = raster.format;
  const [sx, sy] = plane === 0 ? [0, 0] : [xShift, yShift];
  let sum = 0;
  for (let j = 0; j < 1 << sy; j += 1) {
    for (let i = 0; i < 1 << sx; i += 1)
      sum += raster.alpha.data[((y << sy) + j) * raster.alpha.stride + (x << sx) + i] ?? 0;
  }
  return sum / (1 << (sx + sy)) / maxSample(raster.format);
}

/** Compares every colour sample with a per-pixel formula. */
function expectEach(result: Raster, formula: (plane: number, x: number, y: number) => number, tolerance: number): void {
  let worst = 0;
  result.planes.forEach((plane, index) => {
    for (let y = 0; y < plane.height; y += 1) {
      for (let x = 0; x < plane.width; x += 1) {
        const value = formula(index, x, y);
        if (Number.isNaN(value)) continue;
        worst = Math.max(worst, Math.abs((plane.data[y * plane.stride + x] ?? 0) - value));
      }
    }
  });
  expect(worst, 'largest distance from the naive reference').toBeLessThanOrEqual(tolerance);
}

const at = (raster: Raster, plane: number, x: number, y: number): number => {
  const p = raster.planes[plane];
  return p === undefined ? 0 : (p.data[y * p.stride + x] ?? 0);
};

describe('over', () => {
  test('a uniform alpha over an opaque picture is b + (t − b) × alpha, rounded', () => {
    fc.assert(
      fc.property(someFormat, seeds, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (format, seed, opacity) => {
        const bottom = noiseRaster(format, 16, 8, seed);
        const top = fadedRaster(dirtyArena(), noiseRaster(format, 16, 8, seed + 1), opacity);
        const result = overRaster(dirtyArena(), bottom, top);
        expect(result.alpha).toBe(1);
        expectEach(result, (p, x, y) => at(bottom, p, x, y) + (at(top, p, x, y) - at(bottom, p, x, y)) * opacity, 0.51);
      }),
      { numRuns: runs },
    );
  });

  test('an alpha plane over an opaque picture, luma exactly rounded, chroma by the mean alpha', () => {
    fc.assert(
      fc.property(someFormat, seeds, (format, seed) => {
        const bottom = noiseRaster(format, 16, 8, seed);
        const top = noiseRaster(format, 16, 8, seed + 1, 'noise');
        const result = overRaster(dirtyArena(), bottom, top);
        expectEach(
          result,
          (p, x, y) => at(bottom, p, x, y) + (at(top, p, x, y) - at(bottom, p, x, y)) * alphaAt(top, p, x, y),
          1.01,
        );
        const max = maxSample(bottom.format);
        const alpha = top.alpha;
        if (typeof alpha === 'number') throw new TypeError('a plane was asked for');
        expect(planeValues(result.planes[0])).toEqual(
          planeValues(bottom.planes[0]).map((b, index) => {
            const weight = alpha.data[index] ?? 0;
            return Math.floor((b * (max - weight) + (top.planes[0].data[index] ?? 0) * weight) / max + 0.5);
          }),
        );
      }),
      { numRuns: runs },
    );
  });

  test('over a picture that is not opaque: alpha a + b(1 − a), colour by Porter and Duff', () => {
    fc.assert(
      fc.property(someFormat, seeds, (format, seed) => {
        const bottom = noiseRaster(format, 16, 8, seed, 'noise');
        const top = noiseRaster(format, 16, 8, seed + 1, 'noise');
        const result = overRaster(dirtyArena(), bottom, top);
        const max = maxSample(bottom.format);
        const alpha = result.alpha;
        if (typeof alpha === 'number') throw new TypeError('a plane was asked for');
        for (let y = 0; y < 8; y += 1) {
          for (let x = 0; x < 16; x += 1) {
            const [a, b] = [alphaAt(top, 0, x, y), alphaAt(bottom, 0, x, y)];
            expect(Math.abs((alpha.data[y * 16 + x] ?? 0) - (a + b * (1 - a)) * max)).toBeLessThanOrEqual(0.51);
          }
        }
        expectEach(
          { ...result, planes: [result.planes[0], result.planes[0], result.planes[0]] },
          (_, x, y) => {
            const [a, b] = [alphaAt(top, 0, x, y), alphaAt(bottom, 0, x, y)];
            const sum = a + b * (1 - a);
            return sum === 0 ? Number.NaN : (at(top, 0, x, y) * a + at(bottom, 0, x, y) * b * (1 - a)) / sum;
          },
          0.51,
        );
      }),
      { numRuns: runs },
    );
  });

  test('opaque hides, clear shows', () => {
    const [bottom, top] = [noiseRaster('yuv420p', 8, 8, 1), noiseRaster('yuv420p', 8, 8, 2)];
    expect(overRaster(dirtyArena(), bottom, top)).toBe(top);
    expect(overRaster(dirtyArena(), bottom, { ...top, alpha: 0 })).toBe(bottom);
  });
});

describe('mix', () => {
  test('opaque pictures: the exact quotient, a half up', () => {
    const share = fc
      .integer({ min: 2, max: 2_000_000 })
      .chain((den) => fc.record({ num: fc.integer({ min: 1, max: den - 1 }), den: fc.constant(den) }));
    fc.assert(
      fc.property(someFormat, seeds, share, (format, seed, { num, den }) => {
        const from = noiseRaster(format, 8, 8, seed);
        const to = noiseRaster(format, 8, 8, seed + 1);
        const result = mixedRaster(dirtyArena(), from, to, { num, den });
        result.planes.forEach((plane, index) => {
          const a = from.planes[index];
          const b = to.planes[index];
          expect(planeValues(plane)).toEqual(
            Array.from(a?.data ?? [], (value, place) => {
              const sum =
                2n * (BigInt(value) * BigInt(den - num) + BigInt(b?.data[place] ?? 0) * BigInt(num)) + BigInt(den);
              return Number(sum / (2n * BigInt(den)));
            }),
          );
        });
      }),
      { numRuns: runs },
    );
  });

  test('a picture mixed with itself stays itself', () => {
    const one = noiseRaster('yuv422p10le', 16, 8, 5);
    expect(valuesOf(mixedRaster(dirtyArena(), one, one, { num: 7, den: 24 }))).toEqual(valuesOf(one));
  });

  test('from clear: a dissolve in, whose alpha is the share and whose colour stays', () => {
    const to = noiseRaster('yuv444p', 8, 8, 5);
    const result = mixedRaster(dirtyArena(), { ...noiseRaster('yuv444p', 8, 8, 6), alpha: 0 }, to, { num: 1, den: 5 });
    expect(valuesOf(result)).toEqual({ planes: valuesOf(to).planes, alpha: Array.from({ length: 64 }, () => 51) });
  });
});

describe('opacity', () => {
  test('of an alpha plane is each sample times the factor, rounded', () => {
    const input = noiseRaster('yuv420p', 8, 8, 3, 'noise');
    const faded = fadedRaster(dirtyArena(), input, 0.3);
    if (typeof faded.alpha === 'number' || typeof input.alpha === 'number')
      throw new TypeError('planes were asked for');
    expect(planeValues(faded.alpha)).toEqual(planeValues(input.alpha).map((value) => Math.floor(value * 0.3 + 0.5)));
  });

  test('one after another is their product', () => {
    const input = noiseRaster('yuv420p', 8, 8, 3);
    expect(fadedRaster(dirtyArena(), fadedRaster(dirtyArena(), input, 0.5), 0.5).alpha).toBe(0.25);
  });
});

test('solid colours by BT.709 and BT.601, limited and full range (ITU-T H.273)', () => {
  expect([
    solidSamples([1, 1, 1], 'bt709', 'tv', 8),
    solidSamples([0, 0, 0], 'bt709', 'tv', 8),
    solidSamples([1, 0, 0], 'bt709', 'tv', 8),
    solidSamples([0, 0, 1], 'smpte170m', 'tv', 8),
    solidSamples([1, 1, 1], 'bt709', 'tv', 10),
    solidSamples([0, 1, 0], 'bt709', 'pc', 8),
  ]).toEqual([
    [235, 128, 128],
    [16, 128, 128],
    [63, 102, 240],
    [41, 240, 110],
    [940, 512, 512],
    [182, 30, 12],
  ]);
});
