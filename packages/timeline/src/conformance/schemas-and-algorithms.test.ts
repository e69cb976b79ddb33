import { rational, type TimeRange } from '@patchwork/time';
import { describe, expect, test } from 'vitest';
import { childAtTime, topClipAtTime } from '../algorithms/children.ts';
import { flattenStack, timelineTrimmedToRange, trackTrimmedToRange } from '../algorithms/cut-out.ts';
import { expandedTransitions } from '../algorithms/expand.ts';
import { filteredComposition } from '../algorithms/filter.ts';
import { handlesOf, neighboursOf, trimmedRangeOfChildAt, visibleRange } from '../algorithms/handles.ts';
import {
  abstractUrl,
  frameNumberAt,
  frameNumbersIn,
  imageCount,
  imageTime,
  imageUrl,
  lastFrameNumber,
} from '../algorithms/image-sequence.ts';
import { transformedTime } from '../edit/transformed-time.ts';
import {
  makeClip,
  makeCollection,
  makeExternalReference,
  makeGap,
  makeGeneratorReference,
  makeImageSequenceReference,
  makeMarker,
  makeMissingReference,
  makePlainEffect,
  makeRange,
  makeStack,
  makeTime,
  makeTimeline,
  makeTimeWarp,
  makeTrack,
  makeTransition,
} from '../builders.ts';
import { drawTrack } from '../edit/picture.ts';
import type { Clip, ImageSequenceReference, Item, TimelineNode, Track } from '../model.ts';
import { readOtio } from '../otio/read-otio.ts';
import { writeOtio } from '../otio/write-otio.ts';
import { rangeOfChildAt, trimmedRange } from '../ranges.ts';
import { at, clip, firstTrack, fps, timelineFrom, trackFrom } from '../testing/lane-text.ts';

const numbers = (range: TimeRange | null): [number, number] | null =>
  range === null ? null : [range.start.value.num, range.duration.value.num];
const zeroTime = { OTIO_SCHEMA: 'RationalTime.1', rate: 1, value: 0 };
const zeroRange = { OTIO_SCHEMA: 'TimeRange.1', duration: zeroTime, start_time: zeroTime };
const item = { metadata: {}, name: '', source_range: null, effects: [], markers: [], enabled: true, color: null };
const reference = { metadata: {}, name: '', available_range: null, available_image_bounds: null };

/** What OTIO's own tests say of its schemas' defaults and of its algorithms, said again as tables. */
describe('T3: defaults of every schema (suites of the schemas, baselines empty_*)', () => {
  const zero = makeTime(0);
  test.each<[string, TimelineNode, unknown]>([
    [
      'Clip.2',
      makeClip(),
      {
        OTIO_SCHEMA: 'Clip.2',
        ...item,
        media_references: { DEFAULT_MEDIA: { OTIO_SCHEMA: 'MissingReference.1', ...reference } },
        active_media_reference_key: 'DEFAULT_MEDIA',
      },
    ],
    ['Gap.1', makeGap(zero), { OTIO_SCHEMA: 'Gap.1', ...item, source_range: zeroRange }],
    ['Stack.1', makeStack(), { OTIO_SCHEMA: 'Stack.1', ...item, children: [] }],
    ['Track.1', makeTrack(), { OTIO_SCHEMA: 'Track.1', ...item, children: [], kind: 'Video' }],
    [
      'Timeline.1',
      makeTimeline({ tracks: [] }),
      {
        OTIO_SCHEMA: 'Timeline.1',
        metadata: {},
        name: '',
        global_start_time: null,
        tracks: { OTIO_SCHEMA: 'Stack.1', ...item, name: 'tracks', children: [] },
      },
    ],
    [
      'Transition.1',
      makeTransition({ inOffset: zero, outOffset: zero, transitionType: '' }),
      {
        OTIO_SCHEMA: 'Transition.1',
        metadata: {},
        name: '',
        in_offset: zeroTime,
        out_offset: zeroTime,
        transition_type: '',
        enabled: true,
      },
    ],
    [
      'SerializableCollection.1',
      makeCollection({ children: [] }),
      { OTIO_SCHEMA: 'SerializableCollection.1', metadata: {}, name: '', children: [] },
    ],
    [
      'Marker.2',
      makeMarker({ markedRange: makeRange(0, 0, rational(1)) }),
      { OTIO_SCHEMA: 'Marker.2', metadata: {}, name: '', color: 'GREEN', marked_range: zeroRange, comment: '' },
    ],
    [
      'Effect.1',
      makePlainEffect(''),
      { OTIO_SCHEMA: 'Effect.1', metadata: {}, name: '', effect_name: '', enabled: true },
    ],
    [
      'LinearTimeWarp.1',
      makeTimeWarp(2),
      {
        OTIO_SCHEMA: 'LinearTimeWarp.1',
        metadata: {},
        name: '',
        effect_name: 'LinearTimeWarp',
        enabled: true,
        time_scalar: 2,
      },
    ],
    ['MissingReference.1', makeMissingReference(), { OTIO_SCHEMA: 'MissingReference.1', ...reference }],
    [
      'ExternalReference.1',
      makeExternalReference({ targetUrl: 'foo.bar' }),
      { OTIO_SCHEMA: 'ExternalReference.1', ...reference, target_url: 'foo.bar' },
    ],
    [
      'GeneratorReference.1',
      makeGeneratorReference({ generatorKind: '' }),
      { OTIO_SCHEMA: 'GeneratorReference.1', ...reference, generator_kind: '', parameters: {} },
    ],
  ])('T3: %s', (_, node, expected) => {
    expect(JSON.parse(writeOtio(node, { style: 'canonical' }))).toEqual(expected);
  });

  test('T3: a file that leaves defaults out means the same', () => {
    const bare = readOtio(
      '{"OTIO_SCHEMA":"Clip.2","media_references":{"DEFAULT_MEDIA":{"OTIO_SCHEMA":"MissingReference.1"}}}',
    ).root;
    expect(writeOtio(bare, { style: 'canonical' })).toBe(writeOtio(makeClip(), { style: 'canonical' }));
  });
});

