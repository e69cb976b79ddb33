import type { Raster, RasterArena } from '../frame/raster.ts';
import { scaledRaster } from './scale.ts';
import { turnedBy } from './turn.ts';

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

/** Pixels about a sample that a turn reads, chroma included. */
const turnReach = 8;

/**
 * Draws the input as placed, on a canvas of its own size.
 *
 * @param unit the height that positions are fractions of: that of the canvas, which the input may stand out of.
 */
export function transformedRaster(
  arena: RasterArena,
  input: Raster,
  placement: Placement,
  unit: number = input.height,
): Raster {
  const { width, height } = input;
  const { scale } = placement;
  if (scale.x === 0 || scale.y === 0) return { ...input, alpha: 0 };
  const anchorX = width / 2 + placement.anchor.x * unit;
  const anchorY = height / 2 - placement.anchor.y * unit;
  const toX = anchorX + placement.position.x * unit;
  const toY = anchorY - placement.position.y * unit;
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
          turnReach,
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
