import { rational } from '@patchwork/time';
import { describe, expect, test } from 'vitest';
import { makeRange, makeTime, makeTimeline, makeTrack } from '../builders.ts';
import type { Timeline } from '../model.ts';
import { writeOtio } from '../otio/write-otio.ts';
import { at, clip, firstTrack, fps, idOf, pictureOf, timelineFrom } from '../testing/lane-text.ts';
import type { Edit, EditOptions } from './edit.ts';
import { planEdit } from './plan.ts';
import { planScript } from './script.ts';

const media = { A: [0, 100], B: [0, 100] } as const;

interface BadEdit {
  readonly name: string;
  readonly code: string;
  readonly edit: (timeline: Timeline, track: string) => Edit;
  readonly options?: EditOptions;
}

const bad: readonly BadEdit[] = [
  {
    name: 'an item of another timeline',
    code: 'PW_EDIT_ITEM',
    edit: () => ({ op: 'slip', item: clip('X', 0, 10).id, delta: at(1) }),
  },
  {
    name: 'a track that is none',
    code: 'PW_EDIT_TRACK',
    edit: () => ({ op: 'insert', item: clip('X', 0, 10), track: 'nowhere', at: at(0) }),
  },
  {
    name: 'a stack for a track',
    code: 'PW_EDIT_TRACK',
    edit: (timeline) => ({ op: 'insert', item: clip('X', 0, 10), track: timeline.tracks.id, at: at(0) }),
  },
  {
    name: 'a track for an item',
    code: 'PW_EDIT_ITEM',
    edit: (_, track) => ({ op: 'slip', item: track, delta: at(1) }),
  },
  {
    name: 'a time before the start',
    code: 'PW_EDIT_NEGATIVE_TIME',
    edit: (_, track) => ({ op: 'overwrite', item: clip('X', 0, 10), track, at: at(-1) }),
  },
  {
    name: 'an item without length',
    code: 'PW_EDIT_LENGTH',
    edit: (_, track) => ({ op: 'insert', item: clip('X', 5, 5), track, at: at(0) }),
  },
  {
    name: 'an item of negative length',
    code: 'PW_EDIT_LENGTH',
    edit: (_, track) => ({ op: 'insert', item: clip('X', 5, 0), track, at: at(0) }),
  },
  {
    name: 'an empty range',
    code: 'PW_EDIT_LENGTH',
    edit: (_, track) => ({ op: 'lift', track, range: makeRange(0, 0, fps) }),
  },
  {
    name: 'a delta between frames',
    code: 'PW_EDIT_RATE',
    edit: (timeline) => ({ op: 'slip', item: idOf(timeline, 'A'), delta: makeTime(11, rational(30)) }),
  },
  {
    name: 'strict beyond the media',
    code: 'PW_EDIT_LIMIT',
    edit: (timeline) => ({ op: 'ripple', item: idOf(timeline, 'A'), deltaIn: at(-10) }),
    options: { limits: 'strict' },
  },
  {
    name: 'a fill that hits no gap',
    code: 'PW_EDIT_NO_GAP',
    edit: (_, track) => ({ op: 'fill', item: clip('X', 0, 9), track, at: at(25), reference: 'source' }),
  },
  {
    name: 'a template that is too short',
    code: 'PW_EDIT_FILL',
    edit: (timeline) => ({ op: 'remove', item: idOf(timeline, 'A'), fill: clip('F', 0, 5, { F: [0, 10] }) }),
  },
];

