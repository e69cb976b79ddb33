import fc from 'fast-check';
import { expect, test } from 'vitest';
import { builtInProfile } from './built-in-profile.ts';
import { estimate, guessRates, measuredRates, type MeasuredRun } from './estimate.ts';
import type { Plan } from './plan.ts';

const guess = guessRates(builtInProfile('prores-422-hq', { width: 1920, height: 1080, rate: { num: 24, den: 1 } }), 2);

function run(rendered: number, renderSeconds: number): MeasuredRun {
  return { rendered, frames: 1000, programSeconds: 40, withSound: rendered === 0, renderSeconds, restSeconds: 2 };
}

test('an estimate takes pictures beside sound, then writing and proof of the whole', () => {
  const plan: Plan = { frames: 1000, chunks: [], missing: [], rendered: 100, reused: 900, sound: 'render' };
  const rates = {
    framesPerSecond: 50,
    startSeconds: 1,
    bytesPerFrame: 1000,
    soundSpeed: 20,
    soundBytesPerSecond: 100,
    restSecondsPerFrame: 0.002,
    measured: true,
  };
  expect(estimate(plan, 40, rates)).toEqual({ seconds: 5, freshBytes: 104_000, measured: true });
  expect(estimate({ ...plan, rendered: 0 }, 40, rates)).toEqual({ seconds: 4, freshBytes: 4000, measured: true });
  expect(estimate({ ...plan, rendered: 0, sound: 'reuse' }, 40, rates)).toMatchObject({ seconds: 2, freshBytes: 0 });
});

test('guessed rates say that they are guesses, and stand where nothing was measured', () => {
  expect(guess).toMatchObject({ measured: false, soundBytesPerSecond: 288_000 });
  expect(measuredRates([], guess)).toBe(guess);
});

test('a film in a codec that is never rendered to has a forecast, too', () => {
  const raster = { width: 1920, height: 1080, rate: { num: 24, den: 1 } };
  const known = builtInProfile('prores-422-hq', raster);
  const found: typeof known = JSON.parse(JSON.stringify(known).replace('"prores"', '"jpeg"'));
  expect(found.video.codec).toBe('jpeg');
  expect(guessRates(found, 2)).toEqual(guess);
});

test('two runs tell the start and the pace, a sound-only run the pace of sound', () => {
  const rates = measuredRates([run(100, 4), run(300, 8), run(0, 0.5)], guess);
  expect(rates).toEqual({
    ...guess,
    framesPerSecond: 50,
    startSeconds: 2,
    soundSpeed: 80,
    restSecondsPerFrame: 0.002,
    measured: true,
  });
});

test('whatever was measured, more frames never take less time, and none is negative', () => {
  const anyRun = fc.tuple(fc.nat(5000), fc.double({ min: 0, max: 1e4, noNaN: true })).map(([n, s]) => run(n, s));
  fc.assert(
    fc.property(fc.array(anyRun, { minLength: 1 }), fc.nat(5000), fc.nat(5000), (runs, a, b) => {
      const rates = measuredRates(runs, guess);
      const plan: Plan = { frames: 5000, chunks: [], missing: [], rendered: 0, reused: 0, sound: 'reuse' };
      const seconds = (rendered: number): number => estimate({ ...plan, rendered }, 200, rates).seconds;
      expect(seconds(Math.min(a, b))).toBeLessThanOrEqual(seconds(Math.max(a, b)));
      expect(seconds(a)).toBeGreaterThanOrEqual(0);
    }),
  );
});
