import { PatchworkError } from '@patchwork/kernel';
import {
  builtInProfile,
  h264Level,
  type BuiltInProfileName,
  type Profile,
  type SoundProfile,
  type VideoCodec,
  type VideoProfile,
} from '@patchwork/plan';
import type { VideoStreamInfo } from '@patchwork/program';
import { reorderOf, type Movie, type SampleEntry } from '@patchwork/splice';
import type { FinishedFilm } from './finished-film.ts';

/** Longest GOP of fresh pictures in a finished film, in frames. */
const patchGop = 48;
/** What the encoder is asked for where the film does not say how it was made: better than most deliveries, so that no patch is seen. */
const patchCrf = '16';

const h264Profiles: { readonly [idc: number]: string } = {
  66: 'baseline',
  77: 'main',
  100: 'high',
  110: 'high10',
  122: 'high422',
  244: 'high444',
};
const proresFlavours: { readonly [format: string]: BuiltInProfileName } = {
  apco: 'prores-422-proxy',
  apcs: 'prores-422-lt',
  apcn: 'prores-422',
  apch: 'prores-422-hq',
};
/** Compression ids of SMPTE ST 2019-1. */
const dnxhrFlavours: { readonly [id: number]: BuiltInProfileName } = {
  1270: 'dnxhr-444-mov',
  1271: 'dnxhr-hqx-mov',
  1272: 'dnxhr-hq-mov',
  1273: 'dnxhr-sq-mov',
  1274: 'dnxhr-lb-mov',
};

/**
 * Settings that give pictures which can stand among a film's own: its codec, profile, raster, depth and colours, and no
 * deeper reordering than its own. Quality is that which the film's encoder says of itself, where it does.
 *
 * @param note what the film's encoder says, of `encoderNote`.
 * @throws PW_PATCH_ENCODER for pictures that can be copied but not encoded
 */
export function matchingVideo(film: FinishedFilm, video: VideoStreamInfo, note: string | null): VideoProfile {
  const raster = { width: video.width, height: video.height, rate: film.rate ?? video.rate };
  const base = encodableAs(film);
  if (base === null) {
    const code = film.base.track.entries[0]?.format ?? '';
    throw new PatchworkError(
      'PW_PATCH_ENCODER',
      `pictures for ${JSON.stringify(film.path)} ("${code}") cannot be encoded here`,
      {
        hint: 'Give a piece that is encoded like the film and covers whole GOPs of it: its packets are then copied.',
        details: { path: film.path, format: code },
      },
    );
  }
  const start: VideoProfile = { ...builtInProfile(base, raster, patchGop).video, color: video.color };
  const [format] = film.base.stream.formats;
  if (format === undefined) return start;
  const pixelFormat = pixelFormatOf(format.chroma, format.bitDepth);
  const crf = /\bcrf=(\d+(?:\.\d+)?)/.exec(note ?? '')?.[1] ?? patchCrf;
  const depth = Math.min(reorderDepth(film), 2);
  if (start.codec === 'av1') return { ...start, pixelFormat, options: { ...start.options, crf } };
  if (start.codec === 'hevc') {
    const bframes = { 'x265-params.bframes': depth === 0 ? '0' : '3', 'x265-params.b-pyramid': depth < 2 ? '0' : '1' };
    return { ...start, pixelFormat, reorder: depth, options: { ...start.options, crf, ...bframes } };
  }
  return {
    ...start,
    pixelFormat,
    reorder: depth,
    options: {
      ...start.options,
      profile: h264Profiles[format.profile] ?? 'high',
      crf,
      'x264-params.bframes': depth === 0 ? '0' : '3',
      'x264-params.b-pyramid': depth < 2 ? 'none' : 'normal',
      'x264-params.level': h264Level(raster.width, raster.height, raster.rate, 4),
    },
  };
}

/** The built-in profile whose encoder makes pictures like a film's; null where they can be copied alone. */
export function encodableAs({ base }: FinishedFilm): BuiltInProfileName | null {
  const { stream, track } = base;
  const entry = track.entries[0];
  const [format] = stream.formats;
  switch (stream.family) {
    case 'h264':
      return format === undefined ? null : 'h264-mov';
    case 'hevc':
      return format === undefined ? null : 'hevc-mov';
    case 'av1':
      return format?.chroma === 1 && format.bitDepth <= 10 ? 'av1-mp4' : null;
    case 'intra':
      return entry === undefined ? null : (proresFlavours[entry.format] ?? dnxhrFlavour(entry) ?? null);
  }
}

