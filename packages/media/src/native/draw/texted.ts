import type { ColorTags } from '@patchwork/program';
import { alphaPlane, overRaster, solidRaster, solidSamples } from './composite.ts';
import { copyPlane } from '../frame/frame-memory.ts';
import { croppedRaster } from './place.ts';
import { type Plane, type Raster, type RasterArena, maxSample } from '../frame/raster.ts';
import type { TextMask } from './text.ts';

/** How dark the ground under the letters is. */
const shade = 0.6;

/**
 * White letters on a dark ground over a picture, readable on any. The mask's rows begin at row `top` (even). Only the
 * ground's box is drawn; the rest is the picture as it is.
 */
export function textedRaster(arena: RasterArena, input: Raster, mask: TextMask, top: number, color: ColorTags): Raster {
  const { box } = mask;
  if (box.right <= box.left) return input;
  const pad = Math.max(2, Math.round(input.height / 120));
  const edges = {
    left: evenWithin(box.left - pad, input.width),
    top: evenWithin(top + box.top - pad, input.height),
    right: evenWithin(box.right + pad + 1, input.width),
    bottom: evenWithin(top + box.bottom + pad + 1, input.height),
  };
  const width = edges.right - edges.left;
  const height = edges.bottom - edges.top;
  if (width <= 0 || height <= 0) return input;
  const { format } = input;
  const max = maxSample(format);
  const letters = arena.plane(width, height, format.depth);
  for (let y = 0; y < height; y += 1) {
    const row = y + edges.top - top;
    for (let x = 0; x < width; x += 1) {
      const covered = row < 0 || row >= mask.height ? 0 : (mask.coverage[row * mask.width + x + edges.left] ?? 0);
      letters.data[y * width + x] = Math.round((covered * max) / 255);
    }
  }
  const flat = (rgb: [number, number, number], alpha: Raster['alpha']): Raster => ({
    ...solidRaster(arena, format, width, height, solidSamples(rgb, color.matrix, color.range, format.depth), 1),
    alpha,
  });
  const ground = overRaster(arena, croppedRaster(input, edges.left, edges.top, width, height), flat([0, 0, 0], shade));
  return pasted(arena, input, overRaster(arena, ground, flat([1, 1, 1], letters)), edges.left, edges.top);
}

/** A copy of a raster with a part of it replaced; the place lies at whole chroma samples. */
function pasted(arena: RasterArena, input: Raster, part: Raster, left: number, top: number): Raster {
  const { format, width, height } = input;
  const planes = arena.planes(format, width, height);
  planes.forEach((to, index) => {
    const from = input.planes[index];
    const patch = part.planes[index];
    if (from === undefined || patch === undefined) return;
    copyPlane(from, to);
    paste(patch, to, index === 0 ? left : left >> format.xShift, index === 0 ? top : top >> format.yShift);
  });
  if (input.alpha === 1) return { format, width, height, planes, alpha: 1 };
  const alpha = arena.plane(width, height, format.depth);
  copyPlane(alphaPlane(arena, input), alpha);
  paste(alphaPlane(arena, part), alpha, left, top);
  return { format, width, height, planes, alpha };
}

function paste(from: Plane, to: Plane, left: number, top: number): void {
  for (let row = 0; row < from.height; row += 1) {
    const start = row * from.stride;
    to.data.set(from.data.subarray(start, start + from.width), (top + row) * to.stride + left);
  }
}

function evenWithin(value: number, limit: number): number {
  return Math.min(limit, Math.max(0, 2 * Math.floor(value / 2)));
}
