import type { Rate } from '@patchwork/time';
import type { Layout } from './layout.ts';
import { timecodeSampleFrames } from './layout.ts';
import type { MoovModel, TrackModel } from '../container/moov-writer.ts';
import type { MovieSpec, SoundSpec, VideoSpec } from '../container/movie-spec.ts';
import { oneRun, packedRuns, type Runs } from '../bytes/runs.ts';
import { pictureEntry } from '../container/picture-entry.ts';
import { bytesPerSample, soundEntry } from '../container/sound-entry.ts';
import { timecodeEntry } from '../container/timecode-entry.ts';

const unityRate = 0x10000;
const pictureId = 1;

/** How time is counted on the picture track: `frameDuration` ticks a frame, at least 1000 ticks a second. */
export function picturesClock(rate: Rate): { readonly timescale: number; readonly frameDuration: number } {
  const factor = rate.num >= 1000 ? 1 : 1000;
  return { timescale: rate.num * factor, frameDuration: rate.den * factor };
}

/** Turns a spec and its layout into the values of the index. The movie counts in the picture track's ticks. */
export function movieModel(spec: MovieSpec, layout: Layout): MoovModel {
  const clock = picturesClock(spec.video.profile.rate);
  const frames = spec.video.pieces.reduce((sum, piece) => sum + piece.sizes.length, 0);
  const duration = frames * clock.frameDuration;
  const tracks: TrackModel[] = [pictureTrack(spec, layout, clock, frames)];
  if (spec.sound !== null) tracks.push(soundTrack(spec, spec.sound, layout, clock.timescale));
  if (spec.timecode !== null) tracks.push(timecodeTrack(spec, spec.timecode, layout, frames, duration));
  return {
    format: spec.format,
    timescale: clock.timescale,
    duration: Math.max(...tracks.map((track) => track.duration)),
    tracks,
    tags: spec.tags,
  };
}

/** Id of the timecode track: after the picture and, where there is one, the sound. */
function timecodeId(spec: MovieSpec): number {
  return spec.sound === null ? 2 : 3;
}

/**
 * Decoding times run evenly, `i × frameDuration`; a picture is shown `reorder` frames after its even place, and the
 * edit list takes that constant away: the first picture shows at 0.
 */
function pictureTrack(
  spec: MovieSpec,
  layout: Layout,
  clock: { readonly timescale: number; readonly frameDuration: number },
  frames: number,
): TrackModel {
  const { profile, pieces } = spec.video;
  const duration = frames * clock.frameDuration;
  const delay = profile.reorder * clock.frameDuration;
  return {
    id: pictureId,
    kind: 'picture',
    duration,
    width: profile.width,
    height: profile.height,
    edits: profile.reorder === 0 ? [] : [{ duration, mediaTime: delay, rate: unityRate }],
    references: spec.timecode === null ? [] : [{ type: 'tmcd', ids: [timecodeId(spec)] }],
    timescale: clock.timescale,
    mediaDuration: duration,
    entry: spec.video.entry ?? pictureEntry(spec.format, profile, pieces[0]?.config ?? ''),
    sampleCount: frames,
    sizes: pictureSizes(spec.video, frames),
    durationRuns: oneRun(frames, clock.frameDuration),
    compositionRuns: compositionRuns(spec.video, frames, clock.frameDuration),
    syncNumbers: syncNumbers(spec.video),
    chunks: layout.picture,
    roll: null,
  };
}

function pictureSizes(video: VideoSpec, frames: number): Uint32Array {
  const sizes = new Uint32Array(frames);
  let at = 0;
  for (const piece of video.pieces) {
    sizes.set(piece.sizes, at);
    at += piece.sizes.length;
  }
  return sizes;
}

/** Null when every picture is shown in decoding order without delay. */
function compositionRuns(video: VideoSpec, frames: number, frameDuration: number): Runs | null {
  const offsets = new Int32Array(frames);
  let at = 0;
  for (const { order } of video.pieces) {
    for (let i = 0; i < order.length; i++) {
      offsets[at] = ((order[i] ?? 0) - i + video.profile.reorder) * frameDuration;
      at += 1;
    }
  }
  const runs = packedRuns(offsets);
  return runs.values.every((value) => value === 0) ? null : runs;
}

function syncNumbers(video: VideoSpec): number[] | null {
  const numbers: number[] = [];
  let number = 0;
  for (const { sync } of video.pieces) {
    for (const mark of sync) {
      number += 1;
      if (mark) numbers.push(number);
    }
  }
  return numbers.length === number ? null : numbers;
}

function soundTrack(spec: MovieSpec, sound: SoundSpec, layout: Layout, movieTimescale: number): TrackModel {
  const { sampleRate } = sound.profile;
  const packets = sound.packetSizes === null ? sound.samples : sound.packetSizes.length;
  // Rounded up: a reader that ends at the edit must not lose the last sample.
  const duration = Number(
    (BigInt(sound.samples) * BigInt(movieTimescale) + BigInt(sampleRate) - 1n) / BigInt(sampleRate),
  );
  return {
    id: 2,
    kind: 'sound',
    duration,
    width: 0,
    height: 0,
    edits: sound.priming === 0 ? [] : [{ duration, mediaTime: sound.priming, rate: unityRate }],
    references: [],
    timescale: sampleRate,
    mediaDuration: packets * sound.samplesPerPacket,
    entry: soundEntry(spec.format, sound),
    sampleCount: packets,
    sizes: sound.packetSizes === null ? bytesPerSample(sound) * sound.channels : Uint32Array.from(sound.packetSizes),
    durationRuns: oneRun(packets, sound.samplesPerPacket),
    compositionRuns: null,
    syncNumbers: null,
    chunks: layout.sound,
    roll: sound.profile.codec === 'aac' ? -1 : null,
  };
}

/** The timecode counts in its own, smallest ticks, so that one sample spans many hours. */
function timecodeTrack(
  spec: MovieSpec,
  timecode: { readonly frame: number; readonly dropFrame: boolean },
  layout: Layout,
  frames: number,
  duration: number,
): TrackModel {
  const { rate } = spec.video.profile;
  const span = timecodeSampleFrames(rate.den);
  const last = frames - (layout.timecode.length - 1) * span;
  const durations = Int32Array.from(layout.timecode, () => span * rate.den);
  durations[durations.length - 1] = last * rate.den;
  return {
    id: timecodeId(spec),
    kind: 'timecode',
    duration,
    width: 0,
    height: 0,
    edits: [],
    references: [],
    timescale: rate.num,
    mediaDuration: frames * rate.den,
    entry: timecodeEntry(rate, timecode.dropFrame),
    sampleCount: layout.timecode.length,
    sizes: 4,
    durationRuns: packedRuns(durations),
    compositionRuns: null,
    syncNumbers: null,
    chunks: layout.timecode,
    roll: null,
  };
}

/** The frame numbers that stand in the timecode samples, in order. */
export function timecodeFrames(spec: MovieSpec, layout: Layout): readonly number[] {
  const { timecode } = spec;
  if (timecode === null) return [];
  const span = timecodeSampleFrames(spec.video.profile.rate.den);
  return layout.timecode.map((_, i) => timecode.frame + i * span);
}
