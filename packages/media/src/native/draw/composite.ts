import type { Rational } from '@patchwork/time';
import {
  type Plane,
  type Raster,
  type RasterArena,
  type RasterFormat,
  type Samples,
  maxSample,
} from '../frame/raster.ts';

/**
 * Layers over each other and mixes, in whole numbers with exact rounding, so that every machine draws the same.
 * A layer's uniform alpha is weighed in 1/65536 steps; a plane's in its own.
 */

const unit = 65536;

/** Values of a solid colour: non-linear R'G'B' 0…1 by the canvas's matrix (Kr, Kb) to Y'CbCr samples. */
export function solidSamples(
  color: readonly [number, number, number],
  matrix: string,
  range: string,
  depth: number,
): [number, number, number] {
  const [kr, kb] = lumaWeights(matrix);
  const [red, green, blue] = color;
  const luma = kr * red + (1 - kr - kb) * green + kb * blue;
  const cb = (blue - luma) / (2 * (1 - kb));
  const cr = (red - luma) / (2 * (1 - kr));
  const step = 1 << (depth - 8);
  const top = (1 << depth) - 1;
  const full = range === 'pc';
  const clamp = (value: number): number => Math.min(top, Math.max(0, Math.floor(value + 0.5)));
  const middle = 128 * step;
  return full
    ? [clamp(luma * top), clamp(middle + cb * top), clamp(middle + cr * top)]
    : [clamp((16 + 219 * luma) * step), clamp(middle + cb * 224 * step), clamp(middle + cr * 224 * step)];
}

/** Kr and Kb of a matrix by FFmpeg's name (ITU-T H.273 table 4); what is unknown is drawn as BT.709. */
function lumaWeights(matrix: string): [number, number] {
  switch (matrix) {
    case 'bt470bg':
    case 'smpte170m':
      return [0.299, 0.114];
    case 'fcc':
      return [0.3, 0.11];
    case 'smpte240m':
      return [0.212, 0.087];
    case 'bt2020nc':
    case 'bt2020c':
      return [0.2627, 0.0593];
    default:
      return [0.2126, 0.0722];
  }
}

/** One colour over the whole of a size. */
export function solidRaster(
  arena: RasterArena,
  format: RasterFormat,
  width: number,
  height: number,
  samples: readonly [number, number, number],
  alpha: number,
): Raster {
  const planes = arena.planes(format, width, height);
  planes.forEach((plane, index) => plane.data.fill(samples[index] ?? 0));
  return { format, width, height, planes, alpha };
}

/** The same colours with alpha × opacity. */
export function fadedRaster(arena: RasterArena, input: Raster, opacity: number): Raster {
  const factor = Math.min(1, Math.max(0, opacity));
  if (factor === 1) return input;
  if (typeof input.alpha === 'number') return { ...input, alpha: input.alpha * factor };
  const from = input.alpha;
  const to = arena.plane(from.width, from.height, input.format.depth);
  for (let row = 0; row < from.height; row += 1) {
    const source = row * from.stride;
    const target = row * to.stride;
    for (let x = 0; x < from.width; x += 1) {
      to.data[target + x] = Math.floor((from.data[source + x] ?? 0) * factor + 0.5);
    }
  }
  return { ...input, alpha: to };
}

/** `top` over `bottom`. */
export function overRaster(arena: RasterArena, bottom: Raster, top: Raster): Raster {
  if (top.alpha === 1) return top;
  if (top.alpha === 0) return bottom;
  if (bottom.alpha === 0) return top;
  if (bottom.alpha === 1) return overOpaque(arena, bottom, top);
  return overClear(arena, bottom, top);
}

function overOpaque(arena: RasterArena, bottom: Raster, top: Raster): Raster {
  const { format, width, height } = bottom;
  const planes = arena.planes(format, width, height);
  if (typeof top.alpha === 'number') {
    const weight = Math.floor(top.alpha * unit + 0.5);
    planes.forEach((to, index) => {
      const lower = bottom.planes[index];
      const upper = top.planes[index];
      if (lower !== undefined && upper !== undefined) blendUniform(lower, upper, weight, to);
    });
    return { format, width, height, planes, alpha: 1 };
  }
  const chroma = chromaAlpha(arena, top.alpha, format);
  const alphas = [top.alpha, chroma, chroma];
  planes.forEach((to, index) => {
    const lower = bottom.planes[index];
    const upper = top.planes[index];
    const alpha = alphas[index];
    if (lower !== undefined && upper !== undefined && alpha !== undefined)
      blendPlane(lower, upper, alpha, format.depth, to);
  });
  return { format, width, height, planes, alpha: 1 };
}

