import {
  divide,
  endOfRange,
  rateFromNumber,
  rational,
  rescaled,
  secondsFromTime,
  subtract,
  toNumber,
  type RationalTime,
} from '@patchwork/time';
import { describe, expect, test } from 'vitest';
import { makeClip, makeRange, makeTime, makeTimeline, makeTimeWarp, makeTrack } from '../builders.ts';
import type { Item, Timeline } from '../model.ts';
import { trimmedRange } from '../ranges.ts';
import { at, clip, firstTrack, fps, pictureOf, planOn, timelineFrom, type MediaTable } from '../testing/lane-text.ts';
import type { Edit } from './edit.ts';
import { drawTrack } from './picture.ts';
import { applyEdit, planEdit } from './plan.ts';

type Make = (id: (name: string) => string, track: string) => Edit;

interface UpstreamCase {
  readonly name: string;
  readonly track: string;
  readonly edit: Make;
  readonly result: string;
  readonly media?: MediaTable;
}

const over =
  (first: number, end: number, place: number, length: number): Make =>
  (_, track) => ({
    op: 'overwrite',
    item: clip('O', first, end),
    track,
    at: makeRange(place, length, fps),
  });
const insert =
  (end: number, place: number): Make =>
  (_, track) => ({ op: 'insert', item: clip('I', 0, end), track, at: at(place) });
const slice =
  (place: number): Make =>
  (_, track) => ({ op: 'slice', target: track, at: at(place) });
const fill =
  (first: number, end: number, reference: 'source' | 'sequence' | 'fit'): Make =>
  (_, track) => ({
    op: 'fill',
    item: clip('F', first, end),
    track,
    at: at(20),
    reference,
  });

const two = '|0 A 24|0 B 24|';
const crossed = '|0 A 24<5/3>0 B 50|0 C 30|0 D 25<5/3>';
const holed = '|0 A 20| GAP 30 |5 B 25|';

