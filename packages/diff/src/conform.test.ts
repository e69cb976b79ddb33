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
  withUnmodelled,
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
import { changeLine } from './changes/change-line.ts';
import { diffTimelines } from './diff-timelines.ts';

function ranged(one: Clip | undefined, start: number, length: number): Clip {
  return { ...must(one), sourceRange: makeRange(start, length, fps24) };
}

/** 1,800 shots of 60 to 131 frames on V1 with linked sound on A1, titles on V2 every 2,000 frames: two hours. */
function conform(
  change: (clips: Clip[]) => Composable[],
  titled: (titles: Clip[]) => Clip[] = (titles) => titles,
): Timeline {
  const shots = Array.from({ length: 1800 }, (_, i) =>
    clip(`r${i % 137}`, (i * 11) % 150, 60 + ((i * 7) % 72), [], `s${String(i).padStart(4, '0')}`),
  );
  const changed = change([...shots]);
  const titles = titled(Array.from({ length: 36 }, (_, i) => clip(`t${i}`, 0, 48, [opacity(0.8)])));
  return timeline(
    [changed, titles.flatMap((title) => [gap(2000 - 48), title])],
    [changed.filter((child) => child.kind === 'Clip' || child.kind === 'Gap')],
  );
}

function zoomed(scale: number): ReturnType<typeof makeEffect> {
  const still = { x: 0, y: 0 };
  return makeEffect({ type: 'transform', position: still, scale: { x: scale, y: scale }, rotation: 0, anchor: still });
}

test('C1: a two-hour conform of three tracks with 25 mixed edits, line by line', () => {
  const old = conform((clips) => clips);
  const next = conform(
    (clips) => {
      const s = (i: number): Clip => must(clips[i]);
      const start = (i: number): number => s(i).sourceRange?.start.value.num ?? 0;
      const length = (i: number): number => s(i).sourceRange?.duration.value.num ?? 0;
      clips[30] = ranged(s(30), start(30), length(30) - 6); // 1 ripple trim out
      clips[90] = ranged(s(90), start(90) + 5, length(90) - 5); // 2 ripple trim in
      clips[150] = ranged(s(150), start(150) + 4, length(150)); // 3 slip
      clips[210] = ranged(s(210), start(210), length(210) + 5); // 4 roll
      clips[211] = ranged(s(211), start(211) + 5, length(211) - 5);
      clips[270] = ranged(s(270), start(270), length(270) - 3); // 5 slide
      clips[272] = ranged(s(272), start(272) - 3, length(272) + 3);
      clips[330] = { ...s(330), enabled: false }; // 6 disabled
      clips[390] = { ...s(390), effects: [opacity(0.5)] }; // 7 opacity
      clips[450] = { ...s(450), effects: [makeTimeWarp(2)] }; // 8 retime
      clips[510] = { ...s(510), effects: [makeTimeWarp(-1)] }; // 9 reverse
      clips[570] = { ...s(570), effects: [zoomed(1.2)] }; // 10 zoom
      clips[630] = { ...s(630), name: 'hero' }; // 11 rename
      clips[690] = clip('other', 3, length(690), [], 's0690'); // 12 replaced
      clips[750] = { ...s(750), effects: [makeEffect({ type: 'volume', gainDb: -3 })] }; // 13 gain
      const blade = s(810);
      const [a, b] = [s(870), s(871)]; // 14 swap
      clips[870] = b;
      clips[871] = a;
      const lifted = length(930) + length(931);
      const scene = clips.slice(1300, 1304);
      clips.splice(1700, 3); // 15 delete
      clips.splice(1600, 0, clip('late', 0, 30), clip('later', 0, 12)); // 16 insert of two
      clips.splice(1500, 1, {
        ...s(1500),
        effects: [makeEffect({ type: 'crop', left: 0.1, right: 0, top: 0, bottom: 0 })],
      }); // 17 crop
      clips.splice(1300, 4); // 18 move of a scene
      clips.splice(1100, 0, ...scene);
      clips.splice(1000, 0, clip('new', 0, 24)); // 19 insert
      clips.splice(930, 2, gap(lifted) as Clip); // 20 lift
      const parts = [ranged(blade, start(810), 20), ranged(blade, start(810) + 20, length(810) - 20)];
      clips.splice(810, 1, ...parts); // 21 blade
      return [...clips.slice(0, 700), dissolve(6, 6), ...clips.slice(700)]; // 22 dissolve
    },
    (titles) =>
      titles.map((title, i) => {
        if (i === 4) return { ...title, effects: [opacity(0.6)] }; // 23 title opacity
        if (i === 9) return ranged(title, 12, 48); // 24 title slip
        return i === 20 ? clip('t20_new', 0, 48, [opacity(0.8)]) : title; // 25 title replaced
      }),
  );
  const changes = compare(old, next);
  expect(Math.round(changes.sides.old.frames / (24 * 60)), 'minutes').toBe(119);
  expect(changes.sides.old.tracks.map(({ label, items }) => `${label} ${items.length}`)).toEqual([
    'V1 1800',
    'V2 36',
    'A1 1800',
  ]);
  expect(changes.changes.map(changeLine)).toEqual(conformLines);
  // 1,799 clips on V1 and A1 each, 36 titles; 25 of the former are named, two more by the dissolve, and three titles.
  expect(changes.unchanged).toBe(2 * 1799 + 36 - 2 * 25 - 2 - 3);
}, 300_000);

