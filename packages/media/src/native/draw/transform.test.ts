import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dirtyArena, noiseRaster, planeOf, planeValues, someFormat, valuesOf } from '../../testing/rasters.ts';
import { overRaster } from './composite.ts';
import { type Raster, maxSample } from '../frame/raster.ts';
import { type ConformedBox, type Placement, transformedOwn, transformedRaster } from './transform.ts';

const runs = 12 * Number(process.env['PW_RUNS'] ?? '1');
const still: Placement = { position: { x: 0, y: 0 }, scale: { x: 1, y: 1 }, rotation: 0, anchor: { x: 0, y: 0 } };

/** Catmull-Rom in doubles, straight from the formula. */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1;
  return x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
}

/** A luma sample at a fractional place, edges held. */
function naive(raster: Raster, x: number, y: number): number {
  const plane = raster.planes[0];
  let sum = 0;
  for (let j = Math.floor(y) - 1; j <= Math.floor(y) + 2; j += 1) {
    for (let i = Math.floor(x) - 1; i <= Math.floor(x) + 2; i += 1) {
      const column = Math.min(plane.width - 1, Math.max(0, i));
      const row = Math.min(plane.height - 1, Math.max(0, j));
      sum += (plane.data[row * plane.stride + column] ?? 0) * cubic(x - i) * cubic(y - j);
    }
  }
  return Math.min(maxSample(raster.format), Math.max(0, sum));
}

/** Where an output pixel lies in the picture, by the definition of the transform. */
function pictureAt(placement: Placement, width: number, height: number, x: number, y: number): [number, number] {
  const angle = (placement.rotation * Math.PI) / 180;
  // Right and up, from the centre, in heights.
  const right = (x + 0.5 - width / 2) / height - placement.anchor.x - placement.position.x;
  const up = -(y + 0.5 - height / 2) / height - placement.anchor.y - placement.position.y;
  const unturnedRight = right * Math.cos(angle) + up * Math.sin(angle);
  const unturnedUp = -right * Math.sin(angle) + up * Math.cos(angle);
  return [
    (unturnedRight / placement.scale.x + placement.anchor.x) * height + width / 2 - 0.5,
    -(unturnedUp / placement.scale.y + placement.anchor.y) * height + height / 2 - 0.5,
  ];
}

function worstLuma(input: Raster, placement: Placement, result: Raster): number {
  let worst = 0;
  const plane = result.planes[0];
  for (let y = 0; y < result.height; y += 1) {
    for (let x = 0; x < result.width; x += 1) {
      const [sourceX, sourceY] = pictureAt(placement, result.width, result.height, x, y);
      if (sourceX < 2 || sourceY < 2 || sourceX > result.width - 3 || sourceY > result.height - 3) continue;
      worst = Math.max(worst, Math.abs((plane.data[y * plane.stride + x] ?? 0) - naive(input, sourceX, sourceY)));
    }
  }
  return worst;
}

