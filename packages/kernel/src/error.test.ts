import { describe, expect, test } from 'vitest';
import { isDigest } from './digest.ts';
import { isPatchworkError, PatchworkError } from './error.ts';

describe('PatchworkError', () => {
  test('carries code, message, hint, details and cause', () => {
    const cause = new Error('underneath');
    const error = new PatchworkError('PW_A_B', 'what and where', { hint: 'do this', details: { frame: 7 }, cause });
    const { name, code, message, hint, details } = error;
    expect({ name, code, message, hint, details }).toEqual({
      name: 'PatchworkError',
      code: 'PW_A_B',
      message: 'what and where',
      hint: 'do this',
      details: { frame: 7 },
    });
    expect(error.cause).toBe(cause);
  });

  test('has no hint, empty details and no cause by default', () => {
    const error = new PatchworkError('PW_A_B', 'what');
    expect([error.hint, error.details, 'cause' in error]).toEqual([null, {}, false]);
  });

  test('is recognised across copies of the package, and nothing else is', () => {
    const fromOtherCopy = Object.assign(new Error('x'), { name: 'PatchworkError', code: 'PW_A_B' });
    const values = [
      new PatchworkError('PW_A_B', 'x'),
      fromOtherCopy,
      new Error('x'),
      { name: 'PatchworkError', code: 'x' },
      null,
    ];
    expect(values.map(isPatchworkError)).toEqual([true, true, false, false, false]);
  });
});

test('isDigest: 64 lower-case hexadecimal characters', () => {
  const digest = '0123456789abcdef'.repeat(4);
  expect([digest, digest.toUpperCase(), digest.slice(1), `${digest}\n`, `${digest.slice(1)}g`].map(isDigest)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});
