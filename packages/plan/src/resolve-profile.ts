import { PatchworkError, type Json } from '@patchwork/kernel';
import type { Rate } from '@patchwork/time';
import {
  builtInProfile,
  builtInProfileNames,
  defaultGop,
  isBuiltInProfileName,
  type BuiltInProfileName,
  type Raster,
} from './built-in-profile.ts';
import { codecFacts, videoCodecs } from './codec-facts.ts';
import { bufferedPictures } from './h264-options.ts';
import { h264Level } from './h264-level.ts';
import { dnxhrPixelFormat } from './intra-options.ts';
import { readProfileDocument, type ProfileDocument } from './profile-document.ts';
import type { EncoderOptions } from './encoder-options.ts';
import type { Profile, VideoCodec, VideoProfile } from './profile.ts';

/** What a timeline, or a media file, says about raster and rate; null for what it does not say. */
export interface RasterFacts {
  readonly width: number | null;
  readonly height: number | null;
  readonly rate: Rate | null;
}

/** What decides a profile. */
export interface ProfileRequest {
  /** `--profile`: a built-in name or the parsed JSON of a profile file; null when it was not given. */
  readonly requested: Json;
  /** The profile of the deliverable's current ledger entry; null when there is none. */
  readonly ledger: Profile | null;
  /** Of the deliverable, lower case, with its dot: `.mp4`. */
  readonly extension: string;
  readonly timelineFacts: RasterFacts | null;
  /** Of the first video clip's media. */
  readonly firstMediaFacts: RasterFacts | null;
}

/**
 * Settles everything that decides how a programme becomes a file. With nothing requested the ledger's profile stands;
 * else the requested one, on a built-in base, with raster and rate from the profile, the timeline or the first media, in
 * this order. Whether a requested profile differs from the ledger's is told by `profileDifference`.
 *
 * @throws PW_PROFILE_NAME, PW_PROFILE_EXTENSION, PW_PROFILE_RASTER, PW_PROFILE_RATE_CONTROL, PW_PROFILE_PINNED,
 * PW_PROFILE_CONTAINER, PW_PROFILE_CODEC and those of `readProfileDocument`.
 */
export function resolveProfile(request: ProfileRequest): Profile {
  if (request.requested === null && request.ledger !== null) return request.ledger;
  const document = documentOf(request.requested);
  const base = document.base ?? baseFor(document, request.extension);
  const raster = rasterOf(document, request);
  const start = builtInProfile(base, raster, document.video.gop ?? defaultGop);
  const profile: Profile = {
    name: document.name ?? base,
    video: videoOf(start.video, document, raster),
    sound: {
      codec: document.sound.codec ?? start.sound.codec,
      sampleRate: document.sound.sampleRate ?? start.sound.sampleRate,
      layout: document.sound.layout ?? start.sound.layout,
      bitrate: bitrateOf(document, start),
    },
    container: {
      format: document.container.format ?? formatOf(request.extension),
      startTimecode: document.container.startTimecode ?? start.container.startTimecode,
    },
  };
  checkContainer(profile, request.extension);
  return profile;
}

function documentOf(requested: Json): ProfileDocument {
  if (requested === null) return readProfileDocument({});
  if (typeof requested !== 'string') return readProfileDocument(requested);
  if (isBuiltInProfileName(requested)) return readProfileDocument({ base: requested });
  throw new PatchworkError('PW_PROFILE_NAME', `no profile is called ${JSON.stringify(requested)}`, {
    hint: `Use one of ${builtInProfileNames.join(', ')}, or the path of a JSON profile.`,
    details: { name: requested },
  });
}

function baseFor(document: ProfileDocument, extension: string): BuiltInProfileName {
  const format = formatOf(extension);
  switch (document.video.codec) {
    case 'h264':
      return format === 'mp4' ? 'h264' : 'h264-mov';
    case 'hevc':
      return format === 'mp4' ? 'hevc-mp4' : 'hevc-mov';
    case 'av1':
      return 'av1-mp4';
    case 'prores':
      return 'prores-422-hq';
    case 'dnxhr':
      return 'dnxhr-hq-mov';
    case null:
      return format === 'mp4' ? 'h264' : 'prores-422-hq';
  }
}

