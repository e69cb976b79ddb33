import { isPatchworkError } from '@patchwork/kernel';
import { readAvcConfig, readH264Sps } from '../bitstream/h264.ts';
import { hevcTypes, hevcUnits, readHevcConfig, readHevcSps } from '../bitstream/hevc.ts';
import type { PictureFormat } from '../bitstream/picture-format.ts';
import { colorCodes } from '../container/color-codes.ts';
import type { ColorCodes, Edit, Movie, SampleColumns, Track, VideoEntry } from '../container/movie.ts';
import type { MovieSpec } from '../container/movie-spec.ts';
import { pictureEntry } from '../container/picture-entry.ts';
import { picturesClock } from '../write/movie-model.ts';
import { soundEntry } from '../container/sound-entry.ts';
import { timecodeNumbers } from '../container/timecode-entry.ts';

/** Something that a proof found wrong. */
export interface ProofFinding {
  /** Stable: `PW_PROOF_<WHAT>`. */
  readonly code: string;
  readonly text: string;
  /** First frame it is about, in presentation order; null when it is about the whole file. */
  readonly frame: number | null;
}

/**
 * Proves that a movie's tables say what the spec means: frame count, every decoding and presentation time, sync samples,
 * edit lists, sample entries, timecode, and an end of sound and picture within one frame. Empty when all is well.
 * The tables are read from the file, not taken from the writer: this is the reader's opinion.
 */
export function proveTables(movie: Movie, spec: MovieSpec): readonly ProofFinding[] {
  const findings: ProofFinding[] = [];
  const find = (code: string, text: string, frame: number | null = null): void => {
    findings.push({ code, text, frame });
  };
  const pictures = movie.tracks.filter((track) => track.handler === 'vide');
  const sounds = movie.tracks.filter((track) => track.handler === 'soun');
  const timecodes = movie.tracks.filter((track) => track.handler === 'tmcd');
  const expected = [1, spec.sound === null ? 0 : 1, spec.timecode === null ? 0 : 1];
  const found = [pictures.length, sounds.length, timecodes.length];
  const others = movie.tracks.length - pictures.length - sounds.length - timecodes.length;
  if (found.join() !== expected.join() || others !== 0) {
    find(
      'PW_PROOF_TRACKS',
      `picture, sound, timecode tracks: ${found.join(', ')} and ${others} others; ${expected.join(', ')} and none expected`,
    );
  }
  const [picture] = pictures;
  const [sound] = sounds;
  if (picture !== undefined) provePicture(movie, picture, spec, find);
  if (sound !== undefined && spec.sound !== null) proveSound(movie, sound, spec, find);
  proveTimecode(movie, spec, find);
  return findings;
}

type Find = (code: string, text: string, frame?: number | null) => void;

function provePicture(movie: Movie, track: Track, spec: MovieSpec, find: Find): void {
  const { profile, pieces } = spec.video;
  const { timescale, frameDuration } = picturesClock(profile.rate);
  const frames = pieces.reduce((sum, piece) => sum + piece.sizes.length, 0);
  if (track.timescale !== timescale)
    find('PW_PROOF_TIME', `the picture counts ${track.timescale} ticks a second, not ${timescale}`);
  if (!sameEntry(track, spec.video.entry ?? pictureEntry(spec.format, profile, pieces[0]?.config ?? ''))) {
    find('PW_PROOF_CONFIG', 'the picture has another sample entry than the profile and the chunks ask for');
  }
  proveConfig(track, spec, find);
  const delay = profile.reorder * frameDuration;
  proveEdits(track.edits, movieTicks(movie, frames * frameDuration, timescale), delay, 'picture', find);
  const samples = track.samples;
  if (samples === null || samples.count !== frames) {
    find('PW_PROOF_FRAMES', `the picture has ${track.tables.count} frames, not ${frames}`);
    return;
  }
  provePictureSamples(samples, spec, frameDuration, find);
}

/** What the decoder configuration itself says must be what the profile says: it is all that a decoder gets to see. */
function proveConfig(track: Track, spec: MovieSpec, find: Find): void {
  const { width, height, color } = spec.video.profile;
  const video = track.entries[0]?.video ?? null;
  if (video?.width !== width || video.height !== height || track.width !== width || track.height !== height) {
    find('PW_PROOF_CONFIG', `the picture is ${video?.width} x ${video?.height}, not ${width} x ${height}`);
  }
  if (video?.config == null) return;
  for (const format of toldFormats(video.config, find)) {
    if (format.width !== width || format.height !== height || !format.progressive) {
      find(
        'PW_PROOF_CONFIG',
        `the decoder is told ${format.width} x ${format.height}, progressive ${format.progressive}`,
      );
    }
    // An adopted movie keeps its own entry, whatever the profile made of its colours.
    if (spec.video.entry === undefined && !saysColor(format, colorCodes(color))) {
      find(
        'PW_PROOF_CONFIG',
        `the decoder is told the colours ${format.primaries}/${format.transfer}/${format.matrix}, full range ${format.fullRange}`,
      );
    }
  }
}

/** Tells whether a parameter set says these colours. A range that is not said is the limited one. */
function saysColor(format: PictureFormat, codes: ColorCodes): boolean {
  return (
    format.primaries === codes.primaries &&
    format.transfer === codes.transfer &&
    format.matrix === codes.matrix &&
    (format.fullRange ?? false) === (codes.fullRange ?? false)
  );
}

