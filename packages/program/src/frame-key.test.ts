import { readFileSync } from 'node:fs';
import { rational } from '@patchwork/time';
import {
  type Composable,
  type Effect,
  jsonFrom,
  type JsonObject,
  makeEffect,
  makeFreezeFrame,
  makeStack,
  makeTimeline,
  makeTimeWarp,
  makeTrack,
} from '@patchwork/timeline';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MediaInfo } from './media-info.ts';
import { joinKey, pictureKey, splitPicture } from './frame-key.ts';
import { localityOf } from './locality.ts';
import type { Picture } from './picture.ts';
import type { Program } from './program.ts';
import { pictureSemantics } from './semantics.ts';
import {
  canvas24,
  clip,
  compile,
  dissolve,
  gap,
  keysOf,
  mediaOf,
  picture,
  runs,
  sha256,
  stillOf,
  storyClips,
} from './testing/fixture.ts';

const color = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' };
const solid: Picture = { op: 'solid', color: [0.1, 0.2, 0.3, 1] };

/** One picture of each operation; every field of it is changed in turn. */
const samples: { readonly [op in Picture['op']]: Extract<Picture, { op: op }> } = {
  source: {
    op: 'source',
    media: 'm',
    stream: 0,
    frame: 4,
    pts: 40,
    color,
    pixelAspect: rational(1),
    rotation: 0,
    conform: 'fit',
    crop: { left: 0.1, right: 0.2, top: 0.3, bottom: 0.4 },
  },
  solid: { op: 'solid', color: [0.1, 0.2, 0.3, 0.4] },
  transform: {
    op: 'transform',
    input: solid,
    position: { x: 1, y: 2 },
    scale: { x: 3, y: 4 },
    rotation: 5,
    anchor: { x: 6, y: 7 },
  },
  opacity: { op: 'opacity', input: solid, opacity: 0.5 },
  over: { op: 'over', layers: [solid, { op: 'opacity', input: solid, opacity: 0.5 }] },
  mix: { op: 'mix', from: solid, to: { op: 'solid', color: [0, 0, 0, 1] }, share: rational(1, 4) },
  nest: {
    op: 'nest',
    width: 10,
    height: 20,
    color,
    input: solid,
    conform: 'fit',
    crop: { left: 0.1, right: 0.2, top: 0.3, bottom: 0.4 },
  },
  text: { op: 'text', input: solid, text: 'a', placement: 'top', font: 'f' },
  unmodelled: { op: 'unmodelled', input: solid, label: 'l', content: 'c' },
};

/** Every path to a leaf of a value. */
function leavesOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries: (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return entries.flatMap(([name, member]) => leavesOf(member, [...path, name]));
}

function changedAt(value: unknown, [name, ...rest]: readonly (string | number)[]): unknown {
  if (name === undefined) return typeof value === 'number' ? value + 1 : `${String(value)}x`;
  if (Array.isArray(value)) return value.map((member, i) => (i === name ? changedAt(member, rest) : member));
  const object = value as { readonly [name: string]: unknown };
  return { ...object, [name]: changedAt(object[name], rest) };
}

function fastKey(one: Picture): string {
  const { shape, values } = splitPicture(one);
  return joinKey(
    sha256(shape),
    values.map(({ text }) => text),
  );
}

