import type { Phase, ProgressEvent } from '@patchwork/render';
import { expect, test } from 'vitest';
import { duration, idleProgress, progressLine, updatedProgress } from './progress-line.ts';

const event = (phase: Phase, done: number, total: number, unit: ProgressEvent['unit']): ProgressEvent => ({
  phase,
  done,
  total,
  unit,
});

test('nothing begun draws nothing', () => {
  expect(progressLine(idleProgress, 80)).toBe('');
});

test.each([
  [event('hash', 5e6, 10e6, 'bytes'), 'Reading media       50 %  5.0 of 10.0 MB'],
  [
    { ...event('hash', 5e6, 10e6, 'bytes'), file: 'a\u001b[2J.mov' },
    'Reading media       50 %  5.0 of 10.0 MB  a?[2J.mov',
  ],
  [event('render', 48, 192, 'frames'), 'Rendering           25 %  48 of 192 frames'],
  [event('sound', 1.5, 3.2, 'seconds'), 'Rendering sound     46 %  1 of 4 seconds'],
  [event('write', 0, 0, 'bytes'), 'Writing            100 %  0.0 of 0.0 MB'],
  [event('prove', 9, 10, 'frames'), 'Proving             90 %  9 of 10 frames'],
])('%j names its phase and how far it is', (each, text) => {
  expect(progressLine(updatedProgress(idleProgress, each, 0), text.length)).toBe(text);
});

test('the time left follows from the pace of the phase, not of the run, and is silent for the first second', () => {
  const hashed = updatedProgress(idleProgress, event('hash', 1, 1, 'bytes'), 0);
  const begun = updatedProgress(hashed, event('render', 0, 100, 'frames'), 60_000);
  const early = updatedProgress(begun, event('render', 10, 100, 'frames'), 60_900);
  expect(progressLine(early, 120)).not.toContain('left');
  const later = updatedProgress(early, event('render', 20, 100, 'frames'), 62_000);
  expect(progressLine(later, 120)).toContain('about 8 s left');
});

test('the line never is wider than its terminal', () => {
  const state = updatedProgress(idleProgress, event('render', 48, 192, 'frames'), 0);
  for (let width = 0; width <= 120; width += 1) expect(progressLine(state, width).length).toBeLessThanOrEqual(width);
});

test.each([
  [7_600, '8 s'],
  [185_000, '3 min 05 s'],
  [7_800_000, '2 h 10 min'],
])('%d ms is written %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});