/** What the parameter sets say; one that cannot be read is a finding of its own. */
function toldFormats({ type, bytes }: NonNullable<VideoEntry['config']>, find: Find): readonly PictureFormat[] {
  try {
    if (type === 'avcC') return readAvcConfig(bytes).sps.map((set) => readH264Sps(set).format);
    if (type !== 'hvcC') return [];
    return hevcUnits(readHevcConfig(bytes), hevcTypes.sps).map((set) => readHevcSps(set).format);
  } catch (error) {
    if (!isPatchworkError(error)) throw error;
    find('PW_PROOF_CONFIG', error.message);
    return [];
  }
}

/** Compares sample by sample; one finding of each kind, at the first place. */
function provePictureSamples(samples: SampleColumns, spec: MovieSpec, frameDuration: number, find: Find): void {
  const { profile, pieces } = spec.video;
  const wrong = new Set<string>();
  const once = (code: string, text: string, frame: number): void => {
    if (!wrong.has(code)) find(code, text, frame);
    wrong.add(code);
  };
  let first = 0;
  for (const piece of pieces) {
    for (let i = 0; i < piece.sizes.length; i++) {
      const at = first + i;
      const frame = first + (piece.order[i] ?? 0);
      const dts = at * frameDuration;
      const pts = (frame + profile.reorder) * frameDuration;
      if (samples.dts[at] !== dts || samples.durations[at] !== frameDuration) {
        once('PW_PROOF_DTS', `sample ${at} decodes at ${samples.dts[at]}, not ${dts}`, frame);
      }
      if ((samples.dts[at] ?? 0) + (samples.compositionOffsets[at] ?? 0) !== pts) {
        once('PW_PROOF_PTS', `frame ${frame} is not shown at ${pts}`, frame);
      }
      if (samples.sizes[at] !== piece.sizes[i]) {
        once('PW_PROOF_SIZE', `sample ${at} has ${samples.sizes[at]} bytes, not ${piece.sizes[i]}`, frame);
      }
      if ((samples.sync[at] === 1) !== piece.sync[i])
        once('PW_PROOF_SYNC', `sample ${at} is wrongly marked for seeking`, frame);
    }
    first += piece.sizes.length;
  }
}

function proveSound(movie: Movie, track: Track, spec: MovieSpec, find: Find): void {
  const { sound } = spec;
  if (sound === null) return;
  const packets = sound.packetSizes === null ? sound.samples : sound.packetSizes.length;
  if (track.timescale !== sound.profile.sampleRate)
    find('PW_PROOF_TIME', `the sound counts ${track.timescale} ticks a second`);
  if (track.tables.count !== packets)
    find('PW_PROOF_SOUND', `the sound has ${track.tables.count} packets, not ${packets}`);
  if (!sameEntry(track, soundEntry(spec.format, sound))) find('PW_PROOF_CONFIG', 'the sound has another sample entry');
  proveEdits(track.edits, movieTicks(movie, sound.samples, sound.profile.sampleRate), sound.priming, 'sound', find);
  const { rate } = spec.video.profile;
  const frames = spec.video.pieces.reduce((sum, piece) => sum + piece.sizes.length, 0);
  // |samples ÷ sample rate − frames ÷ rate| ≤ 1 ÷ rate, multiplied out
  const apart =
    BigInt(sound.samples) * BigInt(rate.num) - BigInt(frames) * BigInt(rate.den) * BigInt(sound.profile.sampleRate);
  const frame = BigInt(rate.den) * BigInt(sound.profile.sampleRate);
  if (apart > frame || apart < -frame) find('PW_PROOF_END', 'sound and picture end more than one frame apart');
}

/** One edit from `mediaTime`, or none where it is 0. */
function proveEdits(edits: readonly Edit[], duration: number, mediaTime: number, what: string, find: Find): void {
  const [edit] = edits;
  const right =
    mediaTime === 0
      ? edits.length === 0
      : edits.length === 1 && edit?.mediaTime === mediaTime && edit.duration === duration && edit.rate === 0x10000;
  if (!right) find('PW_PROOF_EDITS', `the edit list of the ${what} does not begin at tick ${mediaTime}`);
}

function proveTimecode(movie: Movie, spec: MovieSpec, find: Find): void {
  const { timecode } = spec;
  if (timecode === null) return;
  const { rate } = spec.video.profile;
  const found = movie.timecode;
  const same =
    found !== null &&
    found.frame === timecode.frame &&
    found.dropFrame === timecode.dropFrame &&
    found.timescale === rate.num &&
    found.frameDuration === rate.den &&
    found.framesPerSecond === timecodeNumbers(rate);
  if (!same) find('PW_PROOF_TIMECODE', `the timecode track does not say frame ${timecode.frame}`);
  const track = movie.tracks.find((candidate) => candidate.handler === 'tmcd');
  const picture = movie.tracks.find((candidate) => candidate.handler === 'vide');
  const named = picture?.references.some(
    (reference) => reference.type === 'tmcd' && reference.ids.includes(track?.id ?? -1),
  );
  if (named !== true) find('PW_PROOF_TIMECODE', 'the picture does not name its timecode track');
}

function sameEntry(track: Track, entry: Uint8Array): boolean {
  const [only] = track.entries;
  return track.entries.length === 1 && only !== undefined && Buffer.compare(only.bytes, entry) === 0;
}

/** Rounded up, as written. */
function movieTicks(movie: Movie, ticks: number, timescale: number): number {
  return Number((BigInt(ticks) * BigInt(movie.timescale) + BigInt(timescale) - 1n) / BigInt(timescale));
}
