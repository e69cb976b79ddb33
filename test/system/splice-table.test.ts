import { rmSync } from 'node:fs';
import { startWorkers, type MediaWorkers } from '@patchwork/media';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshFolder } from '../e2e/kit/patchwork.ts';
import { startChromium, type BrowserPage } from './kit/chromium.ts';
import type { Evidence } from './kit/evidence.ts';
import { foreignFilms } from './kit/foreign-films.ts';
import { foreignEvidence, writeMasters } from './kit/patched-foreign.ts';

let folder: string;
let workers: MediaWorkers;
let browser: BrowserPage;

beforeAll(async () => {
  folder = freshFolder('splice-table');
  workers = startWorkers({ count: 1 });
  browser = await startChromium();
  await writeMasters(workers, folder);
});

afterAll(async () => {
  await browser.close();
  await workers.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Nothing differs anywhere. */
function clean(frames: number, chromium: Evidence['chromium']): Evidence {
  return { frames, outside: 0, inside: 0, wrongSeeks: 0, disagreements: 0, ffmpeg: 0, chromium };
}

describe('films of other programs, patched three times', () => {
  test.each(foreignFilms)('$codec, $container: $name', async (kind) => {
    const found = await foreignEvidence(workers, browser, folder, kind);
    const unplayed = kind.plays === true ? 'fails on the untouched film' : 'does not play';
    const expected = clean(found.inPlace.frames, kind.plays === true && kind.stops !== true ? 0 : unplayed);
    expect(found).toEqual({ inPlace: expected, anew: expected });
  });
});
