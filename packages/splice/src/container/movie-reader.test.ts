import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles, sha256 } from '@patchwork/files';
import { isPatchworkError } from '@patchwork/kernel';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { ByteWriter } from '../bytes/byte-writer.ts';
import type { DrawnMovie } from '../testing/random-movie.ts';
import type { Movie } from './movie.ts';
import { readMovie } from './movie-reader.ts';
import { writeMovie } from '../write/movie-writer.ts';
import { temporaryFolder } from '../testing/folder.ts';
import { hashing } from '../testing/hashing.ts';
import { specOf } from '../testing/random-movie.ts';

const files = nodeFiles();
const folder = temporaryFolder();
const runs = Number(process.env['PW_RUNS'] ?? 1500);
const path = join(folder, 'hostile.mov');

const drawn: DrawnMovie = {
  format: 'mp4',
  codec: 'h264',
  rate: { num: 24000, den: 1001 },
  reorder: 1,
  chunks: [{ sizes: [30, 9, 7], order: [0, 2, 1], sync: [true, false, false] }],
  use: [0, 0, 0, 0],
  sound: 'aac',
  dropFrame: false,
  startFrame: 86400,
  tags: { title: 'x' },
};

async function bytesOf(change: Partial<DrawnMovie> = {}): Promise<Buffer> {
  const target = join(folder, `seed-${Math.random().toString(36).slice(2)}.mov`);
  await writeMovie(files, target, specOf({ ...drawn, ...change }, folder, 0), hashing);
  return readFileSync(target);
}

async function codeOf(bytes: Uint8Array): Promise<string> {
  writeFileSync(path, bytes);
  try {
    await readMovie(files, path, sha256);
    return 'read';
  } catch (error) {
    if (!isPatchworkError(error)) throw error;
    return error.code;
  }
}

function box(type: string, content: Uint8Array = new Uint8Array(0)): Uint8Array {
  const out = new ByteWriter();
  out.box(type, () => out.bytes(content));
  return out.toBytes();
}

let mp4: Buffer;
let mov: Buffer;

beforeAll(async () => {
  mp4 = await bytesOf();
  mov = await bytesOf({ format: 'mov', sound: 'pcm_s24le' });
});

