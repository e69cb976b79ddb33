import { AVCHROMA_LOC_LEFT, AVCOL_RANGE_UNSPECIFIED } from 'node-av/constants';
import type { AVPixelFormat } from 'node-av/constants';
import { Frame } from 'node-av/lib';
import type { ColorNumbers } from './color-tags.ts';
import { checked, present } from '../check.ts';
import { type Plane, type Raster, type RasterFormat, type Samples, maxSample } from './raster.ts';

/** A writable frame of a format and size, with undefined content. The caller frees it. */
export function allocatedFrame(format: AVPixelFormat, width: number, height: number): Frame {
  const frame = new Frame();
  frame.alloc();
  frame.width = width;
  frame.height = height;
  frame.format = format;
  checked(frame.getBuffer(0), 'av_frame_get_buffer');
  return frame;
}

/** Writes what a frame's numbers mean into it; what the scaler reads. Chroma stands left, as in MPEG-2 and H.264. */
export function tagFrame(frame: Frame, color: ColorNumbers): void {
  frame.colorSpace = color.matrix;
  frame.colorRange = color.range === AVCOL_RANGE_UNSPECIFIED ? frame.colorRange : color.range;
  frame.colorPrimaries = color.primaries;
  frame.colorTrc = color.transfer;
  frame.chromaLocation = AVCHROMA_LOC_LEFT;
}

/** A frame's plane in place: valid only while the frame lives and is not written by libav. */
function planeOf(frame: Frame, index: number, depth: number, width: number, height: number): Plane {
  const bytes = present(frame.data?.[index], 'frame data');
  const line = frame.linesize[index] ?? 0;
  const data: Samples =
    depth === 8
      ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
      : new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  return { data, stride: depth === 8 ? line : line >> 1, width, height };
}

/** Sees a frame of the raster's own format (with or without alpha) as a raster, in place. */
export function rasterOfFrame(frame: Frame, format: RasterFormat): Raster {
  const { width, height } = frame;
  const chromaWidth = (width + (1 << format.xShift) - 1) >> format.xShift;
  const chromaHeight = (height + (1 << format.yShift) - 1) >> format.yShift;
  return {
    format,
    width,
    height,
    planes: [
      planeOf(frame, 0, format.depth, width, height),
      planeOf(frame, 1, format.depth, chromaWidth, chromaHeight),
      planeOf(frame, 2, format.depth, chromaWidth, chromaHeight),
    ],
    alpha: frame.format === format.withAlpha ? planeOf(frame, 3, format.depth, width, height) : 1,
  };
}

/** Copies a plane's rows. */
export function copyPlane(from: Plane, to: Plane): void {
  if (from.stride === to.stride && from.height > 0) {
    // One run, the padding between rows included; the last row may lack its own.
    to.data.set(from.data.subarray(0, (from.height - 1) * from.stride + from.width));
    return;
  }
  for (let row = 0; row < from.height; row += 1) {
    const start = row * from.stride;
    to.data.set(from.data.subarray(start, start + from.width), row * to.stride);
  }
}

/** Copies a raster's colours (alpha is left behind) into a frame of its format and size. */
export function writeToFrame(raster: Raster, frame: Frame): void {
  const target = rasterOfFrame(frame, raster.format);
  raster.planes.forEach((plane, index) => {
    const to = target.planes[index];
    if (to !== undefined) copyPlane(plane, to);
  });
}

/** Writes a raster into a frame of its format and size; alpha too where the frame has it. */
export function fillFrame(raster: Raster, frame: Frame): void {
  const { format } = raster;
  writeToFrame(raster, frame);
  const { alpha } = rasterOfFrame(frame, format);
  if (typeof alpha === 'number') return;
  if (typeof raster.alpha !== 'number') {
    copyPlane(raster.alpha, alpha);
    return;
  }
  const value = Math.round(raster.alpha * maxSample(format));
  for (let row = 0; row < alpha.height; row += 1) {
    alpha.data.fill(value, row * alpha.stride, row * alpha.stride + alpha.width);
  }
}
