import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFiles, sha256 } from '@patchwork/files';
import type { FilePort } from '@patchwork/kernel';
import { openStore } from '@patchwork/store';
import { afterAll, expect, test } from 'vitest';
import { requireSpace } from './space.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwork-space-'));
const films = join(folder, 'films');
const chunks = join(folder, 'chunks');
mkdirSync(films);
afterAll(() => rmSync(folder, { recursive: true }));

/** The port with so much room on each disk; `shared` says whether films and chunks lie on one. */
function disks(shared: boolean, free: { readonly films: number; readonly chunks: number }): FilePort {
  const files = nodeFiles();
  return {
    ...files,
    stat: async (path) => {
      const stat = await files.stat(path);
      return stat === null ? null : { ...stat, dev: shared || path === films ? '1' : '2' };
    },
    freeBytes: async (path) => (shared || path === films ? free.films : free.chunks),
  };
}

async function check(
  shared: boolean,
  free: { readonly films: number; readonly chunks: number },
  temporaryBytes = 0,
): Promise<unknown> {
  const files = disks(shared, free);
  const store = await openStore(nodeFiles(), chunks, { sha256, capBytes: 1e9, clockMs: Date.now });
  try {
    await requireSpace({ files, store }, join(films, 'film.mov'), {
      deliverableBytes: 100,
      storeBytes: 50,
      temporaryBytes,
    });
    return null;
  } catch (error) {
    return error;
  } finally {
    await store.close();
  }
}

test('on one disk the new file and the chunks must fit together', async () => {
  expect(await check(true, { films: 150, chunks: 0 })).toBeNull();
  expect(await check(true, { films: 149, chunks: 0 })).toMatchObject({
    code: 'PW_FILE_NO_SPACE',
    details: { path: films, freeBytes: 149, neededBytes: 150 },
  });
});

test('what is gone before the deliverable is written needs room as well, but not beside it', async () => {
  expect(await check(true, { films: 150, chunks: 0 }, 100)).toBeNull();
  expect(await check(true, { films: 150, chunks: 0 }, 101)).toMatchObject({ details: { neededBytes: 151 } });
  expect(await check(false, { films: 100, chunks: 60 }, 10)).toBeNull();
  expect(await check(false, { films: 100, chunks: 60 }, 11)).toMatchObject({ details: { neededBytes: 61 } });
});

test('on two disks each must hold its part', async () => {
  expect(await check(false, { films: 100, chunks: 50 })).toBeNull();
  expect(await check(false, { films: 99, chunks: 50 })).toMatchObject({ details: { path: films } });
  expect(await check(false, { films: 100, chunks: 49 })).toMatchObject({ details: { path: chunks, neededBytes: 50 } });
});
