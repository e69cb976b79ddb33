import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles, sha256 } from '@patchwork/files';
import { isPatchworkError } from '@patchwork/kernel';
import { codecFacts, colorNames, videoCodecs } from '@patchwork/plan';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAvcConfig, readH264Sps } from '../bitstream/h264.ts';
import { colorCodes } from '../container/color-codes.ts';
import { layOut } from './layout.ts';
import { movieHead } from './movie-head.ts';
import { picturesClock } from './movie-model.ts';
import { pictureEntry } from '../container/picture-entry.ts';
import { readMovie } from '../container/movie-reader.ts';
import type { MovieSpec } from '../container/movie-spec.ts';
import { movieSizeBytes, writeMovie } from './movie-writer.ts';
import { proveTables } from '../proof/table-proof.ts';
import { temporaryFolder } from '../testing/folder.ts';
import { hashing } from '../testing/hashing.ts';
import { movieArbitrary, specOf, type DrawnMovie } from '../testing/random-movie.ts';

const files = nodeFiles();
const folder = temporaryFolder();
const runs = Number(process.env['PW_RUNS'] ?? 60);
let number = 0;

function freshPath(): string {
  number += 1;
  return join(folder, `movie-${number}.mov`);
}

/** A small movie with everything in it; `change` alters the drawing. */
function sample(change: Partial<DrawnMovie> = {}, gap = 0): MovieSpec {
  const drawn: DrawnMovie = {
    format: 'mp4',
    codec: 'h264',
    rate: { num: 25, den: 1 },
    reorder: 2,
    chunks: [
      { sizes: [90, 20, 10, 12], order: [0, 3, 1, 2], sync: [true, false, false, false] },
      { sizes: [80, 30], order: [0, 1], sync: [true, false] },
    ],
    use: [0, 1, 0, 1, 1],
    sound: 'aac',
    dropFrame: false,
    startFrame: 90000,
    tags: {},
    ...change,
  };
  return specOf(drawn, folder, gap);
}

