import type { Epoch, Picture, Program, Span } from '@patchwork/program';
import type { FrameRange } from '@patchwork/time';

/** A clip of a fake programme: one file, at a constant speed, with what a test wants to change. */
export interface FakeClip {
  readonly name: string;
  readonly path?: string;
  readonly identity?: string;
  /** First source frame. */
  readonly start: number;
  readonly length: number;
  /** Source frames per record frame; 0 freezes. Default 1. */
  readonly speed?: number;
  /** By frames since the clip's first source frame would have been shown (source time), so that it travels with the picture. */
  readonly opacity?: (sourceFrame: number) => number;
  readonly scale?: (sourceFrame: number) => number;
  readonly cropLeft?: number;
}

/** What a fake programme is made of: one main track, clips above it, dissolves around its cuts. */
export interface FakeTimeline {
  readonly clips: readonly FakeClip[];
  readonly upper?: readonly { readonly clip: FakeClip; readonly at: number }[];
  /** `at`: the cut's record frame; half of it lies before. */
  readonly dissolves?: readonly { readonly at: number; readonly length: number }[];
  readonly epochs?: readonly Epoch[];
  readonly range?: FrameRange;
}

/** The value, which is there. */
export function must<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('must: nothing is there');
  return value;
}

const black: Picture = { op: 'solid', color: [0, 0, 0, 1] };

/** Builds a programme straight from its description, frame by frame, without any help of the compiler. */
export function fakeProgram(timeline: FakeTimeline): Program {
  const placed: (FakeClip & { at: number })[] = [];
  let at = 0;
  for (const clip of timeline.clips) {
    placed.push({ ...clip, at });
    at += clip.length;
  }
  const range = timeline.range ?? { in: 0, out: at };
  const byFrame: { picture: Picture; continuity: string; count: number; clips: Span['clips'] }[] = [];
  let index = 0;
  for (let frame = 0; frame < range.out; frame += 1) {
    while (frame >= must(placed[index]).at + must(placed[index]).length) index += 1;
    if (frame >= range.in) byFrame.push(frameOf(timeline, placed, index, frame));
  }
  return programOf(byFrame, timeline.epochs ?? []);
}

function frameOf(
  timeline: FakeTimeline,
  placed: readonly (FakeClip & { at: number })[],
  index: number,
  frame: number,
): { picture: Picture; continuity: string; count: number; clips: Span['clips'] } {
  const own = must(placed[index]);
  let anchor = own;
  let picture = pictureOf(own, frame - own.at);
  const clips = [useOf(own, 'V1')];
  for (const { at, length } of timeline.dissolves ?? []) {
    if (frame < at - length / 2 || frame >= at + length / 2) continue;
    const second = placed.findIndex((clip) => clip.at === at);
    const [from, to] = [must(placed[second - 1]), must(placed[second])];
    const share = { num: 2 * (frame - (at - length / 2)) + 1, den: 2 * length };
    picture = { op: 'mix', from: pictureOf(from, frame - from.at), to: pictureOf(to, frame - to.at), share };
    clips.splice(0, 1, useOf(from, 'V1'), useOf(to, 'V1'));
  }
  for (const { clip, at } of timeline.upper ?? []) {
    if (frame < at || frame >= at + clip.length) continue;
    const layer = pictureOf(clip, frame - at);
    const isOpaque = layer.op === 'source';
    picture = isOpaque ? layer : { op: 'over', layers: [picture, layer] };
    if (isOpaque) anchor = { ...clip, at };
    if (isOpaque) clips.length = 0;
    clips.unshift(useOf(clip, 'V2'));
  }
  return { picture, ...anchorOf(anchor, frame), clips };
}

function useOf(clip: FakeClip, track: string): Span['clips'][number] {
  return {
    name: clip.name,
    track,
    media: clip.path ?? `/media/${clip.name}.mov`,
    identity: clip.identity ?? `id-${clip.name}`,
  };
}

function anchorOf(clip: FakeClip & { at: number }, frame: number): { continuity: string; count: number } {
  const speed = clip.speed ?? 1;
  const identity = clip.identity ?? `id-${clip.name}`;
  if (speed === 0) return { continuity: `freeze ${identity} ${clip.at}`, count: frame - clip.at };
  const first = Math.floor(clip.start / Math.abs(speed));
  return { continuity: `${identity} ${speed} ${first - clip.at}`, count: first + frame - clip.at };
}

function pictureOf(clip: FakeClip, k: number): Picture {
  const source = clip.start + Math.floor(k * (clip.speed ?? 1));
  let picture: Picture = {
    op: 'source',
    media: clip.identity ?? `id-${clip.name}`,
    stream: 0,
    frame: source,
    pts: source * 1000,
    color: { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' },
    pixelAspect: { num: 1, den: 1 },
    rotation: 0,
    conform: 'fit',
    crop: { left: clip.cropLeft ?? 0, right: 0, top: 0, bottom: 0 },
  };
  const scale = clip.scale?.(clip.start + k) ?? 1;
  if (scale !== 1) {
    picture = {
      op: 'transform',
      input: picture,
      position: { x: 0, y: 0 },
      scale: { x: scale, y: scale },
      rotation: 0,
      anchor: { x: 0, y: 0 },
    };
  }
  const opacity = clip.opacity?.(clip.start + k) ?? 1;
  if (opacity === 1) return picture;
  return { op: 'opacity', input: picture, opacity };
}

/** Spans are runs of one set of clips and one continuity; the last of `clips` is the anchor of a plain stack. */
function programOf(
  byFrame: readonly { picture: Picture; continuity: string; count: number; clips: Span['clips'] }[],
  epochs: readonly Epoch[],
): Program {
  const keys = byFrame.map(({ picture }, frame) => {
    const epoch = epochs.filter(({ range }) => frame >= range.in && frame < range.out).map(({ number }) => number);
    return `${JSON.stringify(picture)}${epoch.length > 0 ? ` epoch ${epoch.join()}` : ''}`;
  });
  const spans: { in: number; out: number; anchor: Span['anchor']; shape: string; clips: Span['clips'] }[] = [];
  byFrame.forEach(({ continuity, count, clips }, frame) => {
    const last = spans.at(-1);
    const names = JSON.stringify(clips);
    if (last?.anchor.continuity === continuity && last.shape === names) last.out = frame + 1;
    else spans.push({ in: frame, out: frame + 1, anchor: { continuity, count }, shape: names, clips });
  });
  return {
    canvas: {
      width: 64,
      height: 36,
      rate: { num: 24, den: 1 },
      color: { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' },
    },
    frames: byFrame.length,
    start: { frame: 0, dropFrame: false },
    spans,
    sound: { sampleRate: 48_000, layout: 'stereo', samples: byFrame.length * 2_000, pieces: [], key: '' },
    unmodelled: [],
    pictureAt: (frame) => byFrame[frame]?.picture ?? black,
    frameKeyAt: (frame) => {
      const key = keys[frame];
      if (key === undefined) throw new TypeError(`frameKeyAt: ${frame} is outside the programme`);
      return key;
    },
  };
}

/** The fixture of the acceptance stories: m01…m12, 96 frames each, m06 from source frame 48. */
export function fixtureClips(): FakeClip[] {
  return Array.from({ length: 12 }, (_, i) => ({
    name: `m${String(i + 1).padStart(2, '0')}`,
    start: i === 5 ? 48 : 0,
    length: 96,
  }));
}

/** The fixture with some of its clips changed, by index. */
export function withClips(changes: { readonly [index: number]: Partial<FakeClip> }): FakeClip[] {
  return fixtureClips().map((clip, i) => ({ ...clip, ...changes[i] }));
}