const conformLines: readonly string[] = [
  '00:01:57:21  V1+A1  s0030: ripple trim out −6',
  '00:02:02:21  V1+A1  60 clips shifted −6',
  '00:05:54:21  V1+A1  s0090: ripple trim in +5',
  '00:05:59:10  V1+A1  903 clips shifted −11',
  '00:06:54:16  V2  t4: opacity 80 % → 60 %',
  '00:09:51:22  V1+A1  s0150: slip +4',
  '00:13:51:08  V2  t9: slip +12',
  '00:13:52:04  V1+A1  s0210 | s0211: roll +5',
  '00:17:55:13  V1+A1  s0271: slide −3',
  '00:21:52:16  V1+A1  s0330: disabled',
  '00:25:49:22  V1+A1  s0390: opacity 100 % → 50 %',
  '00:29:08:00  V2  t20_new: replaced by t20_new.mov',
  '00:29:47:04  V1+A1  s0450: retime 100 % → 200 %',
  '00:33:44:10  V1+A1  s0510: retime 100 % → −100 %',
  '00:37:44:16  V1+A1  s0570: scale 100 % → 120 %',
  '00:41:44:22  V1+A1  hero: renamed s0630 → hero',
  '00:45:45:04  V1+A1  s0690: replaced by other.mov',
  '00:46:20:10  V1  s0699 | s0700: dissolve added (12 frames)',
  '00:49:42:10  V1+A1  s0750: gain 0 dB → −3 dB',
  '00:53:39:16  V1+A1  s0810: split, no picture change',
  '00:57:41:11  V1+A1  s0870: move of 1 clip',
  '01:01:37:15  V1+A1  s0930 | s0931: lift of 2 clips (187 frames)',
  '01:06:17:01  V1+A1  new: insert (24 frames)',
  '01:06:18:01  V1+A1  596 clips shifted +13',
  '01:12:56:11  V1+A1  s1300 … s1303: move of 4 clips',
  '01:39:27:19  V1+A1  s1500: crop left 0 % → 10 %',
  '01:46:03:13  V1+A1  late | later: insert of 2 clips (42 frames)',
  '01:46:05:07  V1+A1  100 clips shifted +55',
  '01:52:42:10  V1+A1  s1700 … s1702: delete of 3 clips (261 frames)',
  '01:52:44:17  V1+A1  downstream 97 clips shifted −206',
];

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
    ': timeline.start 00:00:00:00 → 01:00:00:00',
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

test('C10: what nobody models is told of whole tracks and of the whole timeline, with the frames it shows on', () => {
  const filmed = (blur: number | null): Timeline => {
    const base = timeline([[clip('a', 0, 20)], [clip('b', 0, 5, [opacity(0.5)])]]);
    const thing = blur === null ? [] : [{ label: 'filter "Blur"', content: `blur ${blur}` }];
    const [lower, upper] = base.tracks.children;
    if (lower?.kind !== 'Track' || upper?.kind !== 'Track') throw new TypeError('two tracks');
    const children = [lower, withUnmodelled(upper, thing)];
    return { ...base, tracks: withUnmodelled({ ...base.tracks, children }, thing) };
  };
  expect(lines(compare(filmed(null), filmed(3)))).toEqual([
    ': filter "Blur" added | dirty 0-20',
    'V2: track V2: filter "Blur" added | dirty 0-20',
  ]);
});
