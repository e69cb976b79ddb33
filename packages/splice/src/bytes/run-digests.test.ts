import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles, sha256 } from '@patchwork/files';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/folder.ts';
import { hashing } from '../testing/hashing.ts';
import { runDigests } from './run-digests.ts';

const folder = temporaryFolder();
const path = join(folder, 'bytes.bin');
const content = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 73) % 255));
const runs = Number(process.env['PW_RUNS'] ?? 100);

test('A9: groups of runs have the digests of their bytes, also where a group has none', async () => {
  writeFileSync(path, content);
  const run = fc.record({ offset: fc.nat({ max: 4000 }), sizeBytes: fc.nat({ max: 1000 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(run, { maxLength: 4 }), { maxLength: 8 }), async (groups) => {
      const placed = groups.map((group) => group.map((each) => ({ path, ...each })));
      const told: number[] = [];
      const found = await runDigests(nodeFiles(), placed, hashing, (done) => told.push(done));
      const bytes = groups.map((group) =>
        Buffer.concat(group.map(({ offset, sizeBytes }) => content.subarray(offset, offset + sizeBytes))),
      );
      expect(found).toEqual(bytes.map((each) => sha256(each)));
      expect(told.at(-1) ?? 0).toBe(bytes.reduce((sum, each) => sum + each.length, 0));
    }),
    { numRuns: runs },
  );
});

test('A9: a file that ends before a run does is named', async () => {
  writeFileSync(path, content);
  truncateSync(path, 100);
  await expect(runDigests(nodeFiles(), [[{ path, offset: 50, sizeBytes: 51 }]], hashing)).rejects.toMatchObject({
    code: 'PW_SPLICE_SOURCE_CHANGED',
    details: { path },
  });
});
