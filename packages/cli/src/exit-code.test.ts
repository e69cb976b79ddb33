import { expect, test } from 'vitest';
import { exitCodeOf } from './exit-code.ts';

test.each([
  ['PW_FULL_REQUIRED', 2],
  ['PW_UNKNOWN_REFUSED', 3],
  ['PW_PROOF_FAILED', 5],
  ['PW_INTERRUPTED', 1],
  ['PW_USAGE', 1],
  ['PW_INTERNAL', 1],
])('%s ends with %d', (code, exit) => {
  expect(exitCodeOf(code)).toBe(exit);
});