describe('the canonical movie', () => {
  test('W1: equal chunk lists give equal files, wherever the bytes come from', async () => {
    await fc.assert(
      fc.asyncProperty(movieArbitrary, fc.integer({ min: 1, max: 300 }), async (drawn, gap) => {
        const [here, there] = [freshPath(), freshPath()];
        const a = await writeMovie(files, here, specOf(drawn, folder, 0), hashing);
        const b = await writeMovie(files, there, specOf(drawn, folder, gap), hashing);
        expect(
          Buffer.compare(readFileSync(here), readFileSync(there)),
          'the places of the bytes show in the movie',
        ).toBe(0);
        expect({ ...b, soundPlaced: [] }).toEqual({ ...a, soundPlaced: [] });
        rmSync(here);
        rmSync(there);
      }),
      { numRuns: runs },
    );
  });

  test('W2: read(write(spec)) says what the spec says, and every chunk stands where it is said to', async () => {
    await fc.assert(
      fc.asyncProperty(movieArbitrary, async (drawn) => {
        const spec = specOf(drawn, folder, 3);
        const path = freshPath();
        const written = await writeMovie(files, path, spec, hashing);
        const bytes = readFileSync(path);
        const movie = await readMovie(files, path, sha256);
        expect(proveTables(movie, spec)).toEqual([]);
        expect(written).toMatchObject({
          sizeBytes: bytes.length,
          sha256: sha256(bytes),
          moovDigest: movie.moov.digest,
        });
        expect(movieSizeBytes(spec, hashing)).toBe(bytes.length);
        const found = spec.video.pieces.map((piece, i) => {
          const at = written.placed[i] ?? -1;
          return sha256(bytes.subarray(at, at + piece.sizes.reduce((sum, size) => sum + size, 0)));
        });
        expect(found, 'a chunk does not stand where it was placed').toEqual(
          spec.video.pieces.map((piece) => piece.digest),
        );
        const sound = written.soundPlaced.map(({ offset, sizeBytes }) => bytes.subarray(offset, offset + sizeBytes));
        if (spec.sound !== null) expect(sha256(Buffer.concat(sound))).toBe(spec.sound.digest);
        rmSync(path);
      }),
      { numRuns: runs },
    );
  });

  test('W3: the index stands in front, in both formats', async () => {
    for (const format of ['mp4', 'mov'] as const) {
      const path = freshPath();
      await writeMovie(files, path, sample({ format }), hashing);
      const movie = await readMovie(files, path, sha256);
      expect(movie.boxes.map((box) => box.type)).toEqual(['ftyp', 'moov', 'mdat']);
      expect(movie.brand).toBe(format === 'mp4' ? 'isom' : 'qt  ');
    }
  });

  test('W4: the clock counts at least 1000 ticks a second and a whole number a frame', () => {
    expect(picturesClock({ num: 24, den: 1 })).toEqual({ timescale: 24000, frameDuration: 1000 });
    expect(picturesClock({ num: 24000, den: 1001 })).toEqual({ timescale: 24000, frameDuration: 1001 });
    expect(picturesClock({ num: 25, den: 2 })).toEqual({ timescale: 25000, frameDuration: 2000 });
  });

  test('W5: decoding runs evenly, showing is late by the reorder depth, the edit list takes that away', async () => {
    const path = freshPath();
    await writeMovie(files, path, sample({ sound: 'none' }), hashing);
    const [picture] = (await readMovie(files, path, sha256)).tracks;
    expect([...(picture?.samples?.dts ?? [])].slice(0, 6)).toEqual([0, 1000, 2000, 3000, 4000, 5000]);
    expect([...(picture?.samples?.compositionOffsets ?? [])].slice(0, 6)).toEqual([2000, 4000, 1000, 1000, 2000, 2000]);
    expect(picture?.edits).toEqual([{ duration: 14000, mediaTime: 2000, rate: 0x10000 }]);
    expect([...(picture?.tables.syncNumbers ?? [])]).toEqual([1, 5, 7, 11, 13]);
  });

  test('W6: without reorder there is no composition table, no edit list, and without B or P frames no sync table', async () => {
    const path = freshPath();
    const chunks = [{ sizes: [50], order: [0], sync: [true] }];
    await writeMovie(
      files,
      path,
      sample({ codec: 'prores', format: 'mov', reorder: 0, chunks, sound: 'pcm_s24le' }),
      hashing,
    );
    const [picture] = (await readMovie(files, path, sha256)).tracks;
    expect(picture?.edits).toEqual([]);
    expect(picture?.tables.boxTypes).toEqual(['stsd', 'stts', 'stsc', 'stsz', 'stco']);
  });

  test('W7: strides end with the first chunk that fills a second; the sound up to there follows', () => {
    const chunk = {
      sizes: Array.from({ length: 10 }, () => 5),
      order: Array.from({ length: 10 }, (_, i) => i),
      sync: Array.from({ length: 10 }, (_, i) => i === 0),
    };
    const spec = sample({ chunks: [chunk], use: [0, 0, 0, 0, 0, 0, 0], reorder: 0, sound: 'pcm_s16le' });
    const layout = layOut(spec);
    // 25 frames a second: the third chunk of ten fills the second at frame 30; 8000 Hz: 320 samples a frame.
    expect(layout.picture.map((run) => run.samples)).toEqual([30, 30, 10]);
    expect(layout.sound.map((run) => run.samples)).toEqual([30 * 320, 30 * 320, 10 * 320]);
    expect(layout.picture.map((run) => run.offset)).toEqual([4, 4 + 150 + 38400, 4 + 300 + 76800]);
  });

  test('W8: a file above 4 GiB gets 64-bit offsets and a 64-bit mdat, a smaller one does not', async () => {
    const spec = sample({ sound: 'none' });
    for (const [size, expected] of [
      [2 ** 29, 'stco'],
      [2 ** 31, 'co64'],
    ] as const) {
      const pieces = spec.video.pieces
        .slice(0, 3)
        .map((piece) => ({ ...piece, sizes: piece.sizes.map((s, i) => (i === 0 ? size : s)) }));
      const big = { ...spec, video: { ...spec.video, pieces } };
      const layout = layOut(big);
      const head = movieHead(big, layout, hashing);
      const path = freshPath();
      writeFileSync(path, head.bytes);
      truncateSync(path, head.dataOffset + layout.sizeBytes);
      const movie = await readMovie(files, path, sha256);
      expect(proveTables(movie, big)).toEqual([]);
      expect(movie.tracks[0]?.tables.boxTypes).toContain(expected);
      expect(movie.boxes.at(-1)?.headerSize).toBe(expected === 'co64' ? 16 : 8);
      expect(movie.tracks[0]?.samples?.offsets[6]).toBe(head.dataOffset + (layout.placed[2] ?? 0));
    }
  });

  test('W9: pieces of two configurations, of a wrong shape or too deep a reorder are refused by name', async () => {
    const spec = sample();
    const [first, second] = spec.video.pieces;
    if (first === undefined || second === undefined) throw new TypeError('the sample has two chunks');
    const withPieces = (pieces: typeof spec.video.pieces): MovieSpec => ({ ...spec, video: { ...spec.video, pieces } });
    const cases: readonly (readonly [string, MovieSpec])[] = [
      ['PW_SPLICE_EMPTY', withPieces([])],
      ['PW_SPLICE_CONFIG_DIFFERS', withPieces([first, { ...second, config: 'AQ==' }])],
      ['PW_SPLICE_CHUNK_SHAPE', withPieces([{ ...first, order: [0, 3, 1, 1] }])],
      ['PW_SPLICE_CHUNK_SHAPE', withPieces([{ ...first, sync: [false, false, false, false] }])],
      ['PW_SPLICE_REORDER', { ...spec, video: { ...spec.video, profile: { ...spec.video.profile, reorder: 0 } } }],
      ['PW_SPLICE_SOUND_SHAPE', { ...spec, sound: spec.sound === null ? null : { ...spec.sound, samples: 10 ** 6 } }],
      ['PW_SPLICE_PAIR', { ...spec, video: { ...spec.video, profile: { ...spec.video.profile, codec: 'prores' } } }],
      ['PW_SPLICE_TAG', { ...spec, tags: { mood: 'blue' } }],
    ];
    for (const [code, wrong] of cases) {
      const path = freshPath();
      await expect(writeMovie(files, path, wrong, hashing), code).rejects.toMatchObject({ code });
      expect(await files.stat(path), 'a refused movie leaves a file').toBeNull();
    }
  });

  test('W9: every codec is written to its containers alone, and the hint names the legal ones', () => {
    const { profile } = sample().video;
    for (const codec of videoCodecs) {
      for (const format of ['mp4', 'mov'] as const) {
        let code = 'accepted';
        try {
          pictureEntry(format, { ...profile, codec, options: {} }, '');
        } catch (error) {
          code = isPatchworkError(error) ? error.code : String(error);
        }
        const isLegal = codecFacts(codec).containers.includes(format);
        expect([codec, format, code === 'PW_SPLICE_PAIR']).toEqual([codec, format, !isLegal]);
      }
    }
    expect(() => pictureEntry('mp4', { ...profile, codec: 'dnxhr' }, '')).toThrow(
      expect.objectContaining({ hint: 'DNxHR goes into .mov; .mp4 takes H.264, HEVC, AV1.' }),
    );
  });

  test('W10: a chunk or sound with other bytes than recorded stops the write by name and leaves no file', async () => {
    const path = freshPath();
    const chunkSpec = sample({}, 5);
    flip(chunkSpec.video.pieces[1]?.path ?? '', chunkSpec.video.pieces[1]?.offset ?? 0);
    await expect(writeMovie(files, path, chunkSpec, hashing)).rejects.toMatchObject({
      code: 'PW_SPLICE_CHUNK_CORRUPT',
      details: { key: chunkSpec.video.pieces[1]?.key },
    });
    const soundSpec = sample({}, 5);
    flip(soundSpec.sound?.places[0]?.path ?? '', 9);
    await expect(writeMovie(files, path, soundSpec, hashing)).rejects.toMatchObject({
      code: 'PW_SPLICE_SOUND_CORRUPT',
    });
    const shortSpec = sample({}, 5);
    const pack = shortSpec.video.pieces[0]?.path ?? '';
    truncateSync(pack, statSync(pack).size - 1);
    await expect(writeMovie(files, path, shortSpec, hashing)).rejects.toMatchObject({
      code: 'PW_SPLICE_CHUNK_CORRUPT',
      details: { key: shortSpec.video.pieces[1]?.key },
    });
    expect(await files.stat(path)).toBeNull();
  });

  test('W11: trusted sources are taken unread, and only they', async () => {
    const spec = sample({}, 5);
    flip(spec.video.pieces[1]?.path ?? '', spec.video.pieces[1]?.offset ?? 0);
    await writeMovie(files, freshPath(), spec, hashing, { trusted: () => true });
    await expect(
      writeMovie(files, freshPath(), spec, hashing, { trusted: (path) => path === spec.sound?.places[0]?.path }),
    ).rejects.toMatchObject({ code: 'PW_SPLICE_CHUNK_CORRUPT' });
  });

  test('W13: the digest of a large file, taken by a thread of its own, is the file’s', async () => {
    const path = freshPath();
    const big = sample({
      sound: 'none',
      chunks: [{ sizes: [7_000_000, 1, 499_999], order: [0, 1, 2], sync: [true, false, false] }],
      use: Array.from({ length: 10 }, () => 0),
    });
    const written = await writeMovie(files, path, big, hashing);
    expect(written.sizeBytes).toBeGreaterThan(64 * 1024 * 1024);
    expect(written.sha256).toBe(sha256(readFileSync(path)));
    const [piece] = big.video.pieces;
    flip(piece?.path ?? '', 5_000_000);
    await expect(writeMovie(files, freshPath(), big, hashing)).rejects.toMatchObject({
      code: 'PW_SPLICE_CHUNK_CORRUPT',
    });
  });

  test('W14: the decoder and the container are told the profile’s colours, whatever the chunks say', async () => {
    const color = { primaries: 'bt470bg', transfer: 'gamma28', matrix: 'smpte170m', range: 'pc' };
    const codes = { primaries: 5, transfer: 5, matrix: 6 };
    for (const format of ['mp4', 'mov'] as const) {
      const plain = sample({ format });
      const spec = { ...plain, video: { ...plain.video, profile: { ...plain.video.profile, color } } };
      const path = freshPath();
      await writeMovie(files, path, spec, hashing);
      const movie = await readMovie(files, path, sha256);
      const video = movie.tracks.find((track) => track.handler === 'vide')?.entries[0]?.video;
      expect(video?.color).toEqual({ ...codes, fullRange: format === 'mp4' ? true : null });
      const [set] = readAvcConfig(video?.config?.bytes ?? new Uint8Array(0)).sps;
      expect(set === undefined ? null : readH264Sps(set).format).toMatchObject({ ...codes, fullRange: true });
      expect(proveTables(movie, spec)).toEqual([]);
      // The same pictures: nothing behind the index differs.
      const other = freshPath();
      await writeMovie(files, other, plain, hashing);
      const mediaData = (name: string): Buffer => {
        const bytes = readFileSync(name);
        return bytes.subarray(bytes.indexOf('mdat', 0, 'latin1'));
      };
      expect(mediaData(path).equals(mediaData(other))).toBe(true);
    }
  });

  test('W14: every colour that a profile may name has a number of its own', () => {
    const plain = { primaries: 'unknown', transfer: 'unknown', matrix: 'unknown', range: 'unknown' };
    for (const tag of ['primaries', 'transfer', 'matrix', 'range'] as const) {
      const codes = colorNames[tag].map((name) => JSON.stringify(colorCodes({ ...plain, [tag]: name })));
      expect(new Set(codes).size, tag).toBe(colorNames[tag].length);
    }
  });

  test('W12: the timecode of programmes longer than a sample can span goes on in a second sample', () => {
    const long = { ...sample({ sound: 'none', rate: { num: 60000, den: 1001 } }) };
    const piece = {
      key: 'k',
      digest: '',
      sizes: Array.from({ length: 2_200_000 }, () => 1),
      order: Array.from({ length: 2_200_000 }, (_, i) => i),
      sync: Array.from({ length: 2_200_000 }, () => true),
      config: long.video.pieces[0]?.config ?? '',
      path: '',
      offset: 0,
    };
    const spec = { ...long, video: { profile: { ...long.video.profile, reorder: 0 }, pieces: [piece] } };
    const layout = layOut(spec);
    const head = movieHead(spec, layout, hashing);
    const view = new DataView(head.bytes.buffer, head.bytes.byteOffset + head.dataOffset);
    expect(layout.timecode.length).toBe(2);
    expect([view.getUint32(0), view.getUint32(4)]).toEqual([90000, 90000 + Math.floor(2 ** 31 / 1001)]);
  });
});

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
