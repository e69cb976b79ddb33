import type { Plane, RasterFormat } from '../frame/raster.ts';

/** A part of the canvas, half-open. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Where sample 0 of a plane lies in picture pixels from the edge, and how far samples lie apart. Chroma is sited left. */
export interface Siting {
  readonly origin: number;
  readonly step: number;
}

/** Siting of a plane that is 2^-shift as fine; `centered` where it lies between the luma samples (chroma rows). */
export function siting(shift: number, centered: boolean): Siting {
  return { origin: shift === 0 || !centered ? 0.5 : (1 << shift) / 2, step: 1 << shift };
}

/** The chroma samples that lie on a box of luma samples. */
export function chromaBox(box: Box, format: RasterFormat): Box {
  const up = (value: number, shift: number): number => (value + (1 << shift) - 1) >> shift;
  return {
    left: box.left >> format.xShift,
    top: box.top >> format.yShift,
    right: up(box.right, format.xShift),
    bottom: up(box.bottom, format.yShift),
  };
}

/** Fills what lies outside a box. */
export function clearOutside(plane: Plane, box: Box, value: number): void {
  const { data, stride, width, height } = plane;
  data.fill(value, 0, box.top * stride);
  for (let row = box.top; row < box.bottom; row += 1) {
    data.fill(value, row * stride, row * stride + box.left);
    data.fill(value, row * stride + box.right, row * stride + width);
  }
  data.fill(value, box.bottom * stride, height * stride);
}
