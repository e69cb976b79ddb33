import { rational } from '@patchwork/time';
import { describe, expect, test } from 'vitest';
import { makeRange, makeTime } from '../builders.ts';
import {
  nearestSmpteRate,
  otioAdd,
  otioAlmostEquals,
  otioBegins,
  otioContains,
  otioContainsTime,
  otioEnd,
  otioEquals,
  otioFinishes,
  otioFrames,
  otioFromSeconds,
  otioFromTimecode,
  otioIntersects,
  otioIsBefore,
  otioIsLess,
  otioLast,
  otioMeets,
  otioOverlaps,
  otioRange,
  otioSubtract,
  otioTimecode,
  timeFromOtio,
} from './otio-doubles.ts';
import {
  lastFrameOf,
  rangeBegins,
  rangeBetween,
  rangeClampedTo,
  rangeContains,
  rangeExtendedBy,
  rangeFinishes,
  rangeIsBefore,
  rangeMeets,
  rangeOverlaps,
  rangesIntersect,
  rangeThrough,
  timeClampedTo,
} from './range-relations.ts';
import { formatTimeString, parseTimeString } from './time-string.ts';
import { transformRange, transformTime } from './time-transform.ts';

const r24 = rational(24);
const range = (start: number, length: number) => makeRange(start, length, r24);

describe('T90: exact ranges', () => {
  test.each([
    [
      'itself',
      range(10, 10),
      range(10, 10),
      { contains: true, intersects: true, overlaps: false, before: false, meets: false, begins: true, finishes: true },
    ],
    [
      'inside',
      range(10, 10),
      range(12, 5),
      {
        contains: true,
        intersects: true,
        overlaps: false,
        before: false,
        meets: false,
        begins: false,
        finishes: false,
      },
    ],
    [
      'at the start',
      range(10, 5),
      range(10, 10),
      {
        contains: false,
        intersects: true,
        overlaps: false,
        before: false,
        meets: false,
        begins: true,
        finishes: false,
      },
    ],
    [
      'at the end',
      range(15, 5),
      range(10, 10),
      {
        contains: false,
        intersects: true,
        overlaps: false,
        before: false,
        meets: false,
        begins: false,
        finishes: true,
      },
    ],
    [
      'overlapping',
      range(5, 10),
      range(10, 10),
      {
        contains: false,
        intersects: true,
        overlaps: true,
        before: false,
        meets: false,
        begins: false,
        finishes: false,
      },
    ],
    [
      'touching',
      range(0, 10),
      range(10, 10),
      {
        contains: false,
        intersects: false,
        overlaps: false,
        before: true,
        meets: true,
        begins: false,
        finishes: false,
      },
    ],
    [
      'apart',
      range(0, 5),
      range(10, 10),
      {
        contains: false,
        intersects: false,
        overlaps: false,
        before: true,
        meets: false,
        begins: false,
        finishes: false,
      },
    ],
  ])('T90: %s', (_, a, b, wanted) => {
    expect({
      contains: rangeContains(a, b),
      intersects: rangesIntersect(a, b),
      overlaps: rangeOverlaps(a, b),
      before: rangeIsBefore(a, b),
      meets: rangeMeets(a, b),
      begins: rangeBegins(a, b),
      finishes: rangeFinishes(a, b),
    }).toEqual(wanted);
  });

  test('T90: moments, at any rate', () => {
    expect([
      rangeContains(range(10, 10), makeTime(10, r24)),
      rangeContains(range(10, 10), makeTime(20, r24)),
      rangeContains(range(24, 24), makeTime(30, rational(30))),
    ]).toEqual([true, false, true]);
    expect([
      rangeBegins(range(10, 10), makeTime(10, r24)),
      rangeFinishes(range(10, 10), makeTime(20, r24)),
      rangeIsBefore(range(10, 10), makeTime(20, r24)),
    ]).toEqual([true, true, true]);
  });

  test('T90: extend, clamp, last frame', () => {
    expect(rangeExtendedBy(range(10, 10), range(30, 5))).toEqual(range(10, 25));
    expect(rangeClampedTo(range(0, 100), range(10, 10))).toEqual(range(10, 10));
    expect(rangeClampedTo(range(0, 5), range(10, 10))).toEqual(range(10, 0));
    expect(timeClampedTo(makeTime(50, r24), range(10, 10))).toEqual(makeTime(20, r24));
    expect(rangeThrough(makeTime(10, r24), makeTime(19, r24))).toEqual(range(10, 10));
    expect(() => rangeBetween(makeTime(2, r24), makeTime(1, r24))).toThrow(TypeError);
    expect([lastFrameOf(range(10, 10)), lastFrameOf(range(10, 1)), lastFrameOf(range(10, 0))]).toEqual([
      makeTime(19, r24),
      makeTime(10, r24),
      makeTime(10, r24),
    ]);
    expect(lastFrameOf({ start: makeTime(0, r24), duration: { value: rational(21, 2), rate: r24 } })).toEqual(
      makeTime(10, r24),
    );
  });

  test.each([
    [24, 24, '00:00:01.0'],
    [2090, 24, '00:01:27.083333'],
    [-1, 2, '-00:00:00.5'],
    [0, 24, '00:00:00.0'],
    [3600 * 25, 25, '01:00:00.0'],
    [1, 1000000, '00:00:00.000001'],
    [-1, 10000000, '00:00:00.0'],
  ])('T91: %i at %i is %s', (value, rate, text) =>
    expect(formatTimeString(makeTime(value, rational(rate)))).toBe(text),
  );

  test('T91: time strings are read as they are written', () => {
    expect(parseTimeString('00:00:01.16', rational(25))).toEqual(makeTime(29, rational(25)));
    expect(parseTimeString('-01:02.5', r24)).toEqual(makeTime(-1500, r24));
    expect(parseTimeString('7', r24)).toEqual(makeTime(168, r24));
    expect(() => parseTimeString('a:b', r24)).toThrow(expect.objectContaining({ code: 'PW_TIME_STRING' }));
  });

  test('T92: a transform scales, then moves; lengths are only scaled', () => {
    const transform = { offset: makeTime(10, r24), scale: rational(2), rate: null };
    expect(transformTime(transform, makeTime(5, r24))).toEqual(makeTime(20, r24));
    expect(transformRange(transform, range(5, 10))).toEqual(range(20, 20));
    expect(transformTime({ ...transform, rate: rational(48) }, makeTime(5, r24))).toEqual(makeTime(40, rational(48)));
  });
});

