import { compareTime, rational, secondsFromTime, toNumber } from '@patchwork/time';
import { describe, expect, test } from 'vitest';
import { findChildren } from '../algorithms/children.ts';
import { neighboursOf, trimmedRangeOfChildAt } from '../algorithms/handles.ts';
import { availableImageBounds, type ImageBounds } from '../algorithms/image-bounds.ts';
import { transformedTime } from '../edit/transformed-time.ts';
import {
  makeClip,
  makeCollection,
  makeExternalReference,
  makeGap,
  makeMissingReference,
  makeRange,
  makeStack,
  makeTime,
  makeTimeline,
  makeTrack,
  makeTransition,
} from '../builders.ts';
import type { Clip, Composable, Item, Stack, Timeline, Track } from '../model.ts';
import { durationOf, rangeInParent, rangeOfChildAt, trimmedRange } from '../ranges.ts';
import { TimelineIndex } from '../snapshot/timeline-index.ts';
import { TrackIndex } from '../snapshot/track-index.ts';
import { at, clip, fps } from '../testing/lane-text.ts';
import { audioTracksOf, clipsIn, videoTracksOf } from '../tracks.ts';

/** What OTIO's tests of compositions, tracks, stacks, timelines, clips and collections say, one check a test of theirs. */
const isClip = (node: Composable): node is Clip => node.kind === 'Clip';
const isStack = (node: Composable): node is Stack => node.kind === 'Stack';
const isTrack = (node: Composable): node is Track => node.kind === 'Track';
const any = (): boolean => true;
const names = (nodes: Iterable<Composable>): string[] => Array.from(nodes, ({ name }) => name);
const bare = (name: string): Clip => makeClip({ name });
const three = (): readonly Item[] => [clip('clip1', 100, 150), clip('clip2', 101, 151), clip('clip3', 102, 152)];
const seconds = (name: string): Item => clip(name, 0, 24);
const threeSeconds = (): Track => makeTrack({ name: 'track', children: [seconds('a'), seconds('b'), seconds('c')] });
const second = makeRange(0, 24, fps);
const box = (from: number, to: number): ImageBounds => ({ min: { x: from, y: from }, max: { x: to, y: to } });
const pictured = (name: string, from: number, to: number): Clip =>
  makeClip({ name, media: makeExternalReference({ targetUrl: 'test.mov', availableImageBounds: box(from, to) }) });
const bounds = (...children: readonly Composable[]): ImageBounds | null =>
  availableImageBounds(makeStack({ children }));

function tree(): Timeline {
  const inner = makeTrack({ name: 'tr3', children: [bare('c7'), bare('c8')] });
  const stack = makeStack({ name: 'st', children: [bare('c6'), inner] });
  return makeTimeline({
    tracks: [
      makeTrack({ name: 'tr1', children: [bare('c1'), bare('c2'), bare('c3')] }),
      makeTrack({ name: 'tr2', children: [bare('c4'), bare('c5'), stack] }),
    ],
  });
}

/** A parent in a timeline, and times of its own said in a child's and back. */
function transformer(parent: Track | Stack): {
  readonly down: (frame: number, child: number) => number;
  readonly up: (frame: number, child: number) => number;
} {
  const timeline = makeTimeline({ tracks: [parent] });
  const id = (child: number): string => parent.children[child]?.id ?? '';
  return {
    down: (frame, child) => toNumber(transformedTime(timeline, at(frame), parent.id, id(child)).value),
    up: (frame, child) => toNumber(transformedTime(timeline, at(frame), id(child), parent.id).value),
  };
}

