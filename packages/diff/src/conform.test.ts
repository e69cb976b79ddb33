import { expect, test } from 'vitest';
import {
  jsonFrom,
  makeEffect,
  makeRange,
  makeStack,
  makeTime,
  makeTimeline,
  makeTimeWarp,
  makeTrack,
  type Clip,
  type Composable,
  type Timeline,
} from '@patchwork/timeline';
import { rational } from '@patchwork/time';
import {
  clip,
  compare,
  compile,
  dissolve,
  fps24,
  gap,
  lines,
  must,
  opacity,
  storyClips,
  timeline,
} from '../test/fixture.ts';
import { diffTimelines } from './diff-timelines.ts';

function ranged(one: Clip | undefined, start: number, length: number): Clip {
  return { ...must(one), sourceRange: makeRange(start, length, fps24) };
}

/** 600 shots of 40 to 69 frames on V1 with linked sound on A1, titles on V2 every 50 shots: about 23 minutes. */
function conform(change: (clips: Clip[]) => Composable[]): Timeline {
  const shots = Array.from({ length: 600 }, (_, i) =>
    clip(`r${i % 37}`, (i * 11) % 150, 40 + (i % 30), [], `s${String(i).padStart(3, '0')}`),
  );
  const changed = change([...shots]);
  const titles = Array.from({ length: 12 }, (_, i) => [gap(2000 - 48), clip(`t${i}`, 0, 48, [opacity(0.8)])]).flat();
  return timeline([changed, titles], [changed.filter((child) => child.kind === 'Clip' || child.kind === 'Gap')]);
}

test('C1: a conform with mixed edits, line by line', () => {
  const old = conform((clips) => clips);
  const next = conform((clips) => {
    const s = (i: number): Clip => must(clips[i]);
    const at = (i: number): { start: number; length: number } => {
      const range = s(i).sourceRange;
      return { start: range?.start.value.num ?? 0, length: range?.duration.value.num ?? 0 };
    };
    clips[10] = ranged(s(10), at(10).start, at(10).length - 6); // ripple trim out
    clips[40] = ranged(s(40), at(40).start + 4, at(40).length); // slip
    clips[80] = ranged(s(80), at(80).start, at(80).length + 5); // roll
    clips[81] = ranged(s(81), at(81).start + 5, at(81).length - 5);
    clips[120] = { ...s(120), enabled: false };
    clips[160] = { ...s(160), effects: [opacity(0.5)] };
    clips[200] = { ...s(200), effects: [makeTimeWarp(2)] };
    clips[240] = { ...s(240), name: 'hero' };
    clips[280] = clip('other', 3, at(280).length, [], 's280');
    const [a, b] = [s(320), s(321)];
    clips[320] = b;
    clips[321] = a; // swap
    clips.splice(500, 2); // delete
    clips.splice(400, 0, clip('new', 0, 24)); // insert
    return clips;
  });
  expect(lines(compare(old, next)).map((line) => line.replace(/ \| dirty.*/, ''))).toEqual([
    'V1+A1 s010: ripple trim out −6',
    // Not counted: s081, which the roll placed, and s320, which the swap moved.
    'V1+A1: 387 clips shifted −6',
    'V1+A1 s040: slip +4',
    'V1+A1 s080 s081: roll +5',
    'V1+A1 s120: disabled',
    'V1+A1 s160: opacity 100 % → 50 %',
    'V1+A1 s200: retime 100 % → 200 %',
    'V1+A1 hero: renamed s240 → hero',
    'V1+A1 s280: replaced by other.mov',
    'V1+A1 s320: move of 1 clip',
    'V1+A1 new: insert (24 frames)',
    'V1+A1: 100 clips shifted +18',
    'V1+A1 s500 s501: delete of 2 clips (121 frames)',
    'V1+A1: downstream 98 clips shifted −103',
  ]);
});

test('C2: drop-frame record timecodes', () => {
  const rate = rational(30_000, 1001);
  const at = (start: number, length: number): Clip => ({
    ...clip('a', 0, 10),
    sourceRange: makeRange(start, length, rate),
  });
  const made = (children: readonly Composable[]): Timeline =>
    makeTimeline({
      name: 'df',
      tracks: [makeTrack({ children })],
      globalStartTime: makeTime(107_892 - 60, rate),
      metadata: jsonFrom({ patchwork: { dropFrame: true } }),
    });
  const [old, next] = [made([at(0, 60), at(200, 60)]), made([at(0, 60), at(300, 1), at(200, 60)])];
  const changes = diffTimelines({
    old,
    new: next,
    oldProgram: compile(old, {}, rate),
    newProgram: compile(next, {}, rate),
  });
  expect(changes.changes[0]?.new?.recordTimecode).toEqual(['01:00:00;00', '01:00:00;01']);
});