describe('keys', () => {
  for (const [op, sample] of Object.entries(samples)) {
    for (const path of leavesOf(sample).filter((one) => one.at(-1) !== 'op')) {
      const isCosmetic = path.join('.') === 'label';
      test(`K1: ${op}.${path.join('.')} ${isCosmetic ? 'is cosmetic and in no key' : 'is in the key'}`, () => {
        const other = changedAt(sample, path) as Picture;
        expect([pictureKey(other, sha256) === pictureKey(sample, sha256), fastKey(other) === fastKey(sample)]).toEqual([
          isCosmetic,
          isCosmetic,
        ]);
      });
    }
  }

  test('K1: every operation has a sample here, and a semantics number that is in the key', () => {
    expect(Object.keys(samples).toSorted()).toEqual(Object.keys(pictureSemantics).toSorted());
    for (const sample of Object.values(samples)) {
      expect(splitPicture(sample).shape).toContain(`"op":"${sample.op}@${pictureSemantics[sample.op]}"`);
    }
  });

  test('K1: a field that nobody knows yet counts', () => {
    const grown = { ...samples.opacity, blend: 'new' } as Picture;
    expect(pictureKey(grown, sha256)).not.toBe(pictureKey(samples.opacity, sha256));
    expect(fastKey(grown)).not.toBe(fastKey(samples.opacity));
  });

  test('K2: the canvas is in every key', () => {
    const key = (canvas: Partial<typeof canvas24>): string =>
      compile(picture([gap(1)]), {}, { canvas: { ...canvas24, ...canvas } }).program.frameKeyAt(0);
    const tagged = (tag: string): string => key({ color: { ...color, [tag]: 'x' } });
    const keys = [key({}), key({ width: 66 }), key({ height: 38 }), tagged('matrix'), tagged('range')];
    expect(new Set(keys).size).toBe(keys.length);
    expect([tagged('primaries'), tagged('transfer')], 'K2: tags that convert nothing are in a key').toEqual([
      keys[0],
      keys[0],
    ]);
  });

  test('K2: the primaries and transfer of a nest and around it are in no key', () => {
    const note = jsonFrom({ patchwork: { canvas: { width: 32, height: 32 } } });
    const named = jsonFrom({
      patchwork: { canvas: { width: 32, height: 32, color: { primaries: 'bt470bg', transfer: 'gamma28' } } },
    });
    const plain = jsonFrom({ patchwork: { canvas: { color: { primaries: 'bt470bg', transfer: 'gamma28' } } } });
    const key = (metadata: JsonObject, tags: Partial<typeof color>): string =>
      compile(
        picture([makeStack({ metadata, children: [makeTrack({ children: [clip('b', 0, 8)] })] })]),
        {},
        { canvas: { ...canvas24, color: { ...color, ...tags } } },
      ).program.frameKeyAt(0);
    const other = { primaries: 'smpte170m', transfer: 'smpte170m' };
    expect(key(note, other)).toBe(key(note, {}));
    expect(key(named, {})).toBe(key(note, {}));
    expect(key(plain, {})).toBe(key(plain, other));
    expect(key(plain, {}), 'a nest that converts nothing is none').toBe(key(jsonFrom({}), {}));
    expect(key(note, { matrix: 'smpte170m' })).not.toBe(key(note, {}));
  });

  test('K3: equal fast keys are equal slow keys, over programmes and their edits', () => {
    fc.assert(
      fc.property(
        tracksOf(4),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 0, max: 3 }),
        (tracks, lead, where) => {
          const original = tracks.map((items) => items.map(nodeOf).flat());
          const variants = [
            original,
            original.map((nodes) => [gap(lead + 1), ...nodes]),
            original.map((nodes) => nodes.toReversed()),
            original.map((nodes) => nodes.toSpliced(where, 1)),
            original.toReversed(),
          ];
          const slowOf = new Map<string, string>();
          const fastOf = new Map<string, string>();
          for (const variant of variants) {
            const { program } = compileRandom(variant);
            for (let frame = 0; frame < program.frames; frame += 1) {
              const fast = program.frameKeyAt(frame);
              const slow = pictureKey(program.pictureAt(frame), sha256);
              expect([slowOf.get(fast) ?? slow, fastOf.get(slow) ?? fast]).toEqual([slow, fast]);
              slowOf.set(fast, slow);
              fastOf.set(slow, fast);
            }
          }
        },
      ),
      { numRuns: runs(120) },
    );
  });

  test('K4: keys do not depend on record position', () => {
    fc.assert(
      fc.property(tracksOf(3), fc.integer({ min: 1, max: 30 }), (tracks, lead) => {
        const nodes = tracks.map((items) => items.map(nodeOf).flat());
        const original = compileRandom(nodes);
        const shifted = compileRandom(nodes.map((one) => [gap(lead), ...one]));
        expect(keysOf(shifted).slice(lead)).toEqual(keysOf(original));
      }),
      { numRuns: runs(60) },
    );
  });

  test('K5: names, notes, markers, colours and ids are in no key', () => {
    const plain = compile(picture(storyClips()));
    const clips = storyClips().map((one, i) => ({ ...one, id: `other ${i}`, name: `renamed ${i}` }));
    expect(keysOf(compile(picture(clips)))).toEqual(keysOf(plain));
  });

  test('K5: but the name is in the key of a clip-name burn-in', () => {
    const named = (name: string): readonly string[] =>
      keysOf(compile(picture([clip('a', 0, 2, [makeEffect({ type: 'burnIn', content: 'clip-name' })], name)])));
    expect(named('one')).not.toEqual(named('two'));
  });

  test('K6: media is known by content: a copy elsewhere is the same, other bytes under one name are not', () => {
    const keys = (info: MediaInfo): readonly string[] => keysOf(compile(picture(storyClips()), { m02: info }));
    const original = keys(mediaOf('m02'));
    expect(keys({ ...mediaOf('m02'), path: '/elsewhere/m02.mov' })).toEqual(original);
    const swapped = keys({ ...mediaOf('m02'), identity: sha256('other bytes') });
    expect(swapped.map((key, frame) => key !== original[frame]).lastIndexOf(true)).toBe(191);
    expect(swapped.filter((key, frame) => key !== original[frame])).toHaveLength(96);
  });

  test('K7: an epoch enters the keys of its frames; several count each', () => {
    const keys = (
      epochs: readonly { in: number; out: number; number: number }[],
      range: { in: number; out: number } | null = null,
    ): readonly string[] =>
      keysOf(
        compile(
          picture([clip('a', 0, 10, [makeFreezeFrame()])]),
          {},
          { epochs: epochs.map((one) => ({ range: { in: one.in, out: one.out }, number: one.number })), range },
        ),
      );
    const plain = keys([]);
    const forced = keys([
      { in: 2, out: 4, number: 1 },
      { in: 3, out: 5, number: 2 },
    ]);
    expect(forced.flatMap((key, frame) => (key === plain[frame] ? [] : [frame]))).toEqual([2, 3, 4]);
    expect(new Set([forced[2], forced[3], forced[4], keys([{ in: 2, out: 3, number: 7 }])[2]]).size).toBe(4);
    expect(keys([{ in: 2, out: 4, number: 1 }], { in: 3, out: 6 })).toEqual(
      keys([{ in: 2, out: 4, number: 1 }]).slice(3, 6),
    );
  });

  test('K8: every effect of the vocabulary has declared its locality', () => {
    const vocabulary = readFileSync(new URL('../../timeline/src/vocabulary.ts', import.meta.url), 'utf8');
    const types = [...vocabulary.matchAll(/readonly type: '(\w+)'/g)].map((match) => match[1] ?? '');
    expect(types.length).toBeGreaterThan(9);
    expect(types.filter((type) => localityOf(type) === 'whole-program')).toEqual([]);
    expect(localityOf('optical flow')).toBe('whole-program');
  });

  test('K9: story 23: record timecode moves every later key, source timecode none', () => {
    const trimmed = (content: 'record-timecode' | 'source-timecode'): number => {
      const make = (length: number): Program => {
        const clips = storyClips();
        const timeline = picture(clips.with(5, clip('m06', 48, length)));
        return compile({
          ...timeline,
          tracks: { ...timeline.tracks, effects: [makeEffect({ type: 'burnIn', content })] },
        }).program;
      };
      const before = new Set(keysOf({ program: make(96), diagnostics: [] }));
      return keysOf({ program: make(86), diagnostics: [] }).filter((key) => !before.has(key)).length;
    };
    expect(trimmed('source-timecode')).toBe(0);
    expect(trimmed('record-timecode')).toBe(1142 - 566);
  });
});

