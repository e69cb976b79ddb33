import { readFileSync } from 'node:fs';
import { PatchworkError } from '@patchwork/kernel';
import type { Toolchain, VideoProfile } from '@patchwork/plan';
import { getFFmpegInfo } from 'node-av/lib';
import { solidRaster } from './draw/composite.ts';
import { drawingVersion } from '../drawing-version.ts';
import { encoderName } from './encode/encoder-name.ts';
import { x265Settings } from './encode/hevc-group.ts';
import { splitAnnexB, x264Settings } from './encode/nal.ts';
import { RasterArena, rasterFormat } from './frame/raster.ts';
import { VideoEncoder } from './encode/video-encoder.ts';

/**
 * What encodes a profile on this machine, by asking it: one frame is encoded. Answers are kept from run to run: whoever
 * changes what is said here raises `answersVersion` in `native-library.ts`.
 *
 * @throws PW_MEDIA_ENCODER
 */
export function toolchain(video: VideoProfile): Toolchain {
  const { version, libraries } = getFFmpegInfo();
  const used = (['avutil', 'avcodec', 'avformat', 'avfilter', 'swscale'] as const).map(
    (name) => `${name} ${libraries[name]}`,
  );
  const ffmpeg = `${version} (${used.join(', ')})`;
  return { drawing: drawingVersion, ffmpeg, ...encoderOf(video, version, libraries.avcodec) };
}

/**
 * Whole-number drawing and the scaler with bitexact give the same bytes everywhere; so do x264 with cpu-independent=1,
 * dnxhd with its whole-number transform, SVT-AV1 and prores_ks. x265 does not.
 */
function encoderOf(video: VideoProfile, version: string, avcodec: string): Pick<Toolchain, 'encoder' | 'cpuClass'> {
  switch (video.codec) {
    case 'h264':
      return { encoder: x264Build(video), cpuClass: null };
    case 'hevc':
      return x265Build(video);
    case 'av1':
      return { encoder: `libsvtav1 of node-av ${nodeAvVersion()}, FFmpeg ${version}`, cpuClass: null };
    case 'prores':
    case 'dnxhr':
      return { encoder: `${encoderName(video.codec)} of FFmpeg ${version}, avcodec ${avcodec}`, cpuClass: null };
  }
}

/** What an encoder says of itself for one gray picture: its head and its packets. */
function grayUnits(video: VideoProfile): readonly Uint8Array[] {
  const encoder = new VideoEncoder(video);
  try {
    const format = rasterFormat(video.pixelFormat);
    const gray = solidRaster(new RasterArena(), format, video.width, video.height, [0, 0, 0], 1);
    const packets = [...encoder.encode(gray), ...encoder.finish()];
    return [...splitAnnexB(encoder.extradata), ...packets.flatMap((packet) => splitAnnexB(packet.data))];
  } finally {
    encoder.close();
  }
}

function noBuild(encoder: string): PatchworkError {
  return new PatchworkError('PW_MEDIA_ENCODER', `${encoder} does not say which build it is`, {
    hint: 'Without its build number chunks of different encoders could be mixed; install node-av with its own binary.',
  });
}

/** x264's own name and build, from the options that it writes into its first packet. */
function x264Build(video: VideoProfile): string {
  // "x264 - core 165 r3222 b35605a - H.264/MPEG-4 AVC codec - …"
  const match = /^x264 - (core \d+\S*(?: r\S+)?(?: [0-9a-f]{6,})?)/.exec(x264Settings(grayUnits(video)));
  if (match === null) throw noBuild('libx264');
  return `x264 ${match[1] ?? ''}`;
}

/** x265's build, and the instructions it uses: bytes repeat within one architecture and instruction class only. */
function x265Build(video: VideoProfile): Pick<Toolchain, 'encoder' | 'cpuClass'> {
  // "x265 (build 215) - 4.1+54-fa2770934:[Linux][GCC 15.2.0][64 bit] 8bit+10bit+12bit - H.265/HEVC codec - … options: cpuid=1111039 …"
  const text = x265Settings(grayUnits(video));
  const build = /^x265 (\(build \d+\) - [^:]+):/.exec(text)?.[1];
  const cpu = / cpuid=(\d+)/.exec(text)?.[1];
  if (build === undefined || cpu === undefined) throw noBuild('libx265');
  return { encoder: `x265 ${build}`, cpuClass: `${process.arch} cpuid ${cpu}` };
}

/** SVT-AV1 names its build on a terminal only; it comes with node-av's binary, whose package version stands for it. */
function nodeAvVersion(): string {
  const path = new URL('../package.json', import.meta.resolve('node-av'));
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { readonly version?: unknown };
  if (typeof version === 'string') return version;
  throw noBuild('libsvtav1');
}
