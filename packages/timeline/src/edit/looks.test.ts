import { isPatchworkError, type Json } from '@patchwork/kernel';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeGap, makeMarker, makeRange, makeStack, makeTimeline, makeTrack } from '../builders.ts';
import { knownEffect, makeEffect } from '../known-effect.ts';
import type { Clip, Timeline } from '../model.ts';
import { writeOtio } from '../otio/write-otio.ts';
import { audioTracksOf, tracksOf } from '../tracks.ts';
import { editFrom, itemsOf } from '../testing/edit-from.ts';
import { frameMap, lengthIn } from '../testing/frame-map.ts';
import { at, clip, firstTrack, fps, pictureOf, timelineFrom, trackFrom } from '../testing/lane-text.ts';
import { editSeed, randomTimeline, runs } from '../testing/random-track.ts';
import { dirtyFrames, planEdit, undoPlan } from './plan.ts';
import { planScript } from './script.ts';

const media = { A: [0, 100], B: [0, 100], C: [0, 100] } as const;
const strict = { limits: 'strict' } as const;

function after(picture: string, ...script: readonly Json[]): string {
  return pictureOf(planScript(timelineFrom(picture, media), script, strict).after);
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isPatchworkError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'done';
}

function named(timeline: Timeline, name: string): Clip {
  const found = firstTrack(timeline).children.find((child) => child.name === name);
  if (found?.kind !== 'Clip') throw new TypeError(`named: no clip ${name}`);
  return found;
}

describe('T51: retime', () => {
  test.each<[string, Json, string, (string | undefined)[]]>([
    ['half speed in its place', { speed: '1/2' }, '|0 A 20|0 B 10|', ['A@0', 'A@0.5', 'A@1']],
    ['half speed, all of its media', { speed: '1/2', length: 'media' }, '|0 A 40|0 B 10|', ['A@0', 'A@0.5', 'A@1']],
    ['backwards', { speed: -1 }, '|0 A 20|0 B 10|', ['A@20', 'A@19', 'A@18']],
    ['a freeze', { speed: 'freeze', from: 7 }, '|7 A 27|0 B 10|', ['A@7', 'A@7', 'A@7']],
    [
      'double, the rest a gap',
      { speed: 2, length: 10, ripple: false },
      '|0 A 10| GAP 10 |0 B 10|',
      ['A@0', 'A@2', 'A@4'],
    ],
    ['double, later items come', { speed: 2, length: 10 }, '|0 A 10|0 B 10|', ['A@0', 'A@2', 'A@4']],
  ])('T51: %s', (_, parts, picture, frames) => {
    const timeline = timelineFrom('|0 A 20|0 B 10|', media);
    const plan = planScript(timeline, [{ op: 'retime', item: 'A', ...(parts as object) }], strict);
    expect([pictureOf(plan.after), frameMap(firstTrack(plan.after)).slice(0, 3)]).toEqual([picture, frames]);
    expect(undoPlan(plan.after, plan)).toEqual(timeline);
  });

  test('T51: a clip grows over a gap alone where nothing may move; strict refuses what is more', () => {
    const script = { op: 'retime', item: 'A', speed: '1/2', length: 40, ripple: false };
    expect(after('|0 A 20| GAP 20 |0 B 10|', script)).toBe('|0 A 40|0 B 10|');
    expect(after('|0 A 20| GAP 25 |0 B 10|', script)).toBe('|0 A 40| GAP 5 |0 B 10|');
    expect(refusal(() => after('|0 A 20| GAP 5 |0 B 10|', script))).toBe(
      'PW_EDIT_LIMIT: "A" at frame 0 of track "V1": retime length by 40 frames is not possible, 25 is',
    );
  });

  test('T51: media end: a clip that is too fast is shortened, or refused by name', () => {
    const timeline = timelineFrom('|60 A 90|0 B 10|', media);
    const step = { op: 'retime', item: 'A', speed: 2 };
    expect(refusal(() => planScript(timeline, [step], strict))).toContain('30 frames is not possible, 20 is');
    expect(pictureOf(planScript(timeline, [step]).after)).toBe('|60 A 80|0 B 10|');
  });

  test('T51: a freeze is slipped within its media', () => {
    const timeline = timelineFrom('|60 A 90|0 B 10|', media);
    const freeze = { op: 'retime', item: 'A', speed: 'freeze' };
    const slipped = (delta: number): string =>
      pictureOf(planScript(timeline, [freeze, { op: 'slip', item: 'A', delta }]).after);
    expect([slipped(-100), slipped(100)]).toEqual(['|0 A 30|0 B 10|', '|99 A 129|0 B 10|']);
  });

  test('T51: a ramp takes the place of any speed; normal speed is none', () => {
    const ramp = {
      points: [
        ['0', '0'],
        ['1', '1/2'],
        ['2', '2'],
      ],
      sampling: 'blend',
    };
    const plan = planScript(timelineFrom('|0 A 40|', media), [
      { op: 'retime', item: 'A', speed: 2, length: 20 },
      { op: 'retime', item: 'A', speed: ramp },
    ]);
    expect(named(plan.after, 'A').effects.map(knownEffect)).toEqual([
      {
        type: 'timeMap',
        points: [
          [0, 1, 0, 1],
          [1, 1, 1, 2],
          [2, 1, 2, 1],
        ].map(([a = 0, b = 0, c = 0, d = 0]) => ({ time: { num: a, den: b }, value: { num: c, den: d } })),
        sampling: 'blend',
      },
    ]);
    const back = planScript(plan.after, [{ op: 'retime', item: 'A', speed: 1 }]);
    expect(named(back.after, 'A').effects).toEqual([]);
  });

  test('T51: key frames and markers are stretched with a new length', () => {
    const base = clip('A', 0, 24, media) as Clip;
    const fade = makeEffect({
      type: 'opacity',
      opacity: { keyframes: [{ time: { num: 1, den: 1 }, value: 1, interpolation: 'linear' }] },
    });
    const timeline = makeTimeline({
      tracks: [
        makeTrack({
          name: 'V1',
          children: [
            { ...base, effects: [fade], markers: [makeMarker({ name: 'm', markedRange: makeRange(12, 1, fps) })] },
          ],
        }),
      ],
    });
    const changed = named(planScript(timeline, [{ op: 'retime', item: 'A', speed: '1/2', length: 48 }]).after, 'A');
    expect(changed.markers.map(({ markedRange }) => markedRange.start)).toEqual([at(24)]);
    const [opacity] = changed.effects.map(knownEffect);
    expect(
      opacity?.type === 'opacity' && typeof opacity.opacity === 'object' && opacity.opacity.keyframes[0]?.time,
    ).toEqual({ num: 2, den: 1 });
  });
});