describe('T70: ranges of children (test_composition, test_item)', () => {
  test('T70: stacked children begin at zero; the stack is as long as the longest', () => {
    const stack = makeStack({ children: [clip('a', 100, 150), clip('b', 101, 131), clip('c', 102, 152)] });
    expect([0, 1, 2].map((index) => numbers(rangeOfChildAt(stack, index)))).toEqual([
      [0, 50],
      [0, 30],
      [0, 50],
    ]);
    expect(numbers(trimmedRange(stack))).toEqual([0, 50]);
  });

  test("T70: a parent's source range cuts its children, or leaves nothing of them", () => {
    const track = { ...trackFrom('|100 a 150|101 b 151|'), sourceRange: makeRange(60, 10, fps) };
    expect([0, 1].map((index) => numbers(trimmedRangeOfChildAt(track, index)))).toEqual([null, [60, 10]]);
    const head = { ...track, sourceRange: makeRange(0, 10, fps) };
    expect([0, 1].map((index) => numbers(trimmedRangeOfChildAt(head, index)))).toEqual([[0, 10], null]);
  });

  test('T70: visible ranges at 30 fps', () => {
    const rate = rational(30);
    const part = (name: string, start: number): Clip => makeClip({ name, sourceRange: makeRange(start, 50, rate) });
    const cross = (back: number, forth: number) =>
      makeTransition({ inOffset: makeTime(back, rate), outOffset: makeTime(forth, rate) });
    const track = makeTrack({
      children: [part('A', 1), cross(7, 10), part('B', 100), cross(17, 15), part('C', 50), part('D', 1)],
    });
    expect([0, 2, 4, 5].map((index) => numbers(visibleRange(track, index)))).toEqual([
      [1, 60],
      [93, 72],
      [33, 67],
      [1, 50],
    ]);
    expect(handlesOf(track, 2)).toEqual({ head: makeTime(7, rate), tail: makeTime(15, rate) });
  });

  test('T70: neighbours around transitions are those that stand there, none are invented', () => {
    const track = trackFrom('<10/10>0 A 30<5/5>0 B 30|0 C 30<3/3>');
    expect(
      [neighboursOf(track, 0), neighboursOf(track, 2), neighboursOf(track, 5)].map(({ before, after }) => [
        before?.name ?? null,
        after?.name ?? null,
      ]),
    ).toEqual([
      [null, 'A'],
      ['A', 'B'],
      ['C', null],
    ]);
  });
});

describe('T72: child at time with children (test_composition)', () => {
  const body = makeTrack({
    name: 'body',
    sourceRange: makeRange(9, 12, fps),
    children: [clip('clip1', 100, 110), clip('clip2', 101, 111), clip('clip3', 102, 112)],
  });
  const track = makeTrack({ children: [clip('leader', 100, 110), body, clip('credits', 102, 112)] });
  const timeline = makeTimeline({ name: 't', tracks: [track] });
  const runsOf = (name: string, first: number, count: number): [string, number][] =>
    Array.from({ length: count }, (_, step) => [name, first + step]);
  const expected = [
    ...runsOf('leader', 100, 10),
    ...runsOf('clip1', 109, 1),
    ...runsOf('clip2', 101, 10),
    ...runsOf('clip3', 102, 1),
    ...runsOf('credits', 102, 10),
  ];

  test.each(expected.map(([name, media], frame) => [frame, name, media] as const))(
    'T72: frame %i shows %s at %i',
    (frame, name, media) => {
      const found = childAtTime(track, at(frame));
      expect(found?.name).toBe(name);
      expect(transformedTime(timeline, at(frame), track.id, found?.id ?? '')).toEqual(at(media));
    },
  );
});

