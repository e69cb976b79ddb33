import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFiles, sha256, startSha256 } from '@patchwork/files';
import { afterAll, expect, test } from 'vitest';
import { runDigest } from './file-digest.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwork-digest-'));
afterAll(() => rmSync(folder, { recursive: true }));
const context = { files: nodeFiles(), hashing: { sha256, startSha256 } };

test('the digest of a run is that of its bytes, over several blocks; a file that ends within it is refused', async () => {
  const path = join(folder, 'film.mov');
  const bytes = Uint8Array.from({ length: (9 << 20) + 7 }, (_, at) => (at * 31) >> 3);
  writeFileSync(path, bytes);
  const run = { path, offset: 5, sizeBytes: bytes.length - 9 };
  expect(await runDigest(context, run)).toBe(sha256(bytes.subarray(5, bytes.length - 4)));
  expect(await runDigest(context, { path, offset: 5, sizeBytes: 0 })).toBe(sha256(new Uint8Array()));
  await expect(runDigest(context, { ...run, sizeBytes: bytes.length - 4 })).rejects.toMatchObject({
    code: 'PW_MOVIE_CHANGED',
  });
});
