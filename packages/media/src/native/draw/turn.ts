import { tapsAt, weightUnit } from './kernel.ts';
import { finalShift, firstHalf, firstShift } from './passes.ts';
import { type Box, type Siting, chromaBox, clearOutside, siting } from './plane-geometry.ts';
import type { RasterSize } from './scale.ts';
import { type Plane, type Raster, type RasterArena, type Samples, maxSample } from '../frame/raster.ts';

/** A turn about a point: shown = to + R·S·(picture − anchor), in pixels. */
export interface Turn {
  readonly scaleX: number;
  readonly scaleY: number;
  readonly turn: number;
  readonly anchorX: number;
  readonly anchorY: number;
  readonly toX: number;
  readonly toY: number;
}

/** Phases between two samples at which the turn's weights are tabled; a power of two. */
const phaseBits = 8;
const phases = 1 << phaseBits;
/** Four weights for each phase, of the samples −1, 0, 1, 2 about it. */
const phaseWeights: Int32Array = (() => {
  const table = new Int32Array(phases * 4);
  for (let phase = 0; phase < phases; phase += 1) {
    const { first, weights } = tapsAt(phase / phases, 1);
    weights.forEach((weight, index) => {
      const place = first + index + 1;
      if (place >= 0 && place < 4) table[phase * 4 + place] = weight;
    });
  }
  return table;
})();

