import { type Plane, type Raster, type RasterArena, maxSample } from '../frame/raster.ts';

/**
 * Puts a raster on a larger or smaller canvas, its left upper corner at whole chroma samples; what it leaves free is
 * clear. Numbers outside the canvas fall away.
 */
export function placedRaster(
  arena: RasterArena,
  input: Raster,
  width: number,
  height: number,
  left: number,
  top: number,
): Raster {
  if (left === 0 && top === 0 && input.width === width && input.height === height) return input;
  const { format } = input;
  const planes = arena.planes(format, width, height);
  const middle = 1 << (format.depth - 1);
  planes.forEach((to, index) => {
    const from = input.planes[index];
    if (from === undefined) return;
    const xShift = index === 0 ? 0 : format.xShift;
    const yShift = index === 0 ? 0 : format.yShift;
    placePlane(from, to, left >> xShift, top >> yShift, index === 0 ? 0 : middle);
  });
  const covers = left <= 0 && top <= 0 && left + input.width >= width && top + input.height >= height;
  if (typeof input.alpha === 'number' && covers) return { format, width, height, planes, alpha: input.alpha };
  const alpha = arena.plane(width, height, format.depth);
  if (typeof input.alpha === 'number') {
    alpha.data.fill(0, 0, width * height);
    const value = Math.floor(input.alpha * maxSample(format) + 0.5);
    const x0 = Math.max(0, left);
    const x1 = Math.min(width, left + input.width);
    for (let row = Math.max(0, top); row < Math.min(height, top + input.height); row += 1) {
      if (x1 > x0) alpha.data.fill(value, row * alpha.stride + x0, row * alpha.stride + x1);
    }
  } else {
    placePlane(input.alpha, alpha, left, top, 0);
  }
  return { format, width, height, planes, alpha };
}

function placePlane(from: Plane, to: Plane, left: number, top: number, outside: number): void {
  to.data.fill(outside, 0, to.stride * to.height);
  const x0 = Math.max(0, left);
  const x1 = Math.min(to.width, left + from.width);
  if (x1 <= x0) return;
  for (let row = Math.max(0, top); row < Math.min(to.height, top + from.height); row += 1) {
    const start = (row - top) * from.stride + x0 - left;
    to.data.set(from.data.subarray(start, start + x1 - x0), row * to.stride + x0);
  }
}

/** Cuts a part out; its corner and size must be whole chroma samples. */
export function croppedRaster(input: Raster, left: number, top: number, width: number, height: number): Raster {
  const { format } = input;
  const cut = (plane: Plane, xShift: number, yShift: number): Plane => ({
    data: plane.data.subarray((top >> yShift) * plane.stride + (left >> xShift)),
    stride: plane.stride,
    width: (width + (1 << xShift) - 1) >> xShift,
    height: (height + (1 << yShift) - 1) >> yShift,
  });
  return {
    format,
    width,
    height,
    planes: [
      cut(input.planes[0], 0, 0),
      cut(input.planes[1], format.xShift, format.yShift),
      cut(input.planes[2], format.xShift, format.yShift),
    ],
    alpha: typeof input.alpha === 'number' ? input.alpha : cut(input.alpha, 0, 0),
  };
}

/** Makes all but a part transparent; the part stays where it is. The samples under the clear edges stay, so that none bleeds in. */
export function trimmedRaster(
  arena: RasterArena,
  input: Raster,
  left: number,
  top: number,
  width: number,
  height: number,
): Raster {
  const alpha = arena.plane(input.width, input.height, input.format.depth);
  alpha.data.fill(0, 0, alpha.stride * alpha.height);
  for (let row = top; row < top + height; row += 1) {
    const start = row * alpha.stride + left;
    if (typeof input.alpha === 'number') {
      alpha.data.fill(Math.floor(input.alpha * maxSample(input.format) + 0.5), start, start + width);
    } else {
      const from = row * input.alpha.stride + left;
      alpha.data.set(input.alpha.data.subarray(from, from + width), start);
    }
  }
  return { ...input, alpha };
}

/** Turns a raster clockwise by 90, 180 or 270 degrees. Its chroma must be as fine in both directions. */
export function turnedRaster(arena: RasterArena, input: Raster, degrees: 90 | 180 | 270): Raster {
  const { format } = input;
  const swapped = degrees !== 180;
  const width = swapped ? input.height : input.width;
  const height = swapped ? input.width : input.height;
  const planes = arena.planes(format, width, height);
  planes.forEach((to, index) => {
    const from = input.planes[index];
    if (from !== undefined) turnPlane(from, to, degrees);
  });
  if (typeof input.alpha === 'number') return { format, width, height, planes, alpha: input.alpha };
  const alpha = arena.plane(width, height, format.depth);
  turnPlane(input.alpha, alpha, degrees);
  return { format, width, height, planes, alpha };
}

function turnPlane(from: Plane, to: Plane, degrees: 90 | 180 | 270): void {
  const lastX = from.width - 1;
  const lastY = from.height - 1;
  for (let y = 0; y < to.height; y += 1) {
    for (let x = 0; x < to.width; x += 1) {
      const sourceX = degrees === 90 ? y : degrees === 180 ? lastX - x : lastX - y;
      const sourceY = degrees === 90 ? lastY - x : degrees === 180 ? lastY - y : x;
      to.data[y * to.stride + x] = from.data[sourceY * from.stride + sourceX] ?? 0;
    }
  }
}
