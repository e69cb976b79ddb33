import type { ColorTags } from '@patchwork/program';
import type { Rate } from '@patchwork/time';
import { av1Options } from './av1-options.ts';
import { codecFacts } from './codec-facts.ts';
import type { EncoderOptions } from './encoder-options.ts';
import { h264Options } from './h264-options.ts';
import { hevcOptions } from './hevc-options.ts';
import { dnxhrOptions, proresOptions } from './intra-options.ts';
import type { ContainerProfile, Profile, SoundProfile, VideoCodec, VideoProfile } from './profile.ts';

/** Names of the profiles that come with Patchwork. */
export type BuiltInProfileName =
  | 'h264'
  | 'h264-mov'
  | 'hevc-mp4'
  | 'hevc-mov'
  | 'av1-mp4'
  | 'prores-422-proxy'
  | 'prores-422-lt'
  | 'prores-422'
  | 'prores-422-hq'
  | 'dnxhr-lb-mov'
  | 'dnxhr-sq-mov'
  | 'dnxhr-hq-mov'
  | 'dnxhr-hqx-mov'
  | 'dnxhr-444-mov';

/** What makes a built-in profile, besides the raster. */
interface Recipe {
  readonly codec: VideoCodec;
  readonly format: ContainerProfile['format'];
  readonly pixelFormat: string;
  /** Of ProRes and DNxHR, as FFmpeg's `profile`; else empty. */
  readonly flavour: string;
}

const recipes: { readonly [name in BuiltInProfileName]: Recipe } = {
  h264: { codec: 'h264', format: 'mp4', pixelFormat: 'yuv420p', flavour: '' },
  'h264-mov': { codec: 'h264', format: 'mov', pixelFormat: 'yuv420p', flavour: '' },
  'hevc-mp4': { codec: 'hevc', format: 'mp4', pixelFormat: 'yuv420p', flavour: '' },
  'hevc-mov': { codec: 'hevc', format: 'mov', pixelFormat: 'yuv420p', flavour: '' },
  'av1-mp4': { codec: 'av1', format: 'mp4', pixelFormat: 'yuv420p', flavour: '' },
  'prores-422-proxy': { codec: 'prores', format: 'mov', pixelFormat: 'yuv422p10le', flavour: 'proxy' },
  'prores-422-lt': { codec: 'prores', format: 'mov', pixelFormat: 'yuv422p10le', flavour: 'lt' },
  'prores-422': { codec: 'prores', format: 'mov', pixelFormat: 'yuv422p10le', flavour: 'standard' },
  'prores-422-hq': { codec: 'prores', format: 'mov', pixelFormat: 'yuv422p10le', flavour: 'hq' },
  'dnxhr-lb-mov': { codec: 'dnxhr', format: 'mov', pixelFormat: 'yuv422p', flavour: 'dnxhr_lb' },
  'dnxhr-sq-mov': { codec: 'dnxhr', format: 'mov', pixelFormat: 'yuv422p', flavour: 'dnxhr_sq' },
  'dnxhr-hq-mov': { codec: 'dnxhr', format: 'mov', pixelFormat: 'yuv422p', flavour: 'dnxhr_hq' },
  'dnxhr-hqx-mov': { codec: 'dnxhr', format: 'mov', pixelFormat: 'yuv422p10le', flavour: 'dnxhr_hqx' },
  'dnxhr-444-mov': { codec: 'dnxhr', format: 'mov', pixelFormat: 'yuv444p10le', flavour: 'dnxhr_444' },
};

/** All of them, for help texts and error hints. */
export const builtInProfileNames: readonly BuiltInProfileName[] = Object.keys(recipes) as BuiltInProfileName[];

/** Longest chunk of a long-GOP codec in frames: 2 s at 24 fps. Longer saves about 1 % of the bytes and renders more for every edit. */
export const defaultGop = 48;

const rec709: ColorTags = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' };

/** Raster and rate of a deliverable. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly rate: Rate;
}

/** Tells whether a text names a built-in profile. */
export function isBuiltInProfileName(name: string): name is BuiltInProfileName {
  return (builtInProfileNames as readonly string[]).includes(name);
}

/** The container that a built-in profile is made for. */
export function containerOfBuiltIn(name: BuiltInProfileName): ContainerProfile['format'] {
  return recipes[name].format;
}

/** A built-in profile, complete, for a raster. @throws PW_PROFILE_RASTER when no level of the codec holds it. */
export function builtInProfile(name: BuiltInProfileName, raster: Raster, gop: number = defaultGop): Profile {
  const { codec, format, pixelFormat, flavour } = recipes[name];
  const { isIntra, reorder } = codecFacts(codec);
  const options = encoderOptions(codec, flavour, raster, gop);
  const video: VideoProfile = {
    codec,
    ...raster,
    pixelFormat,
    color: rec709,
    gop: isIntra ? 1 : gop,
    reorder: reorder(options),
    options,
  };
  return { name, video, sound: soundOf(format), container: { format, startTimecode: null } };
}

function encoderOptions(codec: VideoCodec, flavour: string, raster: Raster, gop: number): EncoderOptions {
  const { width, height, rate } = raster;
  switch (codec) {
    case 'h264':
      return h264Options(width, height, rate, gop);
    case 'hevc':
      return hevcOptions(width, height, rate);
    case 'av1':
      return av1Options();
    case 'prores':
      return proresOptions(flavour);
    case 'dnxhr':
      return dnxhrOptions(flavour);
  }
}

/** MP4 takes no PCM that players would play. */
function soundOf(format: ContainerProfile['format']): SoundProfile {
  if (format === 'mp4') return { codec: 'aac', sampleRate: 48_000, layout: 'stereo', bitrate: 256_000 };
  return { codec: 'pcm_s24le', sampleRate: 48_000, layout: 'stereo', bitrate: null };
}
