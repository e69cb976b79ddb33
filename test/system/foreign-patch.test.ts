import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles, sha256, startSha256 } from '@patchwork/files';
import { readTestCode, startWorkers, type MediaWorkers, type TestVideoSpec } from '@patchwork/media';
import {
  adoptMovie,
  findBoundaries,
  patchInPlace,
  planPatch,
  readMovie,
  rewriteMovie,
  widened,
} from '@patchwork/splice';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshFolder } from '../e2e/kit/patchwork.ts';
import { startChromium, type BrowserPage } from './kit/chromium.ts';
import { serveMediaPage } from './kit/media-page.ts';

/**
 * H.264 files that another program wrote, patched with pictures of other encoder settings, twice, in place and written
 * anew: a browser and Debian's ffmpeg must show the right picture in every place, also after seeks back and forth across
 * the seams. Parameter sets under one id, or in a second sample entry, fail exactly here.
 */
const files = nodeFiles();
const hashing = { sha256, startSha256 };
const rate = { num: 25, den: 1 };
const frames = 150;
const width = 640;
const height = 360;
const picture: TestVideoSpec = { codec: 'h264', width, height, rate, frames, gop: 25, bFrames: 2 };
let folder: string;
let workers: MediaWorkers;
let browser: BrowserPage;

beforeAll(async () => {
  folder = freshFolder('foreign-patch');
  workers = startWorkers({ count: 1 });
  browser = await startChromium();
});

afterAll(async () => {
  await browser.close();
  await workers.close();
  rmSync(folder, { recursive: true, force: true });
});

const cases: readonly (readonly [string, TestVideoSpec, TestVideoSpec])[] = [
  ['B-frames, patched with deeper quality', picture, { ...picture, crf: 30, bFrames: 2 }],
  ['no B-frames, patched twice', { ...picture, bFrames: 0 }, { ...picture, bFrames: 0, crf: 12 }],
];

describe.each(cases)('%s', (name, base, piece) => {
  const file = (kind: string): string => join(folder, `${name} ${kind}.mp4`);
  /** What every frame shows. */
  const expected = Array.from({ length: frames }, (_, frame) => ({ id: 1, frame }));
  const seams: number[] = [];

  beforeAll(async () => {
    const sound = { codec: 'aac', sampleRate: 48000, channels: 2, frequency: 440 } as const;
    await workers.writeTestMedia({ path: file('film'), id: 1, container: 'mp4', video: base, sound });
    for (const [id, start, crf] of [
      [2, 52, 30],
      [3, 101, 14],
    ] as const) {
      const movie = await readMovie(files, file('film'), sha256);
      const cut = await findBoundaries(files, movie);
      const range = widened(cut, { in: start, out: start + 3 }, frames);
      const length = range.out - range.in;
      const path = file(`piece ${id}`);
      await workers.writeTestMedia({
        path,
        id,
        container: 'mp4',
        video: { ...piece, crf, frames: length },
        sound: null,
      });
      const { chunks } = await adoptMovie(
        files,
        await findBoundaries(files, await readMovie(files, path, sha256)),
        hashing,
      );
      await patchInPlace(files, planPatch(cut, { range, pieces: chunks }), hashing, async () => undefined);
      for (let i = 0; i < length; i++) expected[range.in + i] = { id, frame: i };
      seams.push(range.in, range.out);
    }
    const patched = await readMovie(files, file('film'), sha256);
    await rewriteMovie(files, file('anew'), patched, null, file('scratch'), hashing);
  });

  test.each(['film', 'anew'])('a browser shows every seam, forwards and backwards (%s)', async (kind) => {
    const media = await serveMediaPage(file(kind), 'video/mp4');
    try {
      await browser.open(media.url);
      expect(await browser.evaluate('ready')).toMatchObject({ width, height });
      // Into the last patch, back into the first, then around each seam, backwards and forwards.
      const around = seams.flatMap((seam) => [seam + 3, seam - 1, seam, seam - 7, seam + 1]);
      const list = [120, 60, 10, 149, ...around.toReversed(), 0, ...around].filter(
        (frame) => frame >= 0 && frame < frames,
      );
      const shown: unknown[] = [];
      for (const frame of list) {
        const luma = await browser.evaluate(`grab(${(frame + 0.5) / 25}, ${0.75 / 25})`);
        const data = Buffer.from(String(luma), 'base64');
        shown.push(readTestCode({ data, stride: width, width, height }, 'top'));
      }
      expect(shown).toEqual(list.map((frame) => expected[frame]));
    } finally {
      await media.close();
    }
  });

  test.each(['film', 'anew'])(
    'Debian’s ffmpeg decodes it without complaint, copies it, and counts its frames (%s)',
    (kind) => {
      const copy = file(`${kind} copy`);
      const run = (args: readonly string[]): Buffer =>
        execFileSync('ffmpeg', ['-v', 'error', '-xerror', '-err_detect', 'explode', ...args], {
          stdio: ['ignore', 'pipe', 'pipe'],
        });
      const digests = (path: string): readonly string[] =>
        run(['-i', path, '-map', '0:v', '-f', 'framemd5', '-'])
          .toString()
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('#'))
          .map((line) => line.split(',').at(-1)?.trim() ?? '');
      const straight = digests(file(kind));
      expect(straight.length).toBe(frames);
      run(['-y', '-i', file(kind), '-c', 'copy', copy]);
      expect(digests(copy)).toEqual(straight);
    },
  );
});
