// The stories once more, whole: words, record and source places before and after, dirty frames, frames to render.
import { expect, test } from 'vitest';
import { builtInProfile, makePlan, planChunks } from '@patchwork/plan';
import { rational } from '@patchwork/time';
import {
  makeEffect,
  makeFreezeFrame,
  makeMarker,
  makeRange,
  makeStack,
  makeTime,
  makeTimeWarp,
  makeTrack,
  seenThing,
  withUnmodelled,
  type Clip,
  type Composable,
  type Effect,
  type Timeline,
} from '@patchwork/timeline';
import {
  clip,
  compare,
  compile,
  dissolve,
  fps24,
  gap,
  must,
  opacity,
  sha256,
  storyClips,
  timeline,
  type Contents,
} from '../test/fixture.ts';
import type { Change, Place } from './changes/change.ts';

const h264 = builtInProfile('h264-mov', { width: 64, height: 36, rate: fps24 }).video;
const toolchain = { drawing: '1', ffmpeg: '8.1', encoder: 'x264', cpuClass: null };

/** A film of the stories, from 01:00:00:00. */
function film(...tracks: readonly (readonly Composable[])[]): Timeline {
  return { ...timeline(tracks), globalStartTime: makeTime(86_400, fps24) };
}

function withShot(at: number, start: number, length: number, effects: readonly Effect[] = []): Clip[] {
  const clips = storyClips();
  return clips.with(at, { ...must(clips[at]), effects, sourceRange: makeRange(start, length, fps24) });
}

/** `20:00-24:00 48-144`: record timecode from its seconds on, source frames. */
function placeText(place: Place | null): string {
  if (place === null) return '-';
  const [start, end] = place.recordTimecode.map((text) => text.slice(6));
  return `${start}-${end}${place.source === null ? '' : ` ${place.source.join('-')}`}`;
}

function line(change: Change): string {
  const { tracks, clips, text, dirty, framesToRender } = change;
  const who = clips.length > 3 ? `${clips.length} clips` : clips.join(' ');
  const where = dirty.map((range) => `${range.in}-${range.out}`).join(' ');
  return `${tracks.join('+')} ${who}: ${text} | ${placeText(change.old)} → ${placeText(change.new)} | dirty ${where || 'nothing'} | render ${framesToRender}`;
}

/** The report of a change of the story film, with the long-GOP plan. */
function report(old: Timeline, next: Timeline, contents: readonly [Contents, Contents] = [{}, {}]): string[] {
  const [before, after] = [compile(old, contents[0]), compile(next, contents[1])];
  const held = new Set(planChunks(before, h264, toolchain, sha256).map(({ key }) => key));
  const plan = makePlan({
    program: after,
    chunks: planChunks(after, h264, toolchain, sha256),
    video: h264,
    toolchain,
    soundAtHand: true,
    isAtHand: (key) => held.has(key),
    previous: null,
  });
  return compare(old, next, contents, { plan }).changes.map(line);
}

const base = film(storyClips());
const insert = clip('NEW', 0, 48);
const graded = (grade: string): Clip[] =>
  storyClips().map((one, at) =>
    at === 6
      ? withUnmodelled(one, [seenThing({ domain: 'grade', level: 'clip', digest: grade.repeat(64) }, 'grade')])
      : one,
  );

const zoom = (middle: number): Effect => {
  const keyframes = [1, middle, 2, 2].map((value, at) => ({
    time: rational([0, 24, 48, 96][at] ?? 0, 24),
    value,
    interpolation: 'linear' as const,
  }));
  const still = { x: 0, y: 0 };
  const scale = { keyframes };
  return makeEffect({ type: 'transform', position: still, scale: { x: scale, y: scale }, rotation: 0, anchor: still });
};
const above = (value: number): Timeline => film(storyClips(), [gap(200), clip('T', 0, 60, [opacity(value)])]);
const scene = (from: number, value: number): Composable =>
  makeStack({
    name: 'Scene',
    sourceRange: makeRange(from, 50, fps24),
    children: [makeTrack({ children: [clip('i1', 0, 30), clip('i2', 0, 30, [opacity(value)]), clip('i3', 0, 60)] })],
  });
const compound = (value: number): Timeline =>
  film([clip('a', 0, 100), scene(0, value), clip('b', 0, 300), clip('c', 0, 150), scene(40, value)]);
const marked = storyClips().with(2, {
  ...must(storyClips()[2]),
  markers: [makeMarker({ markedRange: makeRange(0, 1, fps24) })],
});

