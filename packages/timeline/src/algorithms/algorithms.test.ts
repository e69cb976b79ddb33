import { rational } from '@patchwork/time';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeClip, makeRange, makeStack, makeTimeline, makeTimeWarp, makeTrack, makeTime } from '../builders.ts';
import type { Clip, Composable, Item, Track } from '../model.ts';
import { availableRange, rangeInParent, rangeOfChildAt, trimmedRange } from '../ranges.ts';
import { at, clip, firstTrack, fps, timelineFrom, trackFrom } from '../testing/lane-text.ts';
import { frameMap } from '../testing/frame-map.ts';
import { randomTimeline, runs } from '../testing/random-track.ts';
import { drawTrack } from '../edit/picture.ts';
import { childAtTime, childrenInRange, findChildren, topClipAtTime } from './children.ts';
import { flattenStack, timelineTrimmedToRange, trackTrimmedToRange } from './cut-out.ts';
import { expandedTransitions } from './expand.ts';
import { filteredComposition } from './filter.ts';
import { handlesOf, neighboursOf, visibleRange } from './handles.ts';
import { transformedRange, transformedTime } from '../edit/transformed-time.ts';

const numbers = (range: {
  start: { value: { num: number } };
  duration: { value: { num: number } };
}): [number, number] => [range.start.value.num, range.duration.value.num];

describe('T70: ranges', () => {
  const track = trackFrom('|10 A 40<4/6>10 B 40|10 C 40|');

  test('T70: a child lies after those before it; a transition around its cut', () => {
    expect(track.children.map((_, index) => numbers(rangeOfChildAt(track, index)))).toEqual([
      [0, 30],
      [26, 10],
      [30, 30],
      [60, 30],
    ]);
    expect(numbers(rangeInParent(track, track.children[2] as Clip))).toEqual([30, 30]);
    expect(() => rangeInParent(track, clip('X', 0, 1))).toThrow(TypeError);
  });

  test('T70: handles and visible range come from the transitions beside', () => {
    expect([0, 2, 3].map((index) => numbers(visibleRange(track, index)))).toEqual([
      [10, 36],
      [6, 34],
      [10, 30],
    ]);
    expect(handlesOf(track, 2)).toEqual({ head: at(4), tail: null });
    expect(neighboursOf(track, 0)).toEqual({ before: null, after: track.children[1] });
  });

  test('T70: a track that begins or ends in a transition reaches out by it', () => {
    expect(numbers(availableRange(trackFrom('<5/7>0 A 30<3/2>')))).toEqual([-5, 37]);
    expect(numbers(trimmedRange(trackFrom('|0 A 30|0 B 12|')))).toEqual([0, 42]);
    expect(numbers(availableRange(makeStack({ children: [trackFrom('|0 A 30|'), trackFrom('|0 A 50|')] })))).toEqual([
      0, 50,
    ]);
  });

  test('T71: a clip of unknown length is refused by name', () => {
    expect(() => trimmedRange(makeClip({ name: 'bare' }))).toThrow(
      expect.objectContaining({ code: 'PW_TIMELINE_RANGE' }),
    );
  });
});

