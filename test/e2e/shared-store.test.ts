import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles } from '@patchwork/files';
import type { FilePort } from '@patchwork/kernel';
import { startWorkers, type MediaWorkers } from '@patchwork/media';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Film } from './kit/film.ts';
import {
  copyOfSite,
  deliveredSite,
  digestAt,
  emptySite,
  expectedAt,
  filmOf,
  removeSite,
  renderSite,
  type Expected,
  type Site,
} from './kit/site.ts';

/** Several runs with one store: what one takes out of it is a miss for the others, never an error. */
let workers: MediaWorkers;
let template: Site;
let next: Film;
let expected: Expected;

beforeAll(async () => {
  workers = startWorkers({ count: 2 });
  template = await deliveredSite(await filmOf([1, 0, 48], [2, 0, 48]), { workers });
  next = await filmOf([3, 0, 24], [1, 0, 48], [3, 24, 48]);
  const site = copyOfSite(template, next);
  expected = await expectedAt(site, { workers });
  removeSite(site);
}, 300_000);

afterAll(async () => {
  await workers.close();
  removeSite(template);
});

/** The disk, on which another run takes all packs away when this one is about to write the film for the first time. */
function emptiedAtWrite(site: Site): FilePort {
  const files = nodeFiles();
  let isDone = false;
  return {
    ...files,
    open: async (path, mode) => {
      const isNew = mode === 'create' && path.includes('.patchwork-publish-');
      if (!isDone && (isNew || (mode === 'update' && path === site.deliverable))) {
        isDone = true;
        rmSync(join(site.store, 'packs'), { recursive: true });
      }
      return await files.open(path, mode);
    },
  };
}

test.each(['whole', 'in-place'] as const)(
  'packs that vanish before the film is written %s are rendered again',
  async (publication) => {
    const site = copyOfSite(template, next);
    const done = await renderSite(site, { workers, publication, files: emptiedAtWrite(site) });
    expect(done.notes.join('\n')).toContain('took out of the store');
    expect(done.frames.rendered).toBe(72);
    if (publication === 'whole') expect(digestAt(site)).toBe(expected.cleanSha256);
    // Nothing but what the next run would have written: up to date.
    expect((await renderSite(site, { workers, publication })).upToDate).toBe(true);
    removeSite(site);
  },
);

test('one film rendered to three places at once, from one store', async () => {
  const first = emptySite(next);
  const sites = [first, ...[1, 2].map(() => ({ ...emptySite(next), store: first.store }))];
  await Promise.all(sites.map((site) => renderSite(site, { workers })));
  for (const site of sites) expect(digestAt(site)).toBe(expected.cleanSha256);
  for (const site of sites) removeSite(site);
});

test('a pack that another run lets go of in the moment in which it is stored is rendered again', async () => {
  const site = copyOfSite(template, next);
  const files = nodeFiles();
  let isDone = false;
  const done = await renderSite(site, {
    workers,
    files: {
      ...files,
      rename: async (from, to) => {
        await files.rename(from, to);
        if (isDone || !to.endsWith('.index')) return;
        isDone = true;
        rmSync(to);
        rmSync(to.replace(/\.index$/, '.pack'));
      },
    },
  });
  expect(done.frames.rendered).toBe(72);
  expect(digestAt(site)).toBe(expected.cleanSha256);
  removeSite(site);
});
