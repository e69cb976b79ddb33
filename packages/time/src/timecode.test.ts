import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rational } from './rational.ts';
import type { Rate } from './rational-time.ts';
import {
  canDropFrame,
  formatTimecode,
  frameFromTimecode,
  framesPerDay,
  parseFrameOrTimecode,
  parseTimecode,
} from './timecode.ts';

const ntsc = rational(30_000, 1001);
const dropRates: readonly Rate[] = [ntsc, rational(60_000, 1001), rational(120_000, 1001)];
const nonDropRates: readonly Rate[] = [
  ...[24, 25, 30, 48, 50, 60, 100, 120].map((rate) => rational(rate)),
  ...[24, 30, 48, 60, 120].map((rate) => rational(rate * 1000, 1001)),
];
const countings = [
  ...nonDropRates.map((rate) => ({ rate, dropFrame: false })),
  ...dropRates.map((rate) => ({ rate, dropFrame: true })),
];
const runs = { numRuns: Number(process.env['PW_RUNS'] ?? 300) };

function coded(code: string): unknown {
  return expect.objectContaining({ code });
}

/** The oracle: counts frame by frame through the clock and skips the numbers that drop frame leaves out. */
function* clock(base: number, dropped: number): Generator<string> {
  for (let minute = 0; ; minute += 1) {
    for (let second = 0; second < 60; second += 1) {
      for (let frame = second === 0 && minute % 10 !== 0 ? dropped : 0; frame < base; frame += 1) {
        const fields = [Math.floor(minute / 60) % 24, minute % 60, second, frame];
        yield fields.map((field) => String(field).padStart(2, '0')).join(':');
      }
    }
  }
}

describe('C1: without drop frame', () => {
  test('23.976 counts to 24', () => {
    expect(formatTimecode(86_400, rational(24_000, 1001), false)).toBe('01:00:00:00');
    expect(formatTimecode(23, rational(24_000, 1001), false)).toBe('00:00:00:23');
    expect(formatTimecode(25, rational(25), false)).toBe('00:00:01:00');
  });
});

describe('C2: drop frame', () => {
  test('the two facts', () => {
    expect(frameFromTimecode('01:00:00;00', ntsc, true)).toBe(107_892);
    const last = parseTimecode('01:00:59;29', ntsc).frame;
    expect(formatTimecode(last + 1, ntsc, true)).toBe('01:01:00;02');
  });
  test('4 and 8 numbers at the higher rates', () => {
    expect(formatTimecode(3600, rational(60_000, 1001), true)).toBe('00:01:00;04');
    expect(formatTimecode(7200, rational(120_000, 1001), true)).toBe('00:01:00;008');
  });
  test('every frame of 21 minutes, counted one by one', () => {
    const numbers = clock(30, 2);
    for (let frame = 0; frame < 21 * 1800; frame += 1) {
      const expected = numbers.next().value;
      const written = formatTimecode(frame, ntsc, true).replace(';', ':');
      if (written !== expected) expect.fail(`frame ${frame}: ${written} is not ${String(expected)}`);
    }
  });
  test('two hours do not drift: 29.97 drop frame stays within 2 frames of the clock', () => {
    const frames = Math.round((7200 * 30_000) / 1001);
    expect(formatTimecode(frames, ntsc, true)).toBe('02:00:00;00');
  });
  test('only at 29.97, 59.94 and 119.88', () => {
    expect(dropRates.every(canDropFrame)).toBe(true);
    for (const rate of [rational(30), rational(25), rational(24_000, 1001), rational(48_000, 1001)]) {
      expect(canDropFrame(rate)).toBe(false);
      expect(() => formatTimecode(0, rate, true)).toThrow(coded('PW_TIMECODE_DROP'));
    }
  });
});

test('C3: separators and digits', () => {
  expect(formatTimecode(0, ntsc, true)).toBe('00:00:00;00');
  expect(formatTimecode(99, rational(100), false)).toBe('00:00:00:99');
  expect(formatTimecode(119, rational(120), false)).toBe('00:00:00:119');
});