describe('T72: what plays when', () => {
  const inner = makeStack({ name: 'S', children: [trackFrom('|0 X 10|0 Y 40|'), trackFrom('| GAP 5 |0 Z 5|')] });
  const track = makeTrack({ name: 'V1', children: [clip('A', 0, 20), inner, clip('B', 0, 20)] });

  test.each([
    [0, 'A'],
    [19, 'A'],
    [20, ''],
    [25, 'Z'],
    [30, 'Y'],
    [69, 'Y'],
    [70, 'B'],
    [89, 'B'],
  ])('T72: at %i plays %s', (frame, name) => {
    expect(childAtTime(track, at(frame))?.name).toBe(name);
  });

  test('T72: nothing plays outside, and a stack is one child when asked so', () => {
    expect([-1, 90, 1000].map((frame) => childAtTime(track, at(frame)))).toEqual([null, null, null]);
    expect(childAtTime(track, at(25), { shallow: true })).toBe(inner);
  });

  test('T73: children in a range: half-open at both ends', () => {
    const names = (start: number, length: number): string[] =>
      childrenInRange(track, makeRange(start, length, fps)).map((item) => item.name);
    expect([names(0, 20), names(19, 2), names(20, 1), names(0, 90), names(90, 5), names(5, 0)]).toEqual([
      ['A'],
      ['A', 'S'],
      ['S'],
      ['A', 'S', 'B'],
      [],
      [],
    ]);
  });

  test('T73: childAtTime and childrenInRange equal a plain walk', () => {
    fc.assert(
      fc.property(
        randomTimeline({ transitions: true }),
        fc.integer({ min: -3, max: 200 }),
        fc.integer({ min: 0, max: 60 }),
        (timeline, from, length) => {
          const own = firstTrack(timeline);
          const items = own.children.filter((child): child is Item => child.kind === 'Clip' || child.kind === 'Gap');
          const owners = items.flatMap((item) =>
            Array.from({ length: item.sourceRange?.duration.value.num ?? 0 }, () => item),
          );
          expect(childAtTime(own, at(from))).toBe(owners[from] ?? null);
          expect(childrenInRange(own, makeRange(from, length, fps))).toEqual([
            ...new Set(owners.slice(Math.max(0, from), Math.max(0, from + length))),
          ]);
        },
      ),
      { numRuns: runs(300) },
    );
  });

  test('T74: children are found at any depth, each once', () => {
    const isClip = (node: Composable): node is Clip => node.kind === 'Clip';
    expect(findChildren(track, isClip).map((one) => one.name)).toEqual(['A', 'X', 'Y', 'Z', 'B']);
    expect(findChildren(track, isClip, { shallow: true }).map((one) => one.name)).toEqual(['A', 'B']);
  });

  test('T74: within a range, equal to a plain walk over all children', () => {
    fc.assert(
      fc.property(
        randomTimeline({ transitions: true }),
        fc.integer({ min: -3, max: 200 }),
        fc.integer({ min: 1, max: 60 }),
        (timeline, from, length) => {
          const own = firstTrack(timeline);
          const walked = own.children.filter((child, index) => {
            const { start, duration } = rangeOfChildAt(own, index);
            const [first, end] = [start.value.num, start.value.num + duration.value.num];
            return child.kind !== 'Unknown' && first < from + length && end > from;
          });
          expect(findChildren(own, () => true, { range: makeRange(from, length, fps), shallow: true })).toEqual(walked);
        },
      ),
      { numRuns: runs(300) },
    );
  });

  test('T75: the top clip is seen through gaps, disabled items and disabled tracks', () => {
    const layers = (top: Track): string | undefined =>
      topClipAtTime(makeStack({ children: [trackFrom('|0 LOW 30|'), top] }), at(12))?.name;
    expect(layers(trackFrom('|0 HIGH 30|'))).toBe('HIGH');
    expect(layers(trackFrom('| GAP 20 |0 HIGH 30|'))).toBe('LOW');
    expect(layers({ ...trackFrom('|0 HIGH 30|'), enabled: false })).toBe('LOW');
    expect(layers(makeTrack({ children: [{ ...clip('HIGH', 0, 30), enabled: false }] }))).toBe('LOW');
    expect(layers(makeTrack({ children: [inner] }))).toBe('Y');
  });
});

describe('T76: times across the tree', () => {
  const fast: Clip = { ...(clip('F', 100, 110) as Clip), effects: [makeTimeWarp(2)] };
  const back: Clip = { ...(clip('R', 100, 110) as Clip), effects: [makeTimeWarp(-1)] };
  const nested = makeTrack({ name: 'inner', children: [fast, back] });
  const stack = makeStack({ name: 'S', sourceRange: makeRange(5, 15, fps), children: [nested] });
  const timeline = makeTimeline({
    name: 't',
    tracks: [makeTrack({ name: 'V1', children: [clip('A', 0, 30), stack] })],
  });

  test('T76: down through a nested stack and a warp, and up again', () => {
    const global = timeline.tracks.id;
    // Frame 32 of the timeline is frame 7 of the stack's content: frame 7 of the fast clip, which has run 14 source frames.
    expect(transformedTime(timeline, at(32), global, fast.id)).toEqual(at(114));
    expect(transformedTime(timeline, at(114), fast.id, global)).toEqual(at(32));
    // Frame 38 is frame 13 of the content, 3 into the clip played backwards.
    expect(transformedTime(timeline, at(38), global, back.id)).toEqual(at(107));
    expect(transformedTime(timeline, at(107), back.id, fast.id)).toEqual(at(126));
    expect(transformedRange(timeline, makeRange(36, 2, fps), global, back.id)).toEqual(makeRange(107, 2, fps));
  });

  test('T76: at depth 3 and more, where OTIO gives up', () => {
    const deep = makeStack({ name: 'D', children: [makeTrack({ children: [clip('Q', 0, 4), stack] })] });
    const three = makeTimeline({ name: 't', tracks: [makeTrack({ children: [deep] })] });
    expect(transformedTime(three, at(0 + 4), three.tracks.id, stack.id)).toEqual(at(5));
  });

  test('T76: a node that is not there is refused', () => {
    expect(() => transformedTime(timeline, at(0), 'nowhere', fast.id)).toThrow(
      expect.objectContaining({ code: 'PW_TIMELINE_NODE' }),
    );
  });
});