describe("T93: OTIO's doubles", () => {
  const time = (value: number, rate: number = 24) => ({ value, rate });
  const whole = otioRange(range(10, 10));

  test('T93: sums and differences take the higher rate', () => {
    expect(otioAdd(time(10), time(15, 30))).toEqual(time(27.5, 30));
    expect(otioSubtract(time(48), time(30, 30))).toEqual(time(30, 30));
    expect(otioEquals(time(24), time(30, 30))).toBe(true);
    expect(otioAlmostEquals(time(50), time(50.4), 0.5)).toBe(true);
  });

  test('T93: 1.16 s at 25 is 28 frames to OTIO, 29 to us', () => {
    expect(otioFrames(otioFromSeconds(1.16, 25))).toBe(28);
  });

  test('T93: its order is not total', () => {
    const [a, b] = [time(2, 24000 / 1001), time(2.5, 30000 / 1001)];
    expect([otioEquals(a, b), otioIsLess(a, b), otioIsLess(b, a)]).toEqual([false, false, false]);
  });

  test('T93: relations are strict: a range neither contains, begins nor finishes itself', () => {
    expect([
      otioContains(whole, whole),
      otioBegins(whole, whole),
      otioFinishes(whole, whole),
      otioOverlaps(whole, whole),
      otioIntersects(whole, whole),
    ]).toEqual([false, false, false, false, true]);
    expect([
      otioContains(whole, otioRange(range(11, 5))),
      otioBegins(otioRange(range(10, 5)), whole),
      otioFinishes(otioRange(range(15, 5)), whole),
    ]).toEqual([true, true, true]);
    expect([
      otioOverlaps(otioRange(range(5, 10)), whole),
      otioMeets(otioRange(range(0, 10)), whole),
      otioIsBefore(otioRange(range(0, 10)), whole),
      otioIsBefore(otioRange(range(0, 9)), whole),
    ]).toEqual([true, true, false, true]);
    expect([otioContainsTime(whole, time(10)), otioContainsTime(whole, time(20))]).toEqual([true, false]);
  });

  test('T93: the last moment of a range', () => {
    expect([
      otioLast(whole),
      otioLast(otioRange(range(10, 1))),
      otioLast({ start: time(0), duration: time(10.5) }),
    ]).toEqual([time(19), time(10), time(10)]);
    expect(otioEnd(whole)).toEqual(time(20));
  });

  test.each([
    [time(86400, 23.976), '01:00:00:00'],
    [time(1800, 30000 / 1001), '00:01:00;02'],
    [time(107892, 30000 / 1001), '01:00:00;00'],
    [time(90000, 25), '01:00:00:00'],
    [time(25 * 3600 * 24, 25), '00:00:00:00'],
  ])('T94: timecode of %j', (value, text) => expect(otioTimecode(value)).toBe(text));

  test('T94: what OTIO refuses', () => {
    expect(() => otioTimecode(time(1, 120))).toThrow(expect.objectContaining({ code: 'PW_TIMECODE_RATE' }));
    expect(() => otioTimecode(time(-1))).toThrow(expect.objectContaining({ code: 'PW_TIMECODE_NEGATIVE' }));
    expect(() => otioFromTimecode('01:00:00:00', 23.976)).toThrow(
      expect.objectContaining({ code: 'PW_TIMECODE_RATE' }),
    );
    expect(otioFromTimecode('01:00:00:00', 30000 / 1001)).toEqual(time(108000, 30000 / 1001));
    expect(otioFromTimecode('01:00:00;00', 30000 / 1001)).toEqual(time(107892, 30000 / 1001));
  });

  test.each([
    [24.05, 24],
    [23.97, 24000 / 1001],
    [1, 24000 / 1001],
    [59.9, 60000 / 1001],
    [1000, 60],
  ])('T94: nearest to %d', (rate, nearest) => {
    expect(nearestSmpteRate(rate)).toBe(nearest);
  });

  test('T95: doubles come back exact', () => {
    expect(timeFromOtio(time(1049.0416666666667, 23.976))).toEqual({
      value: rational(25177, 24),
      rate: rational(24000, 1001),
    });
    expect(timeFromOtio(time(Number.NaN))).toBeNull();
  });
});
