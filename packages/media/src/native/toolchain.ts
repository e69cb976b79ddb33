import { PatchworkError } from '@patchwork/kernel';
import type { Toolchain, VideoProfile } from '@patchwork/plan';
import { getFFmpegInfo } from 'node-av/lib';
import { solidRaster } from './composite.ts';
import { drawingVersion } from '../drawing-version.ts';
import { splitAnnexB, x264Settings } from './nal.ts';
import { RasterArena, rasterFormat } from './raster.ts';
import { VideoEncoder } from './video-encoder.ts';

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
  return {
    drawing: drawingVersion,
    ffmpeg,
    encoder: video.codec === 'h264' ? x264Build(video) : `prores_ks of FFmpeg ${version}, avcodec ${libraries.avcodec}`,
    // x264 with cpu-independent=1, the scaler with bitexact and whole-number drawing give the same bytes everywhere.
    cpuClass: null,
  };
}

/** x264's own name and build, from the options that it writes into its first packet. */
function x264Build(video: VideoProfile): string {
  const encoder = new VideoEncoder(video);
  try {
    const format = rasterFormat(video.pixelFormat);
    const gray = solidRaster(new RasterArena(), format, video.width, video.height, [0, 0, 0], 1);
    const packets = [...encoder.encode(gray), ...encoder.finish()];
    const nals = [...splitAnnexB(encoder.extradata), ...packets.flatMap((packet) => splitAnnexB(packet.data))];
    // "x264 - core 165 r3222 b35605a - H.264/MPEG-4 AVC codec - …"
    const match = /^x264 - (core \d+\S*(?: r\S+)?(?: [0-9a-f]{6,})?)/.exec(x264Settings(nals));
    if (match !== null) return `x264 ${match[1] ?? ''}`;
    throw new PatchworkError('PW_MEDIA_ENCODER', 'libx264 does not say which build it is', {
      hint: 'Without its build number chunks of different encoders could be mixed; install node-av with its own binary.',
    });
  } finally {
    encoder.close();
  }
}