function blendUniform(lower: Plane, upper: Plane, weight: number, to: Plane): void {
  const rest = unit - weight;
  for (let row = 0; row < to.height; row += 1) {
    blendRow(
      lower.data,
      row * lower.stride,
      upper.data,
      row * upper.stride,
      rest,
      weight,
      to.data,
      row * to.stride,
      to.width,
    );
  }
}

/** (a × rest + b × weight) / 65536, a half up. Samples have at most 14 bits here, so the sum fits in 31. */
function blendRow(
  a: Samples,
  aStart: number,
  b: Samples,
  bStart: number,
  rest: number,
  weight: number,
  to: Samples,
  toStart: number,
  length: number,
): void {
  for (let x = 0; x < length; x += 1) {
    to[toStart + x] = ((a[aStart + x] ?? 0) * rest + (b[bStart + x] ?? 0) * weight + 32768) >> 16;
  }
}

function blendPlane(lower: Plane, upper: Plane, alpha: Plane, depth: number, to: Plane): void {
  const top = (1 << depth) - 1;
  const half = 1 << (depth - 1);
  for (let row = 0; row < to.height; row += 1) {
    const a = row * lower.stride;
    const b = row * upper.stride;
    const w = row * alpha.stride;
    const t = row * to.stride;
    for (let x = 0; x < to.width; x += 1) {
      const weight = alpha.data[w + x] ?? 0;
      // v ÷ (2^depth − 1), a half up, without a division: exact for all products of two samples.
      const v = (lower.data[a + x] ?? 0) * (top - weight) + (upper.data[b + x] ?? 0) * weight + half;
      to.data[t + x] = (v + (v >> depth)) >> depth;
    }
  }
}

/** Mean of the alpha samples that lie on one chroma sample, a half up. */
function chromaAlpha(arena: RasterArena, alpha: Plane, format: RasterFormat): Plane {
  const { xShift, yShift } = format;
  if (xShift === 0 && yShift === 0) return alpha;
  const width = (alpha.width + (1 << xShift) - 1) >> xShift;
  const height = (alpha.height + (1 << yShift) - 1) >> yShift;
  const to = arena.plane(width, height, format.depth);
  const count = 1 << (xShift + yShift);
  const shift = xShift + yShift;
  for (let row = 0; row < height; row += 1) {
    const upper = Math.min(row << yShift, alpha.height - 1) * alpha.stride;
    const lower = Math.min((row << yShift) + (1 << yShift) - 1, alpha.height - 1) * alpha.stride;
    for (let x = 0; x < width; x += 1) {
      const left = Math.min(x << xShift, alpha.width - 1);
      const right = Math.min((x << xShift) + (1 << xShift) - 1, alpha.width - 1);
      let sum = (alpha.data[upper + left] ?? 0) + (alpha.data[upper + right] ?? 0);
      if (yShift === 1) sum += (alpha.data[lower + left] ?? 0) + (alpha.data[lower + right] ?? 0);
      to.data[row * to.stride + x] = (sum + (count >> 1)) >> shift;
    }
  }
  return to;
}

/** Alpha as a plane, also where it is uniform. */
export function alphaPlane(arena: RasterArena, raster: Raster): Plane {
  if (typeof raster.alpha !== 'number') return raster.alpha;
  const plane = arena.plane(raster.width, raster.height, raster.format.depth);
  plane.data.fill(Math.floor(raster.alpha * maxSample(raster.format) + 0.5));
  return plane;
}

/** Over a bottom that is not opaque: Porter and Duff's over, colours weighed by their alpha. */
function overClear(arena: RasterArena, bottom: Raster, top: Raster): Raster {
  const upper = alphaPlane(arena, top);
  const lower = alphaPlane(arena, bottom);
  const max = maxSample(bottom.format);
  return weighed(
    arena,
    bottom,
    top,
    (index) => {
      const b = (upper.data[index.upper] ?? 0) / max;
      return [(1 - b) * ((lower.data[index.lower] ?? 0) / max), b];
    },
    lower,
    upper,
  );
}

