import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTestCode } from '@patchwork/media';
import { startChromium, type BrowserPage } from './kit/chromium.ts';
import { serveMediaPage, type MediaPage } from './kit/media-page.ts';
import { codeAt, framesToSeek, patchedFilm, type PatchedFilm } from './kit/patched-film.ts';

/**
 * A browser ignores parameter sets in the stream, keeps one decoder open over seeks, and jumps backwards: the forms of
 * splicing that look clean in a linear decode break here.
 */
let patched: PatchedFilm;
let browser: BrowserPage;
let media: MediaPage;

beforeAll(async () => {
  patched = await patchedFilm('film.mp4', 'h264');
  media = await serveMediaPage(patched.path, 'video/mp4');
  browser = await startChromium();
  await browser.open(media.url);
});

afterAll(async () => {
  await browser.close();
  await media.close();
});

test('opens the patched file', async () => {
  expect(await browser.evaluate('ready')).toMatchObject({ width: patched.film.width, height: patched.film.height });
});

test('shows the right frame after every seek, forwards and backwards, on both sides of every seam', async () => {
  const [rate, base] = patched.film.rate;
  const { width, height } = patched.film;
  const frames = framesToSeek(patched);
  const shown: unknown[] = [];
  for (const frame of frames) {
    const seconds = ((frame + 0.5) * base) / rate;
    const luma = await browser.evaluate(`grab(${seconds}, ${(0.75 * base) / rate})`);
    const data = Buffer.from(String(luma), 'base64');
    shown.push(readTestCode({ data, stride: width, width, height }, 'top'));
  }
  expect(shown).toEqual(frames.map((frame) => codeAt(patched.film, frame)));
});

test('plays across the seams without an error', async () => {
  const [first] = patched.dirty;
  const [rate, base] = patched.film.rate;
  const from = (Math.max(0, (first?.[0] ?? 0) - 24) * base) / rate;
  const played = await browser.evaluate(`(async () => {
    video.currentTime = ${from};
    video.playbackRate = 4;
    await video.play();
    await new Promise((resolve, reject) => {
      video.addEventListener('timeupdate', () => { if (video.currentTime > ${from + 8}) resolve(); });
      video.addEventListener('ended', resolve);
      video.addEventListener('error', () => reject(failure()));
      setTimeout(() => reject(new Error('stalled at ' + video.currentTime)), 20000);
    });
    video.pause();
    return video.error === null;
  })()`);
  expect(played).toBe(true);
});