describe('T60: bad edits', () => {
  test.each(bad)('T60: $name: $code, timeline untouched', ({ code, edit, options }) => {
    const timeline = timelineFrom('| GAP 20 |5 A 50|0 B 10|', media);
    const before = writeOtio(timeline, { style: 'canonical' });
    expect(() => planEdit(timeline, edit(timeline, firstTrack(timeline).id), options)).toThrow(
      expect.objectContaining({ code }),
    );
    expect(writeOtio(timeline, { style: 'canonical' })).toBe(before);
  });

  test('T60: NaN never becomes a time', () => {
    expect(() => makeTime(Number.NaN, fps)).toThrow(TypeError);
  });

  const whole = { num: 1, den: 1 };
  test.each([
    ['NaN', { value: { num: Number.NaN, den: 1 }, rate: fps }],
    ['infinite', { value: { num: Number.POSITIVE_INFINITY, den: 1 }, rate: fps }],
    ['half a numerator', { value: { num: 0.5, den: 1 }, rate: fps }],
    ['more than 53 bits', { value: { num: 2 ** 60, den: 1 }, rate: fps }],
    ['over zero', { value: { num: 1, den: 0 }, rate: fps }],
    ['rate 0', { value: whole, rate: { num: 0, den: 1 } }],
    ['a negative rate', { value: whole, rate: { num: -24, den: 1 } }],
    ['rate NaN', { value: whole, rate: { num: Number.NaN, den: 1 } }],
  ])('T60: %s is refused wherever a time stands, timeline untouched', (_, time) => {
    const timeline = timelineFrom('| GAP 20 |5 A 50|0 B 10|', media);
    const before = writeOtio(timeline, { style: 'canonical' });
    const [track, item] = [firstTrack(timeline).id, idOf(timeline, 'A')];
    const broken = { ...clip('X', 0, 9), sourceRange: { start: at(0), duration: time } };
    const edits: readonly Edit[] = [
      { op: 'slip', item, delta: time },
      { op: 'trim', item, deltaIn: time },
      { op: 'roll', item, deltaOut: time },
      { op: 'slice', target: track, at: time },
      { op: 'move', item, at: time },
      { op: 'lift', track, range: { start: time, duration: at(5) } },
      { op: 'overwrite', item: clip('X', 0, 9), track, at: { start: at(0), duration: time } },
      { op: 'insert', item: broken, track, at: at(0) },
      { op: 'remove', item, fill: broken },
    ];
    for (const edit of edits) {
      expect(() => planEdit(timeline, edit)).toThrow(expect.objectContaining({ code: 'PW_EDIT_TIME' }));
    }
    expect(writeOtio(timeline, { style: 'canonical' })).toBe(before);
  });

  test('T60: nothing happens on an empty track, and a fill finds no gap there', () => {
    const empty = makeTimeline({ tracks: [makeTrack({ name: 'V1' })] });
    const track = firstTrack(empty).id;
    const edits: readonly Edit[] = [
      { op: 'slice', target: track, at: at(0) },
      { op: 'lift', track, range: makeRange(0, 5, fps) },
      { op: 'extract', track, range: makeRange(0, 5, fps) },
    ];
    for (const edit of edits) expect(planEdit(empty, edit).after).toBe(empty);
    expect(() => planEdit(empty, { op: 'fill', item: clip('X', 0, 9), track, at: at(0), reference: 'fit' })).toThrow(
      expect.objectContaining({ code: 'PW_EDIT_NO_GAP' }),
    );
  });

  test('T61: a list of edits is one transaction: the second fails, the first leaves nothing', () => {
    const timeline = timelineFrom('| GAP 20 |5 A 50|0 B 10|', media);
    const edits = [
      { op: 'remove', item: idOf(timeline, 'A'), fill: true },
      { op: 'slip', item: idOf(timeline, 'A'), delta: at(1) },
    ] as const;
    expect(() => planEdit(timeline, edits)).toThrow(expect.objectContaining({ code: 'PW_EDIT_ITEM' }));
    expect(pictureOf(timeline)).toBe('| GAP 20 |5 A 50|0 B 10|');
  });

  test('T62: the strict error names item, track, time and how far it could go', () => {
    const timeline = timelineFrom('| GAP 20 |5 A 50|0 B 10|', media);
    expect(() =>
      planEdit(timeline, { op: 'ripple', item: idOf(timeline, 'A'), deltaIn: at(-10) }, { limits: 'strict' }),
    ).toThrow(
      expect.objectContaining({
        message: '"A" at frame 20 of track "V1": ripple in by -10 frames is not possible, -5 is',
        details: expect.objectContaining({ asked: '-10', possible: '-5', edge: 'in' }) as unknown,
      }),
    );
  });

  test('T63: times at other rates: places snap, deltas convert exactly', () => {
    const timeline = timelineFrom('|0 A 50|0 B 10|', media);
    const sliced = planEdit(timeline, { op: 'slice', target: idOf(timeline, 'A'), at: makeTime(11, rational(30)) });
    expect(pictureOf(sliced.after), '11 at 30 is 8.8 frames: the nearest is 9').toBe('|0 A 9|9 A 50|0 B 10|');
    const rippled = planEdit(timeline, {
      op: 'ripple',
      item: idOf(timeline, 'A'),
      deltaOut: makeTime(-10, rational(30)),
    });
    expect(pictureOf(rippled.after)).toBe('|0 A 42|0 B 10|');
    const fine = planEdit(
      timeline,
      { op: 'slice', target: idOf(timeline, 'A'), at: makeTime(11, rational(30)) },
      { subframe: true },
    );
    expect(pictureOf(fine.after)).toBe('|0 A 44/5|44/5 A 50|0 B 10|');
  });

  test('T64: an empty track takes its grid from the timeline, an empty timeline from the item', () => {
    const empty = makeTimeline({ name: 't', tracks: [makeTrack({ name: 'V1' })] });
    const plan = planEdit(empty, { op: 'insert', item: clip('A', 0, 10), track: firstTrack(empty).id, at: at(5) });
    expect(pictureOf(plan.after)).toBe('| GAP 5 |0 A 10|');
  });
});