const checks: { readonly [upstream: string]: () => void } = {
  'CompositionTests.test_iterable': () => {
    const track = makeTrack({ children: [makeGap(at(1), { name: 'it' })] });
    expect([names(findChildren(track, any)), findChildren(track, isClip)]).toEqual([['it'], []]);
  },
  'CompositionTests.test_is_parent_of': () => {
    const inner = makeTrack();
    const outer = makeTimeline({ tracks: [inner] });
    expect(TimelineIndex.of(outer).parentOf(inner.id)?.id).toBe(outer.tracks.id);
    expect(TimelineIndex.of(makeTimeline({ tracks: [] })).find(inner.id)).toBeNull();
  },
  'CompositionTests.test_parent_manip': () => {
    const track = makeTrack({ children: [bare('it')] });
    const timeline = makeTimeline({ tracks: [track] });
    expect(TimelineIndex.of(timeline).parentOf(track.children[0]?.id ?? '')).toBe(track);
  },
  'CompositionTests.test_find_children_recursion': () => {
    const timeline = tree();
    expect(names(clipsIn(timeline))).toEqual(['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8']);
    expect(names(findChildren(timeline, isTrack))).toEqual(['tr1', 'tr2', 'tr3']);
    expect(names(findChildren(timeline, isStack))).toEqual(['st']);
    const all = ['tr1', 'c1', 'c2', 'c3', 'tr2', 'c4', 'c5', 'st', 'c6', 'tr3', 'c7', 'c8'];
    expect(names(findChildren(timeline, any))).toEqual(all);
  },
  'CompositionTests.test_find_children_options': () => {
    const nested = makeStack({ name: 'st', sourceRange: makeRange(0, 50, fps), children: [clip('c3', 0, 50)] });
    const track = makeTrack({ children: [clip('c1', 0, 50), clip('c2', 0, 50), nested] });
    const found = (start: number, length: number): string[] =>
      names(findChildren(track, any, { range: makeRange(start, length, fps) }));
    expect([found(0, 50), found(50, 50), found(0, 100), found(25, 100)]).toEqual([
      ['c1'],
      ['c2'],
      ['c1', 'c2'],
      ['c1', 'c2', 'st', 'c3'],
    ]);
    expect(names(findChildren(track, isClip, { shallow: true }))).toEqual(['c1', 'c2']);
  },
  'CompositionTests.test_has_clip': () => {
    const full = makeTrack({ children: [bare('c1')] });
    const empty = makeTrack({ children: [makeGap(at(10))] });
    const has = (node: Track | Stack): boolean => clipsIn(node).next().done !== true;
    expect([has(full), has(empty), has(makeStack({ children: [full, empty] })), has(makeStack())]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  },
  'StackTest.test_trim_child_range': () => {
    const cut = (start: number, length: number): unknown => {
      const child = makeGap(at(length));
      const children = start === 0 ? [child] : [makeGap(at(start)), child];
      const parent = makeTrack({ sourceRange: makeRange(100, 50, fps), children });
      return trimmedRangeOfChildAt(parent, children.length - 1);
    };
    expect([cut(110, 30), cut(0, 30), cut(1000, 30), cut(90, 30), cut(110, 50), cut(90, 1000)]).toEqual([
      makeRange(110, 30, fps),
      null,
      null,
      makeRange(100, 20, fps),
      makeRange(110, 40, fps),
      makeRange(100, 50, fps),
    ]);
  },
  'StackTest.test_range_of_child': () => {
    const stack = makeStack({ children: three() });
    expect(durationOf(stack)).toEqual(at(50));
    expect([0, 1, 2].map((index) => rangeOfChildAt(stack, index))).toEqual([0, 1, 2].map(() => makeRange(0, 50, fps)));
    expect(rangeInParent(stack, stack.children[2] ?? makeGap(at(1)))).toEqual(rangeOfChildAt(stack, 2));
  },
  'StackTest.test_range_of_child_with_duration': () => {
    const stack = makeStack({ sourceRange: makeRange(5, 5, fps), children: three() });
    expect([0, 1, 2].map((index) => rangeOfChildAt(stack, index))).toEqual([0, 1, 2].map(() => makeRange(0, 50, fps)));
    const trimmed = [0, 1, 2].map((index) => trimmedRangeOfChildAt(stack, index));
    expect(trimmed).toEqual([0, 1, 2].map(() => makeRange(5, 5, fps)));
    const { down, up } = transformer(stack);
    expect([down(25, 0), up(125, 0)]).toEqual([125, 25]);
    expect(() => rangeInParent(stack, bare('other'))).toThrow(TypeError);
  },
  'StackTest.test_transformed_time': () => {
    const { down, up } = transformer(makeStack({ sourceRange: makeRange(5, 5, fps), children: three() }));
    expect(
      [0, 1, 2].map((child) => [down(0, child), down(50, child), up(100 + child, child), up(150 + child, child)]),
    ).toEqual([
      [100, 150, 0, 50],
      [101, 151, 0, 50],
      [102, 152, 0, 50],
    ]);
  },
  'StackTest.test_available_image_bounds_single_clip': () => {
    expect([bounds(makeGap(at(1))), bounds(makeGap(at(1)), pictured('a', 1, 2))]).toEqual([null, box(1, 2)]);
  },
  'StackTest.test_available_image_bounds_multi_clip': () => {
    const gap = makeGap(at(1));
    expect(bounds(gap, pictured('a', 1, 2), gap, pictured('b', 2, 3), gap, pictured('c', 3, 4), gap)).toEqual(
      box(1, 4),
    );
  },
  'StackTest.test_available_image_bounds_multi_layer': () => {
    const layer = (...children: readonly Composable[]): Track => makeTrack({ children });
    const empty = layer();
    expect([
      bounds(empty),
      bounds(layer(pictured('a', 1, 2))),
      bounds(layer(pictured('a', 1, 2)), layer(pictured('b', 2, 3))),
      bounds(layer(pictured('a', 1, 2)), layer(pictured('b', 2, 3)), empty),
      bounds(layer(makeStack({ children: [pictured('a', 0, 2)] }), pictured('b', 2, 3))),
    ]).toEqual([null, box(1, 2), box(1, 3), box(1, 3), box(0, 3)]);
  },
  'TrackTest.test_instancing': () => {
    const it = bare('it');
    const timeline = makeTimeline({ tracks: [makeTrack({ children: [it, it] })] });
    expect(() => TimelineIndex.of(timeline).placeOf(it.id)).toThrow(
      expect.objectContaining({ code: 'PW_TIMELINE_ID' }),
    );
  },
  'TrackTest.test_range': () => {
    const part = (): Item => makeClip({ sourceRange: makeRange(0, 5, rational(1)) });
    const cross = (): Composable => makeTransition({ inOffset: at(10), outOffset: at(12) });
    const plain = makeTrack({ children: [part(), part(), part(), part()] });
    expect([0, 1, 3].map((index) => rangeOfChildAt(plain, index))).toEqual(
      [0, 5, 15].map((start) => makeRange(start, 5, rational(1))),
    );
    expect(() => rangeOfChildAt(plain, 11)).toThrow(TypeError);
    expect(durationOf(plain)).toEqual(makeTime(20));
    const [a, b, c, d] = plain.children;
    if (a === undefined || b === undefined || c === undefined || d === undefined) throw new TypeError('four parts');
    const crossed = makeTrack({ children: [cross(), a, b, cross(), c, d, cross()] });
    const inSeconds = (index: number): readonly [number, number] => {
      const { start, duration } = rangeOfChildAt(crossed, index);
      return [toNumber(secondsFromTime(start)) * 24, toNumber(secondsFromTime(duration)) * 24];
    };
    expect([inSeconds(3), inSeconds(6), rangeOfChildAt(crossed, 5)]).toEqual([
      [230, 22],
      [470, 22],
      makeRange(15, 5, rational(1)),
    ]);
    expect(compareTime(durationOf(crossed), at(20 * 24 + 22))).toBe(0);
  },
  'TrackTest.test_range_of_child': () => {
    const track = makeTrack({ children: three() });
    expect(durationOf(track)).toEqual(at(150));
    expect([0, 1, 2].map((index) => rangeOfChildAt(track, index))).toEqual(
      [0, 50, 100].map((start) => makeRange(start, 50, fps)),
    );
    const shorter = { ...track, sourceRange: makeRange(5, 140, fps) };
    expect([0, 1, 2].map((index) => trimmedRangeOfChildAt(shorter, index))).toEqual([
      makeRange(5, 45, fps),
      makeRange(50, 50, fps),
      makeRange(100, 45, fps),
    ]);
    expect(() => rangeInParent(track, bare('other'))).toThrow(TypeError);
  },
  'TrackTest.test_range_nested': () => {
    const inner = (): Track => makeTrack({ children: three() });
    const nested = makeTrack({ children: [inner(), inner(), inner()] });
    const long = makeTrack({ children: [...three(), ...three(), ...three()] });
    expect(durationOf(nested)).toEqual(durationOf(long));
    const starts = (track: Track): number[] => {
      const timeline = makeTimeline({ tracks: [track] });
      return Array.from(clipsIn(track), (one) => {
        const { start } = trimmedRange(one);
        return toNumber(transformedTime(timeline, start, one.id, track.id).value);
      });
    };
    expect(starts(nested)).toEqual(starts(long));
  },
  'TrackTest.test_transformed_time': () => {
    const track = makeTrack({ children: three() });
    const playing = (frame: number): string[] =>
      names(findChildren(track, isClip, { range: makeRange(frame, 0, fps) }));
    expect([-1, 0, 49, 50, 99, 100, 149, 150].map(playing)).toEqual([
      [],
      ['clip1'],
      ['clip1'],
      ['clip2'],
      ['clip2'],
      ['clip3'],
      ['clip3'],
      [],
    ]);
    const { down, up } = transformer(track);
    expect([0, 1, 2].map((child) => [down(0, child), down(50, child)])).toEqual([
      [100, 150],
      [51, 101],
      [2, 52],
    ]);
    expect([up(100, 0), up(101, 1), up(102, 2), up(150, 0)]).toEqual([0, 50, 100, 50]);
  },
  'TrackTest.test_track_range_of_all_children': () => {
    const cross = makeTransition({ inOffset: at(3), outOffset: at(4) });
    const [a, b, c] = three();
    if (a === undefined || b === undefined || c === undefined) throw new TypeError('three clips');
    const track = makeTrack({ children: [a, cross, b, c] });
    const index = TrackIndex.of(track);
    expect([0, 2, 3].map((child) => index.startOf(child))).toEqual(
      [0, 2, 3].map((child) => secondsFromTime(rangeOfChildAt(track, child).start)),
    );
    expect(TrackIndex.of(makeTrack()).count).toBe(0);
  },
  'TrackTest.test_neighbors_of_simple (inverted: no gaps are invented)': () => {
    const track = makeTrack({ children: [makeTransition({ inOffset: at(10), outOffset: at(10) })] });
    expect(neighboursOf(track, 0)).toEqual({ before: null, after: null });
  },
  'TrackTest.test_neighbors_of_no_expand': () => {
    expect(neighboursOf(makeTrack({ children: [bare('a')] }), 0)).toEqual({ before: null, after: null });
  },
  'EdgeCases.test_empty_compositions': () => {
    expect(secondsFromTime(durationOf(makeTimeline({ tracks: [] }).tracks))).toEqual(rational(0));
  },
  'NestingTest.test_deeply_nested': () => {
    const media = makeMissingReference({ availableRange: makeRange(100, 100, fps) });
    const inmost = makeClip({ name: 'media', media });
    for (let depth = 1, item: Item = inmost; depth < 8; depth += 1) {
      item = depth % 2 === 1 ? makeTrack({ children: [item] }) : makeStack({ children: [item] });
      expect(trimmedRange(item)).toEqual(makeRange(0, 100, fps));
      const timeline = makeTimeline({ tracks: [item] });
      const mediaTimes = [0, 50, 99].map((frame) =>
        transformedTime(timeline, at(frame), timeline.tracks.id, inmost.id),
      );
      expect(mediaTimes).toEqual([at(100), at(150), at(199)]);
    }
  },
  'NestingTest.test_deeply_nested: trims on the way': () => {
    const media = makeMissingReference({ availableRange: makeRange(100, 100, fps) });
    const inmost = makeClip({ media });
    const track = makeTrack({ children: [inmost], sourceRange: makeRange(10, 80, fps) });
    const stack = makeStack({ children: [track], sourceRange: makeRange(5, 50, fps) });
    const timeline = makeTimeline({ tracks: [stack] });
    expect(transformedTime(timeline, at(0), timeline.tracks.id, inmost.id)).toEqual(at(115));
    expect(transformedTime(timeline, at(115), inmost.id, timeline.tracks.id)).toEqual(at(0));
  },
  'TimelineTests.test_init': () => {
    const { name, globalStartTime } = makeTimeline({ name: 'test', tracks: [], globalStartTime: at(12) });
    expect([name, globalStartTime]).toEqual(['test', at(12)]);
  },
  'TimelineTests.test_range': () => {
    const track = makeTrack({ children: [clip('a', 0, 5), clip('b', 0, 5), clip('c', 0, 5)] });
    const timeline = makeTimeline({ tracks: [track] });
    expect([durationOf(timeline.tracks), rangeInParent(track, track.children[0] ?? bare('none'))]).toEqual([
      at(15),
      makeRange(0, 5, fps),
    ]);
  },
  'TimelineTests.test_available_image_bounds': () => {
    const children = [pictured('a', 0, 1), pictured('b', 1, 2), pictured('c', 2, 3), makeGap(at(1))];
    const track = makeTrack({ children });
    expect([availableImageBounds(track), availableImageBounds(makeTimeline({ tracks: [track] }))]).toEqual([
      box(0, 3),
      box(0, 3),
    ]);
  },
  'TimelineTests.test_iterators': () => {
    const timeline = makeTimeline({
      tracks: [makeTrack({ children: ['cl', 'cl2', 'cl3'].map((name) => clip(name, 5, 10)) })],
    });
    const found = (start: number, length: number): string[] =>
      names(findChildren(timeline, isClip, { range: makeRange(start, length, fps) }));
    expect([names(clipsIn(timeline)), found(0, 1), found(0, 15), found(5, 5), found(5, 6)]).toEqual([
      ['cl', 'cl2', 'cl3'],
      ['cl'],
      ['cl', 'cl2', 'cl3'],
      ['cl2'],
      ['cl2', 'cl3'],
    ]);
  },
  'TimelineTests.test_tracks': () => {
    const track = (name: string, trackKind: string): Track => makeTrack({ name, trackKind });
    const timeline = makeTimeline({
      tracks: [track('V1', 'Video'), track('V2', 'Video'), track('A1', 'Audio'), track('A2', 'Audio')],
    });
    expect([names(videoTracksOf(timeline)), names(audioTracksOf(timeline))]).toEqual([
      ['V1', 'V2'],
      ['A1', 'A2'],
    ]);
  },
  'test_find_children: of timelines, tracks and collections': () => {
    const track = makeTrack({ children: [bare('cl')] });
    const timeline = makeTimeline({ tracks: [track] });
    const collection = makeCollection({ children: [timeline] });
    expect([track, timeline, collection].map((root) => names(findChildren(root, isClip)))).toEqual([
      ['cl'],
      ['cl'],
      ['cl'],
    ]);
  },
  'test_find_children_search_range: of timelines, tracks and collections': () => {
    const track = threeSeconds();
    const timeline = makeTimeline({ tracks: [track] });
    const collection = makeCollection({ children: [timeline] });
    expect([track, timeline, collection].map((root) => names(findChildren(root, isClip, { range: second })))).toEqual([
      ['a'],
      ['a'],
      ['a'],
    ]);
  },
  'test_find_children_shallow_search: of timelines, tracks and collections': () => {
    const track = makeTrack({ children: [bare('cl0'), makeStack({ children: [bare('cl1')] })] });
    const timeline = makeTimeline({ tracks: [track] });
    const collection = makeCollection({ children: [timeline, bare('loose')] });
    expect([track, timeline, collection].map((root) => names(findChildren(root, isClip, { shallow: true })))).toEqual([
      ['cl0'],
      [],
      ['loose'],
    ]);
    expect(names(findChildren(track, isClip))).toEqual(['cl0', 'cl1']);
  },
  'TrackTests.test_find_children_stack': () => {
    const rate = rational(30);
    const of = (name: string, length: number): Track =>
      makeTrack({ name: `${name} track`, children: [makeClip({ name, sourceRange: makeRange(0, length, rate) })] });
    const stack = makeStack({ children: [of('video', 700), of('audio', 704)] });
    expect(names(findChildren(stack, any, { range: makeRange(703, 1, rate) }))).toEqual(['audio track', 'audio']);
  },
  'ClipTests.test_find_clips': () => expect(names(clipsIn(bare('test_clip')))).toEqual(['test_clip']),
  'ClipTests.test_ranges': () => {
    const media = makeExternalReference({ targetUrl: 'foo.mov', availableRange: makeRange(86_400, 200, fps) });
    const whole = makeClip({ media });
    const part = makeClip({ media, sourceRange: makeRange(86_500, 50, fps) });
    expect([trimmedRange(whole), durationOf(whole), trimmedRange(part), durationOf(part)]).toEqual([
      makeRange(86_400, 200, fps),
      at(200),
      makeRange(86_500, 50, fps),
      at(50),
    ]);
  },
  'ClipTests.test_available_image_bounds': () => {
    const wide: ImageBounds = { min: { x: 0, y: 0 }, max: { x: 16, y: 9 } };
    const media = makeExternalReference({ targetUrl: 'foo.mov', availableImageBounds: wide });
    expect([availableImageBounds(makeClip({ media })), availableImageBounds(bare('none'))]).toEqual([wide, null]);
    expect(() => trimmedRange(makeClip({ media }))).toThrow(expect.objectContaining({ code: 'PW_TIMELINE_RANGE' }));
  },
  'TransitionTests.test_parent_range': () => {
    const rate = rational(30);
    const cross = makeTransition({ inOffset: makeTime(7, rate), outOffset: makeTime(10, rate) });
    const [a, b] = [
      makeClip({ sourceRange: makeRange(1, 50, rate) }),
      makeClip({ sourceRange: makeRange(100, 50, rate) }),
    ];
    const track = makeTrack({ children: [a, cross, b] });
    expect([rangeInParent(track, cross), trimmedRangeOfChildAt(track, 1)]).toEqual([
      makeRange(43, 17, rate),
      makeRange(43, 17, rate),
    ]);
    expect(() => rangeInParent(makeTrack(), cross)).toThrow(TypeError);
  },
  'find children: those deeper in a tree of stacks, which OTIO loses after the first (defect)': () => {
    const stack = (name: string): Stack => makeStack({ children: [clip(name, 0, 10)] });
    const track = makeTrack({ children: [stack('A'), stack('B'), stack('C')] });
    expect(names(findChildren(track, isClip, { range: makeRange(8, 20, fps) }))).toEqual(['A', 'B', 'C']);
  },
};

describe('conformance: compositions', () => {
  test.each(Object.entries(checks))('%s', (_, check) => check());
});
