import { PatchworkError } from '@patchwork/kernel';
import { expect, test } from 'vitest';
import { interruption } from './interruption.ts';

const byHand = new PatchworkError('PW_INTERRUPTED', 'stopped by SIGINT');

test('a stop comes out as one code that says how many frames are kept, however the work ended', () => {
  const signal = AbortSignal.abort(byHand);
  const ends = [byHand, new PatchworkError('PW_MEDIA_ABORTED', 'job ended'), new DOMException('aborted', 'AbortError')];
  for (const end of ends) {
    expect(interruption(signal, end, { kept: 48, total: 96 })).toMatchObject({
      code: 'PW_INTERRUPTED',
      message: 'stopped by SIGINT: 48 of 96 frames to render are finished and kept',
      details: { kept: 48, total: 96 },
      cause: end,
    });
  }
  expect(interruption(signal, byHand, null)).toMatchObject({ message: 'stopped by SIGINT', details: {} });
});

test('a failure of its own stays what it is, before and after a stop', () => {
  const full = new PatchworkError('PW_FILE_NO_SPACE', 'the disk is full');
  expect(interruption(AbortSignal.abort(byHand), full, null)).toBe(full);
  const aborted = new PatchworkError('PW_MEDIA_ABORTED', 'a sibling failed');
  expect(interruption(new AbortController().signal, aborted, null)).toBe(aborted);
});
