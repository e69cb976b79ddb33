import { expect, test } from 'vitest';
import { builtInProfile } from './built-in-profile.ts';
import { estimate, guessRates } from './estimate.ts';
import type { Plan } from './plan.ts';

test('an estimate adds up pictures and sound, and wants room for both files', () => {
  const plan: Plan = { frames: 1000, chunks: [], missing: [], rendered: 100, reused: 900, sound: 'render' };
  const rates = { framesPerSecond: 50, bytesPerFrame: 1000, soundSpeed: 20, soundBytesPerSecond: 100, measured: true };
  const expected = {
    seconds: 4,
    freshBytes: 104_000,
    deliverableBytes: 1_004_000,
    bytesNeeded: 1_108_000,
    measured: true,
  };
  expect(estimate(plan, 40, rates)).toEqual(expected);
  expect(estimate({ ...plan, rendered: 0, sound: 'reuse' }, 40, rates)).toMatchObject({ seconds: 0, freshBytes: 0 });
});

test('guessed rates say that they are guesses', () => {
  const profile = builtInProfile('prores-422-hq', { width: 1920, height: 1080, rate: { num: 24, den: 1 } });
  expect(guessRates(profile, 2)).toMatchObject({ measured: false, soundBytesPerSecond: 288_000 });
});
