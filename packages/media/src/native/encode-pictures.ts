import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { type Digest, PatchworkError } from '@patchwork/kernel';
import type { EncodedChunk, VideoProfile } from '@patchwork/plan';
import type { PictureJob } from '../jobs.ts';
import { Drawer } from './draw.ts';
import type { FramePool } from './frame-pool.ts';
import { avcConfig, keptNals, lengthPrefixed, nalType, splitAnnexB, typeOfNal, x264Settings } from './nal.ts';
import { rasterFormat } from './raster.ts';
import { type EncodedPacket, VideoEncoder } from './video-encoder.ts';
import { x264Pins } from './x264-names.ts';

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
    color: video.color,
  };
  const drawer = new Drawer(canvas, pool, paths, job.unmodelled ?? 'refuse');
  const out = new SampleFile(job.outPath);
  try {
    return video.codec === 'h264' ? encodeGops(job, drawer, out, onFrame) : encodeIntra(job, drawer, out, onFrame);
  } finally {
    out.close();
    drawer.close();
  }
}

/** The job's output: bytes one after another, hashed chunk by chunk. */
class SampleFile {
  private readonly path: string;
  private readonly descriptor: number;

  constructor(path: string) {
    this.path = path;
    try {
      this.descriptor = openSync(path, 'w');
    } catch (error) {
      throw this.failure(error);
    }
  }

  write(samples: readonly Uint8Array[]): Digest {
    const hash = createHash('sha256');
    for (const sample of samples) {
      hash.update(sample);
      let done = 0;
      while (done < sample.length) {
        try {
          done += writeSync(this.descriptor, sample, done);
        } catch (error) {
          throw this.failure(error);
        }
      }
    }
    return hash.digest('hex');
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private failure(error: unknown): PatchworkError {
    return new PatchworkError('PW_MEDIA_WRITE', `${this.path}: rendered pictures cannot be written`, {
      hint: 'Check the free space and the permissions of the store folder.',
      details: { path: this.path },
      cause: error,
    });
  }
}

function encodeGops(job: PictureJob, drawer: Drawer, out: SampleFile, onFrame: (done: number) => void): EncodedChunk[] {
  const chunks: EncodedChunk[] = [];
  let frame = 0;
  let config: string | null = null;
  job.lengths.forEach((length, index) => {
    const encoder = new VideoEncoder(job.video);
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
      checkPins(packets);
      const ownConfig = h264Config(encoder.extradata, job.video).toString('base64');
      config ??= ownConfig;
      if (ownConfig !== config) throw encoderFault('two chunks of one profile got different parameter sets');
      const samples = packets.map((packet) => h264Sample(packet, ownConfig));
      checkGop(packets, samples, length, job.video.reorder);
      chunks.push({
        key: job.keys[index] ?? '',
        digest: out.write(samples.map((sample) => sample.data)),
        sizes: samples.map((sample) => sample.data.length),
        order: packets.map((packet) => packet.order),
        sync: samples.map((sample) => sample.idr),
        config: ownConfig,
      });
    } finally {
      encoder.close();
    }
  });
  return chunks;
}

function encoderFault(what: string): PatchworkError {
  return new PatchworkError('PW_MEDIA_ENCODER', `libx264: ${what}`, {
    hint: 'The options of the profile do not give closed chunks; keep to the built-in ones.',
  });
}

function h264Config(extradata: Uint8Array, video: VideoProfile): Buffer {
  const nals = splitAnnexB(extradata);
  const sps = nals.filter((nal) => typeOfNal(nal) === nalType.sps);
  const pps = nals.filter((nal) => typeOfNal(nal) === nalType.pps);
  const [oneSps] = sps;
  const [onePps] = pps;
  if (sps.length !== 1 || pps.length !== 1 || oneSps === undefined || onePps === undefined) {
    throw encoderFault(`${sps.length} sequence and ${pps.length} picture parameter sets instead of one each`);
  }
  const format = rasterFormat(video.pixelFormat);
  const chroma = format.yShift === 1 ? 1 : format.xShift === 1 ? 2 : 3;
  return avcConfig(oneSps, onePps, format.depth, chroma);
}