/** Cases of OTIO's test_editAlgorithm that hold by the proposal, too. */
const cases: readonly UpstreamCase[] = [
  { name: 'slice in the middle', track: '|0 A 24|', edit: slice(12), result: '|0 A 12|12 A 24|' },
  { name: 'slice at the beginning', track: '|0 A 24|', edit: slice(0), result: '|0 A 24|' },
  { name: 'slice near the beginning', track: '|0 A 24|', edit: slice(1), result: '|0 A 1|1 A 24|' },
  { name: 'slice near the end', track: '|0 A 24|', edit: slice(23), result: '|0 A 23|23 A 24|' },
  { name: 'slice at the end', track: '|0 A 24|', edit: slice(24), result: '|0 A 24|' },
  { name: 'slice at a cut with a transition', track: crossed, edit: slice(24), result: crossed },
  {
    name: 'overwrite 0, 1: past the clip',
    track: '|0 A 24|',
    edit: over(0, 24, 48, 24),
    result: '|0 A 24| GAP 24 |0 O 24|',
  },
  {
    name: 'overwrite 2: one frame inside',
    track: '|1 A 101|',
    edit: over(1, 2, 42, 1),
    result: '|1 A 43|1 O 2|44 A 101|',
  },
  {
    name: 'overwrite 3: halves of two clips, where C++ and the frame map agree',
    track: two,
    edit: over(0, 24, 12, 24),
    result: '|0 A 12|0 O 24|12 B 24|',
  },
  {
    name: 'overwrite: part of the first, all of the last',
    track: '|0 A 24|0 B 24|0 C 24|',
    edit: over(0, 100, 36, 36),
    result: '|0 A 24|0 B 12|0 O 36|',
  },
  {
    name: 'overwrite 4: one frame of a long clip',
    track: '|0 A 704|',
    edit: over(0, 1, 272, 1),
    result: '|0 A 272|0 O 1|273 A 704|',
  },
  {
    name: 'overwrite 7: far past the clip',
    track: '|0 A 704|',
    edit: over(0, 1, 800, 1),
    result: '|0 A 704| GAP 96 |0 O 1|',
  },
  {
    name: 'overwrite 10: a range shorter than the item',
    track: '|0 A 704|',
    edit: over(0, 100, 20, 70),
    result: '|0 A 20|0 O 70|90 A 704|',
  },
  { name: 'insert 1: in the middle', track: two, edit: insert(12, 12), result: '|0 A 12|0 I 12|12 A 24|0 B 24|' },
  { name: 'insert 2: at the start', track: two, edit: insert(12, 0), result: '|0 I 12|0 A 24|0 B 24|' },
  { name: 'insert 4: at a cut', track: two, edit: insert(12, 24), result: '|0 A 24|0 I 12|0 B 24|' },
  { name: 'insert at the end', track: two, edit: insert(12, 48), result: '|0 A 24|0 B 24|0 I 12|' },
  { name: 'insert 5: near the start', track: two, edit: insert(12, 1), result: '|0 A 1|0 I 12|1 A 24|0 B 24|' },
  { name: 'insert 6: near the end', track: two, edit: insert(12, 47), result: '|0 A 24|0 B 23|0 I 12|23 B 24|' },
  ...[
    [5, '|5 A 41|'],
    [12, '|12 A 48|'],
    [20, '|12 A 48|'],
    [-5, '|-5 A 31|'],
    [-15, '|-15 A 21|'],
    [-30, '|-15 A 21|'],
  ].map(([delta, result]): UpstreamCase => ({
    name: `slip ${delta}`,
    track: '|0 A 36|',
    media: { A: [-15, 48] },
    edit: (id) => ({ op: 'slip', item: id('A'), delta: at(Number(delta)) }),
    result: String(result),
  })),
  {
    name: 'slide 0',
    track: '|0 A 24|0 B 30|0 C 40|',
    media: { A: [0, 48] },
    edit: (id) => ({ op: 'slide', item: id('B'), delta: at(0) }),
    result: '|0 A 24|0 B 30|0 C 40|',
  },
  { name: 'fill 3: an equal clip', track: holed, edit: fill(0, 30, 'source'), result: '|0 A 20|0 F 30|5 B 25|' },
  {
    name: 'fill 7, 8: a shorter clip leaves the rest of the gap',
    track: holed,
    edit: fill(10, 15, 'sequence'),
    result: '|0 A 20|10 F 15| GAP 25 |5 B 25|',
  },
  {
    name: 'fill 4: a shorter clip',
    track: holed,
    edit: fill(0, 5, 'source'),
    result: '|0 A 20|0 F 5| GAP 25 |5 B 25|',
  },
  {
    name: 'remove 0: a clip becomes a gap',
    track: '|0 A 50|5 B 55|0 C 10|',
    edit: (id) => ({ op: 'remove', item: id('B'), fill: true }),
    result: '|0 A 50| GAP 50 |0 C 10|',
  },
];