describe('T77: trimming to a range (test_track_algo, test_timeline_algo)', () => {
  const abc = '|0 A 50|0 B 50|0 C 50|';
  test.each([
    ['the range it has', 0, 150, abc],
    ['a longer one', -10, 160, abc],
    ['the front off', 60, 90, '|10 B 50|0 C 50|'],
    ['the end off', 0, 90, '|0 A 50|0 B 40|'],
  ])('T77: %s', (_, start, length, result) => {
    expect(drawTrack(trackTrimmedToRange(trackFrom(abc), makeRange(start, length, fps)))).toBe(result);
    expect(drawTrack(firstTrack(timelineTrimmedToRange(timelineFrom(abc), makeRange(start, length, fps))))).toBe(
      result,
    );
  });

  const crossed = '|0 A 50<12/20>0 B 50|0 C 50|';
  test.each([
    [5, 50],
    [45, 50],
  ])('T78: [%i, +%i) would sever the transition', (start, length) => {
    expect(() => trackTrimmedToRange(trackFrom(crossed), makeRange(start, length, fps))).toThrow(
      expect.objectContaining({ code: 'PW_TIMELINE_TRANSITION' }),
    );
  });

  test('T78: [25, 75) holds it whole', () => {
    expect(drawTrack(trackTrimmedToRange(trackFrom(crossed), makeRange(25, 50, fps)))).toBe('|25 A 50<12/20>0 B 25|');
  });

  test('T80: expansion between two clips', () => {
    const parts = expandedTransitions(trackFrom('|5 pre 10<5/1>5 post 10|', { pre: [0, 50], post: [0, 50] }));
    const shown = parts.map((part) =>
      'transition' in part
        ? [numbers(trimmedRange(part.outgoing as Item)), numbers(trimmedRange(part.incoming as Item))]
        : numbers(trimmedRange(part as Item)),
    );
    expect(shown).toEqual([
      [5, 0],
      [
        [5, 6],
        [0, 6],
      ],
      [6, 4],
    ]);
  });
});

describe('T79: flattening (test_stack_algo)', () => {
  const abc = trackFrom('|0 A 50|0 B 50|0 C 50|');
  const z = trackFrom('|0 Z 150|');
  const dge = trackFrom('|0 D 50| GAP 50 |0 E 50|');
  const gfg = trackFrom('| GAP 50 |0 F 50| GAP 50 |');
  const off = (track: Track): Track => ({ ...track, enabled: false });
  test.each<[string, readonly Track[], string]>([
    ['one track', [abc], '|0 A 50|0 B 50|0 C 50|'],
    ['the upper hides the lower', [abc, z], '|0 Z 150|'],
    ['and the other way round', [z, abc], '|0 A 50|0 B 50|0 C 50|'],
    [
      'a disabled clip is seen through',
      [abc, makeTrack({ children: [{ ...clip('Z', 0, 150), enabled: false }] })],
      '|0 A 50|0 B 50|0 C 50|',
    ],
    ['a disabled track is left out', [abc, off(z)], '|0 A 50|0 B 50|0 C 50|'],
    ['gaps', [abc, dge], '|0 D 50|0 B 50|0 E 50|'],
    ['gaps at the ends', [abc, gfg], '|0 A 50|0 F 50|0 C 50|'],
    ['gaps that trim', [z, dge], '|0 D 50|50 Z 100|0 E 50|'],
    ['gaps at the ends that trim', [z, gfg], '|0 Z 50|0 F 50|100 Z 150|'],
    ['a transition of the upper', [abc, trackFrom('|0 D 50<10/15> GAP 50 |0 E 50|')], '|0 D 50<10/15>0 B 50|0 E 50|'],
  ])('T79: %s', (_, tracks, result) => {
    expect(drawTrack(flattenStack(tracks))).toBe(result);
    expect(drawTrack(flattenStack(makeStack({ children: tracks })))).toBe(result);
  });

  test('T75: the top clip, also below a track that is shorter', () => {
    const short = trackFrom('| GAP 10 |');
    expect([
      topClipAtTime(makeStack({ children: [abc, dge] }), at(0))?.name,
      topClipAtTime(makeStack({ children: [abc, dge, short] }), at(0))?.name,
    ]).toEqual(['D', 'D']);
  });
});