describe('reading movies', () => {
  test('R1: the index is found in front, behind, and behind a 64-bit mdat', async () => {
    const moov = boxAt(mp4, 'moov');
    const front = mp4.subarray(moov.start, moov.end);
    // Behind a copy of the media data in a 64-bit box, the index keeps naming the old place: offsets stay in the file.
    const wide = new ByteWriter();
    wide.u32(1);
    wide.latin1('mdat');
    wide.u64(16 + 64);
    wide.zeros(64);
    const hidden = Buffer.from(mp4);
    hidden.write('free', moov.start + 4, 'latin1');
    writeFileSync(path, Buffer.concat([hidden, wide.toBytes(), front]));
    const movie = await readMovie(files, path, sha256);
    expect(movie.boxes.map(({ type, headerSize }) => [type, headerSize])).toEqual([
      ['ftyp', 8],
      ['free', 8],
      ['mdat', 8],
      ['mdat', 16],
      ['moov', 8],
    ]);
    expect(movie.moov.digest).toBe(sha256(front));
    expect(movie.tracks.map((track) => track.handler)).toEqual(['vide', 'soun', 'tmcd']);
  });

  test('R2: of two indexes the first counts, as for every player', async () => {
    const moov = boxAt(mp4, 'moov');
    const second = Buffer.from(mp4.subarray(moov.start, moov.end));
    second.fill(0xff, 8, 60);
    writeFileSync(path, Buffer.concat([mp4, second]));
    expect((await readMovie(files, path, sha256)).moov.offset).toBe(moov.start);
  });

  test('R3: bytes behind the last whole box are told, not read', async () => {
    writeFileSync(path, Buffer.concat([mp4, Buffer.from([0, 0, 0x40, 0, 0x6d, 0x64, 0x61, 0x74, 1, 2, 3])]));
    expect((await readMovie(files, path, sha256)).tail).toBe(mp4.length);
    writeFileSync(path, mp4);
    expect((await readMovie(files, path, sha256)).tail).toBeNull();
  });

  test('R4: what is no whole plain movie is refused by name', async () => {
    const ftyp = mp4.subarray(0, boxAt(mp4, 'ftyp').end);
    const moov = boxAt(mp4, 'moov');
    const cases: readonly (readonly [string, Uint8Array])[] = [
      ['PW_MOVIE_NO_MOOV', new Uint8Array(0)],
      ['PW_MOVIE_NOT_MOVIE', Buffer.from('RIFF....AVI LIST')],
      ['PW_MOVIE_NO_MOOV', Buffer.concat([ftyp, box('mdat', new Uint8Array(100))])],
      ['PW_MOVIE_TRUNCATED', Buffer.concat([ftyp, box('mdat', new Uint8Array(100)).subarray(0, 60)])],
      ['PW_MOVIE_TRUNCATED', mp4.subarray(0, mp4.length - 1)],
      ['PW_MOVIE_TRUNCATED', mp4.subarray(0, moov.end - 20)],
      ['PW_MOVIE_FRAGMENTED', Buffer.concat([ftyp, box('moof'), mp4.subarray(moov.start)])],
      ['PW_MOVIE_FRAGMENTED', Buffer.concat([ftyp, box('moov', box('mvex'))])],
      ['PW_MOVIE_COMPRESSED', Buffer.concat([ftyp, box('moov', box('cmov'))])],
      ['PW_MOVIE_BOX', Buffer.concat([ftyp, box('moov')])],
      ['PW_MOVIE_TOO_LARGE', Buffer.concat(Array.from({ length: 10_001 }, () => box('free')))],
    ];
    for (const [code, bytes] of cases) expect(await codeOf(bytes), code).toBe(code);
  });

  test('R4: a whole file of another kind is not called damaged', async () => {
    const ftyp = mp4.subarray(0, boxAt(mp4, 'ftyp').end);
    for (const bytes of [Buffer.from('RIFF....AVI LIST'), Buffer.concat([ftyp, box('moof')])]) {
      writeFileSync(path, bytes);
      await expect(readMovie(files, path, sha256)).rejects.toMatchObject({
        hint: expect.not.stringContaining('damaged'),
      });
    }
  });

  test('R4: sizes that wrap, stand still or go back end the reading; none is a loop', async () => {
    const ftyp = boxAt(mp4, 'ftyp');
    const behind = mp4.subarray(ftyp.end);
    const wide = (type: string, size: bigint): Buffer => {
      const header = Buffer.alloc(16);
      header.writeUInt32BE(1);
      header.write(type, 4, 'latin1');
      header.writeBigUInt64BE(size, 8);
      return header;
    };
    const narrow = (type: string, size: number): Buffer => {
      const header = Buffer.alloc(8);
      header.writeUInt32BE(size);
      header.write(type, 4, 'latin1');
      return header;
    };
    const start = mp4.subarray(0, ftyp.end);
    // In 64 bits `offset + size` of the second and third is the file's start and the box itself.
    const at = BigInt(ftyp.end);
    const sizes = [2n ** 64n - 1n, 2n ** 64n - at, 2n ** 64n, 2n ** 63n, 2n ** 53n, 0n, 1n, 15n];
    for (const size of sizes) {
      for (const type of ['free', 'mdat', 'moov']) {
        const bytes = Buffer.concat([start, wide(type, BigInt.asUintN(64, size)), behind]);
        expect(await codeOf(bytes), `${type} of ${size} bytes`).toBe('PW_MOVIE_TRUNCATED');
      }
    }
    for (const size of [2, 7, 0xffffffff, 0xfffffff8, 0x80000000]) {
      expect(await codeOf(Buffer.concat([start, narrow('free', size), behind])), `${size}`).toBe('PW_MOVIE_TRUNCATED');
    }
    // Inside of the index: boxes of no size, of less than their header, and of more than what holds them.
    for (const type of ['trak', 'mdia', 'minf', 'stbl', 'stsd', 'mvhd', 'edts']) {
      for (const size of [0, 1, 7, 0x7fffffff, 0xffffffff]) {
        const bytes = Buffer.from(mp4);
        bytes.writeUInt32BE(size, boxAt(bytes, type).start);
        expect(await codeOf(bytes), `${type} of ${size} bytes`).toMatch(/^(read|PW_MOVIE_(BOX|TABLE|SAMPLE_OUTSIDE))$/);
      }
    }
  });

  test('R4: a box of size 0 runs to the end: media data behind the index is read, an index behind it is swallowed', async () => {
    const front = Buffer.from(mp4);
    front.writeUInt32BE(0, boxAt(front, 'mdat').start);
    writeFileSync(path, front);
    const movie = await readMovie(files, path, sha256);
    expect(movie.boxes.at(-1)).toMatchObject({ type: 'mdat', toEnd: true });
    expect(movie.tracks.map(({ tables }) => tables.count)).toEqual(
      await readSeed().then(({ tracks }) => tracks.map(({ tables }) => tables.count)),
    );
    const moov = boxAt(mp4, 'moov');
    const hidden = Buffer.from(mp4);
    hidden.write('free', moov.start + 4, 'latin1');
    hidden.writeUInt32BE(0, boxAt(hidden, 'mdat').start);
    expect(await codeOf(Buffer.concat([hidden, mp4.subarray(moov.start, moov.end)]))).toBe('PW_MOVIE_NO_MOOV');
    // No media data at all.
    const none = mp4.subarray(0, boxAt(mp4, 'mdat').start);
    expect(await codeOf(none)).toBe('PW_MOVIE_SAMPLE_OUTSIDE');
    expect(await codeOf(Buffer.concat([none, box('mdat')]))).toBe('PW_MOVIE_SAMPLE_OUTSIDE');
  });

  test('R5: 64-bit places that wrap around are refused', async () => {
    const stco = boxAt(mp4, 'stco');
    const count = mp4.readUInt32BE(stco.start + 12);
    expect(count).toBe(1);
    // In place: the one 32-bit offset of a track and the box behind it are no longer needed.
    for (const offset of [2n ** 64n - 1n, 2n ** 64n - 16n, 2n ** 63n, 2n ** 53n, 2n ** 53n - 1n, 2n ** 32n]) {
      const large = Buffer.alloc(24);
      large.writeUInt32BE(24);
      large.write('co64', 4, 'latin1');
      large.writeUInt32BE(1, 12);
      large.writeBigUInt64BE(BigInt.asUintN(64, offset), 16);
      const bytes = grown(mp4, stco.start, stco.end, large);
      expect(await codeOf(bytes), `co64 ${offset}`).toMatch(/^PW_MOVIE_(BOX|SAMPLE_OUTSIDE)$/);
    }
  });

  test('R5: tables that disagree are refused, naming box and byte', async () => {
    const cases: readonly (readonly [string, number, number, string])[] = [
      // box, byte of its content, new 32-bit value, code
      ['stsz', 8, 0x7fffffff, 'PW_MOVIE_BOX'],
      ['stsz', 8, 11, 'PW_MOVIE_TABLE'],
      ['stts', 8, 13, 'PW_MOVIE_TABLE'],
      ['stts', 4, 0xffffffff, 'PW_MOVIE_BOX'],
      ['ctts', 8, 9999, 'PW_MOVIE_TABLE'],
      ['stss', 8, 0, 'PW_MOVIE_TABLE'],
      ['stss', 12, 13, 'PW_MOVIE_TABLE'],
      ['stsc', 8, 2, 'PW_MOVIE_TABLE'],
      ['stsc', 12, 0, 'PW_MOVIE_TABLE'],
      ['stsc', 16, 2, 'PW_MOVIE_TABLE'],
      ['stco', 8, 0xfffffff0, 'PW_MOVIE_SAMPLE_OUTSIDE'],
      ['mdhd', 12, 0, 'PW_MOVIE_TABLE'],
      ['elst', 4, 0x20000000, 'PW_MOVIE_BOX'],
    ];
    for (const [type, at, value, code] of cases) {
      const bytes = Buffer.from(mp4);
      bytes.writeUInt32BE(value, boxAt(bytes, type).start + 8 + at);
      expect(await codeOf(bytes), `${type} + ${at} = ${value}`).toBe(code);
    }
    const bytes = Buffer.from(mp4);
    const stsz = boxAt(bytes, 'stsz').start;
    bytes.writeUInt32BE(11, stsz + 16);
    writeFileSync(path, bytes);
    await expect(readMovie(files, path, sha256)).rejects.toMatchObject({
      details: { file: path, box: 'moov/trak/mdia/minf/stbl/stts' },
      message: expect.stringMatching(/at byte \d+/) as string,
    });
  });

  test('R6: a tiny table cannot ask for gigabytes', async () => {
    // One size for all of 2^31 samples, one run of as many durations: a file of 3 kB that would be 60 GB of columns.
    const bytes = Buffer.from(mov);
    const count = 0x7fffffff;
    const stsz = boxAt(bytes, 'stsz').start;
    bytes.writeUInt32BE(1, stsz + 12);
    bytes.writeUInt32BE(count, stsz + 16);
    bytes.writeUInt32BE(count, boxAt(bytes, 'stts').start + 16);
    const ctts = boxAt(bytes, 'ctts').start;
    bytes.write('free', ctts + 4, 'latin1');
    bytes.write('free', boxAt(bytes, 'stss').start + 4, 'latin1');
    bytes.writeUInt32BE(count, boxAt(bytes, 'stsc').start + 20);
    expect(await codeOf(bytes)).toBe('PW_MOVIE_TOO_LARGE');
  });

  test('R7: however a file is damaged, it is read or refused with a code, at once', async () => {
    const seeds = [mp4, mov];
    const damage = fc.record({
      seed: fc.nat({ max: 1 }),
      edits: fc.array(
        fc.record({
          at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
          width: fc.constantFrom(1, 2, 4, 8),
          value: fc.constantFrom(
            0,
            1,
            2,
            7,
            0x7f,
            0x80,
            0xff,
            0x7fffffff,
            0xffffffff,
            0x80000000,
            0x100000000,
            2 ** 53,
          ),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      cut: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 8 }),
    });
    let slowest = 0;
    await fc.assert(
      fc.asyncProperty(damage, async ({ seed, edits, cut }) => {
        const bytes = Buffer.from(seeds[seed] ?? mp4);
        const index = boxAt(bytes, 'moov').end;
        for (const { at, width, value } of edits) writeBig(bytes, Math.floor(at * index), width, value);
        // Processor time: the clock also counts what else the machine does.
        const started = process.cpuUsage();
        await codeOf(cut === null ? bytes : bytes.subarray(0, Math.floor(cut * bytes.length)));
        const { user, system } = process.cpuUsage(started);
        slowest = Math.max(slowest, (user + system) / 1000);
      }),
      { numRuns: runs },
    );
    expect(slowest, 'a damaged file of 3 kB took seconds').toBeLessThan(2000);
  });

  test('R8: any single byte of the index set to 0 or to 255 is read or refused with a code', async () => {
    const { start, end } = boxAt(mp4, 'moov');
    // All of them with PW_RUNS; every fifth otherwise.
    const step = process.env['PW_RUNS'] === undefined ? 5 : 1;
    for (let at = start; at < end; at += step) {
      for (const value of [0, 255]) {
        const bytes = Buffer.from(mp4);
        bytes[at] = value;
        await codeOf(bytes);
      }
    }
  });

  test('R9: 170,000 samples are read', async () => {
    const length = 50;
    const chunk = {
      sizes: Array.from({ length }, (_, i) => 3 + (i % 5)),
      order: Array.from({ length }, (_, i) => (i === 0 ? 0 : i % 2 === 1 ? Math.min(i + 1, length - 1) : i - 1)),
      sync: Array.from({ length }, (_, i) => i === 0),
    };
    const bytes = await bytesOf({ chunks: [chunk], use: Array.from({ length: 3400 }, () => 0), sound: 'none' });
    writeFileSync(path, bytes);
    const movie = await readMovie(files, path, sha256);
    expect(movie.tracks[0]?.samples?.count).toBe(170_000);
  });

  test('R11: compact sizes of 4, 8 and 16 bits are read', async () => {
    const stsz = boxAt(mp4, 'stsz');
    const sizes = Array.from({ length: (stsz.end - stsz.start - 20) / 4 }, (_, i) =>
      mp4.readUInt32BE(stsz.start + 20 + i * 4),
    );
    for (const bits of [4, 8, 16]) {
      // Written over the old box: a smaller one, and free space behind it.
      const known = sizes.map((size) => size % (bits === 4 ? 16 : 256));
      const bytes = Buffer.from(mp4);
      const length = 20 + Math.ceil((known.length * bits) / 8);
      bytes.fill(0, stsz.start, stsz.end);
      bytes.writeUInt32BE(length, stsz.start);
      bytes.write('stz2', stsz.start + 4, 'latin1');
      bytes[stsz.start + 15] = bits;
      bytes.writeUInt32BE(known.length, stsz.start + 16);
      known.forEach((size, i) => {
        const at = stsz.start + 20;
        if (bits === 16) bytes.writeUInt16BE(size, at + i * 2);
        else if (bits === 8) bytes[at + i] = size;
        else bytes[at + (i >> 1)] = (bytes[at + (i >> 1)] ?? 0) | (size << (i % 2 === 0 ? 4 : 0));
      });
      bytes.writeUInt32BE(stsz.end - stsz.start - length, stsz.start + length);
      bytes.write('free', stsz.start + length + 4, 'latin1');
      writeFileSync(path, bytes);
      const movie = await readMovie(files, path, sha256);
      expect([...(movie.tracks[0]?.samples?.sizes ?? [])], `${bits} bits`).toEqual(known);
    }
  });

  test('R12: what sample entries say is read: PCM of all forms, AAC and its configuration, colours, pixel aspect', async () => {
    const sounds: unknown[] = [];
    for (const [format, sound, sampleRate] of [
      ['mov', 'pcm_s16le', 8000],
      ['mov', 'pcm_s24le', 8000],
      ['mov', 'pcm_s24le', 96000],
      ['mp4', 'pcm_s24le', 8000],
      ['mp4', 'aac', 8000],
      ['mov', 'aac', 8000],
    ] as const) {
      const spec = specOf({ ...drawn, format, sound }, folder, 0);
      const target = join(folder, `entry-${format}-${sound}-${sampleRate}.mov`);
      const profile = spec.sound === null ? null : { ...spec.sound.profile, sampleRate };
      if (spec.sound === null || profile === null) throw new TypeError('the sample has sound');
      await writeMovie(files, target, { ...spec, sound: { ...spec.sound, profile } }, hashing);
      const track = (await readMovie(files, target, sha256)).tracks.find((each) => each.handler === 'soun');
      const entry = track?.entries[0];
      sounds.push([
        entry?.format,
        entry?.sound?.channels,
        entry?.sound?.sampleRate,
        entry?.sound?.bitsPerSample,
        entry?.sound?.config?.join() ?? null,
      ]);
    }
    expect(sounds).toEqual([
      ['sowt', 2, 8000, 16, null],
      ['in24', 2, 8000, 24, null],
      ['lpcm', 2, 96000, 24, null],
      ['ipcm', 2, 8000, 24, null],
      ['mp4a', 2, 8000, 16, '21,144'],
      ['mp4a', 2, 8000, 16, '21,144'],
    ]);
    writeFileSync(path, mp4);
    expect((await readMovie(files, path, sha256)).tracks[0]?.entries[0]?.video).toMatchObject({
      width: 96,
      height: 64,
      color: { primaries: 1, transfer: 1, matrix: 1, fullRange: false },
      pixelAspect: { horizontal: 1, vertical: 1 },
      config: { type: 'avcC' },
    });
  });

  test('R10: a file that grows while it is read is refused', async () => {
    writeFileSync(path, mp4);
    const growing = {
      ...files,
      open: async (name: string, mode: 'read' | 'create' | 'update') => {
        const file = await files.open(name, mode);
        let reads = 0;
        return {
          ...file,
          read: async (into: Uint8Array, position: number) => {
            reads += 1;
            if (reads === 3) truncateSync(path, mp4.length + 8);
            return await file.read(into, position);
          },
        };
      },
    };
    await expect(readMovie(growing, path, sha256)).rejects.toMatchObject({ code: 'PW_MOVIE_CHANGED' });
  });
});

async function readSeed(): Promise<Movie> {
  writeFileSync(path, mp4);
  return await readMovie(files, path, sha256);
}

/** Puts other bytes in place of a box within the index; the boxes that hold it grow with it. */
function grown(bytes: Buffer, start: number, end: number, instead: Buffer): Buffer {
  const grow = instead.length - (end - start);
  const copy = Buffer.from(bytes);
  for (const type of ['moov', 'trak', 'mdia', 'minf', 'stbl']) {
    const holder = boxAt(copy, type);
    copy.writeUInt32BE(holder.end - holder.start + grow, holder.start);
  }
  return Buffer.concat([copy.subarray(0, start), instead, copy.subarray(end)]);
}

/** The first box of a type, by its name's bytes. */
function boxAt(bytes: Buffer, type: string): { readonly start: number; readonly end: number } {
  const start = bytes.indexOf(type, 0, 'latin1') - 4;
  if (start < 0) throw new TypeError(`boxAt: the file has no ${type}`);
  return { start, end: start + bytes.readUInt32BE(start) };
}

function writeBig(bytes: Buffer, at: number, width: number, value: number): void {
  const wide = Buffer.alloc(8);
  wide.writeBigUInt64BE(BigInt(value));
  wide.copy(bytes, at, 8 - width);
}