describe('stories', () => {
  const base = keysOf(compile(picture(storyClips())));
  /** Frames whose picture is not at the same place in the fixture, and those that are nowhere in it. */
  const compare = (
    children: readonly Composable[],
    upper: readonly Composable[] = [],
    media: { readonly [name: string]: MediaInfo } = {},
  ): { dirty: number[]; fresh: number } => {
    const keys = keysOf(compile(picture(children, upper), media));
    const known = new Set(base);
    return {
      dirty: keys.flatMap((key, frame) => (key === base[frame] ? [] : [frame])),
      fresh: new Set(keys.filter((key) => !known.has(key))).size,
    };
  };
  const withM04 = (...effects: readonly Effect[]): Composable[] => storyClips().with(3, clip('m04', 0, 96, effects));

  test('K10: story 3: a ripple trim makes no new picture', () => {
    expect(compare(storyClips().with(5, clip('m06', 48, 86))).fresh).toBe(0);
  });

  test('K10: story 5: a slip makes 24 new pictures', () => {
    expect(compare(storyClips().with(5, clip('m06', 72, 96))).fresh).toBe(24);
  });

  test('K10: story 6: a roll makes 8', () => {
    const rolled = storyClips().toSpliced(3, 2, clip('m04', 0, 104), clip('m05', 8, 88));
    expect(compare(rolled)).toEqual({ dirty: Array.from({ length: 8 }, (_, i) => 384 + i), fresh: 8 });
  });

  test('K10: story 7: a move makes none; a blade leaves the very same spans', () => {
    const clips = storyClips();
    expect(compare([...clips.slice(0, 2), ...clips.slice(5, 9), ...clips.slice(2, 5), ...clips.slice(9)]).fresh).toBe(
      0,
    );
    const bladed = clips.toSpliced(6, 1, clip('m07', 0, 40), clip('m07', 40, 56));
    expect(compile(picture(bladed)).program.spans).toEqual(compile(picture(clips)).program.spans);
  });

  test('K10: story 9: half speed, reverse and freeze', () => {
    expect([compare(withM04(makeTimeWarp(0.5))).dirty.length, compare(withM04(makeTimeWarp(0.5))).fresh]).toEqual([
      95, 0,
    ]);
    expect([compare(withM04(makeTimeWarp(-1))).dirty.length, compare(withM04(makeTimeWarp(-1))).fresh]).toEqual([
      96, 0,
    ]);
    const frozen = storyClips().with(3, clip('m04', 30, 96, [makeFreezeFrame()]));
    expect([compare(frozen).dirty.length, compare(frozen).fresh]).toEqual([95, 0]);
  });

  test('K10: story 10: a key-framed zoom: changing the key at 24 changes frames 1 to 47', () => {
    const zoom = (value: number): Composable[] => {
      const scale = {
        keyframes: [
          [0, 1],
          [24, value],
          [48, 1.5],
          [96, 2],
        ].map(([frame, at]) => ({ time: rational(frame ?? 0, 24), value: at ?? 0, interpolation: 'linear' as const })),
      };
      const zero = { x: 0, y: 0 };
      return withM04(
        makeEffect({ type: 'transform', position: zero, scale: { x: scale, y: scale }, rotation: 0, anchor: zero }),
      );
    };
    const before = keysOf(compile(picture(zoom(1.2))));
    const after = keysOf(compile(picture(zoom(1.3))));
    const dirty = after.flatMap((key, frame) => (key === before[frame] ? [] : [frame]));
    expect([dirty[0], dirty.at(-1), dirty.length]).toEqual([289, 335, 47]);
  });

  test('K10: story 11: a half-transparent clip on V2 dirties its own range and asks nothing new of V1', () => {
    const title = clip('title', 0, 60, [makeEffect({ type: 'opacity', opacity: 0.5 })]);
    const { dirty, fresh } = compare(storyClips(), [gap(200), title], { title: stillOf('title') });
    expect([dirty[0], dirty.at(-1), dirty.length, fresh]).toEqual([200, 259, 60, 60]);
  });
});