/** Cases in which upstream's test states what the proposal and the frame map contradict. */
const inverted: readonly (UpstreamCase & { readonly upstream: string; readonly why: string })[] = [
  {
    name: 'slide +12',
    track: '|0 A 24|0 B 30|0 C 40|',
    media: { A: [0, 48] },
    edit: (id) => ({ op: 'slide', item: id('B'), delta: at(12) }),
    result: '|0 A 36|0 B 30|12 C 40|',
    upstream: 'C stays 40 long: the track grows',
    why: 'a slide takes from the next what it gives the previous',
  },
  {
    name: 'slide +48',
    track: '|0 A 24|0 B 30|0 C 40|',
    media: { A: [0, 48] },
    edit: (id) => ({ op: 'slide', item: id('B'), delta: at(48) }),
    result: '|0 A 48|0 B 30|24 C 40|',
    upstream: 'C stays 40 long',
    why: "as above; the clamp to A's media is the same",
  },
  {
    name: 'slide −24',
    track: '|0 A 24|0 B 30|5 C 40|',
    media: { A: [0, 48], C: [0, 48] },
    edit: (id) => ({ op: 'slide', item: id('B'), delta: at(-24) }),
    result: '|0 A 19|0 B 30|0 C 40|',
    upstream: 'no change',
    why: "as much as C's handle allows; A would keep a frame",
  },
  {
    name: 'fill 1: fit of a longer clip',
    track: holed,
    edit: fill(0, 35, 'fit'),
    result: '|0 A 20|0 F 30|5 B 25|',
    upstream: 'F stays 35 long',
    why: 'a fit has the length of the gap',
  },
  {
    name: 'fill 2: source of a longer clip',
    track: holed,
    edit: fill(0, 35, 'source'),
    result: '|0 A 20|0 F 35|10 B 25|',
    upstream: 'B [20 25): kept and removed length swapped',
    why: 'frame map',
  },
  {
    name: 'fill 5: sequence of a longer clip',
    track: holed,
    edit: fill(0, 35, 'sequence'),
    result: '|0 A 20|0 F 30|5 B 25|',
    upstream: "F begins at 5: trimmed by the gap's source time",
    why: "a gap's source time means nothing",
  },
  {
    name: 'fill 6: sequence from a negative source time',
    track: holed,
    edit: fill(-10, 20, 'sequence'),
    result: '|0 A 20|-10 F 20|5 B 25|',
    upstream: 'F [5 20)',
    why: 'as above',
  },
  {
    name: 'insert 8: inside a clip far from 0',
    track: '|1575360 A 1579169|',
    edit: insert(1, 141),
    result: '|1575360 A 1575501|0 I 1|1575501 A 1579169|',
    upstream: 'second half begins at 1575502, still 3668 long',
    why: 'frame map: one frame would be lost',
  },
  {
    name: 'slice 23 before a transition',
    track: crossed,
    edit: slice(23),
    result: '|0 A 23|23 A 24<1/3>0 B 50|0 C 30|0 D 25<5/3>',
    upstream: 'the transition is removed',
    why: 'its cut still stands: it is shortened to the new half',
  },
];

