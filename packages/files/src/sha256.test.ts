import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256, sha256OfFile } from './sha256.ts';

test('sha256: the vectors of FIPS 180-2, text as UTF-8', () => {
  expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256('é')).toBe(sha256(new Uint8Array([0xc3, 0xa9])));
});

test('sha256OfFile equals sha256 of the content, whatever its size against the 4 MB buffers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'patchwork-sha-'));
  const buffer = 4 << 20;
  try {
    for (const size of [0, 1, buffer - 1, buffer, buffer + 1, 2 * buffer, 2 * buffer + 7]) {
      const content = Buffer.alloc(size, 'patchwork');
      const path = join(folder, String(size));
      const totals: number[] = [];
      await writeFile(path, content);
      expect(await sha256OfFile(path, (total) => totals.push(total))).toBe(sha256(content));
      expect(totals.at(-1) ?? 0).toBe(size);
      expect(totals.length).toBe(Math.ceil(size / buffer));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('sha256OfFile names the file that it cannot read', async () => {
  await expect(sha256OfFile('/no/such/file')).rejects.toMatchObject({
    code: 'PW_FILE_ABSENT',
    details: { path: '/no/such/file' },
  });
});
