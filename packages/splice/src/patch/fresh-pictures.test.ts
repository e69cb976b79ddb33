import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles, sha256 } from '@patchwork/files';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlacedChunk } from '../container/movie-spec.ts';
import { readMovie } from '../container/movie-reader.ts';
import { codedChunk, codedMovie, type StreamName } from '../testing/coded-movie.ts';
import { temporaryFolder } from '../testing/folder.ts';
import { hashing } from '../testing/hashing.ts';
import { findBoundaries, widened } from './boundaries.ts';
import { fittedPieces, writeFresh } from './fresh-pictures.ts';
import { patchInPlace } from './patch.ts';
import { planPatch, type PatchPlan } from './patch-plan.ts';

const files = nodeFiles();
const folder = temporaryFolder();
const scattered = join(folder, 'scattered.pack');

/** The first 8 frames of a stream, its bytes in runs with others between them. */
function inRuns(name: StreamName, cuts: readonly number[]): PlacedChunk {
  const chunk = codedChunk(name, folder, 8);
  const bytes = readFileSync(chunk.path);
  const places = [...new Set([0, ...cuts.map((cut) => cut % bytes.length), bytes.length])].toSorted((a, b) => a - b);
  writeFileSync(scattered, '');
  let at = 0;
  const runs = places.slice(0, -1).map((from, i) => {
    const part = bytes.subarray(from, places[i + 1]);
    appendFileSync(scattered, Buffer.concat([Buffer.alloc(i % 3, 0xee), part]));
    at += (i % 3) + part.length;
    return { offset: at - part.length, sizeBytes: part.length };
  });
  return { ...chunk, path: scattered, offset: runs[0]?.offset ?? 0, runs };
}

/** Everything that is appended, and the samples by their places in it. */
async function written(plan: PatchPlan): Promise<{ readonly bytes: Buffer; readonly samples: readonly Buffer[] }> {
  const list: Buffer[] = [];
  let at = 0;
  const fresh = await writeFresh(files, plan, hashing, async (data) => {
    list.push(Buffer.from(data));
    at += data.length;
    return at - data.length;
  });
  const bytes = Buffer.concat(list);
  return { bytes, samples: fresh.map(({ offset, sizeBytes }) => bytes.subarray(offset, offset + sizeBytes)) };
}

test.each([['h264'], ['h264 other']] as const)(
  'C14: of pieces in any number and in any runs (%s into h264) stands in the movie what each of them gives alone, under the digest foretold',
  async (name) => {
    const movie = await codedMovie('h264', folder);
    // A plan gives out ids: each gets boundaries of its own.
    const planOf = async (pieces: readonly PlacedChunk[]): Promise<PatchPlan> => {
      const base = await findBoundaries(files, movie);
      return planPatch(base, { range: widened(base, { in: 0, out: 8 * pieces.length }, 0), pieces });
    };
    const alone = await written(await planOf([codedChunk(name, folder, 8)]));
    const own = readFileSync(codedChunk(name, folder, 8).path);
    expect(alone.bytes.equals(own), 'only a piece of other settings is changed').toBe(name === 'h264');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 6 }), fc.integer({ min: 1, max: 3 }), async (cuts, count) => {
        const piece = inRuns(name, cuts);
        const plan = await planOf(Array.from({ length: count }, () => piece));
        const { bytes, samples } = await written(plan);
        expect(bytes).toEqual(Buffer.concat(Array.from({ length: count }, () => alone.bytes)));
        expect(samples).toEqual(Array.from({ length: count }, () => alone.samples).flat());
        const sizes = alone.samples.map((sample) => sample.length);
        const { pieces, link } = await fittedPieces(files, plan, hashing);
        expect(pieces.map(({ digest, sizes: told }) => ({ digest, told }))).toEqual(
          Array.from({ length: count }, () => ({ digest: sha256(alone.bytes), told: sizes })),
        );
        expect(link).toBeNull();
      }),
      { numRuns: Number(process.env['PW_RUNS'] ?? 40) },
    );
  },
);

test.each([['h264'], ['h264 other']] as const)(
  'C15: a piece (%s) whose bytes are not those recorded, or not all there, is named, and the movie stays byte for byte',
  async (name) => {
    const { path } = await codedMovie('h264', folder);
    const before = readFileSync(path);
    const base = await findBoundaries(files, await readMovie(files, path, sha256));
    const good = codedChunk(name, folder, 8);
    const broken = join(folder, 'broken.pack');
    for (const damage of ['flip', 'cut'] as const) {
      copyFileSync(good.path, broken);
      const bytes = readFileSync(broken);
      const last = bytes.length - 1;
      bytes[last] = (bytes[last] ?? 0) ^ 1;
      writeFileSync(broken, damage === 'flip' ? bytes : bytes.subarray(0, last));
      const pieces = [good, { ...good, key: sha256(damage), path: broken }];
      const plan = planPatch(base, { range: widened(base, { in: 0, out: 16 }, 0), pieces });
      await expect(patchInPlace(files, plan, hashing, async () => undefined)).rejects.toMatchObject({
        code: 'PW_SPLICE_CHUNK_CORRUPT',
        details: { key: sha256(damage), path: broken },
      });
      expect(readFileSync(path).equals(before), damage).toBe(true);
    }
  },
);