describe("T20: OTIO's own edit tests", () => {
  test.each([...cases, ...inverted])('T20: $name', ({ track, media, edit, result }) => {
    expect(pictureOf(planOn(timelineFrom(track, media), edit).after)).toBe(result);
  });

  test.each([-1, -30])('T60: upstream shifts the track for a time of %i; here it is an error', (place) => {
    const timeline = timelineFrom('|0 A 704|');
    expect(() => planOn(timeline, insert(12, place))).toThrow(
      expect.objectContaining({ code: 'PW_EDIT_NEGATIVE_TIME' }),
    );
    expect(() => planOn(timeline, over(0, 100, place, 70))).toThrow(
      expect.objectContaining({ code: 'PW_EDIT_NEGATIVE_TIME' }),
    );
  });

  /** Three clips of 3 s: two at 23.98 to the letter, one at 30. Lengths and places in thirtieths of a second. */
  const mixed = (): Timeline => {
    const [slow, fast] = [rational(1199, 50), rational(30)];
    const three = { start: { value: rational(0), rate: slow }, duration: { value: rational(3597, 50), rate: slow } };
    const children = [
      makeClip({ name: 'A', sourceRange: three }),
      makeClip({ name: 'B', sourceRange: three }),
      makeClip({ name: 'C', sourceRange: makeRange(90, 90, fast) }),
    ];
    return makeTimeline({ tracks: [makeTrack({ children })] });
  };
  const in30 = (time: RationalTime): number => toNumber(rescaled(time, rational(30)).value);
  const thirtieths = (timeline: Timeline): readonly (readonly [string, number, number])[] =>
    firstTrack(timeline).children.map((child) => {
      const { start, duration } = trimmedRange(child as Item);
      return [child.name, in30(start), in30(duration)] as const;
    });
  const at30 = (frame: number) => makeTime(frame, rational(30));

  test('slice 2 (mixed 23.98 and 30): places that are no frames of 23.98 hold exactly, with subframe', () => {
    const track = (timeline: Timeline): string => firstTrack(timeline).id;
    const blade = (timeline: Timeline, frame: number): Timeline =>
      applyEdit(timeline, { op: 'slice', target: track(timeline), at: at30(frame) }, { subframe: true });
    const halves = blade(mixed(), 121);
    expect(thirtieths(halves)).toEqual([
      ['A', 0, 90],
      ['B', 0, 31],
      ['B', 31, 59],
      ['C', 90, 90],
    ]);
    const frame = blade(halves, 122);
    expect(thirtieths(frame)[2]).toEqual(['B', 31, 1]);
    const id = firstTrack(frame).children[2]?.id ?? '';
    const shorter = applyEdit(frame, { op: 'remove', item: id, fill: false });
    expect(thirtieths(shorter)[2]).toEqual(['B', 32, 58]);
    expect(blade(shorter, 121), 'a blade at a cut changes nothing').toBe(shorter);
    expect(thirtieths(blade(shorter, 122)).slice(2, 4)).toEqual([
      ['B', 32, 1],
      ['B', 33, 57],
    ]);
  });

  test('slice 2 (inverted: without subframe the place snaps to the 23.98 of the track; upstream takes the higher rate)', () => {
    const timeline = mixed();
    const after = applyEdit(timeline, { op: 'slice', target: firstTrack(timeline).id, at: at30(121) });
    const second = firstTrack(after).children[1] as Item;
    expect(secondsFromTime(endOfRange(trimmedRange(second)))).toEqual(
      subtract(divide(rational(97), rational(1199, 50)), rational(3)),
    );
  });

  test('overwrite 6 (mixed 23.98 and 30): one frame of 30 within a clip of 23.98', () => {
    const timeline = mixed();
    const item = makeClip({ name: 'O', sourceRange: makeRange(0, 1, rational(30)) });
    const place = makeRange(137, 1, rational(30));
    const after = applyEdit(
      timeline,
      { op: 'overwrite', item, track: firstTrack(timeline).id, at: place },
      { subframe: true },
    );
    expect(thirtieths(after)).toEqual([
      ['A', 0, 90],
      ['B', 0, 47],
      ['O', 0, 1],
      ['B', 48, 42],
      ['C', 90, 90],
    ]);
  });

  test('insert 7 (mixed 23.98 and 30): at the end of the track', () => {
    const timeline = mixed();
    const [, b] = firstTrack(timeline).children;
    const without = applyEdit(timeline, { op: 'remove', item: b?.id ?? '', fill: false });
    const after = applyEdit(without, { op: 'insert', item: b as Item, track: firstTrack(without).id, at: at30(180) });
    expect(thirtieths(after)).toEqual([
      ['A', 0, 90],
      ['C', 90, 90],
      ['B', 0, 90],
    ]);
  });

  test('overwrite 5: two frames of one clip, one after the other', () => {
    const once = planOn(timelineFrom('|0 A 704|'), over(0, 1, 272, 1)).after;
    expect(pictureOf(planOn(once, over(0, 1, 360, 1)).after)).toBe('|0 A 272|0 O 1|273 A 360|0 O 1|361 A 704|');
  });

  test('an edit that fails leaves the track as it was (regressions "fails gracefully")', () => {
    const timeline = timelineFrom('|0 A 24|');
    const broken = { ...clip('B', 0, 5), effects: [makeTimeWarp(1e-300)] };
    const { id: track } = firstTrack(timeline);
    const before = drawTrack(firstTrack(timeline));
    expect(() => planEdit(timeline, { op: 'fill', item: broken, track, at: at(0), reference: 'fit' })).toThrow();
    expect(drawTrack(firstTrack(timeline))).toBe(before);
  });

  test("T63: upstream's 23.98 is 24000/1001 here, so 71.94 frames of it are not 3 s", () => {
    expect(rateFromNumber(23.98)).toEqual(rational(24000, 1001));
  });
});
