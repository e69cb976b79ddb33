import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles, sha256 } from '@patchwork/files';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { undoAppend } from '../publish/append.ts';
import { cloneOwnMovie } from '../patch/clone.ts';
import { chunksOf } from '../patch/extraction.ts';
import type { MovieSpec } from '../container/movie-spec.ts';
import { readMovie } from '../container/movie-reader.ts';
import { writeMovie } from './movie-writer.ts';
import { appendOwnMovie } from './own-append.ts';
import { proveTables } from '../proof/table-proof.ts';
import { temporaryFolder } from '../testing/folder.ts';
import { hashing } from '../testing/hashing.ts';
import { movieArbitrary, specOf, type DrawnMovie } from '../testing/random-movie.ts';

const files = nodeFiles();
const folder = temporaryFolder();
const path = join(folder, 'film.mov');
const canonical = join(folder, 'clean.mov');
const runs = Number(process.env['PW_RUNS'] ?? 25);

describe('our own deliverable, changed in place', () => {
  test('O1: it says what a clean movie of the new spec says, takes from itself what it has, and can be undone', async () => {
    const edit = fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(movieArbitrary, edit, async (drawn, use) => {
        for (const each of [path, canonical]) rmSync(each, { force: true });
        // The old movie holds the even chunks, the new one any of them: some must be appended, some are there.
        const old: DrawnMovie = { ...drawn, use: drawn.use.map((index) => index & ~1) };
        const oldSpec = specOf(old, folder, 0);
        const { placed, soundPlaced } = await writeMovie(files, path, oldSpec, hashing);
        const before = readFileSync(path);
        const clean = specOf({ ...drawn, use }, folder, 3);
        const there = new Map(oldSpec.video.pieces.map((piece, i) => [piece.digest, placed[i] ?? -1]));
        const isSameSound = oldSpec.sound?.digest === clean.sound?.digest && clean.sound !== null;
        const spec: MovieSpec = {
          ...clean,
          video: {
            ...clean.video,
            pieces: clean.video.pieces.map((piece) => {
              const offset = there.get(piece.digest);
              return offset === undefined ? piece : { ...piece, path, offset };
            }),
          },
          sound: isSameSound && clean.sound !== null ? { ...clean.sound, places: soundPlaced } : clean.sound,
        };
        const movie = await readMovie(files, path, sha256);
        const appended = await appendOwnMovie(files, movie, spec, hashing, async () => undefined);
        const now = await readMovie(files, path, sha256);
        expect(proveTables(now, clean)).toEqual([]);
        expect(now.moov.digest).toBe(appended.moovDigest);
        expect(chunksOf(now, clean.video.pieces).map((chunk) => chunk.offset)).toEqual(appended.placed);
        const bytes = readFileSync(path);
        const found = clean.video.pieces.map((piece, i) => {
          const at = appended.placed[i] ?? -1;
          return sha256(bytes.subarray(at, at + piece.sizes.reduce((sum, size) => sum + size, 0)));
        });
        expect(found).toEqual(clean.video.pieces.map((piece) => piece.digest));
        if (clean.sound !== null) {
          const runsOfSound = appended.soundPlaced.map(({ offset, sizeBytes }) =>
            bytes.subarray(offset, offset + sizeBytes),
          );
          expect(sha256(Buffer.concat(runsOfSound))).toBe(clean.sound.digest);
        }
        // Writing it anew from itself gives the clean movie (E1 after compact).
        const pieces = chunksOf(now, clean.video.pieces);
        const sound = clean.sound === null ? null : { ...clean.sound, places: appended.soundPlaced };
        await writeMovie(files, canonical, { ...clean, video: { ...clean.video, pieces }, sound }, hashing);
        const compact = readFileSync(canonical);
        rmSync(canonical);
        const written = await writeMovie(files, canonical, clean, hashing);
        if (!isSameSound) {
          const sizes = [appended, written].map((each) => each.soundPlaced.map(({ sizeBytes }) => sizeBytes));
          expect(sizes[0], 'sound in other runs than those of the clean movie').toEqual(sizes[1]);
        }
        expect(Buffer.compare(compact, readFileSync(canonical)), 'compact differs from clean').toBe(0);
        await undoAppend(files, now);
        expect(Buffer.compare(readFileSync(path), before)).toBe(0);
      }),
      { numRuns: runs },
    );
  });

  test('O3: a clone becomes what the movie in place would become, and the movie is not touched', async () => {
    for (const each of [path, canonical]) rmSync(each, { force: true });
    const drawn: DrawnMovie = {
      format: 'mov',
      codec: 'h264',
      rate: { num: 25, den: 1 },
      reorder: 0,
      chunks: [
        { sizes: [500, 20], order: [0, 1], sync: [true, false] },
        { sizes: [700], order: [0], sync: [true] },
      ],
      use: [0, 0],
      sound: 'pcm_s24le',
      dropFrame: false,
      startFrame: 5,
      tags: {},
    };
    const old = specOf(drawn, folder, 0);
    const { placed } = await writeMovie(files, path, old, hashing);
    const before = readFileSync(path);
    const fresh = specOf({ ...drawn, use: [1, 0] }, folder, 0);
    const pieces = fresh.video.pieces.map((piece, i) =>
      i === 1 ? { ...piece, path, offset: placed[0] ?? -1 } : piece,
    );
    const spec = { ...fresh, video: { ...fresh.video, pieces } };
    const movie = await readMovie(files, path, sha256);
    await cloneOwnMovie(files, canonical, movie, spec, hashing);
    expect(Buffer.compare(readFileSync(path), before), 'the old movie was touched').toBe(0);
    await appendOwnMovie(files, movie, spec, hashing, async () => undefined);
    expect(Buffer.compare(readFileSync(canonical), readFileSync(path))).toBe(0);
    rmSync(canonical);
    const wrong = {
      ...spec,
      video: { ...spec.video, pieces: pieces.map((piece) => ({ ...piece, digest: sha256('x') })) },
    };
    const now = await readMovie(files, path, sha256);
    await expect(cloneOwnMovie(files, canonical, now, wrong, hashing)).rejects.toMatchObject({
      code: 'PW_SPLICE_CHUNK_CORRUPT',
    });
    expect(await files.stat(canonical)).toBeNull();
  });

  test('O2: a chunk that is used twice is appended once, and one with other bytes is not committed', async () => {
    rmSync(path, { force: true });
    const drawn: DrawnMovie = {
      format: 'mp4',
      codec: 'h264',
      rate: { num: 25, den: 1 },
      reorder: 0,
      chunks: [
        { sizes: [500], order: [0], sync: [true] },
        { sizes: [700], order: [0], sync: [true] },
      ],
      use: [0, 0],
      sound: 'none',
      dropFrame: false,
      startFrame: null,
      tags: {},
    };
    await writeMovie(files, path, specOf(drawn, folder, 0), hashing);
    const movie = await readMovie(files, path, sha256);
    const spec = specOf({ ...drawn, use: [1, 1, 1] }, folder, 0);
    const wrong = spec.video.pieces.map((piece) => ({ ...piece, digest: sha256('other') }));
    await expect(
      appendOwnMovie(
        files,
        movie,
        { ...spec, video: { ...spec.video, pieces: wrong } },
        hashing,
        async () => undefined,
      ),
    ).rejects.toMatchObject({ code: 'PW_SPLICE_CHUNK_CORRUPT' });
    const still = await readMovie(files, path, sha256);
    expect(still.moov.digest).toBe(movie.moov.digest);
    const { placed, writtenBytes } = await appendOwnMovie(files, still, spec, hashing, async () => undefined);
    expect(new Set(placed).size).toBe(1);
    expect(writtenBytes).toBeLessThan(1400 + 700);
  });
});
