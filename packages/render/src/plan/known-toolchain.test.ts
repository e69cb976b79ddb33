import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFiles, sha256, sha256OfFile } from '@patchwork/files';
import { nativeLibrary, startWorkers, type MediaWorkers } from '@patchwork/media';
import { builtInProfile } from '@patchwork/plan';
import { openMediaCache, openStore } from '@patchwork/store';
import { afterAll, expect, test } from 'vitest';
import { knownToolchain } from './known-toolchain.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwork-toolchain-'));
const pool = startWorkers({ count: 1 });
afterAll(async () => {
  await pool.close();
  rmSync(folder, { recursive: true });
});

const { video } = builtInProfile('h264', { width: 64, height: 48, rate: { num: 24, den: 1 } });

/** A run of its own on one store: what an earlier run knew must come from the disk. */
async function run(workers: () => MediaWorkers): Promise<Parameters<typeof knownToolchain>[0]> {
  const files = nodeFiles();
  const store = await openStore(files, folder, { sha256, capBytes: 1e9, clockMs: () => 0 });
  const mediaCache = await openMediaCache(store.context, (path) => sha256OfFile(path));
  return { files, sha256, mediaCache, workers, signal: new AbortController().signal };
}

test.skipIf(nativeLibrary() === null)(
  'a toolchain is asked once, and again for another profile: no media process starts to name what is known',
  async () => {
    const nobody = (): never => {
      throw new TypeError('a media process was started');
    };
    const answer = await knownToolchain(await run(() => pool), video);
    expect(answer).toEqual(await pool.toolchain(video));
    expect(await knownToolchain(await run(nobody), video)).toEqual(answer);
    const other = { ...video, options: { ...video.options, crf: '30' } };
    await expect(run(nobody).then((later) => knownToolchain(later, other))).rejects.toThrow('was started');
  },
);
