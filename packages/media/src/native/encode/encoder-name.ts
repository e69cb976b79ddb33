import { PatchworkError } from '@patchwork/kernel';
import type { VideoCodec } from '@patchwork/plan';

const names: { readonly [codec in VideoCodec]: string } = {
  h264: 'libx264',
  hevc: 'libx265',
  av1: 'libsvtav1',
  prores: 'prores_ks',
  dnxhr: 'dnxhd',
};

/** FFmpeg's encoder for a codec of ours. */
export function encoderName(codec: VideoCodec): string {
  return names[codec];
}

/** An encoder did something else than it was told. */
export function encoderFault(codec: VideoCodec, what: string): PatchworkError {
  return new PatchworkError('PW_MEDIA_ENCODER', `${encoderName(codec)}: ${what}`, {
    hint: 'The options of the profile do not give closed chunks; keep to the built-in ones.',
  });
}
