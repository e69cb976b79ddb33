import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles, sha256 } from '@patchwork/files';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from './byte-writer.ts';
import { movedSideIndex } from './moved-side-index.ts';
import type { Movie } from './movie.ts';
import { readMovie } from './movie-reader.ts';
import { writeMovie } from './movie-writer.ts';
import { movedTick, type PictureMove } from './picture-move.ts';
import { proveTables } from './table-proof.ts';
import { codedMovie, codedSpec } from './testing/coded-movie.ts';
import { decorateMovie, listOf, sideBoxes, textsOf, type TestChapter } from './testing/decorated-movie.ts';
import { temporaryFolder } from './testing/folder.ts';
import { hashing } from './testing/hashing.ts';

const files = nodeFiles();
const folder = temporaryFolder();
const rate = { num: 25, den: 1 };
let number = 0;

async function decorated(chapters: readonly TestChapter[]): Promise<Movie> {
  const { path } = await codedMovie('h264', folder);
  return decorateMovie(path, { chapters, rate: 25, frames: 24 });
}

/** Writes the coded movie anew with what a film says beside its media; proves its tables. */
async function written(film: Movie, move: PictureMove): Promise<Movie> {
  const moved = await movedSideIndex(files, film, move);
  if (moved === null) throw new TypeError('written: the chapters cannot follow');
  number += 1;
  const path = join(folder, `moved-${number}.mov`);
  const spec = { ...codedSpec('h264', folder), side: moved.side };
  const made = await writeMovie(files, path, spec, hashing);
  const movie = await readMovie(files, path, sha256);
  expect(proveTables(movie, spec)).toEqual([]);
  expect([made.sizeBytes, made.moovDigest]).toEqual([readFileSync(path).length, movie.moov.digest]);
  return movie;
}

function startsOf(movie: Movie): readonly number[] {
  return [...(movie.tracks.find(({ handler }) => handler === 'text')?.samples?.dts ?? [])];
}

const others = (line: string): boolean => /^moov\/(meta|uuid) /.test(line);

test('W15: tags go along byte for byte, chapters stand where their pictures stand', async () => {
  const film = await decorated([
    { frame: 0, title: 'Opening' },
    { frame: 10, title: 'Second' },
    { frame: 20, title: '' },
  ]);
  const movie = await written(film, { rate, frames: 24, frameAt: (frame) => (frame < 5 ? null : frame - 3) });
  expect(textsOf(movie)).toEqual(['Opening', 'Second', '']);
  expect(startsOf(movie)).toEqual([0, 7, 17]);
  expect(listOf(movie)).toEqual([
    [0, 'Opening'],
    [2_800_000, 'Second'],
    [6_800_000, ''],
  ]);
  expect(sideBoxes(movie).filter(others)).toEqual(sideBoxes(film).filter(others));
  expect(sideBoxes(movie).filter(others).length).toBe(2);
  const picture = movie.tracks.find(({ handler }) => handler === 'vide');
  const text = movie.tracks.find(({ handler }) => handler === 'text');
  expect(picture?.references).toContainEqual({ type: 'chap', ids: [text?.id] });
  const written24 = (text?.duration ?? 0) * 25;
  expect(written24).toBe(24 * (text?.timescale ?? 0));
});

test('W15: a chapter whose picture is gone, or that would pass another, does not go along', async () => {
  const film = await decorated([
    { frame: 0, title: 'a' },
    { frame: 8, title: 'b' },
    { frame: 16, title: 'c' },
  ]);
  const gone = (frame: number): number | null => (frame === 8 ? null : frame);
  expect(await movedSideIndex(files, film, { rate, frames: 24, frameAt: gone })).toBeNull();
  const swapped = (frame: number): number => (frame + 8) % 24;
  expect(await movedSideIndex(files, film, { rate, frames: 24, frameAt: swapped })).toBeNull();
  // Past the end of what is left.
  expect(await movedSideIndex(files, film, { rate, frames: 16, frameAt: (frame) => frame })).toBeNull();
  // The list alone is left behind, and told.
  const { tracks } = film;
  const listed = { ...film, tracks: tracks.filter(({ handler }) => handler !== 'text') };
  const alone = { ...listed, tracks: listed.tracks.map((track) => ({ ...track, references: [] })) };
  const moved = await movedSideIndex(files, alone, { rate, frames: 24, frameAt: gone });
  expect(moved?.lost.length).toBe(1);
  expect(moved?.side.boxes.map((box) => Buffer.from(box).includes('chpl'))).toEqual([false, false, false]);
});