describe('transform', () => {
  test('nothing changed returns the input', () => {
    const input = noiseRaster('yuv420p', 16, 16, 1);
    expect(transformedRaster(dirtyArena(), input, still)).toBe(input);
  });

  test('whole pixels move exactly; what comes in is clear', () => {
    fc.assert(
      fc.property(someFormat, fc.integer({ min: -5, max: 5 }), fc.integer({ min: -5, max: 5 }), (format, right, up) => {
        const input = noiseRaster(format, 16, 16, 4);
        // Even steps, so that chroma moves by whole samples too.
        const moved = transformedRaster(dirtyArena(), input, {
          ...still,
          position: { x: (2 * right) / 16, y: (2 * up) / 16 },
        });
        const max = maxSample(input.format);
        for (let y = 0; y < 16; y += 1) {
          for (let x = 0; x < 16; x += 1) {
            const [sx, sy] = [x - 2 * right, y + 2 * up];
            const inside = sx >= 0 && sx < 16 && sy >= 0 && sy < 16;
            const alpha =
              typeof moved.alpha === 'number' ? moved.alpha * max : moved.alpha.data[y * moved.alpha.stride + x];
            expect(alpha).toBe(inside ? max : 0);
            if (inside) expect(moved.planes[0].data[y * 16 + x]).toBe(input.planes[0].data[sy * 16 + sx]);
            const { xShift, yShift } = input.format;
            if (!inside || x % (1 << xShift) !== 0 || y % (1 << yShift) !== 0) continue;
            const width = 16 >> xShift;
            expect(moved.planes[1].data[(y >> yShift) * width + (x >> xShift)]).toBe(
              input.planes[1].data[(sy >> yShift) * width + (sx >> xShift)],
            );
          }
        }
      }),
      { numRuns: runs },
    );
  });

  test('a position and a scale above 1 equal the naive cubic within a level', () => {
    const place = fc.double({ min: -0.3, max: 0.3, noNaN: true });
    const scale = fc.double({ min: 1, max: 3, noNaN: true }).chain((size) => fc.constantFrom(size, -size));
    fc.assert(
      fc.property(place, place, scale, scale, place, (x, y, sx, sy, anchor) => {
        const input = noiseRaster('yuv444p', 24, 20, 8);
        const placement = {
          position: { x, y },
          scale: { x: sx, y: sy },
          rotation: 0,
          anchor: { x: anchor, y: -anchor },
        };
        expect(worstLuma(input, placement, transformedRaster(dirtyArena(), input, placement))).toBeLessThanOrEqual(1.1);
      }),
      { numRuns: runs },
    );
  });

  test('a turn equals the naive cubic within the step of its table', () => {
    const place = fc.double({ min: -0.3, max: 0.3, noNaN: true });
    fc.assert(
      fc.property(
        place,
        place,
        fc.double({ min: -720, max: 720, noNaN: true }),
        fc.double({ min: 1, max: 2, noNaN: true }),
        (x, y, rotation, size) => {
          const input = noiseRaster('yuv444p', 24, 20, 8);
          const placement = { position: { x, y }, scale: { x: size, y: size }, rotation, anchor: { x: y, y: x } };
          // Noise is the worst case: 1/512 pixel off is up to 255 × 1.5 / 512 levels in each direction.
          expect(worstLuma(input, placement, transformedRaster(dirtyArena(), input, placement))).toBeLessThanOrEqual(
            2.5,
          );
        },
      ),
      { numRuns: runs },
    );
  });

  test('a quarter turn, counter-clockwise, permutes pixels', () => {
    const input = noiseRaster('yuv444p', 12, 12, 2);
    const turned = transformedRaster(dirtyArena(), input, { ...still, rotation: 90 });
    // The right column becomes the top row.
    const expected = planeValues(planeOf(8, 12, 12, (x, y) => input.planes[0].data[x * 12 + (11 - y)] ?? 0));
    expect(planeValues(turned.planes[0])).toEqual(expected);
    expect(valuesOf(turned).alpha).toEqual(Array.from({ length: 144 }, () => 255));
  });

  test('a flat picture stays flat at every size, and its alpha is the covered area', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 0.7, noNaN: true }), fc.constantFrom(0, 30), (size, rotation) => {
        const flat = { ...noiseRaster('yuv420p', 64, 64, 1) };
        flat.planes.forEach((plane, index) => plane.data.fill(50 + index));
        const result = transformedRaster(dirtyArena(), flat, { ...still, scale: { x: size, y: size }, rotation });
        // Over its own colour nothing of it shows: no sample takes in what lies outside.
        const over = overRaster(dirtyArena(), flat, result);
        expect(valuesOf(over).planes.map((plane) => [...new Set(plane)])).toEqual([[50], [51], [52]]);
        const { alpha } = valuesOf(result);
        if (typeof alpha === 'number') throw new TypeError('a plane was asked for');
        const area = alpha.reduce((sum, value) => sum + value, 0) / 255;
        expect(Math.abs(area - (64 * size) ** 2)).toBeLessThanOrEqual(64 * size * 0.7 + 4);
      }),
      { numRuns: runs },
    );
  });

  test('a scale of 0 is clear', () => {
    expect(
      transformedRaster(dirtyArena(), noiseRaster('yuv420p', 8, 8, 1), { ...still, scale: { x: 0, y: 1 } }).alpha,
    ).toBe(0);
  });
});

/** A luma sample of a picture that is shown smaller: the cubic as wide as an output pixel, edges held, in doubles. */
function naiveWide(raster: Raster, x: number, y: number, stretchX: number, stretchY: number): number {
  const weightsOf = (center: number, stretch: number, length: number): Map<number, number> => {
    const weights = new Map<number, number>();
    let sum = 0;
    for (let at = Math.ceil(center - 2 * stretch); at <= center + 2 * stretch; at += 1) {
      const held = Math.min(length - 1, Math.max(0, at));
      weights.set(held, (weights.get(held) ?? 0) + cubic((at - center) / stretch));
      sum += cubic((at - center) / stretch);
    }
    return new Map([...weights].map(([at, weight]) => [at, weight / sum]));
  };
  const plane = raster.planes[0];
  const columns = weightsOf(x, Math.max(1, stretchX), plane.width);
  let sum = 0;
  for (const [row, down] of weightsOf(y, Math.max(1, stretchY), plane.height)) {
    for (const [column, across] of columns) sum += (plane.data[row * plane.stride + column] ?? 0) * across * down;
  }
  return Math.min(maxSample(raster.format), Math.max(0, sum));
}

