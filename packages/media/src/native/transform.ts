import { type Taps, tapsAt, weightBits, weightUnit } from './kernel.ts';
import { type Plane, type Raster, type RasterArena, maxSample } from './raster.ts';

/**
 * Position, scale, rotation and anchor of a picture on its canvas: a point p of the picture (pixels from the centre,
 * right and down) is shown at anchor + position + R·S·(p − anchor). What comes in from outside is clear.
 */
export interface Placement {
  /** Fractions of the canvas's height, right and up. */
  readonly position: { readonly x: number; readonly y: number };
  readonly scale: { readonly x: number; readonly y: number };
  /** Degrees, counter-clockwise. */
  readonly rotation: number;
  readonly anchor: { readonly x: number; readonly y: number };
}

/** Fractional bits kept between the two passes of a scale. */
const middleBits = 4;

/** Draws the input as placed, on a canvas of its own size. */
export function transformedRaster(arena: RasterArena, input: Raster, placement: Placement): Raster {
  const { width, height } = input;
  const { scale } = placement;
  if (scale.x === 0 || scale.y === 0) return { ...input, alpha: 0 };
  const anchorX = width / 2 + placement.anchor.x * height;
  const anchorY = height / 2 - placement.anchor.y * height;
  const toX = anchorX + placement.position.x * height;
  const toY = anchorY - placement.position.y * height;
  const turn = ((placement.rotation % 360) + 360) % 360;
  if (turn === 0) {
    return scaledRaster(
      arena,
      input,
      { scale: scale.x, from: anchorX, to: toX },
      { scale: scale.y, from: anchorY, to: toY },
    );
  }
  // A smaller picture is scaled first with its wide kernel; the turn then never skips input samples.
  const firstX = Math.min(1, Math.abs(scale.x));
  const firstY = Math.min(1, Math.abs(scale.y));
  const smaller =
    firstX === 1 && firstY === 1
      ? input
      : scaledRaster(
          arena,
          input,
          { scale: firstX, from: anchorX, to: anchorX },
          { scale: firstY, from: anchorY, to: anchorY },
        );
  return turnedBy(arena, smaller, {
    scaleX: scale.x / firstX,
    scaleY: scale.y / firstY,
    turn,
    anchorX,
    anchorY,
    toX,
    toY,
  });
}

/** A map along one axis, in pixels from the edge: shown = to + scale × (picture − from). */
interface AxisMap {
  readonly scale: number;
  readonly from: number;
  readonly to: number;
}

/** Where sample 0 of a plane lies in picture pixels from the edge, and how far samples lie apart. Chroma is sited left. */
interface Siting {
  readonly origin: number;
  readonly step: number;
}

function siting(shift: number, centered: boolean): Siting {
  return { origin: shift === 0 || !centered ? 0.5 : (1 << shift) / 2, step: 1 << shift };
}

