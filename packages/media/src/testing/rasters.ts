import * as fc from 'fast-check';
import { type Plane, type Raster, RasterArena, rasterFormat } from '../native/frame/raster.ts';

/** A plane of given values, row by row. */
export function planeOf(depth: number, width: number, height: number, value: (x: number, y: number) => number): Plane {
  const data = depth === 8 ? new Uint8Array(width * height) : new Uint16Array(width * height);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) data[y * width + x] = value(x, y);
  return { data, stride: width, width, height };
}

/** Noise that is the same for the same seed: a hash of the place. */
export function noiseAt(seed: number, plane: number, x: number, y: number, max: number): number {
  let hash = Math.imul(seed + 0x9e3779b9, 0x85ebca6b) ^ Math.imul(plane + 1, 0xc2b2ae35);
  hash = Math.imul(hash ^ Math.imul(x + 1, 0x27d4eb2f), 0x165667b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ Math.imul(y + 1, 0x9e3779b1), 0x85ebca77);
  return ((hash ^ (hash >>> 13)) >>> 0) % (max + 1);
}

/** A raster of noise; `alpha` null is opaque. */
export function noiseRaster(
  format: string,
  width: number,
  height: number,
  seed: number,
  alpha: number | 'noise' = 1,
): Raster {
  const of = rasterFormat(format);
  const max = (1 << of.depth) - 1;
  const sizes: readonly [number, number][] = [
    [width, height],
    [width >> of.xShift, height >> of.yShift],
    [width >> of.xShift, height >> of.yShift],
  ];
  const [luma, cb, cr] = sizes.map(([w, h], index) =>
    planeOf(of.depth, w, h, (x, y) => noiseAt(seed, index, x, y, max)),
  );
  if (luma === undefined || cb === undefined || cr === undefined) throw new TypeError('three planes');
  return {
    format: of,
    width,
    height,
    planes: [luma, cb, cr],
    alpha: alpha === 'noise' ? planeOf(of.depth, width, height, (x, y) => noiseAt(seed, 3, x, y, max)) : alpha,
  };
}

/** All values of a raster, for whole comparison; a uniform alpha as given. */
export function valuesOf(raster: Raster): { readonly planes: number[][]; readonly alpha: number | number[] } {
  return {
    planes: raster.planes.map(planeValues),
    alpha: typeof raster.alpha === 'number' ? raster.alpha : planeValues(raster.alpha),
  };
}

/** A plane's values without row padding. */
export function planeValues(plane: Plane): number[] {
  const values: number[] = [];
  for (let y = 0; y < plane.height; y += 1)
    values.push(...plane.data.subarray(y * plane.stride, y * plane.stride + plane.width));
  return values;
}

/** An arena whose lent memory holds rubbish, so that an operation that leaves a sample unwritten is seen. */
export function dirtyArena(): RasterArena {
  const arena = new RasterArena();
  const plane = arena.plane.bind(arena);
  arena.plane = (width, height, depth) => {
    const lent = plane(width, height, depth);
    for (let index = 0; index < lent.data.length; index += 1)
      lent.data[index] = noiseAt(77, 9, index, width, (1 << depth) - 1);
    return lent;
  };
  return arena;
}

/** Formats in which pictures are drawn, by name. */
export const someFormat: fc.Arbitrary<string> = fc.constantFrom(
  'yuv420p',
  'yuv422p',
  'yuv444p',
  'yuv420p10le',
  'yuv422p10le',
  'yuv444p10le',
);