/** A movie whose index has one more box of tags. */
function withMeta(film: Movie, content: (out: ByteWriter) => void): Movie {
  const out = new ByteWriter();
  out.box('moov', () => {
    out.bytes(film.moov.bytes.subarray(8));
    out.fullBox('meta', 0, 0, () => content(out));
  });
  return { ...film, moov: { ...film.moov, bytes: out.toBytes() } };
}

test('W15: tags with items of their own stay behind; a word with the same letters does not count', async () => {
  const film = await decorated([{ frame: 0, title: 'a' }]);
  const lostOf = async (content: (out: ByteWriter) => void): Promise<readonly string[] | undefined> =>
    (await movedSideIndex(files, withMeta(film, content), { rate, frames: 24, frameAt: (frame) => frame }))?.lost;
  // A value's country and language are zeros, and with its first letter they look like a size.
  const value = (text: string): ((out: ByteWriter) => void) => {
    return (out) =>
      out.box('data', () => {
        for (const each of [1, 0]) out.u32(each);
        out.latin1(text.padEnd(300));
      });
  };
  for (const text of ['kilocycles', 'a tone of 12 kilocycles']) expect(await lostOf(value(text))).toEqual([]);
  const items = (version: number): Promise<readonly string[] | undefined> =>
    lostOf((out) => {
      value('kilocycles')(out);
      out.fullBox('iloc', version, 0, () => out.zeros(8));
    });
  const lost = ['moov/meta[1] with items of its own'];
  expect([await items(0), await items(1), await items(2)]).toEqual([lost, lost, lost]);
  expect(
    await lostOf((out) => {
      out.u32(1);
      out.latin1('iloc');
      out.u64(24);
      out.zeros(8);
    }),
  ).toEqual(lost);
});

test('W15: other tracks of text are not taken for chapters', async () => {
  const film = await decorated([{ frame: 0, title: 'a' }]);
  const unnamed = { ...film, tracks: film.tracks.map((track) => ({ ...track, references: [] })) };
  expect(await movedSideIndex(files, unnamed, { rate, frames: 24, frameAt: (frame) => frame })).toBeNull();
});

test('W15: where nothing moves, every chapter keeps its time; moved there and back, too', async () => {
  const places = fc.uniqueArray(fc.integer({ min: 1, max: 23 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(places, async (frames) => {
      const chapters = [0, ...frames.toSorted((a, b) => a - b)].map((frame) => ({ frame, title: `at ${frame}` }));
      const film = await decorated(chapters);
      const movie = await written(film, { rate, frames: 24, frameAt: (frame) => frame });
      expect(startsOf(movie)).toEqual(startsOf(film));
      expect(listOf(movie)).toEqual(listOf(film));
      expect(textsOf(movie)).toEqual(textsOf(film));
    }),
    { numRuns: Number(process.env['PW_RUNS'] ?? 15) },
  );
  const anyRate = fc.constantFrom({ num: 24000, den: 1001 }, { num: 25, den: 1 }, { num: 60000, den: 1001 });
  fc.assert(
    fc.property(anyRate, fc.nat(1e6), fc.nat(1e5), fc.constantFrom(600, 1000, 90000), (each, frame, by, timescale) => {
      const tick = (BigInt(frame) * BigInt(each.den) * BigInt(timescale)) / BigInt(each.num);
      const there = movedTick(tick, timescale, each, (at) => at + by);
      const back = there === null ? null : movedTick(there, timescale, each, (at) => at - by);
      expect(Number(back) - Number(tick)).toBeGreaterThanOrEqual(-1);
      expect(Number(back) - Number(tick)).toBeLessThanOrEqual(1);
    }),
  );
});