describe('T52: transitions', () => {
  test('T52: a transition is put at a cut, changed there, and taken away', () => {
    const put = { op: 'setTransition', track: 'V1', at: 30, in: 4, out: 6 };
    expect(after('|10 A 40|10 B 40|', put)).toBe('|10 A 40<4/6>10 B 40|');
    expect(after('|10 A 40<4/6>10 B 40|', { ...put, in: 5, out: 5 })).toBe('|10 A 40<5/5>10 B 40|');
    expect(after('|10 A 40<4/6>10 B 40|', { op: 'removeTransition', track: 'V1', at: 30 })).toBe('|10 A 40|10 B 40|');
    expect(after('|10 A 40|', { ...put, out: 0 })).toBe('|10 A 40<4/0>');
  });

  test('T52: what changes in place keeps its parameters; another type begins anew', () => {
    const timeline = timelineFrom('|10 A 40<4/6>10 B 40|', media);
    const step = { op: 'setTransition', track: 'V1', at: 30, in: 5, out: 5 };
    const id = (of: Timeline): unknown => firstTrack(of).children[1]?.id;
    expect(id(planScript(timeline, [step]).after)).toBe(id(timeline));
    const wipe = planScript(timeline, [{ ...step, type: 'SMPTE_Wipe' }]).after;
    expect([id(wipe) === id(timeline), firstTrack(wipe).children[1]]).toMatchObject([
      false,
      { transitionType: 'SMPTE_Wipe' },
    ]);
  });

  test('T52: it is as long as its clips and their media allow, transitions at their other ends included', () => {
    const step = { op: 'setTransition', track: 'V1', at: 30, in: 12, out: 6 };
    expect(refusal(() => after('|10 A 40|10 B 40|', step))).toContain('in by 12 frames is not possible, 10 is');
    expect(refusal(() => after('|10 A 40|10 B 18<5/2>10 C 40|', { ...step, in: 2 }))).toContain(
      'out by 6 frames is not possible, 3 is',
    );
    expect(refusal(() => after('|10 A 40|10 B 40|', { ...step, at: 31 }))).toBe(
      'PW_EDIT_NO_CUT: frame 31 of track "V1": no cut stands there',
    );
    expect(refusal(() => after('|10 A 40|10 B 40|', { op: 'removeTransition', track: 'V1', at: 30 }))).toContain(
      'no transition stands there',
    );
  });
});

