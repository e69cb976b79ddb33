import type { ColorTags, Crop } from '@patchwork/program';
import type { Rational } from '@patchwork/time';
import type { Frame } from 'node-av/lib';
import { carriesAlpha } from '../frame/pixel-format.ts';
import type { FrameArena } from '../frame/frame-arena.ts';
import { rasterOfFrame } from '../frame/frame-memory.ts';
import { croppedRaster, placedRaster, trimmedRaster, turnedRaster } from './place.ts';
import type { RasterSize } from './scale.ts';
import type { ConformedBox } from './transform.ts';
import { type Raster, type RasterArena, type RasterFormat, fullChroma } from '../frame/raster.ts';
import type { Scaler } from '../frame/scaler.ts';

/** How a picture of another raster comes onto the canvas. */
export interface Conforming {
  readonly color: ColorTags;
  readonly pixelAspect: Rational;
  /** Degrees clockwise: 0, 90, 180 or 270. */
  readonly rotation: number;
  readonly conform: 'fit' | 'fill' | 'none';
  readonly crop: Crop;
}

/** Where pictures are composed. */
export interface DrawingCanvas {
  readonly format: RasterFormat;
  readonly width: number;
  readonly height: number;
  readonly color: ColorTags;
}

/** Whether a picture that is larger than the canvas ends at its edges or is kept whole, for a transform to move. */
export type Room = 'canvas' | 'whole';

/** What drawing works with: memory for planes and frames, both taken back when the picture is done, and the scaler. */
export interface Workshop {
  readonly arena: RasterArena;
  readonly frames: FrameArena;
  readonly scaler: Scaler;
}

/**
 * A frame on the canvas: cropped, turned, converted to the canvas's format and colour, conformed. A frame that is
 * already all that is copied; otherwise the scaler runs once (twice for a crop or a turn).
 * A matrix or range that the file does not state is taken to be the canvas's.
 *
 * @param room `whole`: what stands out beyond the canvas stays, on a raster that is larger about the same centre.
 */
export function conformedFrame(
  frame: Frame,
  how: Conforming,
  canvas: DrawingCanvas,
  shop: Workshop,
  room: Room = 'canvas',
): Raster {
  const upright = uprightFrame(frame, how, canvas, shop);
  if (upright === null) return clearRaster(canvas, shop);
  const size = shownSize(upright.frame, upright, canvas);
  const { left, top, ...whole } = roomOf(size, canvas, room);
  return placedRaster(shop.arena, converted(upright, size, canvas, shop), whole.width, whole.height, left, top);
}

/** A picture in its own size, and where its conform puts it. */
export interface OwnRaster {
  readonly raster: Raster;
  /** Where the conform puts it on `size`. */
  readonly box: ConformedBox;
  /** The raster on which {@link conformedFrame} would put it. */
  readonly size: RasterSize;
}

/**
 * A frame in its own size, else as `conformedFrame` has it: cropped, turned, converted. Null where a crop leaves nothing.
 */
export function ownFrame(
  frame: Frame,
  how: Conforming,
  canvas: DrawingCanvas,
  shop: Workshop,
  room: Room,
): OwnRaster | null {
  const upright = uprightFrame(frame, how, canvas, shop);
  if (upright === null) return null;
  const box = shownSize(upright.frame, upright, canvas);
  const { left, top, ...size } = roomOf(box, canvas, room);
  return { raster: converted(upright, upright.frame, canvas, shop), box: { left, top, ...box }, size };
}

/** A frame that is neither cropped nor turned any more. */
interface UprightFrame {
  readonly frame: Frame;
  /** As used: nothing is unknown. */
  readonly color: ColorTags;
  readonly pixelAspect: Rational;
  readonly conform: Conforming['conform'];
}

/** Crops and turns a frame, where it has to be. Null where nothing is left. */
function uprightFrame(frame: Frame, how: Conforming, canvas: DrawingCanvas, shop: Workshop): UprightFrame | null {
  const color = usedColor(how, canvas);
  const { crop, rotation, conform, pixelAspect } = how;
  const cropped = isCropped(how);
  if (!cropped && rotation === 0) return { frame, color, pixelAspect, conform };
  // Cut and turned at full chroma, where any pixel is a place to cut.
  const full = fullChroma(canvas.format);
  const format = hasAlpha(frame) ? full.withAlpha : full.pixelFormat;
  const open = shop.frames.take(format, frame.width, frame.height);
  shop.scaler.convert(frame, color, open, canvas.color);
  let raster = rasterOfFrame(open, full);
  if (cropped) {
    const left = Math.round(crop.left * raster.width);
    const top = Math.round(crop.top * raster.height);
    const width = raster.width - left - Math.round(crop.right * raster.width);
    const height = raster.height - top - Math.round(crop.bottom * raster.height);
    if (width <= 0 || height <= 0) return null;
    raster =
      crop.inPlace === true
        ? trimmedRaster(shop.arena, raster, left, top, width, height)
        : croppedRaster(raster, left, top, width, height);
  }
  if (rotation === 90 || rotation === 180 || rotation === 270) raster = turnedRaster(shop.arena, raster, rotation);
  const turned = shop.frames.frameOf(raster);
  const aspect = rotation === 90 || rotation === 270 ? { num: pixelAspect.den, den: pixelAspect.num } : pixelAspect;
  return { frame: turned, color: canvas.color, pixelAspect: aspect, conform };
}

