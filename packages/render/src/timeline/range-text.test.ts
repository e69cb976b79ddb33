import { rational } from '@patchwork/time';
import { expect, test } from 'vitest';
import { parsePosition, parseRange } from './range-text.ts';
import type { TimelineFacts } from './timeline-facts.ts';

const film: TimelineFacts = { width: null, height: null, rate: rational(24), startFrame: 86_400, dropFrame: false };

test.each([
  ['240:720', 240, 720],
  ['01:00:10:00:01:00:30:00', 240, 720],
  ['240:01:00:30:00', 240, 720],
  ['01:00:10:00:720', 240, 720],
  ['0:1', 0, 1],
])('%s is a range from the start of the timeline', (text, start, end) => {
  expect(parseRange(text, film)).toEqual({ in: start, out: end });
});

test.each([
  ['720:240', 'PW_RANGE_EMPTY'],
  ['10:10', 'PW_RANGE_EMPTY'],
  ['00:59:59:23:01:00:00:10', 'PW_TIMECODE_BEFORE_START'],
  ['01:00:99:00:01:01:00:00', 'PW_TIMECODE_FORM'],
  ['', 'PW_RANGE_FORM'],
  [':', 'PW_RANGE_FORM'],
  ['10', 'PW_RANGE_FORM'],
  ['-5:10', 'PW_RANGE_FORM'],
  ['1.5:10', 'PW_RANGE_FORM'],
])('%j is refused as %s', (text, code) => {
  expect(() => parseRange(text, film)).toThrow(expect.objectContaining({ code }));
});

test('a timecode counts with the rate and drop frame of the timeline; without a rate it is none', () => {
  const ntsc: TimelineFacts = { ...film, rate: rational(30_000, 1001), startFrame: 0, dropFrame: true };
  expect(parsePosition('00:01:00;02', ntsc)).toBe(1800);
  expect(parsePosition('01:00:00:05', film)).toBe(5);
  expect(parsePosition('01:00:00:05', { ...film, rate: null })).toBeNull();
  expect(parsePosition('7', { ...film, rate: null })).toBe(7);
});