/** A random item: what it is and how long. */
interface RandomItem {
  readonly media: string;
  readonly start: number;
  readonly length: number;
  readonly effects: readonly Effect[];
  readonly blend: number;
  readonly isNested: boolean;
}

function keyed(...values: readonly number[]): {
  keyframes: { time: ReturnType<typeof rational>; value: number; interpolation: 'linear' | 'smooth' | 'hold' }[];
} {
  return {
    keyframes: values.map((value, i) => ({
      time: rational(i * 5, 24),
      value,
      interpolation: (['linear', 'smooth', 'hold'] as const)[i % 3] ?? 'linear',
    })),
  };
}

const zero = { x: 0, y: 0 };
const effects: readonly Effect[] = [
  makeTimeWarp(0.5),
  makeTimeWarp(2),
  makeTimeWarp(-1),
  makeTimeWarp(-0.5),
  makeFreezeFrame(),
  makeEffect({ type: 'opacity', opacity: 0.5 }),
  makeEffect({ type: 'opacity', opacity: keyed(0, 1, 1, 0.25) }),
  makeEffect({ type: 'opacity', opacity: keyed(1, 1) }),
  makeEffect({ type: 'transform', position: zero, scale: { x: keyed(1, 2, 1), y: 1 }, rotation: 0, anchor: zero }),
  makeEffect({ type: 'crop', left: keyed(0, 0.5, 1), right: 0, top: 0, bottom: 0 }),
  makeEffect({ type: 'crop', inPlace: true, left: 0, right: 0, top: keyed(0, 0.5, 1), bottom: 0 }),
  makeEffect({ type: 'conform', mode: 'fill' }),
  makeEffect({ type: 'composite', mode: 'screen' }),
  makeEffect({
    type: 'timeMap',
    sampling: 'blend',
    points: [
      { time: rational(0), value: rational(0) },
      { time: rational(1, 4), value: rational(1, 6) },
      { time: rational(1), value: rational(2) },
    ],
  }),
  makeEffect({
    type: 'timeMap',
    sampling: 'nearest',
    points: [
      { time: rational(0), value: rational(0) },
      { time: rational(1, 4), value: rational(1, 6) },
      { time: rational(1), value: rational(0) },
    ],
  }),
  makeEffect({ type: 'burnIn', content: 'source-timecode' }),
];