function formatOf(extension: string): 'mp4' | 'mov' {
  if (extension === '.mp4' || extension === '.m4v') return 'mp4';
  if (extension === '.mov') return 'mov';
  throw new PatchworkError(
    'PW_PROFILE_EXTENSION',
    `no container is written for the extension ${JSON.stringify(extension)}`,
    {
      hint: 'Name the deliverable .mp4 or .mov.',
      details: { extension },
    },
  );
}

function rasterOf(document: ProfileDocument, { timelineFacts, firstMediaFacts }: ProfileRequest): Raster {
  const own = document.video;
  const size = [own, timelineFacts, firstMediaFacts].find((facts) => facts?.width != null && facts.height != null);
  if ((own.width === null) !== (own.height === null)) {
    throw new PatchworkError('PW_PROFILE_RASTER', 'profile: video.width and video.height must stand together', {
      hint: 'Give both or none.',
      details: { key: own.width === null ? 'video.width' : 'video.height' },
    });
  }
  const rate = own.rate ?? timelineFacts?.rate ?? firstMediaFacts?.rate ?? null;
  const width = size?.width ?? null;
  const height = size?.height ?? null;
  if (width === null || height === null || rate === null) {
    throw new PatchworkError(
      'PW_PROFILE_RASTER',
      `neither profile, timeline nor media say the ${rate === null ? 'rate' : 'raster'}`,
      {
        hint: 'Give video.width, video.height and video.rate in a profile.',
        details: { key: rate === null ? 'video.rate' : 'video.width' },
      },
    );
  }
  if (width % 2 !== 0 || height % 2 !== 0) {
    throw new PatchworkError(
      'PW_PROFILE_RASTER',
      `raster ${width}x${height} is odd; 4:2:0 and 4:2:2 pictures need even sides`,
      {
        hint: 'Give video.width and video.height in a profile.',
        details: { width, height },
      },
    );
  }
  return { width, height, rate };
}

function videoOf(base: VideoProfile, document: ProfileDocument, raster: Raster): VideoProfile {
  const wanted = document.video;
  if (wanted.codec !== null && wanted.codec !== base.codec) {
    throw new PatchworkError(
      'PW_PROFILE_CODEC',
      `profile: video.codec ${wanted.codec} does not fit the base, which is ${base.codec}`,
      {
        hint: 'Leave out video.codec or choose another base.',
        details: { key: 'video.codec' },
      },
    );
  }
  const options = withLevel(base.codec, { ...base.options, ...wanted.options }, wanted.options, raster);
  const video: VideoProfile = {
    ...base,
    pixelFormat: wanted.pixelFormat ?? base.pixelFormat,
    color: { ...base.color, ...wanted.color },
    reorder: codecFacts(base.codec).reorder(options),
    options,
  };
  checkVideo(video, wanted.reorder, wanted.gop);
  return video;
}

/** References change what an H.264 decoder must hold, and with it the level; HEVC's follows from the raster alone. */
function withLevel(
  codec: VideoCodec,
  merged: EncoderOptions,
  wanted: EncoderOptions,
  { width, height, rate }: Raster,
): EncoderOptions {
  if (codec !== 'h264') return merged;
  const level = wanted['x264-params.level'] ?? h264Level(width, height, rate, bufferedPictures(merged));
  return { ...merged, 'x264-params.level': level };
}

function bitrateOf(document: ProfileDocument, start: Profile): number | null {
  if (document.sound.bitrate !== undefined) return document.sound.bitrate;
  const codec = document.sound.codec ?? start.sound.codec;
  return codec === 'aac' ? (start.sound.bitrate ?? 256_000) : null;
}

