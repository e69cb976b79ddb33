import type { Raster, RasterArena } from '../frame/raster.ts';
import { type RasterSize, scaledRaster } from './scale.ts';
import { type Turn, turnedBy } from './turn.ts';

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

/** Where a conform puts a picture: a box in pixels of the canvas, which may reach beyond it. */
export interface ConformedBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
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
  const { scale } = placement;
  if (scale.x === 0 || scale.y === 0) return { ...input, alpha: 0 };
  const turn = turnOf(placement, input, unit);
  if (turn.turn === 0) return drawnStraight(arena, input, turn, input);
  // A smaller picture is scaled first with its wide kernel; the turn then never skips input samples.
  const { anchorX, anchorY } = turn;
  const [firstX, firstY] = firstScales(turn);
  const smaller =
    firstX === 1 && firstY === 1
      ? input
      : scaledRaster(
          arena,
          input,
          { scale: firstX, from: anchorX, to: anchorX },
          { scale: firstY, from: anchorY, to: anchorY },
          { heldPixels: turnReach },
        );
  return turnedBy(arena, smaller, { ...turn, scaleX: turn.scaleX / firstX, scaleY: turn.scaleY / firstY }, input);
}

/**
 * Draws a picture as placed in one step from its own pixels to where it is shown: what {@link transformedRaster} draws of
 * the conformed picture, without what conforming it first would lose.
 *
 * @param box where the conform would put it on a canvas of `size`.
 * @param size of the result, about whose centre the picture is placed.
 * @param unit the height that positions are fractions of.
 */
export function transformedOwn(
  arena: RasterArena,
  own: Raster,
  box: ConformedBox,
  placement: Placement,
  size: RasterSize,
  unit: number,
): Raster {
  const onCanvas = turnOf(placement, size, unit);
  const turn: Turn = {
    ...onCanvas,
    scaleX: (onCanvas.scaleX * box.width) / own.width,
    scaleY: (onCanvas.scaleY * box.height) / own.height,
    anchorX: ((onCanvas.anchorX - box.left) * own.width) / box.width,
    anchorY: ((onCanvas.anchorY - box.top) * own.height) / box.height,
  };
  if (turn.turn === 0) return drawnStraight(arena, own, turn, size);
  const [firstX, firstY] = firstScales(turn);
  if (firstX === 1 && firstY === 1) return turnedBy(arena, own, turn, size);
  // Scaled first as above, onto a raster with room for what the turn reads about it.
  const smaller = scaledRaster(
    arena,
    own,
    { scale: firstX, from: 0, to: turnReach },
    { scale: firstY, from: 0, to: turnReach },
    { heldPixels: turnReach, size: { width: roomed(own.width * firstX), height: roomed(own.height * firstY) } },
  );
  const rest: Turn = {
    ...turn,
    scaleX: turn.scaleX / firstX,
    scaleY: turn.scaleY / firstY,
    anchorX: turnReach + turn.anchorX * firstX,
    anchorY: turnReach + turn.anchorY * firstY,
  };
  return turnedBy(arena, smaller, rest, size);
}

/** A placement in pixels of a raster about whose centre it is. */
function turnOf({ position, scale, rotation, anchor }: Placement, { width, height }: RasterSize, unit: number): Turn {
  const anchorX = width / 2 + anchor.x * unit;
  const anchorY = height / 2 - anchor.y * unit;
  return {
    scaleX: scale.x,
    scaleY: scale.y,
    turn: ((rotation % 360) + 360) % 360,
    anchorX,
    anchorY,
    toX: anchorX + position.x * unit,
    toY: anchorY - position.y * unit,
  };
}

function drawnStraight(arena: RasterArena, input: Raster, turn: Turn, size: RasterSize): Raster {
  const x = { scale: turn.scaleX, from: turn.anchorX, to: turn.toX };
  const y = { scale: turn.scaleY, from: turn.anchorY, to: turn.toY };
  return scaledRaster(arena, input, x, y, { size });
}

/** How much a turned picture is scaled before it is turned: what makes it smaller. */
function firstScales({ scaleX, scaleY }: Turn): [x: number, y: number] {
  return [Math.min(1, Math.abs(scaleX)), Math.min(1, Math.abs(scaleY))];
}

/** Even pixels that hold so many and what a turn reads on either side. */
function roomed(pixels: number): number {
  return 2 * Math.ceil(pixels / 2) + 2 * turnReach;
}