function tracksOf(most: number): fc.Arbitrary<RandomItem[][]> {
  const item = fc.record({
    media: fc.constantFrom('a', 'b', 'alpha', 'wide', 'fast', 'vfr', 'still', 'gap'),
    start: fc.integer({ min: 0, max: 12 }),
    length: fc.integer({ min: 1, max: 16 }),
    effects: fc.subarray([...effects], { maxLength: 2 }),
    blend: fc.constantFrom(0, 0, 1, 3),
    isNested: fc.boolean(),
  });
  return fc.array(fc.array(item, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: most });
}

function nodeOf({ media, start, length, effects: own, blend, isNested }: RandomItem): Composable[] {
  const blends = blend === 0 ? [] : [dissolve(blend, blend)];
  if (media === 'gap') return [gap(length)];
  const one = clip(media, start, length, own);
  if (!isNested) return [one, ...blends];
  return [
    makeStack({
      children: [makeTrack({ children: [clip('b', 3, length)] }), makeTrack({ children: [one] })],
      effects: own.filter((effect) => effect.timeScalar !== null),
    }),
    ...blends,
  ];
}

const randomMedia: { readonly [name: string]: MediaInfo } = {
  alpha: mediaOf('alpha', { pixelFormat: 'yuva444p' }),
  wide: mediaOf('wide', { width: 128, height: 36 }),
  fast: mediaOf('fast', { rate: rational(30_000, 1001), timeBase: rational(1, 90_000) }),
  vfr: mediaOf('vfr', { frames: 9, timeBase: rational(1, 600), times: [0, 30, 50, 80, 100, 130, 150, 400, 410] }),
  still: stillOf('still'),
};

/** Ends that do not meet are cut off: a transition needs two items of a track to be one. */
function compileRandom(tracks: readonly (readonly Composable[])[]): {
  readonly program: Program;
  readonly diagnostics: readonly [];
} {
  const timeline = makeTimeline({ tracks: tracks.map((children) => makeTrack({ children: [...children, gap(1)] })) });
  return { program: compile(timeline, randomMedia).program, diagnostics: [] };
}