function axisTaps(length: number, map: AxisMap, place: Siting): Taps[] {
  const taps: Taps[] = [];
  for (let index = 0; index < length; index += 1) {
    const shown = place.origin + index * place.step;
    const source = map.from + (shown - map.to) / map.scale;
    taps.push(tapsAt((source - place.origin) / place.step, 1 / map.scale));
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

function scaledRaster(arena: RasterArena, input: Raster, x: AxisMap, y: AxisMap): Raster {
  const { format, width, height } = input;
  if (x.scale === 1 && y.scale === 1 && x.from === x.to && y.from === y.to) return input;
  const planes = arena.planes(format, width, height);
  const lumaX = axisTaps(width, x, siting(0, false));
  const lumaY = axisTaps(height, y, siting(0, false));
  planes.forEach((to, index) => {
    const from = input.planes[index];
    if (from === undefined) return;
    const tapsX = index === 0 ? lumaX : axisTaps(to.width, x, siting(format.xShift, false));
    const tapsY = index === 0 ? lumaY : axisTaps(to.height, y, siting(format.yShift, true));
    resample(from, to, tapsX, tapsY, maxSample(format), 'held');
  });
  const coverX = coverage(lumaX, width);
  const coverY = coverage(lumaY, height);
  const full = coverX.every((one) => one === weightUnit) && coverY.every((one) => one === weightUnit);
  if (typeof input.alpha === 'number' && full) return { format, width, height, planes, alpha: input.alpha };
  const alpha = arena.plane(width, height, format.depth);
  if (typeof input.alpha === 'number') {
    const factor = (input.alpha * maxSample(format)) / (weightUnit * weightUnit);
    for (let row = 0; row < height; row += 1) {
      const down = (coverY[row] ?? 0) * factor;
      for (let column = 0; column < width; column += 1) {
        alpha.data[row * alpha.stride + column] = Math.floor((coverX[column] ?? 0) * down + 0.5);
      }
    }
  } else {
    resample(input.alpha, alpha, lumaX, lumaY, maxSample(format), 'clear');
  }
  return { format, width, height, planes, alpha };
}

/** Resamples a plane along both axes. Outside the input its edge is `held`, or all is 0 (`clear`). */
function resample(
  from: Plane,
  to: Plane,
  tapsX: readonly Taps[],
  tapsY: readonly Taps[],
  max: number,
  outside: 'held' | 'clear',
): void {
  const rows = new Map<number, Int32Array>();
  const shift = weightBits - middleBits;
  const half = 1 << (shift - 1);
  const acrossRow = (row: number): Int32Array => {
    const known = rows.get(row);
    if (known !== undefined) return known;
    const result = new Int32Array(to.width);
    const start = row * from.stride;
    tapsX.forEach(({ first, weights }, column) => {
      let sum = 0;
      for (let tap = 0; tap < weights.length; tap += 1) {
        const x = first + tap;
        if (x >= 0 && x < from.width) sum += (from.data[start + x] ?? 0) * (weights[tap] ?? 0);
        else if (outside === 'held')
          sum += (from.data[start + (x < 0 ? 0 : from.width - 1)] ?? 0) * (weights[tap] ?? 0);
      }
      result[column] = (sum + half) >> shift;
    });
    rows.set(row, result);
    return result;
  };
  const finalShift = weightBits + middleBits;
  const finalHalf = 1 << (finalShift - 1);
  const sums = new Float64Array(to.width);
  for (let row = 0; row < to.height; row += 1) {
    const taps = tapsY[row];
    if (taps === undefined) return;
    sums.fill(finalHalf);
    for (let tap = 0; tap < taps.weights.length; tap += 1) {
      const y = taps.first + tap;
      const weight = taps.weights[tap] ?? 0;
      if (weight === 0 || (outside === 'clear' && (y < 0 || y >= from.height))) continue;
      const line = acrossRow(Math.min(from.height - 1, Math.max(0, y)));
      for (let x = 0; x < to.width; x += 1) sums[x] = (sums[x] ?? 0) + (line[x] ?? 0) * weight;
    }
    for (let x = 0; x < to.width; x += 1) {
      const value = Math.floor((sums[x] ?? 0) / (1 << finalShift));
      to.data[row * to.stride + x] = value < 0 ? 0 : value > max ? max : value;
    }
    // Rows above the next one's reach are not needed again (a flipped picture runs the other way).
    if (rows.size > 64 + taps.weights.length) rows.clear();
  }
}

interface Turn {
  readonly scaleX: number;
  readonly scaleY: number;
  readonly turn: number;
  readonly anchorX: number;
  readonly anchorY: number;
  readonly toX: number;
  readonly toY: number;
}

/** Phases between two samples at which the turn's weights are tabled. */
const phases = 256;
const phaseWeights: readonly Int32Array[] = Array.from({ length: phases }, (_, phase) => {
  const { first, weights } = tapsAt(phase / phases, 1);
  const four = new Int32Array(4);
  weights.forEach((weight, index) => {
    const place = first + index + 1;
    if (place >= 0 && place < 4) four[place] = weight;
  });
  return four;
});

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

function turnedBy(arena: RasterArena, input: Raster, turn: Turn): Raster {
  const { format, width, height } = input;
  const planes = arena.planes(format, width, height);
  planes.forEach((to, index) => {
    const from = input.planes[index];
    if (from === undefined) return;
    const x = siting(index === 0 ? 0 : format.xShift, false);
    const y = siting(index === 0 ? 0 : format.yShift, true);
    turnPlane(from, to, turn, x, y, maxSample(format), 'held');
  });
  const alpha = arena.plane(width, height, format.depth);
  const max = maxSample(format);
  const source =
    typeof input.alpha === 'number' ? uniformPlane(arena, input, Math.floor(input.alpha * max + 0.5)) : input.alpha;
  turnPlane(source, alpha, turn, siting(0, false), siting(0, false), max, 'clear');
  return { format, width, height, planes, alpha };
}

function uniformPlane(arena: RasterArena, raster: Raster, value: number): Plane {
  const plane = arena.plane(raster.width, raster.height, raster.format.depth);
  plane.data.fill(value);
  return plane;
}

function turnPlane(
  from: Plane,
  to: Plane,
  turn: Turn,
  siteX: Siting,
  siteY: Siting,
  max: number,
  outside: 'held' | 'clear',
): void {
  const [cos, sin] = turnVector(turn.turn);
  const shift = weightBits - middleBits;
  const half = 1 << (shift - 1);
  const finalShift = weightBits + middleBits;
  const lastX = from.width - 1;
  const lastY = from.height - 1;
  for (let row = 0; row < to.height; row += 1) {
    const dy = siteY.origin + row * siteY.step - turn.toY;
    for (let column = 0; column < to.width; column += 1) {
      const dx = siteX.origin + column * siteX.step - turn.toX;
      // Counter-clockwise on screen with y down: the inverse turns (dx, dy) clockwise.
      const pictureX = turn.anchorX + (dx * cos - dy * sin) / turn.scaleX;
      const pictureY = turn.anchorY + (dx * sin + dy * cos) / turn.scaleY;
      const phaseX = Math.floor(((pictureX - siteX.origin) / siteX.step) * phases + 0.5);
      const phaseY = Math.floor(((pictureY - siteY.origin) / siteY.step) * phases + 0.5);
      const x = phaseX >> 8;
      const y = phaseY >> 8;
      if (outside === 'clear' && (x < -2 || y < -2 || x > lastX + 2 || y > lastY + 2)) {
        to.data[row * to.stride + column] = 0;
        continue;
      }
      const across = phaseWeights[phaseX & 255];
      const down = phaseWeights[phaseY & 255];
      if (across === undefined || down === undefined) continue;
      let sum = 1 << (finalShift - 1);
      for (let j = 0; j < 4; j += 1) {
        let sourceY = y + j - 1;
        if (sourceY < 0 || sourceY > lastY) {
          if (outside === 'clear') continue;
          sourceY = sourceY < 0 ? 0 : lastY;
        }
        let line = 0;
        for (let i = 0; i < 4; i += 1) {
          let sourceX = x + i - 1;
          if (sourceX < 0 || sourceX > lastX) {
            if (outside === 'clear') continue;
            sourceX = sourceX < 0 ? 0 : lastX;
          }
          line += (from.data[sourceY * from.stride + sourceX] ?? 0) * (across[i] ?? 0);
        }
        sum += ((line + half) >> shift) * (down[j] ?? 0);
      }
      const value = Math.floor(sum / (1 << finalShift));
      to.data[row * to.stride + column] = value < 0 ? 0 : value > max ? max : value;
    }
  }
}
