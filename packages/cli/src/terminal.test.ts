import { expect, test } from 'vitest';
import { hasColor } from './terminal.ts';

test('colours: where a terminal is, unless NO_COLOR says no; FORCE_COLOR gives them to a pipe', () => {
  expect(hasColor({}, true)).toBe(true);
  expect(hasColor({}, false)).toBe(false);
  expect(hasColor({ NO_COLOR: '1' }, true)).toBe(false);
  expect(hasColor({ NO_COLOR: '' }, true)).toBe(true);
  expect(hasColor({ FORCE_COLOR: '1' }, false)).toBe(true);
  expect(hasColor({ FORCE_COLOR: '0' }, true)).toBe(false);
  expect(hasColor({ TERM: 'dumb' }, true)).toBe(false);
  expect(hasColor({ TERM: 'dumb', FORCE_COLOR: '1' }, true)).toBe(true);
  expect(hasColor({ FORCE_COLOR: '1', NO_COLOR: '1' }, true)).toBe(false);
});
