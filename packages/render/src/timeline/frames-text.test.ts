import { expect, test } from 'vitest';
import { framesText } from './frames-text.ts';

test('frames are told with both ends, and as timecode where the film has one', () => {
  const place = { rate: { num: 24, den: 1 }, start: { frame: 86_400, dropFrame: false } };
  expect(framesText({ in: 40, out: 60 }, place)).toBe('frames 40–59 (01:00:01:16–01:00:02:11)');
  expect(framesText({ in: 0, out: 1 }, place)).toBe('frame 0 (01:00:00:00)');
  expect(framesText({ in: 40, out: 60 }, null)).toBe('frames 40–59');
});