/** Cosine and sine of whole quarter turns without the rounding of π. */
function turnVector(degrees: number): [number, number] {
  switch (degrees) {
    case 90:
      return [0, 1];
    case 180:
      return [-1, 0];
    case 270:
      return [0, -1];
    default:
      return [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  }
}

/** Turns a raster onto one of another size; what comes in from outside is clear. */
export function turnedBy(arena: RasterArena, input: Raster, turn: Turn, size: RasterSize): Raster {
  const { format } = input;
  const { width, height } = size;
  const planes = arena.planes(format, width, height);
  const box = turnedBox(turn, input, size);
  const max = maxSample(format);
  planes.forEach((to, index) => {
    const from = input.planes[index];
    if (from === undefined) return;
    const x = siting(index === 0 ? 0 : format.xShift, false);
    const y = siting(index === 0 ? 0 : format.yShift, true);
    const own = index === 0 ? box : chromaBox(box, format);
    clearOutside(to, own, index === 0 ? 0 : 1 << (format.depth - 1));
    turnColors(from, to, placeMap(turn, x, y), own, max);
  });
  const alpha = arena.plane(width, height, format.depth);
  clearOutside(alpha, box, 0);
  const luma = siting(0, false);
  const map = placeMap(turn, luma, luma);
  if (typeof input.alpha === 'number') turnUniform(input.alpha * max, input, alpha, map, box);
  else turnAlpha(input.alpha, alpha, map, box, max);
  return { format, width, height, planes, alpha };
}

/** The part of the canvas that the turned picture reaches, its soft edge included. */
function turnedBox(turn: Turn, { width, height }: RasterSize, size: RasterSize): Box {
  const [cos, sin] = turnVector(turn.turn);
  const corners = [
    [0, 0],
    [width, 0],
    [0, height],
    [width, height],
  ].map(([x = 0, y = 0]) => {
    const dx = (x - turn.anchorX) * turn.scaleX;
    const dy = (y - turn.anchorY) * turn.scaleY;
    return [turn.toX + dx * cos + dy * sin, turn.toY - dx * sin + dy * cos] as const;
  });
  const soft = 3 * Math.max(Math.abs(turn.scaleX), Math.abs(turn.scaleY));
  const within = (value: number, limit: number): number => Math.min(limit, Math.max(0, value));
  return {
    left: within(Math.floor(Math.min(...corners.map(([x]) => x)) - soft), size.width),
    right: within(Math.ceil(Math.max(...corners.map(([x]) => x)) + soft), size.width),
    top: within(Math.floor(Math.min(...corners.map(([, y]) => y)) - soft), size.height),
    bottom: within(Math.ceil(Math.max(...corners.map(([, y]) => y)) + soft), size.height),
  };
}

/** From an output sample's column and row to its place in the input, in 1/256 of an input sample: straight in both. */
interface PlaceMap {
  readonly originX: number;
  readonly originY: number;
  readonly columnX: number;
  readonly columnY: number;
  readonly rowX: number;
  readonly rowY: number;
}

function placeMap(turn: Turn, siteX: Siting, siteY: Siting): PlaceMap {
  const [cos, sin] = turnVector(turn.turn);
  const unitX = phases / (turn.scaleX * siteX.step);
  const unitY = phases / (turn.scaleY * siteY.step);
  const dx = siteX.origin - turn.toX;
  const dy = siteY.origin - turn.toY;
  // Counter-clockwise on screen with y down: the inverse turns (dx, dy) clockwise. The half rounds to the nearest phase.
  return {
    originX: ((turn.anchorX - siteX.origin) * phases) / siteX.step + (dx * cos - dy * sin) * unitX + 0.5,
    originY: ((turn.anchorY - siteY.origin) * phases) / siteY.step + (dx * sin + dy * cos) * unitY + 0.5,
    columnX: siteX.step * cos * unitX,
    columnY: siteX.step * sin * unitY,
    rowX: -siteY.step * sin * unitX,
    rowY: siteY.step * cos * unitY,
  };
}

function turnColors(from: Plane, to: Plane, map: PlaceMap, box: Box, max: number): void {
  const { data, stride, width, height } = from;
  for (let row = box.top; row < box.bottom; row += 1) {
    const startX = map.originX + row * map.rowX;
    const startY = map.originY + row * map.rowY;
    const target = row * to.stride;
    for (let column = box.left; column < box.right; column += 1) {
      const phaseX = Math.floor(startX + column * map.columnX);
      const phaseY = Math.floor(startY + column * map.columnY);
      const x = phaseX >> phaseBits;
      const y = phaseY >> phaseBits;
      to.data[target + column] =
        x >= 1 && y >= 1 && x + 2 < width && y + 2 < height
          ? innerSample(data, (y - 1) * stride + x - 1, stride, phaseX & (phases - 1), phaseY & (phases - 1), max)
          : heldSample(from, phaseX, phaseY, max);
    }
  }
}

function turnUniform(level: number, { width, height }: RasterSize, to: Plane, map: PlaceMap, box: Box): void {
  for (let row = box.top; row < box.bottom; row += 1) {
    const startX = map.originX + row * map.rowX;
    const startY = map.originY + row * map.rowY;
    for (let column = box.left; column < box.right; column += 1) {
      const phaseX = Math.floor(startX + column * map.columnX);
      const phaseY = Math.floor(startY + column * map.columnY);
      const covered = coveredShare(phaseX, width) * coveredShare(phaseY, height);
      to.data[row * to.stride + column] = Math.floor(level * Math.min(1, Math.max(0, covered)) + 0.5);
    }
  }
}

function turnAlpha(from: Plane, to: Plane, map: PlaceMap, box: Box, max: number): void {
  for (let row = box.top; row < box.bottom; row += 1) {
    const startX = map.originX + row * map.rowX;
    const startY = map.originY + row * map.rowY;
    for (let column = box.left; column < box.right; column += 1) {
      const phaseX = Math.floor(startX + column * map.columnX);
      const phaseY = Math.floor(startY + column * map.columnY);
      to.data[row * to.stride + column] = clearSample(from, phaseX, phaseY, max);
    }
  }
}

/** A sample between samples that all lie inside: `at` is the left upper one of four by four. */
function innerSample(data: Samples, at: number, stride: number, phaseX: number, phaseY: number, max: number): number {
  const px = phaseX * 4;
  const py = phaseY * 4;
  const w0 = phaseWeights[px] ?? 0;
  const w1 = phaseWeights[px + 1] ?? 0;
  const w2 = phaseWeights[px + 2] ?? 0;
  const w3 = phaseWeights[px + 3] ?? 0;
  let sum = 1 << (finalShift - 1);
  let start = at;
  for (let tap = 0; tap < 4; tap += 1) {
    const line =
      (data[start] ?? 0) * w0 + (data[start + 1] ?? 0) * w1 + (data[start + 2] ?? 0) * w2 + (data[start + 3] ?? 0) * w3;
    sum += ((line + firstHalf) >> firstShift) * (phaseWeights[py + tap] ?? 0);
    start += stride;
  }
  const value = sum >> finalShift;
  return value < 0 ? 0 : value > max ? max : value;
}

/** A sample between samples; outside the plane its edge goes on. */
function heldSample(from: Plane, phaseX: number, phaseY: number, max: number): number {
  const { data, stride, width, height } = from;
  const x = phaseX >> phaseBits;
  const y = phaseY >> phaseBits;
  const px = (phaseX & (phases - 1)) * 4;
  const py = (phaseY & (phases - 1)) * 4;
  const x0 = x - 1 < 0 ? 0 : x - 1 >= width ? width - 1 : x - 1;
  const x1 = x < 0 ? 0 : x >= width ? width - 1 : x;
  const x2 = x + 1 < 0 ? 0 : x + 1 >= width ? width - 1 : x + 1;
  const x3 = x + 2 < 0 ? 0 : x + 2 >= width ? width - 1 : x + 2;
  const w0 = phaseWeights[px] ?? 0;
  const w1 = phaseWeights[px + 1] ?? 0;
  const w2 = phaseWeights[px + 2] ?? 0;
  const w3 = phaseWeights[px + 3] ?? 0;
  let sum = 1 << (finalShift - 1);
  for (let tap = 0; tap < 4; tap += 1) {
    const row = y + tap - 1;
    const start = (row < 0 ? 0 : row >= height ? height - 1 : row) * stride;
    const line =
      (data[start + x0] ?? 0) * w0 +
      (data[start + x1] ?? 0) * w1 +
      (data[start + x2] ?? 0) * w2 +
      (data[start + x3] ?? 0) * w3;
    sum += ((line + firstHalf) >> firstShift) * (phaseWeights[py + tap] ?? 0);
  }
  const value = sum >> finalShift;
  return value < 0 ? 0 : value > max ? max : value;
}

/** A sample between samples; outside the plane all is 0. */
function clearSample(from: Plane, phaseX: number, phaseY: number, max: number): number {
  const x = phaseX >> phaseBits;
  const y = phaseY >> phaseBits;
  if (x < -2 || y < -2 || x > from.width || y > from.height) return 0;
  let sum = 1 << (finalShift - 1);
  for (let j = 0; j < 4; j += 1) {
    const row = y + j - 1;
    if (row < 0 || row >= from.height) continue;
    let line = firstHalf;
    for (let i = 0; i < 4; i += 1) {
      const column = x + i - 1;
      if (column < 0 || column >= from.width) continue;
      line += (from.data[row * from.stride + column] ?? 0) * (phaseWeights[(phaseX & (phases - 1)) * 4 + i] ?? 0);
    }
    sum += (line >> firstShift) * (phaseWeights[(phaseY & (phases - 1)) * 4 + j] ?? 0);
  }
  const value = sum >> finalShift;
  return value < 0 ? 0 : value > max ? max : value;
}

/** Share of a place's weights that lies inside 0 … length − 1. */
function coveredShare(phase: number, length: number): number {
  const at = phase >> phaseBits;
  if (at >= 1 && at + 2 < length) return 1;
  if (at < -2 || at > length) return 0;
  let sum = 0;
  for (let tap = 0; tap < 4; tap += 1) {
    const place = at + tap - 1;
    if (place >= 0 && place < length) sum += phaseWeights[(phase & (phases - 1)) * 4 + tap] ?? 0;
  }
  return sum / weightUnit;
}