test.each<[string, Timeline, Timeline, readonly string[]]>([
  [
    '1: a marker',
    base,
    film(marked),
    ['V1 m03: marker added | 08:00-12:00 0-96 → 08:00-12:00 0-96 | dirty nothing | render 0'],
  ],
  [
    '2: insert',
    base,
    film(storyClips().toSpliced(4, 0, insert)),
    [
      'V1 NEW: insert (48 frames) | - → 16:00-18:00 0-48 | dirty 384-432 | render 48',
      'V1 8 clips: downstream 8 clips shifted +48 | 16:00-20:00 0-96 → 18:00-22:00 0-96 | dirty 432-1200 | render 0',
    ],
  ],
  [
    '3: ripple trim out −10',
    base,
    film(withShot(5, 48, 86)),
    [
      'V1 m06: ripple trim out −10 | 20:00-24:00 48-144 → 20:00-23:14 48-134 | dirty nothing | render 38',
      'V1 6 clips: downstream 6 clips shifted −10 | 24:00-28:00 0-96 → 23:14-27:14 0-96 | dirty 566-1152 | render 0',
    ],
  ],
  [
    '4: ripple trim in +10',
    base,
    film(withShot(5, 58, 86)),
    [
      'V1 m06: ripple trim in +10 | 20:00-24:00 48-144 → 20:00-23:14 58-144 | dirty 480-566 | render 38',
      'V1 6 clips: downstream 6 clips shifted −10 | 24:00-28:00 0-96 → 23:14-27:14 0-96 | dirty 566-1152 | render 0',
    ],
  ],
  [
    '5: slip +24',
    base,
    film(withShot(5, 72, 96)),
    ['V1 m06: slip +24 | 20:00-24:00 48-144 → 20:00-24:00 72-168 | dirty 480-576 | render 48'],
  ],
  [
    '6: roll +8',
    base,
    film(withShot(3, 0, 104).with(4, must(withShot(4, 8, 88)[4]))),
    ['V1 m04 m05: roll +8 | 12:00-16:00 0-96 → 12:00-16:08 0-104 | dirty 384-392 | render 48'],
  ],
  [
    '7: move of a scene',
    base,
    film([
      ...storyClips().slice(0, 2),
      ...storyClips().slice(5, 9),
      ...storyClips().slice(2, 5),
      ...storyClips().slice(9),
    ]),
    ['V1 m03 m04 m05: move of 3 clips | 08:00-12:00 0-96 → 24:00-28:00 0-96 | dirty 192-864 | render 0'],
  ],
  [
    '7: blade',
    base,
    film(storyClips().toSpliced(6, 1, must(withShot(6, 0, 40)[6]), must(withShot(6, 40, 56)[6]))),
    ['V1 m07: split, no picture change | 24:00-28:00 0-96 → 24:00-28:00 0-96 | dirty nothing | render 0'],
  ],
  [
    '8: dissolve',
    base,
    film([...storyClips().slice(0, 5), dissolve(12, 12), ...storyClips().slice(5)]),
    ['V1 m05 m06: dissolve added (24 frames) | - → 16:00-20:00 0-96 | dirty 468-492 | render 96'],
  ],
  [
    '9a: half speed',
    base,
    film(withShot(3, 0, 96, [makeTimeWarp(0.5)])),
    ['V1 m04: retime 100 % → 50 % | 12:00-16:00 0-96 → 12:00-16:00 0-48 | dirty 289-384 | render 96'],
  ],
  [
    '9c: reverse',
    base,
    film(withShot(3, 0, 96, [makeTimeWarp(-1)])),
    ['V1 m04: retime 100 % → −100 % | 12:00-16:00 0-96 → 12:00-16:00 0-96 | dirty 288-384 | render 96'],
  ],
  [
    '9d: freeze',
    base,
    film(withShot(3, 30, 96, [makeFreezeFrame()])),
    ['V1 m04: retime 100 % → freeze | 12:00-16:00 0-96 → 12:00-16:00 30-31 | dirty 288-318 319-384 | render 48'],
  ],
  [
    '10: a key of a zoom',
    film(withShot(2, 0, 96, [zoom(1.2)])),
    film(withShot(2, 0, 96, [zoom(1.4)])),
    ['V1 m03: scale key at frame 24: 120 % → 140 % | 08:00-12:00 0-96 → 08:00-12:00 0-96 | dirty 193-240 | render 48'],
  ],
  [
    '11: a layer above, over two GOPs',
    above(0.5),
    above(0.25),
    ['V2 T: opacity 50 % → 25 % | 08:08-10:20 0-60 → 08:08-10:20 0-60 | dirty 200-260 | render 96'],
  ],
  [
    '14: a grade',
    film(graded('a')),
    film(graded('b')),
    ['V1 m07: grade changed | 24:00-28:00 0-96 → 24:00-28:00 0-96 | dirty 576-672 | render 96'],
  ],
  [
    '15: inside of a compound',
    compound(1),
    compound(0.5),
    [
      'V1 Scene: changed inside compound "Scene": i2: opacity 100 % → 50 % | 04:04-06:06 → 04:04-06:06 | dirty 130-150 | render 20',
      'V1 Scene: changed inside compound "Scene": i2: opacity 100 % → 50 % | 25:00-27:02 → 25:00-27:02 | dirty 600-620 | render 20',
    ],
  ],
])('%s', (_, old, next, expected) => {
  expect(report(old, next)).toEqual(expected);
});

test('12: another take under the name', () => {
  expect(report(base, base, [{}, { 'm02.mov': 'another take' }])).toEqual([
    'V1 m02: content changed, same path | 04:00-08:00 0-96 → 04:00-08:00 0-96 | dirty 96-192 | render 96',
  ]);
});

test('16: sound alone renders no picture', () => {
  const heard = (gainDb: number): Timeline => {
    const louder = storyClips().with(2, {
      ...must(storyClips()[2]),
      effects: [makeEffect({ type: 'volume', gainDb })],
    });
    return { ...timeline([storyClips()], [louder]), globalStartTime: makeTime(86_400, fps24) };
  };
  expect(report(heard(0), heard(-3))).toEqual([
    'A1 m03: gain 0 dB → −3 dB | 08:00-12:00 0-96 → 08:00-12:00 0-96 | dirty nothing | render 0',
  ]);
});
