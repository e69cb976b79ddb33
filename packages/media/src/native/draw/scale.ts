import { type Taps, tapsAt, weightUnit } from './kernel.ts';
import { finalShift, firstHalf, firstShift } from './passes.ts';
import { type Box, type Siting, chromaBox, clearOutside, siting } from './plane-geometry.ts';
import { type Plane, type Raster, type RasterArena, maxSample } from '../frame/raster.ts';

/** A map along one axis, in pixels from the edge: shown = to + scale × (picture − from). */
export interface AxisMap {
  readonly scale: number;
  readonly from: number;
  readonly to: number;
}

/** Taps kept by what they were made of: a still transform asks for the same ones every frame. */
const knownTaps = new Map<string, Taps[]>();
const tapsKept = 24;

function axisTaps(length: number, map: AxisMap, place: Siting): Taps[] {
  const key = [length, map.scale, map.from, map.to, place.origin, place.step].join(' ');
  const known = knownTaps.get(key);
  if (known !== undefined) return known;
  const taps: Taps[] = [];
  for (let index = 0; index < length; index += 1) {
    const shown = place.origin + index * place.step;
    const source = map.from + (shown - map.to) / map.scale;
    taps.push(tapsAt((source - place.origin) / place.step, 1 / map.scale));
  }
  knownTaps.set(key, taps);
  for (const old of knownTaps.keys()) {
    if (knownTaps.size <= tapsKept) break;
    knownTaps.delete(old);
  }
  return taps;
}

/** How much of each output sample the input covers, 0…{@link weightUnit}. */
function coverage(taps: readonly Taps[], length: number): Int32Array {
  const covered = new Int32Array(taps.length);
  taps.forEach(({ first, weights }, index) => {
    let sum = 0;
    weights.forEach((weight, tap) => {
      if (first + tap >= 0 && first + tap < length) sum += weight;
    });
    covered[index] = Math.min(weightUnit, Math.max(0, sum));
  });
  return covered;
}

/** What a drawn raster measures. */
export interface RasterSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Scales and moves a raster along its axes, onto one of its own or another `size`; what comes in from outside is clear.
 * `heldPixels` is how far beyond its edge the edge's colour goes on (though clear), for a further filter to read.
 */
export function scaledRaster(
  arena: RasterArena,
  input: Raster,
  x: AxisMap,
  y: AxisMap,
  { heldPixels = 0, size = input }: { readonly heldPixels?: number; readonly size?: RasterSize } = {},
): Raster {
  const { format } = input;
  const { width, height } = size;
  const isStill = x.scale === 1 && y.scale === 1 && x.from === x.to && y.from === y.to;
  if (isStill && width === input.width && height === input.height) return input;
  const planes = arena.planes(format, width, height);
  const lumaX = axisTaps(width, x, siting(0, false));
  const lumaY = axisTaps(height, y, siting(0, false));
  const coverX = coverage(lumaX, input.width);
  const coverY = coverage(lumaY, input.height);
  const covered = coveredBox(coverX, coverY);
  const box = widened(covered, heldPixels, width, height);
  planes.forEach((to, index) => {
    const from = input.planes[index];
    if (from === undefined) return;
    const tapsX = index === 0 ? lumaX : axisTaps(to.width, x, siting(format.xShift, false));
    const tapsY = index === 0 ? lumaY : axisTaps(to.height, y, siting(format.yShift, true));
    const own = index === 0 ? box : chromaBox(box, format);
    clearOutside(to, own, index === 0 ? 0 : 1 << (format.depth - 1));
    resample(from, to, tapsX, tapsY, maxSample(format), 'held', own);
  });
  const full = coverX.every((one) => one === weightUnit) && coverY.every((one) => one === weightUnit);
  if (typeof input.alpha === 'number' && full) return { format, width, height, planes, alpha: input.alpha };
  const alpha = arena.plane(width, height, format.depth);
  clearOutside(alpha, box, 0);
  if (typeof input.alpha === 'number') {
    const factor = (input.alpha * maxSample(format)) / (weightUnit * weightUnit);
    for (let row = box.top; row < box.bottom; row += 1) {
      const down = (coverY[row] ?? 0) * factor;
      for (let column = box.left; column < box.right; column += 1) {
        alpha.data[row * alpha.stride + column] = Math.floor((coverX[column] ?? 0) * down + 0.5);
      }
    }
  } else {
    resample(input.alpha, alpha, lumaX, lumaY, maxSample(format), 'clear', box);
  }
  return { format, width, height, planes, alpha };
}

/** The columns and rows that the input reaches at all. */
function coveredBox(x: Int32Array, y: Int32Array): Box {
  const ends = (cover: Int32Array): [number, number] => {
    const first = cover.findIndex((one) => one > 0);
    return first < 0 ? [0, 0] : [first, cover.findLastIndex((one) => one > 0) + 1];
  };
  const [left, right] = ends(x);
  const [top, bottom] = ends(y);
  return { left, top, right, bottom };
}