describe('T65: scripts', () => {
  const timeline = timelineFrom('| GAP 20 |5 A 50|0 B 10|', media);

  test('T65: steps name items in words and see what the steps before did', () => {
    const plan = planScript(timeline, [
      { op: 'rippleTrim', clip: 'A', edge: 'out', delta: -10 },
      { op: 'slip', track: 'V1', index: 1, delta: 5 },
      { op: 'insert', track: 'V1', at: 20, clip: { name: 'N', media: '/m/n.mov', source: [0, 4] } },
      { op: 'slice', track: 0, at: 30 },
      { op: 'remove', track: 'V1', atFrame: 58, fill: false },
    ]);
    expect(pictureOf(plan.after)).toBe('| GAP 20 |0 N 4|10 A 16|0 B 10|');
  });

  test.each([
    [{ op: 'fly' }, 'PW_EDIT_SCRIPT'],
    [{ op: 'slip', item: 'A' }, 'PW_EDIT_SCRIPT'],
    [{ op: 'slip', item: 'Q', delta: 1 }, 'PW_EDIT_ITEM'],
    [{ op: 'insert', track: 'V7', at: 0, clip: { gap: 3 } }, 'PW_EDIT_TRACK'],
    [{ op: 'ripple', item: 'A', edge: 'up', delta: 1 }, 'PW_EDIT_SCRIPT'],
    ['slip', 'PW_EDIT_SCRIPT'],
    [{ op: 'lift', track: 'V1', range: [1] }, 'PW_EDIT_SCRIPT'],
  ])('T66: a wrong step is named: %j', (step, code) => {
    expect(() => planScript(timeline, [step])).toThrow(expect.objectContaining({ code }));
  });

  test('T66: a name that occurs twice is no name', () => {
    const twice = timelineFrom('|0 A 5|0 A 6|');
    expect(() => planScript(twice, [{ op: 'slip', item: 'A', delta: 1 }])).toThrow(
      expect.objectContaining({ code: 'PW_EDIT_AMBIGUOUS' }),
    );
  });
});
