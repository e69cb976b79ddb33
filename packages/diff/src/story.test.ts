import { describe, expect, test } from 'vitest';
import { rational } from '@patchwork/time';
import {
  jsonFrom,
  makeClip,
  makeEffect,
  makeExternalReference,
  makeFreezeFrame,
  makeMarker,
  makeRange,
  makeStack,
  makeTime,
  makeTimeline,
  makeTimeWarp,
  makeTrack,
  type Clip,
  type Composable,
} from '@patchwork/timeline';
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

const base = timeline([storyClips()]);

function withClip(at: number, change: (clip: Clip) => Clip): ReturnType<typeof timeline> {
  return timeline([storyClips().map((one, i) => (i === at ? change(one) : one))]);
}

function ranged(one: Clip, start: number, length: number): Clip {
  return { ...one, sourceRange: makeRange(start, length, fps24) };
}

describe('stories', () => {
  test('1: cosmetic changes are metadata only', () => {
    const clips = storyClips();
    clips[0] = { ...must(clips[0]), name: 'renamed' };
    clips[1] = {
      ...must(clips[1]),
      color: { type: 'object', entries: [['r', { type: 'number', lexeme: '1.0' }]] },
    };
    clips[2] = { ...must(clips[2]), markers: [makeMarker({ markedRange: makeRange(0, 1, fps24) })] };
    const changes = compare(base, timeline([clips]));
    expect(changes.summary).toBe('metadata only x3');
    expect(changes.dirty).toEqual([]);
    expect(lines(changes)).toEqual([
      'V1 renamed: renamed m01 → renamed',
      'V1 m02: clip colour changed',
      'V1 m03: marker added',
    ]);
    expect(compare(base, timeline([storyClips()])).summary).toBe('no change');
  });

  test('2: one insert is two lines', () => {
    const many = Array.from({ length: 1800 }, (_, i) => clip(`c${i % 60}`, (i * 7) % 200, 24 + (i % 50), [], `c${i}`));
    const [old, next] = [timeline([many]), timeline([many.toSpliced(900, 0, clip('NEW', 0, 48))])];
    const changes = diffTimelines({ old, new: next, oldProgram: null, newProgram: null, rate: fps24 });
    expect(changes.summary).toBe('1 insert, downstream 900 clips shifted +48');
    expect(changes.changes.map(({ text }) => text)).toEqual(['insert (48 frames)', 'downstream 900 clips shifted +48']);
  });

  test('3: ripple trim out −10', () => {
    expect(
      lines(
        compare(
          base,
          withClip(5, (one) => ranged(one, 48, 86)),
        ),
      ),
    ).toEqual(['V1 m06: ripple trim out −10', 'V1: downstream 6 clips shifted −10 | dirty 566-1152']);
  });

  test('4: ripple trim in +10', () => {
    expect(
      lines(
        compare(
          base,
          withClip(5, (one) => ranged(one, 58, 86)),
        ),
      ),
    ).toEqual(['V1 m06: ripple trim in +10 | dirty 480-566', 'V1: downstream 6 clips shifted −10 | dirty 566-1152']);
  });

  test('5: slip +24', () => {
    expect(
      lines(
        compare(
          base,
          withClip(5, (one) => ranged(one, 72, 96)),
        ),
      ),
    ).toEqual(['V1 m06: slip +24 | dirty 480-576']);
  });

  test('6: roll +8 is one roll', () => {
    const clips = storyClips();
    clips[3] = ranged(must(clips[3]), 0, 104);
    clips[4] = ranged(must(clips[4]), 8, 88);
    const changes = compare(base, timeline([clips]));
    expect([changes.summary, ...lines(changes)]).toEqual(['1 roll', 'V1 m04 m05: roll +8 | dirty 384-392']);
  });

  test('7: a moved scene is one move; a blade shows nothing', () => {
    const clips = storyClips();
    const moved = compare(
      base,
      timeline([[...clips.slice(0, 2), ...clips.slice(5, 9), ...clips.slice(2, 5), ...clips.slice(9)]]),
    );
    expect([moved.summary, ...lines(moved)]).toEqual([
      '1 move of 3 clips',
      'V1 m03 m04 m05: move of 3 clips | dirty 192-864',
    ]);
    const [left, right] = [ranged(must(clips[6]), 0, 40), ranged(must(clips[6]), 40, 56)];
    const bladed = compare(base, timeline([clips.toSpliced(6, 1, left, right)]));
    expect([bladed.summary, ...lines(bladed)]).toEqual([
      'split, no picture change',
      'V1 m07: split, no picture change',
    ]);
    expect(compare(timeline([clips.toSpliced(6, 1, left, right)]), base).summary).toBe('joined, no picture change');
  });

  test('8: a dissolve added, shortened, removed', () => {
    const [plain, long, short] = [0, 12, 6].map((half) =>
      timeline([storyClips().toSpliced(5, 0, ...(half === 0 ? [] : [dissolve(half, half) as Clip]))]),
    ) as [typeof base, typeof base, typeof base];
    expect(lines(compare(plain, long))).toEqual(['V1 m05 m06: dissolve added (24 frames) | dirty 468-492']);
    expect(lines(compare(long, short))).toEqual(['V1 m05 m06: dissolve 24 → 12 frames | dirty 468-492']);
    expect(lines(compare(short, plain))).toEqual(['V1 m05 m06: dissolve removed (12 frames) | dirty 474-486']);
  });

  test('9: speeds', () => {
    const retimed = (scalar: number): ReturnType<typeof timeline> =>
      withClip(3, (one) => ({ ...one, effects: [makeTimeWarp(scalar)] }));
    expect(lines(compare(base, retimed(0.5)))).toEqual(['V1 m04: retime 100 % → 50 % | dirty 289-384']);
    expect(lines(compare(base, retimed(-1)))).toEqual(['V1 m04: retime 100 % → −100 % | dirty 288-384']);
    const frozen = withClip(3, (one) => ({ ...ranged(one, 30, 96), effects: [makeFreezeFrame()] }));
    expect(lines(compare(base, frozen))).toEqual(['V1 m04: retime 100 % → freeze | dirty 288-318 319-384']);
  });

  test('9: the last key of a ramp', () => {
    const ramped = (last: number, sampling: 'nearest' | 'blend'): ReturnType<typeof timeline> => {
      const points = [
        [0, 0],
        [48, 24],
        [96, last],
      ].map(([time = 0, value = 0]) => ({ time: rational(time, 24), value: rational(value, 24) }));
      return withClip(3, (one) => ({ ...one, effects: [makeEffect({ type: 'timeMap', points, sampling })] }));
    };
    const words = 'V1 m04: retime ramp changed | dirty';
    // Key 48 stands at record frame 336: whole frames differ from where half a frame more was played.
    expect(lines(compare(ramped(72, 'nearest'), ramped(120, 'nearest')))).toEqual([`${words} 337-384`]);
    expect(lines(compare(ramped(72, 'blend'), ramped(120, 'blend')))).toEqual([`${words} 337-384`]);
  });

  test('17: settings of the deliverable', () => {
    const settings = [
      { key: 'video.options.crf', old: '20', new: '18', domain: 'video' as const },
      { key: 'video.color.primaries', old: 'bt709', new: 'bt2020', domain: 'container' as const },
      { key: 'sound.bitrate', old: '192000', new: '256000', domain: 'sound' as const },
    ];
    const changes = compare(base, base, [{}, {}], { settings });
    expect(changes.changes.map(({ kind, department, text, dirty }) => [kind, department, text, dirty])).toEqual([
      ['deliverable', 'picture', 'video.options.crf 20 → 18', []],
      ['deliverable', 'picture', 'video.color.primaries bt709 → bt2020', []],
      ['deliverable', 'sound', 'sound.bitrate 192000 → 256000', []],
    ]);
  });

  test('10: one key of a zoom', () => {
    const zoom = (middle: number): ReturnType<typeof timeline> => {
      const scale = {
        keyframes: [0, 24, 48, 96].map((frame, i) => ({
          time: { num: frame, den: 24 },
          value: [1, middle, 2, 2][i] ?? 1,
          interpolation: 'linear' as const,
        })),
      };
      const still = { x: 0, y: 0 };
      return withClip(2, (one) => ({
        ...one,
        effects: [
          makeEffect({ type: 'transform', position: still, scale: { x: scale, y: scale }, rotation: 0, anchor: still }),
        ],
      }));
    };
    expect(lines(compare(zoom(1.2), zoom(1.4)))).toEqual([
      'V1 m03: scale key at frame 24: 120 % → 140 % | dirty 193-240',
    ]);
  });

  test('11: a clip above', () => {
    const above = (value: number): ReturnType<typeof timeline> =>
      timeline([storyClips(), [gap(200), clip('T', 0, 60, [opacity(value)])]]);
    expect(lines(compare(above(0.5), above(0.25)))).toEqual(['V2 T: opacity 50 % → 25 % | dirty 200-260']);
    expect(lines(compare(above(0.5), timeline([storyClips(), []])))).toEqual([
      'V2 T: delete (60 frames) | dirty 200-260',
    ]);
  });

  test('12: media swapped under its name, and relinked', () => {
    expect(lines(compare(base, timeline([storyClips()]), [{}, { 'm02.mov': 'another take' }]))).toEqual([
      'V1 m02: content changed, same path | dirty 96-192',
    ]);
    const elsewhere = withClip(1, (one) => ({ ...one, mediaReferences: clip('copy', 0, 96).mediaReferences }));
    expect(lines(compare(base, elsewhere, [{}, { 'copy.mov': 'm02.mov' }]))).toEqual([
      'V1 m02: relinked, same content: copy.mov',
    ]);
    const twice = timeline([[...storyClips(), clip('m02', 0, 96)]]);
    expect(lines(compare(twice, twice, [{}, { 'm02.mov': 'x' }]))).toEqual([
      'V1 m02: content changed, same path | dirty 96-192',
      'V1 m02: content changed, same path | dirty 1152-1248',
    ]);
  });

  test('13: project rate', () => {
    const old = compile(base);
    const changes = diffTimelines({
      old: base,
      new: base,
      oldProgram: old,
      newProgram: {
        ...old,
        canvas: { ...old.canvas, rate: { num: 25, den: 1 } },
        frameKeyAt: (f) => old.frameKeyAt(f),
      },
    });
    expect(changes.changes.map(({ text }) => text)).toContain('timeline.rate 24/1 → 25/1');
  });

  test('13: another start of timecode is no picture', () => {
    const started = (frame: number): ReturnType<typeof timeline> => ({
      ...base,
      globalStartTime: makeTime(frame, fps24),
    });
    const changes = compare(started(0), started(86_400));
    expect([changes.summary, changes.dirty]).toEqual(['timeline.start 00:00:00:00 → 01:00:00:00', []]);
  });

  test('15: a change inside a compound is dirty where its part is used', () => {
    const scene = (from: number, length: number, value: number): Composable =>
      makeStack({
        name: 'Scene',
        sourceRange: makeRange(from, length, fps24),
        children: [
          makeTrack({ children: [clip('i1', 0, 30), clip('i2', 0, 30, [opacity(value)]), clip('i3', 0, 60)] }),
        ],
      });
    const film = (value: number): ReturnType<typeof timeline> =>
      timeline([[clip('a', 0, 100), scene(0, 50, value), clip('b', 0, 300), clip('c', 0, 150), scene(40, 50, value)]]);
    expect(lines(compare(film(1), film(0.5)))).toEqual([
      'V1 Scene: changed inside compound "Scene": i2: opacity 100 % → 50 % | dirty 130-150',
      'V1 Scene: changed inside compound "Scene": i2: opacity 100 % → 50 % | dirty 600-620',
    ]);
    const rippled = (length: number): ReturnType<typeof timeline> =>
      timeline([
        [
          clip('a', 0, 100),
          makeStack({
            name: 'Scene',
            sourceRange: makeRange(0, 50, fps24),
            children: [makeTrack({ children: [clip('i1', 0, length), clip('i2', 0, 90)] })],
          }),
        ],
      ]);
    expect(lines(compare(rippled(30), rippled(35)))).toEqual([
      'V1 Scene: changed inside compound "Scene": i1: ripple trim out +5; downstream 1 clip shifted +5 | dirty 130-150',
    ]);
  });

  test('18: the timeline is compared whole, whatever part of it was delivered', () => {
    const slipped = withClip(5, (one) => ranged(one, 72, 96));
    const plan = { missing: [{ key: 'k', range: { in: 500, out: 540 }, reasons: [] }], rendered: 40 };
    const changes = compare(base, slipped, [{}, {}], { plan });
    expect([changes.framesToRender, changes.changes.map(({ framesToRender }) => framesToRender)]).toEqual([40, [40]]);
  });

  test('19: one frame in drop-frame time; the same frames counted without dropping', () => {
    const rate = rational(30_000, 1001);
    const film = (
      shots: readonly (readonly [string, number, number])[],
      dropFrame: boolean,
    ): ReturnType<typeof timeline> =>
      makeTimeline({
        name: 'df',
        tracks: [
          makeTrack({
            children: shots.map(([name, start, length]) => ({
              ...clip(name, 0, 1),
              sourceRange: makeRange(start, length, rate),
            })),
          }),
        ],
        globalStartTime: makeTime(107_892 - 60, rate),
        metadata: jsonFrom({ patchwork: { dropFrame } }),
      });
    const shots = [
      ['a', 0, 60],
      ['b', 0, 340],
    ] as const;
    const [old, next] = [film(shots, true), film([shots[0], ['NEW', 0, 1], shots[1]], true)];
    const drop = diffTimelines({
      old,
      new: next,
      oldProgram: compile(old, {}, rate),
      newProgram: compile(next, {}, rate),
    });
    expect(drop.changes.map(({ text, new: place }) => [text, ...(place?.recordTimecode ?? [])])).toEqual([
      ['insert (1 frame)', '01:00:00;00', '01:00:00;01'],
      ['downstream 1 clip shifted +1', '01:00:00;01', '01:00:11;11'],
    ]);
    const counted = film(shots, false);
    const flag = diffTimelines({
      old,
      new: counted,
      oldProgram: compile(old, {}, rate),
      newProgram: compile(counted, {}, rate),
    });
    expect([flag.summary, flag.dirty]).toEqual(['timeline.timecode drop frame → non-drop frame', []]);
  });

  test('20: media taken to run at another rate', () => {
    const read = (rate: ReturnType<typeof rational>): ReturnType<typeof timeline> =>
      withClip(2, (one) => ({
        ...one,
        mediaReferences: makeClip({
          media: makeExternalReference({ targetUrl: 'm03.mov', availableRange: makeRange(0, 400, rate) }),
        }).mediaReferences,
      }));
    const changes = diffTimelines({
      old: read(rational(24_000, 1001)),
      new: read(fps24),
      oldProgram: null,
      newProgram: null,
      rate: fps24,
    });
    expect(lines(changes)).toEqual(['V1 m03: interpretation changed: 24000/1001 → 24/1']);
  });

  test('16: sound only', () => {
    const sound = (gainDb: number): ReturnType<typeof timeline> =>
      timeline(
        [storyClips()],
        [storyClips().map((one, i) => (i === 2 ? { ...one, effects: [makeEffect({ type: 'volume', gainDb })] } : one))],
      );
    expect(lines(compare(sound(0), sound(-3)))).toEqual(['A1 m03: gain 0 dB → −3 dB']);
  });
});

describe('linked picture and sound', () => {
  test('are told once', () => {
    const both = (trim: number): ReturnType<typeof timeline> => {
      const clips = storyClips().map((one, i) => (i === 5 ? ranged(one, 48, 96 + trim) : one));
      return timeline([clips], [clips]);
    };
    expect(lines(compare(both(0), both(-10)))).toEqual([
      'V1+A1 m06: ripple trim out −10',
      'V1+A1: downstream 6 clips shifted −10 | dirty 566-1152',
    ]);
  });
});