/** The largest difference to the naive picture, over all that the picture covers entirely. */
function worstOwn(own: Raster, box: ConformedBox, placement: Placement, result: Raster): number {
  const stretchX = Math.abs(own.width / box.width / placement.scale.x);
  const stretchY = Math.abs(own.height / box.height / placement.scale.y);
  const plane = result.planes[0];
  let worst = 0;
  for (let y = 0; y < result.height; y += 1) {
    for (let x = 0; x < result.width; x += 1) {
      const [onX, onY] = pictureAt(placement, result.width, result.height, x, y);
      const sourceX = ((onX + 0.5 - box.left) * own.width) / box.width - 0.5;
      const sourceY = ((onY + 0.5 - box.top) * own.height) / box.height - 0.5;
      if (sourceX < 0 || sourceY < 0 || sourceX > own.width - 1 || sourceY > own.height - 1) continue;
      const expected = naiveWide(own, sourceX, sourceY, stretchX, stretchY);
      worst = Math.max(worst, Math.abs((plane.data[y * plane.stride + x] ?? 0) - expected));
    }
  }
  return worst;
}

describe('transform of a picture’s own pixels', () => {
  const place = fc.double({ min: -0.3, max: 0.3, noNaN: true });
  const scale = fc.double({ min: 0.3, max: 3, noNaN: true }).chain((size) => fc.constantFrom(size, -size));
  const size = { width: 24, height: 20 };
  const box = fc.record({
    left: fc.integer({ min: -8, max: 8 }),
    top: fc.integer({ min: -8, max: 8 }),
    width: fc.integer({ min: 8, max: 40 }),
    height: fc.integer({ min: 8, max: 40 }),
  });
  const own = fc.tuple(fc.integer({ min: 9, max: 50 }), fc.integer({ min: 9, max: 50 }));

  test('equals the naive picture within a level and a half, smaller and larger', () => {
    fc.assert(
      fc.property(own, box, place, place, scale, scale, place, ([width, height], at, x, y, sx, sy, anchor) => {
        const input = noiseRaster('yuv444p', width, height, 8);
        const placement = { ...still, position: { x, y }, scale: { x: sx, y: sy }, anchor: { x: anchor, y: -anchor } };
        const result = transformedOwn(dirtyArena(), input, at, placement, size, size.height);
        expect([result.width, result.height]).toEqual([size.width, size.height]);
        // Two passes round to a sixteenth of a level, the weights of a wide kernel to 1/16384 each.
        expect(worstOwn(input, at, placement, result)).toBeLessThanOrEqual(1.5);
      }),
      { numRuns: runs },
    );
  });

  test('turned, it equals the naive picture within the step of its table', () => {
    const turn = fc.double({ min: -720, max: 720, noNaN: true });
    const twice = fc.double({ min: 2, max: 3, noNaN: true });
    fc.assert(
      fc.property(place, place, turn, twice, box, (x, y, rotation, larger, at) => {
        const input = noiseRaster('yuv444p', at.width + 6, at.height + 4, 8);
        const placement = { position: { x, y }, scale: { x: larger, y: larger }, rotation, anchor: { x: y, y: x } };
        const result = transformedOwn(dirtyArena(), input, at, placement, size, size.height);
        expect(worstOwn(input, at, placement, result)).toBeLessThanOrEqual(2.5);
      }),
      { numRuns: runs },
    );
  });

  test('of the size in which it is conformed, it is the same samples', () => {
    const turn = fc.constantFrom(0, 0, 12.5, 90);
    fc.assert(
      fc.property(
        someFormat,
        place,
        place,
        scale,
        turn,
        fc.constantFrom(1, 0.5),
        (format, x, y, sx, rotation, alpha) => {
          const input = noiseRaster(format, 24, 20, 8, alpha);
          const enlarged = rotation === 0 ? sx : Math.max(1, Math.abs(sx));
          const placement = { position: { x, y }, scale: { x: enlarged, y: 1.5 }, rotation, anchor: { x: y, y: x } };
          expect(
            valuesOf(transformedOwn(dirtyArena(), input, { left: 0, top: 0, ...size }, placement, size, 20)),
          ).toEqual(valuesOf(transformedRaster(dirtyArena(), input, placement)));
        },
      ),
      { numRuns: runs },
    );
  });

  test('flat and turned, it stays flat at every size, and its alpha is the covered area', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 0.7, noNaN: true }), fc.constantFrom(0, 30, 90), (shown, rotation) => {
        const flat = noiseRaster('yuv420p', 90, 62, 1);
        const under = noiseRaster('yuv420p', 64, 64, 1);
        for (const { planes } of [flat, under]) planes.forEach((plane, index) => plane.data.fill(50 + index));
        const result = transformedOwn(
          dirtyArena(),
          flat,
          { left: 0, top: 10, width: 64, height: 44 },
          { ...still, scale: { x: shown, y: shown }, rotation },
          { width: 64, height: 64 },
          64,
        );
        const over = overRaster(dirtyArena(), under, result);
        expect(valuesOf(over).planes.map((plane) => [...new Set(plane)])).toEqual([[50], [51], [52]]);
        const { alpha } = valuesOf(result);
        if (typeof alpha === 'number') throw new TypeError('a plane was asked for');
        const area = alpha.reduce((sum, value) => sum + value, 0) / 255;
        expect(Math.abs(area - 64 * 44 * shown ** 2)).toBeLessThanOrEqual(64 * shown * 0.7 + 4);
      }),
      { numRuns: runs },
    );
  });
});