interface H264Sample {
  readonly data: Buffer;
  readonly idr: boolean;
}

/** Parameter sets in a packet must be the configuration's own; they are left out of the sample. */
function h264Sample(packet: EncodedPacket, config: string): H264Sample {
  const nals = splitAnnexB(packet.data);
  for (const nal of nals) {
    const type = typeOfNal(nal);
    if ((type === nalType.sps || type === nalType.pps) && !Buffer.from(config, 'base64').includes(Buffer.from(nal))) {
      throw encoderFault('a packet carries parameter sets that differ from the configuration');
    }
  }
  return { data: lengthPrefixed(keptNals(nals)), idr: nals.some((nal) => typeOfNal(nal) === nalType.idr) };
}

/** The options that x264 says it ran with, as far as they decide whether the same pictures are the same bytes. */
function checkPins(packets: readonly EncodedPacket[]): void {
  const text = packets
    .slice(0, 1)
    .map((packet) => x264Settings(splitAnnexB(packet.data)))
    .join('');
  for (const [name, value] of Object.entries(x264Pins)) {
    // Without B-frames x264 says nothing of open GOPs: there are none.
    if (name === 'open_gop' && / bframes=0 /.test(text)) continue;
    const stated = new RegExp(` ${name}=(\\S+)`).exec(text)?.[1];
    if (stated !== value) throw encoderFault(`it ran with ${name}=${stated ?? '?'} instead of ${value}`);
  }
}

/** Parses back what the encoder really did: one IDR picture, first; every frame once; no deeper reordering than stated. */
function checkGop(
  packets: readonly EncodedPacket[],
  samples: readonly H264Sample[],
  length: number,
  reorder: number,
): void {
  if (packets.length !== length) throw encoderFault(`${packets.length} packets for ${length} frames`);
  const shown = packets.map((packet) => packet.order).toSorted((a, b) => a - b);
  if (shown.some((order, index) => order !== index))
    throw encoderFault('a chunk does not show each of its frames once');
  samples.forEach((sample, index) => {
    if (sample.idr !== (index === 0))
      throw encoderFault(
        index === 0
          ? 'a chunk does not begin with an IDR picture'
          : `frame ${index} of a chunk is a second IDR picture`,
      );
  });
  packets.forEach((packet, index) => {
    if (packet.order < index - reorder) {
      throw encoderFault(
        `decoding runs ${index - packet.order} frames ahead of showing, but the profile states ${reorder}`,
      );
    }
  });
}

/** ProRes: every frame alone, one encoder for the run. A chunk may hold several frames. */
function encodeIntra(
  job: PictureJob,
  drawer: Drawer,
  out: SampleFile,
  onFrame: (done: number) => void,
): EncodedChunk[] {
  const encoder = new VideoEncoder(job.video);
  const chunks: EncodedChunk[] = [];
  let waiting: Uint8Array[] = [];
  const cut = (packets: readonly EncodedPacket[]): void => {
    for (const packet of packets) {
      waiting.push(packet.data);
      const length = job.lengths[chunks.length];
      if (length === undefined || waiting.length < length) continue;
      chunks.push({
        key: job.keys[chunks.length] ?? '',
        digest: out.write(waiting),
        sizes: waiting.map((sample) => sample.length),
        order: waiting.map((_, place) => place),
        sync: waiting.map(() => true),
        config: '',
      });
      waiting = [];
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
  if (chunks.length !== job.lengths.length || waiting.length > 0) {
    throw new PatchworkError('PW_MEDIA_ENCODER', `prores_ks gave ${chunks.length} chunks for ${job.lengths.length}`, {
      hint: 'This build of FFmpeg is not known to this program; report it.',
    });
  }
  return chunks;
}