test('C3: a compound changed inside is told where it is used', () => {
  const inner = (value: number): Composable =>
    makeStack({
      name: 'Scene',
      sourceRange: makeRange(0, 50, fps24),
      children: [makeTrack({ children: [clip('i', 0, 60, [opacity(value)])] })],
    });
  const used = (value: number): Timeline =>
    timeline([[clip('a', 0, 100), inner(value), clip('b', 0, 100), inner(value)]]);
  expect(lines(compare(used(1), used(0.5)))).toEqual([
    'V1 Scene: changed inside compound "Scene": i: opacity 100 % → 50 % | dirty 100-150',
    'V1 Scene: changed inside compound "Scene": i: opacity 100 % → 50 % | dirty 250-300',
  ]);
});

test('C4: a rename that a burn-in shows is dirty', () => {
  const burnt = (name: string): Timeline =>
    timeline([
      [clip('a', 0, 20), { ...clip('b', 0, 20, [makeEffect({ type: 'burnIn', content: 'clip-name' })]), name }],
    ]);
  expect(lines(compare(burnt('b'), burnt('c')))).toEqual(['V1 c: renamed b → c | dirty 20-40']);
});

test('C5: a retime at another length is one change and a ripple', () => {
  const clips = storyClips();
  const slow = { ...ranged(clips[3], 0, 192), effects: [makeTimeWarp(0.5)] };
  expect(lines(compare(timeline([clips]), timeline([clips.with(3, slow)])))).toEqual([
    'V1 m04: retime 100 % → 50 %, 96 → 192 frames | dirty 289-480',
    'V1: downstream 8 clips shifted +96 | dirty 480-1248',
  ]);
});

test('C6: a dissolve between other clips is added and removed, not changed', () => {
  const clips = storyClips();
  const at = (cut: number): Timeline => timeline([[...clips.slice(0, cut), dissolve(6, 6), ...clips.slice(cut)]]);
  expect(lines(compare(at(3), at(5)))).toEqual([
    'V1 m03 m04: dissolve removed (12 frames) | dirty 282-294',
    'V1 m05 m06: dissolve added (12 frames) | dirty 474-486',
  ]);
});

test('C7: empty timelines, the same file twice, a track too many', () => {
  const empty = timeline([[]]);
  const one = timeline([[clip('a', 0, 10)]]);
  const sides = { oldProgram: null, newProgram: null, rate: fps24 };
  expect(diffTimelines({ old: empty, new: empty, ...sides }).summary).toBe('no change');
  expect(diffTimelines({ old: empty, new: one, ...sides }).changes.map(({ text }) => text)).toEqual([
    'insert (10 frames)',
  ]);
  expect(diffTimelines({ old: one, new: one, ...sides }).summary).toBe('no change');
  const two = timeline([[clip('a', 0, 10)], [clip('b', 0, 5)]]);
  expect(diffTimelines({ old: one, new: two, ...sides }).changes.map(({ text }) => text)).toEqual([
    'track V2 added',
    'insert (5 frames)',
  ]);
  expect(diffTimelines({ old: one, new: two, ...sides }).unknown).toEqual([
    'pictures: not compared, because a side could not be compiled',
  ]);
});

test('C8: another start or counting of timecode changes no picture', () => {
  const clips = [clip('a', 0, 10)];
  const counted = (dropFrame: boolean, start: number): Timeline =>
    makeTimeline({
      name: 't',
      tracks: [makeTrack({ children: clips })],
      globalStartTime: makeTime(start, fps24),
      metadata: jsonFrom({ patchwork: { dropFrame } }),
    });
  expect(lines(compare(counted(false, 0), counted(true, 86_400)))).toEqual([
    ': timeline.start 0 s → 3600 s',
    ': timeline.timecode non-drop frame → drop frame',
  ]);
});

test('C9: a muted track, pan and fade are sound', () => {
  const with9 = (enabled: boolean, pan: number, seconds: number): Timeline => {
    const effects = [
      makeEffect({ type: 'pan', pan }),
      makeEffect({ type: 'fade', inSeconds: rational(seconds), outSeconds: rational(0) }),
    ];
    const base = timeline([[clip('v', 0, 50)]], [[clip('a', 0, 50, effects)]]);
    const children = base.tracks.children.map((child) =>
      child.kind === 'Track' && child.trackKind === 'Audio' ? { ...child, enabled } : child,
    );
    return { ...base, tracks: { ...base.tracks, children } };
  };
  expect(lines(compare(with9(true, 0, 0), with9(false, -0.5, 1)))).toEqual([
    'A1: track A1 muted',
    'A1 a: pan 0 → −0.5',
    'A1 a: fade in 0 s → 1 s',
  ]);
});