describe('T53: join', () => {
  test('T53: a join takes a blade back, whatever was bladed', () => {
    fc.assert(
      fc.property(randomTimeline({ transitions: false }), editSeed, (timeline, seed) => {
        const drawn = editFrom({ ...seed, op: 'slice' }, timeline);
        if (drawn?.edit.op !== 'slice') return;
        const cut = planEdit(timeline, drawn.edit);
        if (cut.events.length === 0) return;
        const joined = planEdit(cut.after, { op: 'join', track: firstTrack(timeline).id, at: drawn.edit.at });
        expect(joined.dirty).toEqual([]);
        // Key frames of the drawn timelines are not reduced (`0/24`), those that a cut moved are.
        const text = (of: Timeline): string =>
          writeOtio(of, { style: 'canonical' }).replace(
            /"time": "(-?\d+)(?:\/(\d+))?"/g,
            (_, a, b = '1') => `${Number(a) / Number(b)}`,
          );
        expect(text(joined.after)).toBe(text(timeline));
      }),
      { numRuns: runs(400) },
    );
  });

  test('T53: what no blade made is not joined', () => {
    const join = { op: 'join', track: 'V1', at: 10 };
    expect(after('|0 A 10|10 A 30|', join)).toBe('|0 A 30|');
    for (const picture of ['|0 A 10|11 A 30|', '|0 A 10|10 B 30|', '|0 A 10| GAP 4 |', '|0 A 10|'])
      expect(refusal(() => after(picture, join))).toContain('PW_EDIT_JOIN: frame 10 of track "V1" cannot be joined');
    // Property tests of scripts, seed 11: a gap without a frame, as files hold them.
    const none = makeTimeline({ tracks: [makeTrack({ name: 'V1', children: [makeGap(at(0)), clip('A', 0, 9)] })] });
    expect(refusal(() => planScript(none, { op: 'join', track: 'V1', at: 0 }))).toContain('PW_EDIT_JOIN');
  });
});

describe('T54: looks', () => {
  const timeline = timelineFrom('|0 A 20|0 B 10|', media);

  test('T54: an effect is added, changed where it stands, and taken away', () => {
    const steps = [
      { op: 'setEffect', item: 'A', effect: { type: 'opacity', opacity: 0.5 } },
      {
        op: 'setEffect',
        item: 'A',
        effect: { OTIO_SCHEMA: 'Effect.1', name: 'blur', effect_name: 'Blur', metadata: { r: 2 }, enabled: true },
      },
      { op: 'setEffect', item: 'A', effect: { type: 'opacity', opacity: 0.25 } },
    ];
    const plan = planScript(timeline, steps);
    expect(named(plan.after, 'A').effects.map((effect) => knownEffect(effect) ?? effect.effectName)).toEqual([
      { type: 'opacity', opacity: 0.25 },
      'Blur',
    ]);
    expect(dirtyFrames(plan, fps)).toEqual([[0, 20]]);
    const gone = planScript(plan.after, [
      { op: 'removeEffect', item: 'A', effect: 'Effect Blur' },
      { op: 'removeEffect', item: 'A', effect: 'opacity' },
    ]);
    expect(named(gone.after, 'A').effects).toEqual([]);
    expect(refusal(() => planScript(timeline, [{ op: 'removeEffect', item: 'A', effect: 'crop' }]))).toBe(
      'PW_EDIT_EFFECT: "A" has no effect "crop"',
    );
    expect(
      refusal(() =>
        planScript(timeline, [
          { op: 'setEffect', item: 'A', effect: { type: 'timeMap', points: [], sampling: 'nearest' } },
        ]),
      ),
    ).toContain('PW_EDIT_EFFECT');
  });

  test('T54: a clip is switched off, renamed, and given what no model says', () => {
    const plan = planScript(timeline, [
      { op: 'set', item: 'A', enabled: false, rename: 'AA', unmodelled: [{ label: 'grade', content: 'x' }] },
    ]);
    expect(named(plan.after, 'AA')).toMatchObject({ enabled: false });
    expect(dirtyFrames(plan, fps)).toEqual([[0, 20]]);
    expect(undoPlan(plan.after, plan)).toEqual(timeline);
    expect(dirtyFrames(planScript(timeline, [{ op: 'set', item: 'A', rename: 'AA' }]), fps)).toEqual([]);
  });

  test('T55: other media in the slot: effects and transitions stay; too short, the rest is a gap', () => {
    const cut = timelineFrom('|10 A 40<4/6>10 B 40|', media);
    const plan = planScript(
      cut,
      [{ op: 'replace', item: 'A', media: '/m/v2.mov', available: [0, 100], from: 20, rename: 'A2' }],
      strict,
    );
    expect(pictureOf(plan.after)).toBe('|20 A2 50<4/6>10 B 40|');
    expect(undoPlan(plan.after, plan)).toEqual(cut);
    const short = planScript(timeline, [{ op: 'replace', item: 'A', media: '/m/v2.mov', available: [0, 15] }]);
    expect(pictureOf(short.after)).toBe('|0 A 15| GAP 5 |0 B 10|');
  });
});

