import { AV_PIX_FMT_GRAY8, AV_PIX_FMT_RGB24, AV_PIX_FMT_YUVJ420P } from 'node-av/constants';
import { CodecContext, Packet, Rational } from 'node-av/lib';
import type { Frame } from 'node-av/lib';
import type { ColorTags } from '@patchwork/program';
import type { ThumbnailItem, ThumbnailJob } from '../jobs.ts';
import { checked, encoderNamed, present } from './check.ts';
import { colorNumbers, colorTags } from './frame/color-tags.ts';
import { Drawer } from './draw/draw.ts';
import { FrameArena } from './frame/frame-arena.ts';
import { tagFrame } from './frame/frame-memory.ts';
import type { FramePool } from './decode/frame-pool.ts';
import { type MovieFrames, movieFrames } from './decode/movie-frames.ts';
import { rasterFormat } from './frame/raster.ts';
import { Scaler } from './frame/scaler.ts';

/** Draws small stills of pictures or movie frames. Pictures that cannot be drawn show their input. @throws PW_MEDIA_* */
export function thumbnails(job: ThumbnailJob, pool: FramePool, onItem: (done: number) => void): Uint8Array[] {
  pool.dropStale();
  const scaler = new Scaler();
  const frames = new FrameArena();
  const movies = new Map<string, MovieFrames>();
  const drawer =
    job.canvas === undefined
      ? null
      : new Drawer(
          { ...job.canvas, format: rasterFormat('yuv420p') },
          pool,
          new Map(job.media.map((one) => [one.identity, one.path])),
          'pass-through',
        );
  try {
    return job.items.map((item, index) => {
      const { frame, color } = shownFrame(item, job, drawer, pool, movies, frames);
      const bytes = encoded(frame, color, job, scaler, frames);
      frame.free();
      frames.reset();
      onItem(index + 1);
      return bytes;
    });
  } finally {
    frames.close();
    drawer?.close();
    scaler.close();
  }
}

function shownFrame(
  item: ThumbnailItem,
  job: ThumbnailJob,
  drawer: Drawer | null,
  pool: FramePool,
  movies: Map<string, MovieFrames>,
  frames: FrameArena,
): { frame: Frame; color: ColorTags } {
  if ('picture' in item) {
    if (drawer === null || job.canvas === undefined) throw new TypeError('job.canvas: pictures need a canvas');
    const { color } = job.canvas;
    const drawn = drawer.draw(item.picture, (raster) => frames.frameOf(raster));
    tagFrame(drawn, colorNumbers(color));
    return { frame: present(drawn.clone(), 'memory for a frame'), color };
  }
  const movie = movies.get(item.path) ?? movieFrames(item.path);
  movies.set(item.path, movie);
  const frame = pool.frameAt(item.path, movie.stream, movie.ptsOf(item.frame));
  return { frame, color: colorTags(frame) };
}

function encoded(frame: Frame, color: ColorTags, job: ThumbnailJob, scaler: Scaler, frames: FrameArena): Uint8Array {
  const even = (size: number): number => Math.max(2, 2 * Math.round(size / 2));
  const width = even(job.width);
  const aspect = frame.sampleAspectRatio.num > 0 ? frame.sampleAspectRatio.num / frame.sampleAspectRatio.den : 1;
  const height = even((width * frame.height) / (frame.width * aspect));
  const jpeg = job.format === 'jpeg';
  const isGray = job.format === 'gray';
  const format = jpeg ? AV_PIX_FMT_YUVJ420P : isGray ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_RGB24;
  const from = {
    ...color,
    matrix: color.matrix === 'unknown' ? 'bt709' : color.matrix,
    range: color.range === 'unknown' ? 'tv' : color.range,
  };
  const small = frames.take(format, width, height);
  scaler.convert(frame, from, small, { ...from, matrix: jpeg || isGray ? 'bt470bg' : 'gbr', range: 'pc' });
  if (isGray) return lumaOf(small, width, height);
  const codec = encoderNamed(jpeg ? 'mjpeg' : 'png');
  const context = new CodecContext();
  const packet = new Packet();
  try {
    packet.alloc();
    context.allocContext3(codec);
    context.width = width;
    context.height = height;
    context.pixelFormat = format;
    context.timeBase = new Rational(1, 25);
    context.threadCount = 1;
    if (jpeg) {
      checked(context.setOption('qmin', '3'), 'qmin');
      checked(context.setOption('qmax', '5'), 'qmax');
    }
    checked(context.open2Sync(codec, null), 'opening the thumbnail encoder');
    small.pts = 0n;
    checked(context.sendFrameSync(small), 'encoding a thumbnail');
    checked(context.sendFrameSync(null), 'draining the thumbnail encoder');
    checked(context.receivePacketSync(packet), 'taking a thumbnail');
    return new Uint8Array(present(packet.data, 'packet data'));
  } finally {
    packet.free();
    context.freeContext();
  }
}

/** The luma without the padding of its rows. */
function lumaOf(frame: Frame, width: number, height: number): Uint8Array {
  const [plane] = present(frame.data, 'the picture of a thumbnail');
  const stride = frame.linesize[0] ?? width;
  const luma = new Uint8Array(width * height);
  for (let row = 0; row < height; row += 1) {
    luma.set(present(plane, 'the luma of a thumbnail').subarray(row * stride, row * stride + width), row * width);
  }
  return luma;
}