function widened(box: Box, by: number, width: number, height: number): Box {
  return {
    left: Math.max(0, box.left - by),
    top: Math.max(0, box.top - by),
    right: Math.min(width, box.right + by),
    bottom: Math.min(height, box.bottom + by),
  };
}

/** Taps of a run of output samples, as one table of equal lines: shorter ones end with zeros. */
interface TapTable {
  readonly firsts: Int32Array;
  readonly weights: Int32Array;
  readonly count: number;
  /** Input samples that are read: from `low` up to and without `high`; may lie outside the input. */
  readonly low: number;
  readonly high: number;
}

function tapTable(taps: readonly Taps[], from: number, to: number): TapTable {
  const some = taps.slice(from, to);
  const count = some.reduce((most, one) => Math.max(most, one.weights.length), 0);
  const firsts = new Int32Array(some.length);
  const weights = new Int32Array(some.length * count);
  some.forEach((one, index) => {
    firsts[index] = one.first;
    weights.set(one.weights, index * count);
  });
  const low = some.reduce((least, one) => Math.min(least, one.first), Number.POSITIVE_INFINITY);
  const high = some.reduce((most, one) => Math.max(most, one.first), Number.NEGATIVE_INFINITY) + count;
  return { firsts, weights, count, low, high };
}

/** Resamples a plane along both axes into a box. Outside the input its edge is `held`, or all is 0 (`clear`). */
function resample(
  from: Plane,
  to: Plane,
  tapsX: readonly Taps[],
  tapsY: readonly Taps[],
  max: number,
  outside: 'held' | 'clear',
  box: Box,
): void {
  const width = box.right - box.left;
  if (width <= 0 || box.bottom <= box.top) return;
  const across = tapTable(tapsX, box.left, box.right);
  const down = tapTable(tapsY, box.top, box.bottom);
  // Scaled rows that the vertical weights reach at once; a row's slot is its number modulo their count.
  const slots = Array.from({ length: down.count }, () => new Int32Array(width));
  const rows = new Int32Array(down.count).fill(-1);
  const padded = new Int32Array(across.high - across.low);
  const rowAt = (y: number): Int32Array => {
    const slot = y % down.count;
    const line = slots[slot] ?? new Int32Array(width);
    if (rows[slot] !== y) {
      padRow(from, y, across.low, padded, outside);
      scaleRow(padded, across, line);
      rows[slot] = y;
    }
    return line;
  };
  const sums = new Int32Array(width);
  for (let row = box.top; row < box.bottom; row += 1) {
    sums.fill(1 << (finalShift - 1));
    const line = row - box.top;
    const first = down.firsts[line] ?? 0;
    for (let tap = 0; tap < down.count; tap += 1) {
      const y = first + tap;
      const weight = down.weights[line * down.count + tap] ?? 0;
      if (weight === 0 || (outside === 'clear' && (y < 0 || y >= from.height))) continue;
      addRow(rowAt(y < 0 ? 0 : y >= from.height ? from.height - 1 : y), weight, sums);
    }
    writeRow(sums, to, row * to.stride + box.left, max);
  }
}

function padRow(from: Plane, y: number, low: number, padded: Int32Array, outside: 'held' | 'clear'): void {
  const start = y * from.stride;
  // Input samples [first, last) are read; what lies before and behind in the row is the edge, or 0.
  const first = Math.min(from.width, Math.max(0, low));
  const last = Math.max(first, Math.min(from.width, low + padded.length));
  padded.set(from.data.subarray(start + first, start + last), first - low);
  padded.fill(outside === 'clear' ? 0 : (from.data[start] ?? 0), 0, Math.max(0, first - low));
  padded.fill(outside === 'clear' ? 0 : (from.data[start + from.width - 1] ?? 0), Math.max(0, last - low));
}

function scaleRow(padded: Int32Array, table: TapTable, line: Int32Array): void {
  const { firsts, weights, count, low } = table;
  for (let column = 0; column < line.length; column += 1) {
    const start = (firsts[column] ?? 0) - low;
    const place = column * count;
    let sum = firstHalf;
    for (let tap = 0; tap < count; tap += 1) sum += (padded[start + tap] ?? 0) * (weights[place + tap] ?? 0);
    line[column] = sum >> firstShift;
  }
}

function addRow(line: Int32Array, weight: number, sums: Int32Array): void {
  for (let x = 0; x < sums.length; x += 1) sums[x] = (sums[x] ?? 0) + (line[x] ?? 0) * weight;
}

function writeRow(sums: Int32Array, to: Plane, start: number, max: number): void {
  for (let x = 0; x < sums.length; x += 1) {
    const value = (sums[x] ?? 0) >> finalShift;
    to.data[start + x] = value < 0 ? 0 : value > max ? max : value;
  }
}
