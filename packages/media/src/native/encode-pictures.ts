import { PatchworkError } from '@patchwork/kernel';
import { codecFacts, type EncodedChunk } from '@patchwork/plan';
import type { ColorTags } from '@patchwork/program';
import type { PictureJob } from '../jobs.ts';
import { codedGroup } from './encode/coded-group.ts';
import { Drawer } from './draw/draw.ts';
import { encoderFault, encoderName } from './encode/encoder-name.ts';
import type { FramePool } from './decode/frame-pool.ts';
import { rasterFormat } from './frame/raster.ts';
import { SampleFile } from './sample-file.ts';
import { type EncodedPacket, VideoEncoder } from './encode/video-encoder.ts';

function checkJob(job: PictureJob): void {
  const sum = job.lengths.reduce((total, length) => total + length, 0);
  if (sum !== job.pictures.length)
    throw new TypeError(`job.lengths: add up to ${sum}, but there are ${job.pictures.length} pictures`);
  if (job.keys.length !== job.lengths.length)
    throw new TypeError(`job.keys: ${job.keys.length} for ${job.lengths.length} chunks`);
  if (job.lengths.some((length) => length < 1)) throw new TypeError('job.lengths: a chunk holds at least one frame');
}

/**
 * Draws and encodes a run of chunks into `job.outPath`.
 *
 * @throws PW_MEDIA_DECODE, PW_MEDIA_ENCODER, PW_MEDIA_WRITE, PW_RENDER_UNMODELLED
 */
export function encodePictures(job: PictureJob, pool: FramePool, onFrame: (done: number) => void): EncodedChunk[] {
  checkJob(job);
  pool.dropStale();
  const { video } = job;
  const paths = new Map(job.media.map((one) => [one.identity, one.path]));
  const canvas = {
    format: rasterFormat(video.pixelFormat),
    width: video.width,
    height: video.height,
    color: shownColor(video.color),
  };
  const drawer = new Drawer(canvas, pool, paths, job.unmodelled ?? 'refuse');
  const out = new SampleFile(job.outPath, 'pictures');
  try {
    const encode = codecFacts(video.codec).isIntra ? encodeIntra : encodeGops;
    return encode(job, drawer, out, onFrame);
  } finally {
    out.close();
    drawer.close();
  }
}

/** What players take a stream for that does not say how its numbers mean colours: BT.709. */
function shownColor(color: ColorTags): ColorTags {
  const known = (value: string, other: string): string => (value === 'unknown' ? other : value);
  return {
    primaries: known(color.primaries, 'bt709'),
    transfer: known(color.transfer, 'bt709'),
    matrix: known(color.matrix, 'bt709'),
    range: known(color.range, 'tv'),
  };
}

function encodeGops(job: PictureJob, drawer: Drawer, out: SampleFile, onFrame: (done: number) => void): EncodedChunk[] {
  const { video } = job;
  const chunks: EncodedChunk[] = [];
  let frame = 0;
  let config: string | null = null;
  job.lengths.forEach((length, index) => {
    const encoder = new VideoEncoder(video);
    const packets: EncodedPacket[] = [];
    try {
      for (let at = 0; at < length; at += 1) {
        const picture = job.pictures[frame];
        if (picture === undefined) throw new TypeError(`job.pictures: frame ${frame} is missing`);
        packets.push(...drawer.drawTo(picture, encoder));
        frame += 1;
        onFrame(frame);
      }
      packets.push(...encoder.finish());
      if (packets.length !== length) throw encoderFault(video.codec, `${packets.length} packets for ${length} frames`);
      const group = codedGroup({ extradata: encoder.extradata, packets, video });
      const { samples } = group;
      const ownConfig = group.config.toString('base64');
      config ??= ownConfig;
      if (ownConfig !== config)
        throw encoderFault(video.codec, 'two chunks of one profile got different parameter sets');
      for (const { data } of samples) out.append(data);
      chunks.push({
        key: job.keys[index] ?? '',
        digest: out.takeDigest(),
        sizes: samples.map((sample) => sample.data.length),
        order: packets.map((packet) => packet.order),
        sync: samples.map((sample) => sample.starts),
        config: ownConfig,
      });
    } finally {
      encoder.close();
    }
  });
  return chunks;
}

/** Every frame alone, one encoder for the run. A chunk may hold several frames. */
function encodeIntra(
  job: PictureJob,
  drawer: Drawer,
  out: SampleFile,
  onFrame: (done: number) => void,
): EncodedChunk[] {
  const encoder = new VideoEncoder(job.video);
  const chunks: EncodedChunk[] = [];
  let sizes: number[] = [];
  const cut = (packets: readonly EncodedPacket[]): void => {
    for (const packet of packets) {
      out.append(packet.data);
      sizes.push(packet.data.length);
      const length = job.lengths[chunks.length];
      if (length === undefined || sizes.length < length) continue;
      chunks.push({
        key: job.keys[chunks.length] ?? '',
        digest: out.takeDigest(),
        sizes,
        order: sizes.map((_, place) => place),
        sync: sizes.map(() => true),
        config: '',
      });
      sizes = [];
    }
  };
  try {
    job.pictures.forEach((picture, frame) => {
      cut(drawer.drawTo(picture, encoder));
      onFrame(frame + 1);
    });
    cut(encoder.finish());
  } finally {
    encoder.close();
  }
  if (chunks.length !== job.lengths.length || sizes.length > 0) {
    throw new PatchworkError(
      'PW_MEDIA_ENCODER',
      `${encoderName(job.video.codec)} gave ${chunks.length} chunks for ${job.lengths.length}`,
      {
        hint: 'This build of FFmpeg is not known to this program; report it.',
      },
    );
  }
  return chunks;
}
