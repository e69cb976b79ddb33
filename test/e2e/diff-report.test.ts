import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorkers, type MediaWorkers } from '@patchwork/media';
import { otioText } from './kit/otio-text.ts';
import { patchwork, type Ran } from './kit/patchwork.ts';
import { deliveredSite, filmOf, removeSite, type Site } from './kit/site.ts';

/** The comparison against what was delivered: the frames to render are the plan's, pictures come from file and media. */
let workers: MediaWorkers;
let site: Site;
let recut: string;

beforeAll(async () => {
  workers = startWorkers({ count: 2 });
  site = await deliveredSite(await filmOf([1, 0, 24], [2, 0, 24], [3, 0, 24]), { workers });
  recut = join(site.folder, 'recut.otio');
  writeFileSync(recut, otioText(await filmOf([1, 0, 24], [2, 4, 24], [3, 0, 20])));
}, 300_000);

afterAll(async () => {
  await workers.close();
  removeSite(site);
});

function run(...words: readonly string[]): Promise<Ran> {
  return patchwork(words, { store: site.store });
}

test('frames to render are those of the plan', async () => {
  const diff = await run('diff', site.deliverable, recut);
  const plan = await run('plan', recut, site.deliverable);
  expect(diff.code, diff.stderr).toBe(0);
  expect(diff.json.changes.map(({ text }) => text)).toEqual(['slip +4', 'ripple trim out −4']);
  expect(diff.json.framesToRender).toBe(plan.json.frames.rendered);
  expect(diff.json.unknown).toEqual([]);
}, 300_000);

test('the page shows both sides: the frame that was delivered, and the one that the media gives', async () => {
  const path = join(site.folder, 'diff.html');
  const ran = await run('diff', site.deliverable, recut, '--format', 'html', '-o', path);
  expect(ran.code, ran.stderr).toBe(0);
  const images = readFileSync(path, 'utf8').match(/src="data:image\/jpeg;base64,[^"]{400,}"/g) ?? [];
  expect(images).toHaveLength(4);
  expect(new Set(images.slice(0, 2)).size, 'a slip shows another frame').toBe(2);
}, 300_000);
