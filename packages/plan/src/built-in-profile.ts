import type { ColorTags } from '@patchwork/program';
import type { Rate } from '@patchwork/time';
import { h264Options, h264Reorder } from './h264-options.ts';
import type { ContainerProfile, Profile, SoundProfile, VideoProfile } from './profile.ts';

/** Names of the profiles that come with Patchwork. */
export type BuiltInProfileName =
  | 'h264'
  | 'h264-mov'
  | 'prores-422-proxy'
  | 'prores-422-lt'
  | 'prores-422'
  | 'prores-422-hq';

/** All of them, for help texts and error hints. */
export const builtInProfileNames: readonly BuiltInProfileName[] = [
  'h264',
  'h264-mov',
  'prores-422-proxy',
  'prores-422-lt',
  'prores-422',
  'prores-422-hq',
];

/** Longest H.264 chunk in frames: 2 s at 24 fps. Longer saves about 1 % of the bytes and renders more for every edit. */
export const defaultGop = 48;

const proresFlavours: { readonly [name: string]: string } = {
  'prores-422-proxy': 'proxy',
  'prores-422-lt': 'lt',
  'prores-422': 'standard',
  'prores-422-hq': 'hq',
};

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

/** A built-in profile, complete, for a raster. @throws PW_PROFILE_RASTER when no H.264 level holds it. */
export function builtInProfile(name: BuiltInProfileName, raster: Raster, gop: number = defaultGop): Profile {
  const video = name.startsWith('prores') ? proresVideo(name, raster) : h264Video(raster, gop);
  return { name, video, sound: soundOf(name), container: containerOf(name) };
}

function h264Video({ width, height, rate }: Raster, gop: number): VideoProfile {
  const options = h264Options(width, height, rate, gop);
  return {
    codec: 'h264',
    width,
    height,
    rate,
    pixelFormat: 'yuv420p',
    color: rec709,
    gop,
    reorder: h264Reorder(options),
    options,
  };
}

function proresVideo(name: BuiltInProfileName, { width, height, rate }: Raster): VideoProfile {
  const options = {
    profile: proresFlavours[name] ?? 'hq',
    vendor: 'apl0',
    mbs_per_slice: '8',
    quant_mat: 'auto',
    alpha_bits: '0',
    threads: '1',
  };
  return {
    codec: 'prores',
    width,
    height,
    rate,
    pixelFormat: 'yuv422p10le',
    color: rec709,
    gop: 1,
    reorder: 0,
    options,
  };
}

function soundOf(name: BuiltInProfileName): SoundProfile {
  if (name === 'h264') return { codec: 'aac', sampleRate: 48_000, layout: 'stereo', bitrate: 256_000 };
  return { codec: 'pcm_s24le', sampleRate: 48_000, layout: 'stereo', bitrate: null };
}

function containerOf(name: BuiltInProfileName): ContainerProfile {
  return { format: name === 'h264' ? 'mp4' : 'mov', startTimecode: null };
}
