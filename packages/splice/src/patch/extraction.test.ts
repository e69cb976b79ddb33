import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles, sha256 } from '@patchwork/files';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunksAtOffsets, chunksOf, corruptChunks } from './extraction.ts';
import { readMovie } from '../container/movie-reader.ts';
import type { MovieSpec } from '../container/movie-spec.ts';
import { writeMovie } from '../write/movie-writer.ts';
import { temporaryFolder } from '../testing/folder.ts';
import { hashing } from '../testing/hashing.ts';
import { movieArbitrary, specOf } from '../testing/random-movie.ts';

const files = nodeFiles();
const folder = temporaryFolder();
const path = join(folder, 'film.mov');
const runs = Number(process.env['PW_RUNS'] ?? 30);

/** Writes a movie and takes its packs away: from here on the deliverable is the only source. */
async function onlyTheMovie(spec: MovieSpec): Promise<readonly number[]> {
  rmSync(path, { force: true });
  const { placed } = await writeMovie(files, path, spec, hashing);
  for (const piece of spec.video.pieces) rmSync(piece.path, { force: true });
  return placed;
}

describe('a deliverable as a pack', () => {
  test('X1: every chunk is found where it stands, and a movie written from them is the same file', async () => {
    await fc.assert(
      fc.asyncProperty(movieArbitrary, async (drawn) => {
        const spec = specOf({ ...drawn, sound: 'none' }, folder, 2);
        const placed = await onlyTheMovie(spec);
        const found = chunksOf(await readMovie(files, path, sha256), spec.video.pieces);
        expect(found.map((chunk) => chunk?.offset)).toEqual(placed);
        // Where chunks stood in another file, in runs perhaps, is of no meaning.
        const elsewhere = spec.video.pieces.map((piece) => ({ ...piece, runs: [{ offset: 7, sizeBytes: 1 }] }));
        expect(chunksOf(await readMovie(files, path, sha256), elsewhere)).toEqual(found);
        const pieces = found.filter((chunk) => chunk !== null);
        expect(await corruptChunks(files, pieces, hashing)).toEqual([]);
        const again = join(folder, 'again.mov');
        rmSync(again, { force: true });
        await writeMovie(files, again, { ...spec, video: { ...spec.video, pieces } }, hashing);
        expect(Buffer.compare(readFileSync(again), readFileSync(path))).toBe(0);
      }),
      { numRuns: runs },
    );
  });

  test('X2: a movie with other samples is not taken for this ledger entry', async () => {
    const chunks = [{ sizes: [30, 9], order: [0, 1], sync: [true, false] }];
    const base = {
      format: 'mp4',
      codec: 'h264',
      rate: { num: 25, den: 1 },
      reorder: 0,
      sound: 'none',
      dropFrame: false,
      startFrame: null,
      tags: {},
    } as const;
    const spec = specOf({ ...base, chunks, use: [0, 0] }, folder, 0);
    await onlyTheMovie(spec);
    const movie = await readMovie(files, path, sha256);
    const [first] = spec.video.pieces;
    if (first === undefined) throw new TypeError('the sample has a chunk');
    for (const wrong of [[first], [first, first, first], [first, { ...first, sizes: [30, 8] }]]) {
      expect(() => chunksOf(movie, wrong)).toThrow(expect.objectContaining({ code: 'PW_SPLICE_OTHER_MOVIE' }));
    }
  });

  test('X3: of a file cut anywhere, with or without its index, exactly the whole chunks are recovered', async () => {
    const chunks = [
      { sizes: [300, 90], order: [0, 1], sync: [true, false] },
      { sizes: [500], order: [0], sync: [true] },
    ];
    const spec = specOf(
      {
        format: 'mp4',
        codec: 'h264',
        rate: { num: 25, den: 1 },
        reorder: 0,
        chunks,
        use: [0, 1, 0, 1, 1],
        sound: 'aac',
        dropFrame: false,
        startFrame: 0,
        tags: {},
      },
      folder,
      0,
    );
    const placed = await onlyTheMovie(spec);
    const recorded = spec.video.pieces.map((piece, i) => ({ ...piece, offset: placed[i] ?? -1 }));
    const whole = readFileSync(path);
    for (const share of [0, 0.3, 0.6, 0.99, 1]) {
      const size = Math.floor(whole.length * share);
      writeFileSync(path, whole);
      truncateSync(path, size);
      const found = chunksAtOffsets(path, size, recorded);
      const ends = recorded.filter((chunk) => chunk.offset + chunk.sizes.reduce((a, b) => a + b, 0) <= size);
      expect(found.map((chunk) => chunk.offset)).toEqual(ends.map((chunk) => chunk.offset));
      expect(await corruptChunks(files, found, hashing)).toEqual([]);
    }
  });

  test('X4: a flipped byte, a cut and a missing file are found chunk by chunk', async () => {
    const chunks = [
      { sizes: [300, 90], order: [0, 1], sync: [true, false] },
      { sizes: [500], order: [0], sync: [true] },
      { sizes: [77], order: [0], sync: [true] },
    ];
    const spec = specOf(
      {
        format: 'mp4',
        codec: 'h264',
        rate: { num: 25, den: 1 },
        reorder: 0,
        chunks,
        use: [0, 1, 2],
        sound: 'none',
        dropFrame: false,
        startFrame: null,
        tags: {},
      },
      folder,
      3,
    );
    const [a, b, c] = spec.video.pieces;
    if (a === undefined || b === undefined || c === undefined) throw new TypeError('the sample has three chunks');
    const bytes = readFileSync(a.path);
    bytes[b.offset + 499] = (bytes[b.offset + 499] ?? 0) ^ 0x80;
    writeFileSync(a.path, bytes);
    const elsewhere = { ...a, path: join(folder, 'nowhere') };
    expect(await corruptChunks(files, [a, b, c, elsewhere], hashing)).toEqual([b, elsewhere]);
    truncateSync(a.path, c.offset + 10);
    expect(await corruptChunks(files, [a, b, c], hashing)).toEqual([b, c]);
  });
});
