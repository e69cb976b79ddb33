import { createHash } from 'node:crypto';
import type { Sha256 } from '@patchwork/kernel';
import { rational, type Rate } from '@patchwork/time';
import {
  type Composable,
  type Effect,
  makeClip,
  makeExternalReference,
  makeGap,
  makeRange,
  makeTime,
  makeTimeline,
  makeTrack,
  makeTransition,
  type Timeline,
} from '@patchwork/timeline';
import type { Canvas } from '../canvas.ts';
import { type CompiledTimeline, compileProgram } from '../compile-program.ts';
import type { ProgramInput } from '../program-input.ts';
import type { MediaInfo, VideoStreamInfo } from '../media-info.ts';

export const sha256: Sha256 = (data) => createHash('sha256').update(data).digest('hex');

export const fps24: Rate = rational(24);

const bt709 = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' };

export const canvas24: Canvas = { width: 64, height: 36, rate: fps24, color: bt709 };

export const font = sha256('font');

/** Media as probed: 200 progressive frames of 64×36 at 24 fps with stereo sound, unless stated. */
export function mediaOf(name: string, video: Partial<VideoStreamInfo> = {}, info: Partial<MediaInfo> = {}): MediaInfo {
  return {
    identity: sha256(name),
    path: `/media/${name}.mov`,
    container: 'mov',
    video: {
      stream: 0,
      codec: 'h264',
      profile: 'High',
      width: 64,
      height: 36,
      pixelFormat: 'yuv420p',
      pixelAspect: rational(1),
      rotation: 0,
      fieldOrder: 'progressive',
      color: bt709,
      rate: fps24,
      frames: 200,
      still: false,
      timeBase: rational(1, 24_000),
      firstPts: 0,
      times: null,
      ...video,
    },
    sound: [
      {
        stream: 1,
        codec: 'pcm_s16le',
        sampleRate: 48_000,
        channels: 2,
        layout: 'stereo',
        start: rational(0),
        samples: 400_000,
      },
    ],
    startTimecode: null,
    ...info,
  };
}

/** A still. */
export function stillOf(name: string, video: Partial<VideoStreamInfo> = {}): MediaInfo {
  return { ...mediaOf(name, { frames: 1, still: true, ...video }), sound: [] };
}

/** A clip of a file named like it, `length` frames from `start`, both at 24 fps. */
export function clip(
  media: string,
  start: number,
  length: number,
  effects: readonly Effect[] = [],
  name: string = media,
): Composable {
  return makeClip({
    name,
    sourceRange: makeRange(start, length, fps24),
    media: makeExternalReference({ targetUrl: `${media}.mov` }),
    effects,
  });
}

export function gap(length: number): Composable {
  return makeGap(makeTime(length, fps24));
}

export function dissolve(inOffset: number, outOffset: number, transitionType = 'SMPTE_Dissolve'): Composable {
  return makeTransition({ inOffset: makeTime(inOffset, fps24), outOffset: makeTime(outOffset, fps24), transitionType });
}

/** Video tracks, the lowest first. */
export function picture(...tracks: readonly (readonly Composable[])[]): Timeline {
  return makeTimeline({ name: 'test', tracks: tracks.map((children) => makeTrack({ children })) });
}

/** Compiles with the fixture's canvas; media by name, `mediaOf` for what is not listed. */
export function compile(
  timeline: Timeline,
  media: { readonly [name: string]: MediaInfo | null } = {},
  parts: Partial<ProgramInput> = {},
): CompiledTimeline {
  return compileProgram({
    timeline,
    canvas: canvas24,
    media: (url) => {
      const name = url.replace(/\.mov$/, '');
      const known = media[name];
      return known === undefined ? mediaOf(name) : known;
    },
    sha256,
    sampleRate: 48_000,
    epochs: [],
    font,
    range: null,
    ...parts,
  });
}

/** The fixture of the acceptance stories: m01…m12 of 96 frames each, m06 from source frame 48. */
export function storyClips(): Composable[] {
  return Array.from({ length: 12 }, (_, i) => {
    const name = `m${String(i + 1).padStart(2, '0')}`;
    return clip(name, name === 'm06' ? 48 : 0, 96);
  });
}

/** All frame keys of a programme. */
export function keysOf({ program }: CompiledTimeline): readonly string[] {
  return Array.from({ length: program.frames }, (_, frame) => program.frameKeyAt(frame));
}

/** How many cases a property is tried with: its own number, times `PW_RUNS` where that is set. */
export function runs(count: number): number {
  return Math.ceil(count * Number(process.env['PW_RUNS'] ?? 1));
}