/**
 * Whether the samples of a frame are those of the canvas as they stand: its size, format, matrix and range, opaque. Then
 * `conformedFrame` would copy it and do nothing else.
 */
export function isConformed(frame: Frame, how: Conforming, canvas: DrawingCanvas): boolean {
  const size = shownSize(frame, how, canvas);
  const fits = size.width === frame.width && size.height === frame.height;
  const fills = frame.width === canvas.width && frame.height === canvas.height;
  if (!fits || !fills || how.rotation !== 0 || isCropped(how)) return false;
  return frame.format === canvas.format.pixelFormat && isAlike(usedColor(how, canvas), canvas);
}

function isCropped({ crop }: Conforming): boolean {
  return crop.left > 0 || crop.right > 0 || crop.top > 0 || crop.bottom > 0;
}

function isAlike(color: ColorTags, canvas: DrawingCanvas): boolean {
  return color.matrix === canvas.color.matrix && color.range === canvas.color.range;
}

/** A frame's colour, where the file does not state it the canvas's. */
function usedColor({ color }: Conforming, canvas: DrawingCanvas): ColorTags {
  return {
    ...color,
    matrix: color.matrix === 'unknown' ? canvas.color.matrix : color.matrix,
    range: color.range === 'unknown' ? canvas.color.range : color.range,
  };
}

/** A canvas with nothing on it. */
export function clearRaster(canvas: DrawingCanvas, shop: Workshop): Raster {
  const planes = shop.arena.planes(canvas.format, canvas.width, canvas.height);
  const middle = 1 << (canvas.format.depth - 1);
  planes.forEach((plane, index) => plane.data.fill(index === 0 ? 0 : middle));
  return { format: canvas.format, width: canvas.width, height: canvas.height, planes, alpha: 0 };
}

/** A frame in a size and in the canvas's format and colour. */
function converted(
  { frame, color }: UprightFrame,
  { width, height }: RasterSize,
  canvas: DrawingCanvas,
  shop: Workshop,
): Raster {
  const { format } = canvas;
  const same = width === frame.width && height === frame.height;
  const native = frame.format === format.pixelFormat || frame.format === format.withAlpha;
  if (same && native && isAlike(color, canvas)) return rasterOfFrame(shop.frames.copyOf(frame), format);
  const ready = shop.frames.take(hasAlpha(frame) ? format.withAlpha : format.pixelFormat, width, height);
  shop.scaler.convert(frame, color, ready, canvas.color);
  return rasterOfFrame(ready, format);
}

/** The raster that holds a picture about the canvas's centre, and where the picture stands on it. */
function roomOf(picture: RasterSize, canvas: DrawingCanvas, room: Room): RasterSize & { left: number; top: number } {
  const width = room === 'whole' ? roomFor(canvas.width, picture.width) : canvas.width;
  const height = room === 'whole' ? roomFor(canvas.height, picture.height) : canvas.height;
  return {
    width,
    height,
    left: evenPart((width - picture.width) / 2),
    top: evenPart((height - picture.height) / 2),
  };
}

/** Pixels that hold a picture about the canvas's centre: the margins are even, as chroma needs them. */
function roomFor(canvas: number, picture: number): number {
  return canvas + 4 * Math.ceil(Math.max(0, picture - canvas) / 4);
}

/** The canvas's part of a raster about the same centre. */
export function centredRaster(arena: RasterArena, input: Raster, canvas: DrawingCanvas): Raster {
  const { width, height } = canvas;
  return placedRaster(arena, input, width, height, (width - input.width) / 2, (height - input.height) / 2);
}

/** Pixels of the conformed picture on the canvas, even, so that its chroma falls on the canvas's. */
function shownSize(
  frame: Frame,
  how: Pick<Conforming, 'pixelAspect' | 'conform'>,
  canvas: DrawingCanvas,
): { width: number; height: number } {
  const width = (frame.width * how.pixelAspect.num) / how.pixelAspect.den;
  const { height } = frame;
  if (how.conform === 'none') {
    return how.pixelAspect.num === how.pixelAspect.den && frame.width % 2 === 0 && height % 2 === 0
      ? { width: frame.width, height }
      : { width: even(width), height: even(height) };
  }
  const across = canvas.width / width;
  const down = canvas.height / height;
  const scale = how.conform === 'fit' ? Math.min(across, down) : Math.max(across, down);
  return {
    width: scale === across ? canvas.width : even(width * scale),
    height: scale === down ? canvas.height : even(height * scale),
  };
}

function even(size: number): number {
  return Math.max(2, 2 * Math.round(size / 2));
}

function evenPart(offset: number): number {
  return 2 * Math.floor(offset / 2);
}

function hasAlpha(frame: Frame): boolean {
  return carriesAlpha(frame.format);
}