describe('T81: filters (test_filter_algorithms)', () => {
  test.each<[string, Parameters<typeof filteredComposition>[1], string]>([
    ['a copy', (node) => node, '|0 A 10<2/2>0 B 10|0 C 10|'],
    ['clips pruned', (node) => (node.kind === 'Clip' ? null : node), '<2/2>'],
    ['a clip pruned by name', (node) => (node.name === 'A' ? null : node), '<2/2>0 B 10|0 C 10|'],
    [
      'a clip pruned after a transition',
      (node, { before }) => (before?.kind === 'Transition' ? null : node),
      '|0 A 10<2/2>0 C 10|',
    ],
    [
      'the second of equal clips pruned',
      (node, { before }) => (node.name === 'B' && before?.kind === 'Transition' ? null : node),
      '|0 A 10<2/2>0 C 10|',
    ],
    [
      'several for one',
      (node) => (node.name === 'C' ? [node, clip('D', 0, 5)] : node),
      '|0 A 10<2/2>0 B 10|0 C 10|0 D 5|',
    ],
  ])('T81: %s', (_, filter, result) => {
    expect(drawTrack(filteredComposition(trackFrom('|0 A 10<2/2>0 B 10|0 C 10|'), filter), fps)).toBe(result);
  });
});

describe('T83: image sequences (test_image_sequence_reference)', () => {
  const sequence = (
    parts: Partial<ImageSequenceReference> = {},
    start: number = 0,
    length: number = 48,
  ): ImageSequenceReference => ({
    ...makeImageSequenceReference({
      targetUrlBase: 'file:///show/seq/shot/rndr/',
      namePrefix: 'show_shot.',
      nameSuffix: '.exr',
      rate: 24,
      frameZeroPadding: 4,
      availableRange: makeRange(start, length, fps),
    }),
    ...parts,
  });
  const urls = (one: ImageSequenceReference): string[] =>
    Array.from({ length: imageCount(one) }, (_, image) => imageUrl(one, image).slice(27));

  test.each<[string, Partial<ImageSequenceReference>, number, string, string]>([
    ['every frame', {}, 48, 'show_shot.0001.exr', 'show_shot.0048.exr'],
    ['every second', { frameStep: 2 }, 24, 'show_shot.0001.exr', 'show_shot.0047.exr'],
    ['every third', { frameStep: 3 }, 16, 'show_shot.0001.exr', 'show_shot.0046.exr'],
    ['from zero', { frameStep: 2, startFrame: 0 }, 24, 'show_shot.0000.exr', 'show_shot.0046.exr'],
    ['below zero', { startFrame: -1 }, 48, 'show_shot.-0001.exr', 'show_shot.0046.exr'],
  ])('T83: %s', (_, parts, count, first, last) => {
    const all = urls(sequence(parts));
    expect([all.length, all[0], all.at(-1)]).toEqual([count, first, last]);
  });

  test('T83: a base without a slash gets one; an empty base none', () => {
    expect(abstractUrl(sequence({ targetUrlBase: 'file:///show' }), '@@@@')).toBe('file:///show/show_shot.@@@@.exr');
    expect(abstractUrl(sequence({ targetUrlBase: '' }), '#')).toBe('show_shot.#.exr');
  });

  test('T83: frames, times and images', () => {
    expect([
      lastFrameNumber(sequence()),
      lastFrameNumber(sequence({}, 12)),
      lastFrameNumber(sequence({ startFrame: 10, availableRange: null })),
    ]).toEqual([48, 48, 10]);
    expect([imageTime(sequence({ frameStep: 2 }, 12), 0), imageTime(sequence({ frameStep: 2 }, 12), 23)]).toEqual([
      at(12),
      at(58),
    ]);
    expect([
      frameNumberAt(sequence({}, 12), at(12)),
      frameNumberAt(sequence({}, 12), at(15)),
      frameNumberAt(sequence({ frameStep: 2 }, 12), makeTime(118, rational(48))),
    ]).toEqual([1, 4, 48]);
    expect(frameNumbersIn(sequence({}, 12, 60), makeRange(24, 17, fps))).toEqual([13, 29]);
  });

  test.each<[string, () => unknown, string]>([
    ['a time after the end', () => frameNumberAt(sequence({}, 12, 60), at(73)), 'PW_SEQUENCE_TIME'],
    [
      'a range that reaches out',
      () => frameNumbersIn(sequence({}, 12, 60), makeRange(24, 60, fps)),
      'PW_SEQUENCE_TIME',
    ],
    ['an image too many', () => imageUrl(sequence(), 48), 'PW_SEQUENCE_IMAGE'],
    ['no range', () => imageUrl(sequence({ availableRange: null }), 0), 'PW_SEQUENCE_IMAGE'],
    ['no rate', () => imageUrl(sequence({ rate: 0 }), 0), 'PW_SEQUENCE_RATE'],
  ])('T83: %s', (_, run, code) => {
    expect(run).toThrow(expect.objectContaining({ code }));
  });
});