/** (1 − share) × from + share × to, with exact rounding of the exact share. */
export function mixedRaster(arena: RasterArena, from: Raster, to: Raster, share: Rational): Raster {
  const { format, width, height } = from;
  if (from.alpha === 1 && to.alpha === 1) {
    const planes = arena.planes(format, width, height);
    planes.forEach((target, index) => {
      const a = from.planes[index];
      const b = to.planes[index];
      if (a !== undefined && b !== undefined) mixPlane(a, b, share, target);
    });
    return { format, width, height, planes, alpha: 1 };
  }
  if (from.alpha === 0 && to.alpha === 0) return from;
  const left = alphaPlane(arena, from);
  const right = alphaPlane(arena, to);
  const max = maxSample(format);
  const part = share.num / share.den;
  return weighed(
    arena,
    from,
    to,
    (index) => [(1 - part) * ((left.data[index.lower] ?? 0) / max), part * ((right.data[index.upper] ?? 0) / max)],
    left,
    right,
  );
}

function mixPlane(a: Plane, b: Plane, share: Rational, to: Plane): void {
  // 2 × (a × (den − num) + b × num) + den, over 2 × den: the exact quotient, a half up. Doubles hold it exactly.
  const first = 2 * (share.den - share.num);
  const second = 2 * share.num;
  const divisor = 2 * share.den;
  for (let row = 0; row < to.height; row += 1) {
    const x0 = row * a.stride;
    const y0 = row * b.stride;
    const t0 = row * to.stride;
    for (let x = 0; x < to.width; x += 1) {
      to.data[t0 + x] = Math.floor(
        ((a.data[x0 + x] ?? 0) * first + (b.data[y0 + x] ?? 0) * second + share.den) / divisor,
      );
    }
  }
}

interface AlphaPlaces {
  readonly lower: number;
  readonly upper: number;
}

/**
 * The sum of two rasters by weights that already hold their alphas: alpha is the weights' sum, a colour the weighed mean.
 * A chroma sample takes the mean of the weights on it.
 */
function weighed(
  arena: RasterArena,
  lower: Raster,
  upper: Raster,
  weights: (places: AlphaPlaces) => readonly [number, number],
  lowerAlpha: Plane,
  upperAlpha: Plane,
): Raster {
  const { format, width, height } = lower;
  const max = maxSample(format);
  const planes = arena.planes(format, width, height);
  const alpha = arena.plane(width, height, format.depth);
  for (let row = 0; row < height; row += 1) {
    for (let x = 0; x < width; x += 1) {
      const [a, b] = weights({ lower: row * lowerAlpha.stride + x, upper: row * upperAlpha.stride + x });
      alpha.data[row * alpha.stride + x] = Math.floor((a + b) * max + 0.5);
    }
  }
  planes.forEach((to, index) => {
    const from = lower.planes[index];
    const over = upper.planes[index];
    if (from === undefined || over === undefined) return;
    const xShift = index === 0 ? 0 : format.xShift;
    const yShift = index === 0 ? 0 : format.yShift;
    for (let row = 0; row < to.height; row += 1) {
      for (let x = 0; x < to.width; x += 1) {
        let a = 0;
        let b = 0;
        for (let dy = 0; dy < 1 << yShift; dy += 1) {
          const y = Math.min((row << yShift) + dy, height - 1);
          for (let dx = 0; dx < 1 << xShift; dx += 1) {
            const column = Math.min((x << xShift) + dx, width - 1);
            const [one, two] = weights({
              lower: y * lowerAlpha.stride + column,
              upper: y * upperAlpha.stride + column,
            });
            a += one;
            b += two;
          }
        }
        const sum = a + b;
        const under = from.data[row * from.stride + x] ?? 0;
        const above = over.data[row * over.stride + x] ?? 0;
        to.data[row * to.stride + x] = sum === 0 ? under : Math.floor((a * under + b * above) / sum + 0.5);
      }
    }
  });
  return { format, width, height, planes, alpha };
}
