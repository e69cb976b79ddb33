import { PatchworkError } from '@patchwork/kernel';
import {
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV420P10LE,
  AV_PIX_FMT_YUV422P,
  AV_PIX_FMT_YUV422P10LE,
  AV_PIX_FMT_YUV444P,
  AV_PIX_FMT_YUV444P10LE,
  AV_PIX_FMT_YUVA420P,
  AV_PIX_FMT_YUVA420P10LE,
  AV_PIX_FMT_YUVA422P,
  AV_PIX_FMT_YUVA422P10LE,
  AV_PIX_FMT_YUVA444P,
  AV_PIX_FMT_YUVA444P10LE,
} from 'node-av/constants';
import type { AVPixelFormat } from 'node-av/constants';

/** Rows of samples: 8 bits in a byte, more in the low bits of 16. */
export type Samples = Uint8Array | Uint16Array;

/** One plane of numbers, row after row; `stride` samples from row to row. */
export interface Plane {
  readonly data: Samples;
  readonly stride: number;
  readonly width: number;
  readonly height: number;
}

/** How a raster's numbers stand in memory: planar Y'CbCr, as in FFmpeg's format of the name. */
export interface RasterFormat {
  readonly name: string;
  readonly pixelFormat: AVPixelFormat;
  /** The same with an alpha plane behind. */
  readonly withAlpha: AVPixelFormat;
  /** Bits of a sample. */
  readonly depth: number;
  /** Chroma planes are 2^-shift as wide and high. */
  readonly xShift: number;
  readonly yShift: number;
}

/**
 * A picture in memory. Colours are not premultiplied. Alpha is one number for all of it (1 opaque … 0 clear), or a plane
 * of the luma's size counted 0 … 2^depth − 1.
 */
export interface Raster {
  readonly format: RasterFormat;
  readonly width: number;
  readonly height: number;
  readonly planes: readonly [Plane, Plane, Plane];
  readonly alpha: Plane | number;
}

const formats: readonly RasterFormat[] = [
  { name: 'yuv420p', pixelFormat: AV_PIX_FMT_YUV420P, withAlpha: AV_PIX_FMT_YUVA420P, depth: 8, xShift: 1, yShift: 1 },
  { name: 'yuv422p', pixelFormat: AV_PIX_FMT_YUV422P, withAlpha: AV_PIX_FMT_YUVA422P, depth: 8, xShift: 1, yShift: 0 },
  { name: 'yuv444p', pixelFormat: AV_PIX_FMT_YUV444P, withAlpha: AV_PIX_FMT_YUVA444P, depth: 8, xShift: 0, yShift: 0 },
  {
    name: 'yuv420p10le',
    pixelFormat: AV_PIX_FMT_YUV420P10LE,
    withAlpha: AV_PIX_FMT_YUVA420P10LE,
    depth: 10,
    xShift: 1,
    yShift: 1,
  },
  {
    name: 'yuv422p10le',
    pixelFormat: AV_PIX_FMT_YUV422P10LE,
    withAlpha: AV_PIX_FMT_YUVA422P10LE,
    depth: 10,
    xShift: 1,
    yShift: 0,
  },
  {
    name: 'yuv444p10le',
    pixelFormat: AV_PIX_FMT_YUV444P10LE,
    withAlpha: AV_PIX_FMT_YUVA444P10LE,
    depth: 10,
    xShift: 0,
    yShift: 0,
  },
];

/** The raster format of FFmpeg's name. @throws PW_MEDIA_PIXEL_FORMAT for one that pictures are not drawn in. */
export function rasterFormat(name: string): RasterFormat {
  const format = formats.find((one) => one.name === name);
  if (format !== undefined) return format;
  throw new PatchworkError('PW_MEDIA_PIXEL_FORMAT', `pictures cannot be drawn as ${name}`, {
    hint: `Choose one of ${formats.map((one) => one.name).join(', ')}.`,
    details: { pixelFormat: name },
  });
}

/** The format of the same depth whose chroma has the luma's size. */
export function fullChroma(format: RasterFormat): RasterFormat {
  return rasterFormat(format.depth === 8 ? 'yuv444p' : 'yuv444p10le');
}

/** The format's chroma_format_idc, as H.264 and HEVC count: 1 4:2:0, 2 4:2:2, 3 4:4:4. */
export function chromaFormat(format: RasterFormat): number {
  return format.yShift === 1 ? 1 : format.xShift === 1 ? 2 : 3;
}

/** The largest sample of a format. */
export function maxSample(format: RasterFormat): number {
  return (1 << format.depth) - 1;
}

/**
 * Lends memory for rasters and takes all of it back at once, when a frame is done: a fresh megabyte per plane and frame
 * costs more in page faults than the drawing. What is lent holds old content; every operation writes all it returns.
 */
export class RasterArena {
  private readonly free = new Map<string, Samples[]>();
  private lent: Samples[] = [];
  private freeBytes = 0;

  /** A plane with undefined content. */
  plane(width: number, height: number, depth: number): Plane {
    const length = width * height;
    const pile = this.free.get(pileKey(length, depth));
    let data = pile?.pop();
    if (data === undefined) data = depth === 8 ? new Uint8Array(length) : new Uint16Array(length);
    else this.freeBytes -= data.byteLength;
    this.lent.push(data);
    return { data, stride: width, width, height };
  }

  /** The three planes of a raster, with undefined content. */
  planes(format: RasterFormat, width: number, height: number): [Plane, Plane, Plane] {
    const chromaWidth = (width + (1 << format.xShift) - 1) >> format.xShift;
    const chromaHeight = (height + (1 << format.yShift) - 1) >> format.yShift;
    return [
      this.plane(width, height, format.depth),
      this.plane(chromaWidth, chromaHeight, format.depth),
      this.plane(chromaWidth, chromaHeight, format.depth),
    ];
  }

  /** Takes everything lent back. No raster drawn before may be read afterwards. */
  reset(): void {
    for (const data of this.lent) {
      // Odd sizes come and go with a keyframed scale: what is kept for reuse is bounded.
      if (this.freeBytes + data.byteLength > 1 << 26) continue;
      const key = pileKey(data.length, data instanceof Uint8Array ? 8 : 16);
      const pile = this.free.get(key);
      if (pile === undefined) this.free.set(key, [data]);
      else pile.push(data);
      this.freeBytes += data.byteLength;
    }
    this.lent = [];
  }
}

function pileKey(length: number, depth: number): string {
  return `${length}/${depth === 8 ? 8 : 16}`;
}
