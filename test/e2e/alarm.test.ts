import { closeSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { sha256 } from '@patchwork/files';
import { startWorkers, type MediaWorkers } from '@patchwork/media';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { patchwork } from './kit/patchwork.ts';
import { copyOfSite, deliveredSite, digestAt, filmOf, renderSite } from './kit/site.ts';

let workers: MediaWorkers;

beforeAll(() => {
  workers = startWorkers({ count: 1 });
});

afterAll(() => workers.close());

/** A machine that computes wrongly: every chunk comes out with another last byte, and says so in its digest. */
function faulty(inner: MediaWorkers): MediaWorkers {
  return {
    ...inner,
    encodePictures: async (job, options) => {
      const chunks = await inner.encodePictures(job, options);
      const bytes = readFileSync(job.outPath);
      let end = 0;
      const wrong = chunks.map((chunk) => {
        const start = end;
        end += chunk.sizes.reduce((sum, size) => sum + size, 0);
        bytes[end - 1] = (bytes[end - 1] ?? 0) ^ 1;
        return { ...chunk, digest: sha256(bytes.subarray(start, end)) };
      });
      writeFileSync(job.outPath, bytes);
      return wrong;
    },
  };
}

test('frames that are encoded again and give other bytes are refused, and an alarm stays', async () => {
  const film = await filmOf([1, 0, 60], [2, 0, 60]);
  const site = copyOfSite(await deliveredSite(film, { workers }), film);
  const good = readFileSync(site.deliverable);
  const shown = await patchwork(['show', site.deliverable], { store: site.store });
  const chunk = shown.json.chunks[1];
  // A byte of a chunk decays: it must be rendered again.
  const file = openSync(site.deliverable, 'r+');
  const byte = Buffer.alloc(1);
  const at = (chunk?.offset ?? 0) + (chunk?.size ?? 0) - 9;
  readSync(file, byte, 0, 1, at);
  writeSync(file, Buffer.of((byte[0] ?? 0) ^ 255), 0, 1, at);
  closeSync(file);
  const damaged = digestAt(site);

  await expect(renderSite(site, { workers: faulty(workers) })).rejects.toMatchObject({
    code: 'PW_STORE_NONDETERMINISTIC',
    details: { key: chunk?.key },
  });
  expect(digestAt(site), 'nothing is published').toBe(damaged);
  const fsck = await patchwork(['fsck'], { store: site.store });
  expect(fsck.code).toBe(5);
  expect(fsck.stdout).toContain('PW_STORE_NONDETERMINISTIC');
  expect(fsck.stdout).toContain(chunk?.key ?? '?');

  // A machine that computes rightly mends it.
  await renderSite(site, { workers });
  expect(readFileSync(site.deliverable).equals(good)).toBe(true);
});
