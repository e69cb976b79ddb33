import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorkers, type MediaWorkers } from '@patchwork/media';
import type { Film } from '../e2e/kit/film.ts';
import { nativeCut, nativeFilm, nativeSite, trimmed } from '../e2e/kit/native-film.ts';
import { startChromium, type BrowserPage } from './kit/chromium.ts';
import { ffmpegDigests, readerDisagreements, seeksOver, wrongInBrowser } from './kit/evidence.ts';

/** An adopted film that was cut anew around its own index, as a browser and Debian's ffmpeg see it. */
let workers: MediaWorkers;
let browser: BrowserPage;
let film: Film;

beforeAll(async () => {
  workers = startWorkers({ count: 1 });
  browser = await startChromium();
  film = await nativeCut();
});

afterAll(async () => {
  await browser.close();
  await workers.close();
});

describe('an adopted H.264 film after a ripple', () => {
  test.each([['anew'], ['--fast'], ['--in-place']])('%s: every seek shows its picture', async (mode) => {
    const site = nativeSite(await nativeFilm());
    expect((await site.run('adopt', site.path, '--timeline', site.timeline(film))).code).toBe(0);
    const flags = mode === 'anew' ? [] : [mode];
    const timeline = site.timeline(trimmed(film));
    const ran = await site.run('render', timeline, '-o', site.path, '--on-unknown', 'trust', ...flags);
    expect(ran.code, ran.stdout).toBe(0);
    const codes = await workers.readCodes({ path: site.path, codeRow: 'top' });
    expect(codes).toHaveLength(152);
    expect(await readerDisagreements(workers, site.path)).toBe(0);
    expect(await wrongInBrowser(browser, site.path, seeksOver(152, [40, 52, 112]), codes)).toEqual([]);
    expect(await ffmpegDigests(site.path), 'told to stop at the first complaint').toHaveLength(152);
  });
});
