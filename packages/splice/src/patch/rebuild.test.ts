import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles } from '@patchwork/files';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteSpan } from '../container/movie-spec.ts';
import { joinRuns, otherSpans, sharedRuns } from './rebuild.ts';
import { temporaryFolder } from '../testing/folder.ts';

const files = nodeFiles();
const folder = temporaryFolder();
const runs = Number(process.env['PW_RUNS'] ?? 60);

/** Divides the bytes of a stream into spans that stand somewhere in a file, in any order, with other bytes between. */
function scattered(stream: Uint8Array, cuts: readonly number[], seed: number): { bytes: Buffer; spans: ByteSpan[] } {
  const edges = [...new Set([0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length])].toSorted(
    (a, b) => a - b,
  );
  const pieces = edges.slice(1).map((edge, i) => stream.subarray(edges[i], edge));
  const order = pieces.map((_, i) => i).toSorted((a, b) => ((a * 7 + seed) % 5) - ((b * 7 + seed) % 5));
  const spans: ByteSpan[] = pieces.map(() => ({ offset: 0, sizeBytes: 0 }));
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const place of order) {
    const filler = new Uint8Array((place * 3 + seed) % 4).fill(250 - place);
    const piece = pieces[place] ?? new Uint8Array(0);
    parts.push(filler, piece);
    spans[place] = { offset: at + filler.length, sizeBytes: piece.length };
    at += filler.length + piece.length;
  }
  return { bytes: Buffer.concat(parts), spans };
}

test('X5: a file is built again from another that holds some of its bytes, and from the rest', async () => {
  const cuts = fc.array(fc.nat(), { maxLength: 6 });
  const drawn = fc.uint8Array({ minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(drawn, cuts, cuts, fc.nat(9), async (stream, first, second, seed) => {
      const [old, now] = [scattered(stream, first, seed), scattered(stream, second, seed + 1)];
      const paths = ['old', 'now', 'rest', 'again'].map((name) => join(folder, name)) as [
        string,
        string,
        string,
        string,
      ];
      const [oldPath, nowPath, restPath, path] = paths;
      for (const each of paths) rmSync(each, { force: true });
      writeFileSync(oldPath, old.bytes);
      writeFileSync(nowPath, now.bytes);
      const shared = sharedRuns([{ at: old.spans, from: now.spans }]);
      const rest = otherSpans(shared, old.bytes.length);
      expect(rest.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBe(old.bytes.length - stream.length);
      const never = (): never => expect.unreachable('a run is cut off');
      await joinRuns(
        files,
        restPath,
        rest.map((span) => ({ path: oldPath, ...span })),
        never,
      );
      let inRest = 0;
      const parts = [
        ...shared.map(({ at, from, sizeBytes }) => ({ at, path: nowPath, offset: from, sizeBytes })),
        ...rest.map(({ offset, sizeBytes }) => {
          inRest += sizeBytes;
          return { at: offset, path: restPath, offset: inRest - sizeBytes, sizeBytes };
        }),
      ].toSorted((a, b) => a.at - b.at);
      await joinRuns(files, path, parts, never);
      expect(readFileSync(path).equals(old.bytes)).toBe(true);
    }),
    { numRuns: runs },
  );
});
