import { PatchworkError } from '@patchwork/kernel';
import {
  builtInProfile,
  h264Level,
  type Profile,
  type SoundProfile,
  type VideoCodec,
  type VideoProfile,
} from '@patchwork/plan';
import type { VideoStreamInfo } from '@patchwork/program';
import { reorderOf, type Movie } from '@patchwork/splice';
import type { FinishedFilm } from './finished-film.ts';

/** Longest GOP of fresh pictures in a finished film, in frames. */
const patchGop = 48;
/** What x264 is asked for where the film does not say how it was made: better than most deliveries, so that no patch is seen. */
const patchCrf = '16';

const h264Profiles: { readonly [idc: number]: string } = {
  66: 'baseline',
  77: 'main',
  100: 'high',
  110: 'high10',
  122: 'high422',
  244: 'high444',
};
const proresFlavours: {
  readonly [format: string]: 'prores-422-proxy' | 'prores-422-lt' | 'prores-422' | 'prores-422-hq';
} = {
  apco: 'prores-422-proxy',
  apcs: 'prores-422-lt',
  apcn: 'prores-422',
  apch: 'prores-422-hq',
};

/**
 * Settings that give pictures which can stand among a film's own: its codec, profile, raster, depth and colours, and no
 * deeper reordering than its own. Quality is that which the film's encoder says of itself, where it does.
 *
 * @param note what the film's encoder says, of `encoderNote`.
 * @throws PW_PATCH_ENCODER for pictures that can be copied but not encoded
 */
export function matchingVideo(film: FinishedFilm, video: VideoStreamInfo, note: string | null): VideoProfile {
  const { stream, track } = film.base;
  const raster = { width: video.width, height: video.height, rate: film.rate ?? video.rate };
  const code = track.entries[0]?.format ?? '';
  const flavour = proresFlavours[code];
  if (flavour !== undefined) return { ...builtInProfile(flavour, raster).video, color: video.color };
  const [format] = stream.formats;
  if (stream.family !== 'h264' || format === undefined) {
    throw new PatchworkError(
      'PW_PATCH_ENCODER',
      `pictures for ${JSON.stringify(film.path)} ("${code}") cannot be encoded here`,
      {
        hint: 'Give a piece that is encoded like the film and covers whole GOPs of it: its packets are then copied.',
        details: { path: film.path, format: code },
      },
    );
  }
  const start = builtInProfile('h264-mov', raster, patchGop).video;
  const depth = Math.min(reorderDepth(film), 2);
  return {
    ...start,
    pixelFormat: pixelFormatOf(format.chroma, format.bitDepth),
    color: video.color,
    reorder: depth,
    options: {
      ...start.options,
      profile: h264Profiles[format.profile] ?? 'high',
      crf: /\bcrf=(\d+(?:\.\d+)?)/.exec(note ?? '')?.[1] ?? patchCrf,
      'x264-params.bframes': depth === 0 ? '0' : '3',
      'x264-params.b-pyramid': depth < 2 ? 'none' : 'normal',
      'x264-params.level': h264Level(raster.width, raster.height, raster.rate, 4),
    },
  };
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
  const isProres = proresFlavours[entry?.format ?? ''] !== undefined;
  const codec = isProres ? 'prores' : base.stream.family === 'intra' ? (entry?.format ?? '') : base.stream.family;
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
