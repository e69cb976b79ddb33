import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles, sha256 } from '@patchwork/files';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adoptMovie, reorderOf } from '../patch/adoption.ts';
import { undoAppend } from '../publish/append.ts';
import { findBoundaries } from '../patch/boundaries.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { trackDigests } from '../proof/kept-proof.ts';
import type { PlacedChunk } from '../container/movie-spec.ts';
import type { Movie } from '../container/movie.ts';
import { readMovie } from '../container/movie-reader.ts';
import { writeMovie } from '../write/movie-writer.ts';
import { movedTick } from '../container/picture-move.ts';
import { codedChunk, codedSpec } from '../testing/coded-movie.ts';
import { decorateMovie, listOf, sideBoxes, subtitlesOf, textsOf, type Decoration } from '../testing/decorated-movie.ts';
import { temporaryFolder } from '../testing/folder.ts';
import { hashing } from '../testing/hashing.ts';
import { appendRecut, cloneRecut, recutDigests, writeRecut } from './recut-movie.ts';
import type { Recut } from './recut-model.ts';
import { recutFindings } from './recut-proof.ts';
import type { MovedStretch } from './recut-texts.ts';
import { recutOf } from './recut.ts';

const files = nodeFiles();
const folder = temporaryFolder();
const rate = { num: 25, den: 1 };
const runs = Number(process.env['PW_RUNS'] ?? 15);
const empty = { path: join(folder, 'empty'), offset: 0 };
writeFileSync(empty.path, new Uint8Array(2));
/** Pieces of a {@link film}, and frames of each. */
const [pieces, length] = [4, 24];
const frames = pieces * length;
let number = 0;

/** A film of four pieces that can stand in any order, with what delivery tools write into it. */
async function film(decoration: Pick<Decoration, 'chapters' | 'subtitles'>): Promise<Movie> {
  number += 1;
  const path = join(folder, `film-${number}.mov`);
  const chunk = codedChunk('h264', folder);
  const spec = codedSpec('h264', folder, 'none');
  const profile = { ...spec.video.profile, reorder: reorderOf([chunk]) };
  await writeMovie(
    files,
    path,
    { ...spec, video: { profile, pieces: Array.from({ length: pieces }, () => chunk) } },
    hashing,
  );
  expect(chunk.sizes.length).toBe(length);
  return decorateMovie(path, { ...decoration, rate: 25, frames });
}

/** A version of a film: its pieces by number, −1 for a fresh one. */
async function versionOf(movie: Movie, order: readonly number[], isInPlace = false): Promise<Recut> {
  const base = await findBoundaries(files, movie);
  const { chunks } = await adoptMovie(files, base, hashing);
  const per = chunks.length / pieces;
  const fresh = codedChunk('h264', folder);
  const list = order.flatMap((piece): readonly PlacedChunk[] =>
    piece < 0 ? [fresh] : chunks.slice(piece * per, (piece + 1) * per),
  );
  const stretches = order.map((piece, i): MovedStretch => ({
    from: piece < 0 ? null : piece * length,
    at: i * length,
    frames: length,
  }));
  const frameAt = (frame: number): number | null => {
    const places = order.flatMap((piece, i) => (piece === Math.floor(frame / length) ? [i] : []));
    return places.length === 1 ? (places[0] ?? 0) * length + (frame % length) : null;
  };
  const [entry] = base.track.entries;
  if (entry === undefined) throw new TypeError('a film without sample entry');
  return recutOf({
    base,
    pieces: list,
    entry: entry.bytes,
    sound: null,
    move: { rate, frames: order.length * length, frameAt, stretches },
    empty,
    isInPlace,
  });
}

async function written(recut: Recut): Promise<Movie> {
  number += 1;
  const path = join(folder, `recut-${number}.mov`);
  const made = await writeRecut(files, path, recut, hashing);
  const movie = await readMovie(files, path, sha256);
  expect([made.sizeBytes, made.moovDigest]).toEqual([readFileSync(path).length, movie.moov.digest]);
  expect(await recutFindings(files, recut, movie, await recutDigests(files, recut, hashing), hashing)).toEqual([]);
  return movie;
}