describe('T56: steps on several tracks, and within compounds', () => {
  const sound = trackFrom('|0 A 20|0 B 10|', media, 'A1');
  const linked = makeTimeline({ tracks: [trackFrom('|0 A 20|0 B 10|', media), { ...sound, trackKind: 'Audio' }] });
  const both = (of: Timeline): string[] => [pictureOf(of), frameMap(audioTracksOf(of)[0] ?? sound).length.toString()];

  test('T56: one step edits picture and sound alike, as one transaction', () => {
    const steps: readonly Json[] = [
      { op: 'ripple', track: 'V1', atFrame: 0, out: -5, also: ['A1'] },
      { op: 'insert', track: 'V1', at: 15, clip: { name: 'N', media: '/m/n.mov', source: [0, 4] }, also: ['A1'] },
      { op: 'slice', track: 'V1', at: 5, also: ['A1'] },
    ];
    const plan = planScript(linked, steps, strict);
    expect(both(plan.after)).toEqual(['|0 A 5|5 A 15|0 N 4|0 B 10|', '29']);
    expect(undoPlan(plan.after, plan)).toEqual(linked);
    expect(refusal(() => planScript(linked, [{ op: 'slip', item: 'A', delta: 1, also: ['A1'] }]))).toContain(
      'PW_EDIT_',
    );
    expect(
      refusal(() => planScript(linked, [{ op: 'slip', track: 'V1', atFrame: 0, delta: 1, also: 'A1' }])),
    ).toContain('"also" should be a list of tracks');
  });

  test('T57: a step edits within a compound', () => {
    const stack = makeStack({ name: 'comp', children: [trackFrom('|0 A 20|0 B 10|', media)] });
    const timeline = makeTimeline({ tracks: [makeTrack({ name: 'V1', children: [stack] })] });
    const step = { op: 'ripple', track: 'V1', atFrame: 0, out: -5, inside: { track: 'V1', atFrame: 3 } };
    const plan = planScript(timeline, [step], strict);
    const [outer] = tracksOf(plan.after)[0]?.children ?? [];
    expect(
      outer?.kind === 'Stack' &&
        outer.children.map((child) =>
          child.kind === 'Track' ? child.children.flatMap((one) => (one.kind === 'Clip' ? [lengthIn(one)] : [])) : [],
        ),
    ).toEqual([[15, 10]]);
    expect(undoPlan(plan.after, plan)).toEqual(timeline);
  });
});

test('T54: effects, names, switches and speeds of one clip leave all others as they are', () => {
  fc.assert(
    fc.property(randomTimeline({ transitions: false }), editSeed, (timeline, seed) => {
      const drawn = editFrom(seed, timeline);
      if (drawn === null || !['setEffect', 'removeEffect', 'set'].includes(drawn.edit.op)) return;
      const plan = planEdit(timeline, drawn.edit);
      expect(itemsOf(plan.after).filter((item, i) => item !== itemsOf(timeline)[i]).length).toBeLessThanOrEqual(1);
      expect(frameMap(firstTrack(plan.after))).toEqual(frameMap(firstTrack(timeline)));
    }),
    { numRuns: runs(300) },
  );
});