/** By the compression id in Avid's `ADHR` box: its name and version in text, then the id. */
function dnxhrFlavour({ format, bytes }: SampleEntry): BuiltInProfileName | undefined {
  if (format !== 'AVdh') return undefined;
  const entry = Buffer.from(bytes);
  const at = entry.indexOf('ADHR0001', 0, 'latin1');
  return at < 0 || at + 12 > entry.length ? undefined : dnxhrFlavours[entry.readUInt32BE(at + 8)];
}

function pixelFormatOf(chroma: number, bitDepth: number): string {
  const name = ['gray', 'yuv420p', 'yuv422p', 'yuv444p'][chroma] ?? 'yuv420p';
  return bitDepth === 8 ? name : `${name}${bitDepth}le`;
}

/** By how many frames decoding precedes showing in a film. */
export function reorderDepth(film: FinishedFilm): number {
  const { samples, times } = film.base;
  const place = new Map<number, number>();
  times.forEach((time, frame) => place.set(time, frame));
  const order = Array.from(
    { length: samples.count },
    (_, i) => place.get((samples.dts[i] ?? 0) + (samples.compositionOffsets[i] ?? 0)) ?? i,
  );
  return reorderOf([{ order }]);
}

/**
 * What a history says of a film that was found: enough to know it again, and to render sound like its own. Its codec may be
 * one that is never rendered to.
 */
export function foundProfile(film: FinishedFilm): Profile {
  const { base, facts } = film;
  const entry = base.track.entries[0];
  const [format] = base.stream.formats;
  const intra = proresFlavours[entry?.format ?? ''] !== undefined ? 'prores' : dnxhrOr(entry?.format ?? '');
  const codec = base.stream.family === 'intra' ? intra : base.stream.family;
  return {
    name: 'as found',
    video: {
      codec: codec as VideoCodec,
      width: facts.width ?? 0,
      height: facts.height ?? 0,
      rate: film.rate ?? { num: 0, den: 1 },
      pixelFormat: format === undefined ? 'unknown' : pixelFormatOf(format.chroma, format.bitDepth),
      color: { primaries: 'unknown', transfer: 'unknown', matrix: 'unknown', range: 'unknown' },
      gop: patchGop,
      reorder: reorderDepth(film),
      options: {},
    },
    sound: foundSound(base.movie),
    container: { format: base.movie.brand === 'qt  ' ? 'mov' : 'mp4', startTimecode: startOf(base.movie) },
  };
}

function dnxhrOr(format: string): string {
  return format === 'AVdh' ? 'dnxhr' : format;
}

function startOf({ timecode }: Movie): Profile['container']['startTimecode'] {
  return timecode === null ? null : { frame: timecode.frame, dropFrame: timecode.dropFrame };
}

function foundSound(movie: Movie): SoundProfile {
  const track = movie.tracks.find((each) => each.handler === 'soun');
  const entry = track?.entries[0];
  const sampleRate = entry?.sound?.sampleRate ?? 48_000;
  const none: SoundProfile = { codec: 'none', sampleRate, layout: 'stereo', bitrate: null };
  if (track === undefined || entry === undefined) return none;
  if (entry.format === 'mp4a') return { ...none, codec: 'aac', bitrate: soundBitrate(track) };
  const bits = entry.sound?.bitsPerSample ?? 0;
  if (!['sowt', 'in24', 'lpcm', 'twos', 'ipcm'].includes(entry.format)) return none;
  return { ...none, codec: bits === 16 ? 'pcm_s16le' : 'pcm_s24le' };
}

/** The film's own, rounded up to 32 kbit/s. */
function soundBitrate(track: Movie['tracks'][number]): number {
  const { samples } = track;
  if (samples === null || track.duration === 0) return 256_000;
  let bytes = 0;
  for (const size of samples.sizes) bytes += size;
  const seconds = track.duration / track.timescale;
  return Math.min(320_000, Math.max(64_000, Math.ceil((bytes * 8) / seconds / 32_000) * 32_000));
}