/** What a reader sees, wherever it stands in the file. */
async function seen(movie: Movie): Promise<unknown> {
  const tables = movie.tracks.map(({ samples, tables: _tables, ...head }) => ({
    ...head,
    entries: head.entries.map(({ bytes }) => sha256(bytes)),
    samples: samples === null ? null : { ...samples, offsets: null },
  }));
  // How samples lie in storage chunks is about places.
  const boxes = sideBoxes(movie).filter((line) => !line.includes('/stsc '));
  return [tables, await trackDigests(files, movie, hashing), boxes, movie.duration];
}

const chapters = [
  { frame: 0, title: 'Opening' },
  { frame: 30, title: 'Second' },
  { frame: 72, title: '' },
];

describe('a film cut anew', () => {
  test('K1: anew, in place and as a clone it is one movie; in place it is taken back byte for byte', async () => {
    const order = fc.array(fc.integer({ min: -1, max: pieces - 1 }), { minLength: 1, maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(order, async (wanted) => {
        const movie = await film({
          chapters: chapters.slice(0, 1),
          subtitles: [{ in: 20, out: 50, text: 'over a cut' }],
        });
        const before = readFileSync(movie.path);
        const whole = await written(await versionOf(movie, wanted));
        expect(whole.tracks.map(({ tables }) => tables.count)[0]).toBe(wanted.length * length);
        const clone = join(folder, 'clone.mov');
        rmSync(clone, { force: true });
        const recut = await versionOf(movie, wanted, true);
        await cloneRecut(files, clone, recut, hashing);
        expect(readFileSync(movie.path).equals(before)).toBe(true);
        await appendRecut(files, recut, hashing, async () => undefined);
        expect(readFileSync(movie.path).equals(readFileSync(clone))).toBe(true);
        const now = await readMovie(files, movie.path, sha256);
        expect(await recutFindings(files, recut, now, await recutDigests(files, recut, hashing), hashing)).toEqual([]);
        expect(await seen(now)).toEqual(await seen(whole));
        await undoAppend(files, now);
        expect(readFileSync(movie.path).equals(before)).toBe(true);
      }),
      { numRuns: runs },
    );
  });

  test('K2: where nothing moves, nothing of the index changes but places', async () => {
    const movie = await film({ chapters, subtitles: [{ in: 5, out: 30, text: 'text' }] });
    const again = await written(await versionOf(movie, [0, 1, 2, 3]));
    expect(await seen(again)).toEqual(await seen(movie));
  });

  test('K3: chapters stand where their pictures stand, the list too; tags and boxes of others keep their bytes', async () => {
    const movie = await film({ chapters });
    const now = await written(await versionOf(movie, [0, 1, -1, 3, 2]));
    expect(textsOf(now)).toEqual(chapters.map(({ title }) => title));
    const starts = [0, 30, 72];
    expect([...(now.tracks.find(({ handler }) => handler === 'text')?.samples?.dts ?? [])]).toEqual(starts);
    expect(listOf(now)).toEqual(starts.map((start, i) => [start * 400_000, chapters[i]?.title]));
    const plain = (each: Movie): readonly string[] =>
      sideBoxes(each).filter((line) => !/\/(mvhd|tkhd|mdhd|elst|stts|stsc) |^moov\/udta /.test(line));
    expect(plain(now)).toEqual(plain(movie));
  });

  test('K3: a chapter whose picture is gone, or that would pass another, is refused by name; of the list alone it is told', async () => {
    const movie = await film({ chapters });
    for (const order of [
      [0, 2, 3],
      [3, 0, 1, 2],
      [0, 1, 1, 2, 3],
    ]) {
      await expect(versionOf(movie, order), String(order)).rejects.toMatchObject({
        code: 'PW_ADOPT_OTHER_TRACKS',
        details: { tracks: ['text'] },
      });
    }
    const { tracks } = movie;
    const listed = tracks.filter(({ handler }) => handler !== 'text').map((track) => ({ ...track, references: [] }));
    const alone = await versionOf({ ...movie, tracks: listed }, [0, 2, 3]);
    expect(alone.lost.length).toBe(1);
    expect(Buffer.from(alone.userData ?? []).includes('chpl')).toBe(false);
  });

  test('K4: subtitles are shown over the pictures that they were shown over, cut where these are', async () => {
    const subtitles = [
      { in: 2, out: 10, text: 'a' },
      { in: 20, out: 30, text: 'over a cut' },
      { in: 80, out: 96, text: 'b' },
    ];
    const movie = await film({ chapters: [{ frame: 0, title: 'x' }], subtitles });
    const now = await written(await versionOf(movie, [0, -1, 1, 3]));
    expect(subtitlesOf(now)).toEqual([
      [2, 10, 'a'],
      [20, 24, 'over a cut'],
      [48, 54, 'over a cut'],
      [80, 96, 'b'],
    ]);
    const cut = await written(await versionOf(movie, [0, 1, 3]));
    expect(subtitlesOf(cut), 'one text over pictures that still join').toEqual([
      [2, 10, 'a'],
      [20, 30, 'over a cut'],
      [56, 72, 'b'],
    ]);
  });

  test('K5: data moves with pictures that are kept whole, and is refused by name over pictures that are gone or new', async () => {
    const subtitles = [0, 1, 2, 3].map((piece) => ({
      in: piece * length,
      out: (piece + 1) * length,
      text: `${piece}`,
    }));
    const movie = await film({ chapters: [{ frame: 0, title: 'x' }], subtitles });
    // The same samples, of a kind that nobody here can cut.
    const asData = {
      ...movie,
      tracks: movie.tracks.map((track) => (track.handler === 'sbtl' ? { ...track, handler: 'meta' } : track)),
    };
    const recut = await versionOf(asData, [0, 3, 1]);
    const index = movie.tracks.findIndex(({ handler }) => handler === 'sbtl');
    expect(recut.tracks.get(index)?.count).toBe(3);
    for (const order of [[0, -1, 1], [-1]]) {
      await expect(versionOf(asData, order)).rejects.toMatchObject({
        code: 'PW_ADOPT_OTHER_TRACKS',
        message: expect.stringContaining('it says nothing of pictures that are new'),
      });
    }
    const halves = await film({
      chapters: [{ frame: 0, title: 'x' }],
      subtitles: [{ in: 0, out: frames, text: 'all' }],
    });
    const whole = {
      ...halves,
      tracks: halves.tracks.map((track) => (track.handler === 'sbtl' ? { ...track, handler: 'meta' } : track)),
    };
    await expect(versionOf(whole, [0, 2])).rejects.toMatchObject({
      message: expect.stringContaining('sample 1 lies over pictures of which some are gone'),
    });
  });

  test('K6: tags with items of their own stay behind in a file written anew; a word with the same letters does not count', async () => {
    const movie = await film({ chapters: [{ frame: 0, title: 'a' }] });
    const lostOf = async (content: (out: ByteWriter) => void, isInPlace = false): Promise<readonly string[]> => {
      const out = new ByteWriter();
      out.box('moov', () => {
        out.bytes(movie.moov.bytes.subarray(8));
        out.fullBox('meta', 0, 0, () => content(out));
      });
      const bytes = out.toBytes();
      return (await versionOf({ ...movie, moov: { ...movie.moov, bytes } }, [0, 1], isInPlace)).lost;
    };
    // A value's country and language are zeros, and with its first letter they look like a size.
    const value = (text: string): ((out: ByteWriter) => void) => {
      return (out) =>
        out.box('data', () => {
          for (const each of [1, 0]) out.u32(each);
          out.latin1(text.padEnd(300));
        });
    };
    for (const text of ['kilocycles', 'a tone of 12 kilocycles']) expect(await lostOf(value(text))).toEqual([]);
    const lost = ['moov/meta with items of its own'];
    for (const version of [0, 1, 2]) {
      const items = (out: ByteWriter): void => {
        value('kilocycles')(out);
        out.fullBox('iloc', version, 0, () => out.zeros(8));
      };
      expect(await lostOf(items)).toEqual(lost);
      expect(await lostOf(items, true), 'in place they stand where they stood').toEqual([]);
    }
    const wide = (out: ByteWriter): void => {
      out.u32(1);
      out.latin1('iloc');
      out.u64(24);
      out.zeros(8);
    };
    expect(await lostOf(wide)).toEqual(lost);
  });
});

test('K3: a time moved there and back is the time, to a tick', () => {
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
