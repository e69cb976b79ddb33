import { createHash } from 'node:crypto';
import type { Sha256 } from '@patchwork/kernel';
import { compileProgram, type MediaInfo, type Program } from '@patchwork/program';
import { rational, type Rate } from '@patchwork/time';
import {
  makeClip,
  makeEffect,
  makeExternalReference,
  makeGap,
  makeRange,
  makeTime,
  makeTimeline,
  makeTrack,
  makeTransition,
  type Clip,
  type Composable,
  type Effect,
  type Timeline,
} from '@patchwork/timeline';
import type { Changes } from '../src/changes/change.ts';
import { diffTimelines, type DiffInput } from '../src/diff-timelines.ts';

export const sha256: Sha256 = (data) => createHash('sha256').update(data).digest('hex');

export const fps24: Rate = rational(24);

const bt709 = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' };

/** Media as probed: 400 frames of 64×36 at 24 fps with stereo sound. */
function mediaOf(url: string, content: string): MediaInfo {
  return {
    identity: sha256(content),
    path: url,
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
      frames: 400,
      still: false,
      timeBase: rational(1, 24_000),
      firstPts: 0,
      times: null,
    },
    sound: [
      {
        stream: 1,
        codec: 'pcm_s16le',
        sampleRate: 48_000,
        channels: 2,
        layout: 'stereo',
        start: rational(0),
        samples: 800_000,
      },
    ],
    startTimecode: null,
  };
}

/** The value, which is there. */
export function must<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('must: nothing is there');
  return value;
}

/** A clip of a file named like it, `length` frames from `start`, at 24 fps. */
export function clip(
  media: string,
  start: number,
  length: number,
  effects: readonly Effect[] = [],
  name: string = media,
): Clip {
  return makeClip({
    name,
    effects,
    sourceRange: makeRange(start, length, fps24),
    media: makeExternalReference({ targetUrl: `${media}.mov`, availableRange: makeRange(0, 400, fps24) }),
  });
}

export function gap(length: number): Composable {
  return makeGap(makeTime(length, fps24));
}

export function dissolve(before: number, after: number): Composable {
  return makeTransition({ inOffset: makeTime(before, fps24), outOffset: makeTime(after, fps24) });
}

export function opacity(value: number): Effect {
  return makeEffect({ type: 'opacity', opacity: value });
}

/** A timeline of video tracks, the lowest first, and sound tracks. */
export function timeline(
  video: readonly (readonly Composable[])[],
  audio: readonly (readonly Composable[])[] = [],
): Timeline {
  return makeTimeline({
    name: 'test',
    tracks: [
      ...video.map((children, i) => makeTrack({ name: `Video ${i + 1}`, children })),
      ...audio.map((children, i) => makeTrack({ name: `Audio ${i + 1}`, trackKind: 'Audio', children })),
    ],
  });
}

/** The fixture of the acceptance stories: m01…m12 of 96 frames each, m06 from source frame 48. */
export function storyClips(): Clip[] {
  return Array.from({ length: 12 }, (_, i) => {
    const name = `m${String(i + 1).padStart(2, '0')}`;
    return clip(name, name === 'm06' ? 48 : 0, 96);
  });
}

/** Content of files by URL; a file that is not listed holds its own name. */
export interface Contents {
  readonly [url: string]: string;
}

export function compile(of: Timeline, contents: Contents = {}, rate: Rate = fps24): Program {
  return compileProgram({
    timeline: of,
    canvas: { width: 64, height: 36, rate, color: bt709 },
    media: (url) => mediaOf(url, contents[url] ?? url),
    sha256,
    sampleRate: 48_000,
    epochs: [],
    font: sha256('font'),
    range: null,
  }).program;
}

/** Compares two timelines, compiled, with the digests of their files known. */
export function compare(
  old: Timeline,
  next: Timeline,
  contents: readonly [Contents, Contents] = [{}, {}],
  parts: Partial<DiffInput> = {},
): Changes {
  return diffTimelines({
    old,
    new: next,
    oldProgram: compile(old, contents[0]),
    newProgram: compile(next, contents[1]),
    oldIdentity: (url) => sha256(contents[0][url] ?? url),
    newIdentity: (url) => sha256(contents[1][url] ?? url),
    ...parts,
  });
}

/** A report in lines: `V1 m06: ripple trim out −10 | dirty 566-1152`. */
export function lines(changes: Changes): string[] {
  return changes.changes.map(({ tracks, clips, text, dirty, kind }) => {
    const who = kind === 'shift' || clips.length > 3 ? '' : clips.join(' ');
    const where = dirty.map((range) => `${range.in}-${range.out}`).join(' ');
    return `${[tracks.join('+'), who].filter((part) => part !== '').join(' ')}: ${text}${where === '' ? '' : ` | dirty ${where}`}`;
  });
}