describe('T77: cut-outs', () => {
  test('T77: a track trimmed to a range; a warp advances the source by its speed', () => {
    expect(drawTrack(trackTrimmedToRange(trackFrom('|0 A 30|0 B 30|'), makeRange(20, 20, fps)))).toBe(
      '|20 A 30|0 B 10|',
    );
    const fast: Clip = { ...(clip('F', 0, 10) as Clip), effects: [makeTimeWarp(2)] };
    expect(drawTrack(trackTrimmedToRange(makeTrack({ children: [fast] }), makeRange(5, 5, fps)))).toBe('|10 F 15|');
  });

  test('T77: the frame map of the part is the part of the frame map', () => {
    fc.assert(
      fc.property(
        randomTimeline({ transitions: false }),
        fc.nat({ max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        (timeline, from, length) => {
          const track = firstTrack(timeline);
          expect(frameMap(trackTrimmedToRange(track, makeRange(from, length, fps)))).toEqual(
            frameMap(track).slice(from, from + length),
          );
          expect(frameMap(firstTrack(timelineTrimmedToRange(timeline, makeRange(from, length, fps))))).toEqual(
            frameMap(track).slice(from, from + length),
          );
        },
      ),
      { numRuns: runs(300) },
    );
  });

  test('T78: a range may not cut a transition in two, but may leave it out or hold it', () => {
    const track = trackFrom('|10 A 40<4/6>10 B 40|');
    expect(() => trackTrimmedToRange(track, makeRange(0, 30, fps))).toThrow(
      expect.objectContaining({ code: 'PW_TIMELINE_TRANSITION' }),
    );
    expect(drawTrack(trackTrimmedToRange(track, makeRange(0, 26, fps)))).toBe('|10 A 36|');
    expect(drawTrack(trackTrimmedToRange(track, makeRange(20, 20, fps)))).toBe('|30 A 40<4/6>10 B 20|');
  });

  test('T79: flatten: the upper hides the lower, gaps and disabled items do not', () => {
    const low = trackFrom('|0 L 100|');
    expect(drawTrack(flattenStack([low, trackFrom('| GAP 20 |0 H 10| GAP 5 |')]))).toBe(
      '|0 L 20|0 H 10|30 L 35|35 L 100|',
    );
    expect(drawTrack(flattenStack([low, { ...trackFrom('|0 H 10|'), enabled: false }]))).toBe('|0 L 100|');
    expect(drawTrack(flattenStack([low, makeTrack({ children: [{ ...clip('H', 0, 10), enabled: false }] })]))).toBe(
      '|0 L 10|10 L 100|',
    );
    expect(drawTrack(flattenStack([trackFrom('|0 L 5|'), trackFrom('| GAP 10 |0 H 10|')]))).toBe(
      '|0 L 5| GAP 5 |0 H 10|',
    );
    expect(flattenStack([low]).name).toBe('Flattened');
  });

  test('T79: the frame map of a flattened stack is the upper one where it shows, else the lower', () => {
    fc.assert(
      fc.property(randomTimeline({ transitions: false }), randomTimeline({ transitions: false }), (below, above) => {
        const [low, high] = [frameMap(firstTrack(below)), frameMap(firstTrack(above))];
        const expected = Array.from({ length: Math.max(low.length, high.length) }, (_, frame) => {
          const top = high[frame] ?? '-';
          return top === '-' ? (low[frame] ?? '-') : top;
        });
        expect(frameMap(flattenStack([firstTrack(below), firstTrack(above)]))).toEqual(expected);
      }),
      { numRuns: runs(300) },
    );
  });
});

describe('T80: transitions and filters', () => {
  test('T80: an expanded transition holds what it mixes; its neighbours are shortened by it', () => {
    const parts = expandedTransitions(trackFrom('|10 A 40<4/6>10 B 40|'));
    const drawn = parts.map((part) =>
      'transition' in part
        ? [part.outgoing, part.incoming].map((item) =>
            item === null ? null : drawTrack(makeTrack({ children: [item] })),
          )
        : drawTrack(makeTrack({ children: [part] })),
    );
    expect(drawn).toEqual(['|10 A 36|', ['|36 A 46|', '|6 B 16|'], '|16 B 40|']);
  });

  test('T81: a filter drops, keeps and replaces; what nothing happened to is shared', () => {
    const timeline = timelineFrom('|0 A 10| GAP 5 |0 B 10|');
    const kept = filteredComposition(timeline, (node) => (node.kind === 'Gap' ? null : node));
    expect(drawTrack(firstTrack(kept))).toBe('|0 A 10|0 B 10|');
    const doubled = filteredComposition(timeline, (node, { before }) => (before?.kind === 'Gap' ? [node, node] : node));
    expect(firstTrack(doubled).children.map((child) => child.name)).toEqual(['A', '', 'B', 'B']);
    expect(filteredComposition(timeline, (node) => node).tracks).toBe(timeline.tracks);
  });

  test('T82: rates of one timeline may differ', () => {
    const track = makeTrack({
      children: [clip('A', 0, 24), makeClip({ name: 'B', sourceRange: makeRange(0, 30, rational(30)) })],
    });
    expect(childAtTime(track, makeTime(45, rational(30)))?.name).toBe('B');
    expect(numbers(availableRange(track))).toEqual([0, 48]);
  });
});
