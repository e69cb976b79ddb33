import type { Rational } from '@patchwork/time';
import type { SourcePicture } from './picture.ts';

/** Size of a raster in pixels. */
interface Raster {
  readonly width: number;
  readonly height: number;
}

/** A picture's raster as shown: pixel aspect and rotation applied to the width; exact, so the width may be fractional. */
export interface ShownRaster extends Raster {
  /** Denominator of the width and the height; 1 for square pixels. */
  readonly den?: number;
}

/** The raster of a stream when shown upright with square pixels; both sides scaled by `den` to stay whole numbers. */
export function shownRaster(raster: Raster, pixelAspect: Rational, rotation: number): ShownRaster {
  const width = raster.width * pixelAspect.num;
  const height = raster.height * pixelAspect.den;
  const isTurned = rotation % 180 !== 0;
  return { width: isTurned ? height : width, height: isTurned ? width : height, den: pixelAspect.den };
}

type Conform = SourcePicture['conform'];

/** Tells whether a conformed raster covers the canvas to its last pixel. */
export function coversCanvas(raster: ShownRaster, canvas: Raster, conform: Conform): boolean {
  const den = raster.den ?? 1;
  switch (conform) {
    case 'fill':
      return true;
    case 'fit':
      return raster.width * canvas.height === raster.height * canvas.width;
    case 'none':
      return raster.width >= canvas.width * den && raster.height >= canvas.height * den;
  }
}

/** Tells whether a conform gives a raster of square pixels another size on the canvas. */
export function resizes(raster: ShownRaster, canvas: Raster, conform: Conform): boolean {
  const den = raster.den ?? 1;
  const across = raster.width - canvas.width * den;
  const down = raster.height - canvas.height * den;
  switch (conform) {
    case 'fit':
      return Math.max(across, down) !== 0;
    case 'fill':
      return Math.min(across, down) !== 0;
    case 'none':
      return false;
  }
}

/** The one word for conforms that come to the same: `fit`, where the aspect (for `none`: the size) is the canvas's own. */
export function plainConform(raster: ShownRaster, canvas: Raster, conform: Conform): Conform {
  const den = raster.den ?? 1;
  if (conform === 'none') {
    return raster.width === canvas.width * den && raster.height === canvas.height * den ? 'fit' : 'none';
  }
  return coversCanvas(raster, canvas, 'fit') ? 'fit' : conform;
}