function checkVideo(video: VideoProfile, reorder: number | null, gop: number | null): void {
  const { title, isIntra, pins, rateControl } = codecFacts(video.codec);
  if (reorder !== null && reorder !== video.reorder) {
    throw pinned('video.reorder', String(reorder), String(video.reorder), 'it follows from the codec and its B-frames');
  }
  if (isIntra && gop !== null && gop !== 1)
    throw pinned('video.gop', String(gop), '1', `every ${title} frame stands alone`);
  if (!isIntra && video.gop < 2)
    throw pinned('video.gop', String(video.gop), '2 or more', 'two IDR pictures in a row need different ids');
  for (const name of Object.keys(video.options)) {
    if (!rateControl.includes(name)) continue;
    throw new PatchworkError(
      'PW_PROFILE_RATE_CONTROL',
      `profile: video.options.${name} spreads bits over the whole programme`,
      {
        hint: 'Use crf or qp: only then can one chunk be rendered again without the others.',
        details: { key: `video.options.${name}` },
      },
    );
  }
  for (const [name, pin] of Object.entries(pins)) {
    const value = video.options[name] ?? '';
    if (value !== pin.value) throw pinned(`video.options.${name}`, value, pin.value, pin.why);
  }
  if (video.codec === 'dnxhr') checkDnxhr(video);
}

/** DNxHR's flavour decides the samples of a picture; its frames hold at least 256 x 120 of them. */
function checkDnxhr({ width, height, pixelFormat, options }: VideoProfile): void {
  const flavour = options['profile'] ?? '';
  const wanted = dnxhrPixelFormat(flavour);
  if (wanted === null) {
    throw new PatchworkError(
      'PW_PROFILE_VALUE',
      `profile: video.options.profile is "${flavour}", no flavour of DNxHR`,
      {
        hint: 'Choose dnxhr_lb, dnxhr_sq, dnxhr_hq, dnxhr_hqx or dnxhr_444.',
        details: { key: 'video.options.profile', value: flavour },
      },
    );
  }
  if (pixelFormat !== wanted) throw pinned('video.pixelFormat', pixelFormat, wanted, `${flavour} codes nothing else`);
  if (width >= 256 && height >= 120) return;
  throw new PatchworkError('PW_PROFILE_RASTER', `DNxHR holds no pictures smaller than 256x120: ${width}x${height}`, {
    hint: 'Choose a larger raster, or a ProRes profile.',
    details: { width, height },
  });
}

function pinned(key: string, value: string, wanted: string, why: string): PatchworkError {
  return new PatchworkError('PW_PROFILE_PINNED', `profile: ${key} is ${value} but must be ${wanted}: ${why}`, {
    hint: `Leave out ${key}.`,
    details: { key, value },
  });
}

function checkContainer(profile: Profile, extension: string): void {
  const { format } = profile.container;
  if (format !== formatOf(extension)) {
    throw new PatchworkError(
      'PW_PROFILE_CONTAINER',
      `profile: container.format is ${format}, but the deliverable ends in ${extension}`,
      {
        hint: `Name it .${format} or leave out container.format.`,
        details: { key: 'container.format' },
      },
    );
  }
  const { title, containers } = codecFacts(profile.video.codec);
  if (!containers.includes(format)) throw noPlace('video.codec', profile.video.codec, title, containers, format);
  const { codec } = profile.sound;
  if (format === 'mp4' && codec.startsWith('pcm')) throw noPlace('sound.codec', codec, 'PCM', ['mov'], format);
}

function noPlace(
  key: string,
  value: string,
  title: string,
  containers: readonly string[],
  format: 'mp4' | 'mov',
): PatchworkError {
  const legal = videoCodecs.filter((codec) => codecFacts(codec).containers.includes(format));
  const pictures = legal.map((codec) => codecFacts(codec).title).join(', ');
  return new PatchworkError('PW_PROFILE_CONTAINER', `profile: ${key} ${value} is not written to .${format}`, {
    hint: `${title} goes into .${containers.join(', .')}; .${format} takes ${pictures} with ${format === 'mp4' ? 'AAC' : 'PCM or AAC'} sound.`,
    details: { key },
  });
}