test('C4: a day wraps', () => {
  expect(framesPerDay(ntsc, true)).toBe(2_589_408);
  expect(framesPerDay(rational(25), false)).toBe(2_160_000);
  for (const { rate, dropFrame } of countings) {
    const day = framesPerDay(rate, dropFrame);
    expect(formatTimecode(day, rate, dropFrame)).toBe(formatTimecode(0, rate, dropFrame));
    expect(frameFromTimecode(formatTimecode(-1, rate, dropFrame), rate, dropFrame)).toBe(day - 1);
  }
  expect(formatTimecode(-1, ntsc, true)).toBe('23:59:59;29');
});

test('C5: reading a written frame gives it back, at every rate', () => {
  fc.assert(
    fc.property(fc.constantFrom(...countings), fc.nat({ max: 10_368_000 - 1 }), ({ rate, dropFrame }, number) => {
      const frame = number % framesPerDay(rate, dropFrame);
      expect(parseTimecode(formatTimecode(frame, rate, dropFrame), rate)).toEqual({ frame, dropFrame });
    }),
    { numRuns: runs.numRuns * countings.length },
  );
});

describe('C6: what is refused, by name', () => {
  test('no timecode', () => {
    for (const text of [
      '',
      '01:00:00',
      '24:00:00:00',
      '00:60:00:00',
      '00:00:60:00',
      '00:00:00:25',
      'a0:00:00:00',
      '00:00:00:-1',
      '00:00:00.00',
    ]) {
      expect(() => parseTimecode(text, rational(25))).toThrow(coded('PW_TIMECODE_FORM'));
    }
  });
  test('numbers that drop frame leaves out', () => {
    for (const text of ['00:01:00;00', '00:01:00;01', '01:59:00;01']) {
      expect(() => parseTimecode(text, ntsc)).toThrow(coded('PW_TIMECODE_FORM'));
    }
    expect(parseTimecode('00:10:00;00', ntsc)).toEqual({ frame: 17_982, dropFrame: true });
    expect(parseTimecode('00:01:00:00', ntsc)).toEqual({ frame: 1800, dropFrame: false });
  });
  test('rates without timecode', () => {
    for (const rate of [rational(25, 2), rational(24_001, 1001), rational(1, 2)]) {
      expect(() => formatTimecode(0, rate, false)).toThrow(coded('PW_TIMECODE_RATE'));
    }
    expect(() => parseTimecode('00:00:00;00', rational(25))).toThrow(coded('PW_TIMECODE_DROP'));
  });
  test('a frame that is no whole number is a wrong call', () => {
    expect(() => formatTimecode(0.5, ntsc, true)).toThrow(TypeError);
  });
});

describe('C7: a place as people type it', () => {
  test('numbers count from the start', () => {
    expect(parseFrameOrTimecode('240', ntsc, true, 107_892)).toBe(240);
    expect(parseFrameOrTimecode('0', rational(25, 2), false, 0)).toBe(0);
  });
  test('timecodes are record timecodes in the counting of the timeline', () => {
    expect(parseFrameOrTimecode('01:00:00;00', ntsc, true, 107_892)).toBe(0);
    expect(parseFrameOrTimecode('01:01:00:02', ntsc, true, 107_892)).toBe(1800);
    expect(parseFrameOrTimecode('01:00:10:00', rational(24), false, 86_400)).toBe(240);
  });
  test('a semicolon in a timeline without drop frame is refused', () => {
    expect(() => parseFrameOrTimecode('01:00:00;00', ntsc, false, 0)).toThrow(coded('PW_TIMECODE_DROP'));
    expect(() => parseFrameOrTimecode('-5', ntsc, false, 0)).toThrow(coded('PW_TIMECODE_FORM'));
  });
});

test('C8: past midnight, and before the start', () => {
  const start = frameFromTimecode('23:50:00:00', rational(24), false);
  expect(parseFrameOrTimecode('00:10:00:00', rational(24), false, start)).toBe(20 * 60 * 24);
  expect(() => parseFrameOrTimecode('23:49:59:23', rational(24), false, start)).toThrow(
    coded('PW_TIMECODE_BEFORE_START'),
  );
  expect(() => parseFrameOrTimecode('00:59:59:23', rational(24), false, 86_400)).toThrow(
    coded('PW_TIMECODE_BEFORE_START'),
  );
});
