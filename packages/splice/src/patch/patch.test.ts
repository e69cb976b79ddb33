import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultyFiles, nodeFiles, sha256 } from '@patchwork/files';
import { isPatchworkError, type FilePort } from '@patchwork/kernel';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { coloredAvcConfig } from '../container/h264-color.ts';
import { adoptMovie, reorderOf } from './adoption.ts';
import { fitChunks } from '../parameters/fitted-chunks.ts';
import { findUndo, undoAppend } from '../publish/append.ts';
import { patchClone } from './clone.ts';
import { findBoundaries, shownAt, widened, type PatchableMovie } from './boundaries.ts';
import { corruptChunks } from './extraction.ts';
import type { PlacedChunk } from '../container/movie-spec.ts';
import type { Movie, SampleColumns } from '../container/movie.ts';
import { readMovie } from '../container/movie-reader.ts';
import { writeMovie } from '../write/movie-writer.ts';
import { rewriteMovie } from './movie-rewriter.ts';
import { patchInPlace } from './patch.ts';
import { planPatch, type PatchPlan } from './patch-plan.ts';
import { codedChunk, codedMovie, codedSpec, type StreamName } from '../testing/coded-movie.ts';
import { temporaryFolder } from '../testing/folder.ts';
import { hashing } from '../testing/hashing.ts';

const files = nodeFiles();
const folder = temporaryFolder();
let number = 0;

function freshPath(): string {
  number += 1;
  return join(folder, `patched-${number}.mov`);
}

async function patchable(name: StreamName, sound?: 'aac' | 'pcm_s24le' | 'none'): Promise<PatchableMovie> {
  return await findBoundaries(files, await codedMovie(name, folder, sound));
}

/** A patch of the 8 frames from `start` with 8 frames of another encoder setting. */
function planOf(base: PatchableMovie, start: number, piece: PlacedChunk): PatchPlan {
  return planPatch(base, { range: widened(base, { in: start, out: start + piece.sizes.length }, 0), pieces: [piece] });
}

/** Bytes of every picture in presentation order. */
function picturesOf(movie: Movie): readonly Buffer[] {
  const samples = columnsOf(movie);
  const bytes = readFileSync(movie.path);
  return Array.from({ length: samples.count }, (_, i) => i)
    .toSorted((a, b) => shownAt(samples, a) - shownAt(samples, b))
    .map((i) => {
      const at = samples.offsets[i] ?? 0;
      return bytes.subarray(at, at + (samples.sizes[i] ?? 0));
    });
}

function columnsOf(movie: Movie): SampleColumns {
  const samples = movie.tracks.find((track) => track.handler === 'vide')?.samples;
  if (samples == null) throw new TypeError('columnsOf: the movie has no pictures');
  return samples;
}

/** Everything of a track but its places in the file. */
function factsOf(movie: Movie, handler: string): unknown {
  const track = movie.tracks.find((each) => each.handler === handler);
  return { ...track, tables: null, samples: null, entries: handler === 'vide' ? null : track?.entries };
}

describe('where a movie can be cut', () => {
  test('A1: at IDR pictures; at CRA pictures behind their leading ones; between any pictures of an intra codec', async () => {
    const ends = async (name: StreamName): Promise<readonly string[]> =>
      (await patchable(name)).ends.map(({ frame, sample, leading, brokenLink }) =>
        brokenLink ? `${frame} (sample ${sample} + ${leading})` : `${frame}`,
      );
    expect(await ends('h264')).toEqual(['0', '8', '16', '24']);
    // Only the first picture of an H.264 open-GOP stream is an IDR.
    expect(await ends('h264 open gop')).toEqual(['0', '24']);
    expect(await ends('hevc open gop')).toEqual(['0', '8 (sample 7 + 1)', '16 (sample 15 + 1)', '24']);
    expect(await ends('av1')).toEqual(['0', '8', '16']);
  });

  test('A2: fresh pictures may begin wherever all before is decoded and shown before all after', async () => {
    const base = await patchable('h264');
    expect([...base.closed].slice(0, 9)).toEqual([1, 1, 0, 0, 1, 0, 0, 1, 1]);
    expect(widened(base, { in: 2, out: 7 }, 100)).toMatchObject({ in: 1, out: 8 });
    expect(widened(base, { in: 4, out: 8 }, 100)).toMatchObject({ in: 4, out: 8 });
    expect(widened(base, { in: 20, out: 21 }, 100)).toMatchObject({ in: 20, out: 24 });
  });

  test('A3: a range outside, and one that grows beyond what is allowed, are refused', async () => {
    const base = await patchable('h264 open gop');
    for (const range of [
      { in: -1, out: 2 },
      { in: 3, out: 3 },
      { in: 20, out: 25 },
    ]) {
      expect(() => widened(base, range, 100)).toThrow(expect.objectContaining({ code: 'PW_PATCH_RANGE' }));
    }
    expect(() => widened(base, { in: 4, out: 5 }, 10)).toThrow(
      expect.objectContaining({ code: 'PW_PATCH_NO_BOUNDARY', details: { in: 1, out: 24 } }),
    );
  });

  test('A4: what cannot be patched safely is refused by name', async () => {
    const cases: readonly (readonly [string, (bytes: Buffer) => void])[] = [
      ['PW_ADOPT_CODEC', (b) => b.write('vp09', b.indexOf('avc1', 40), 'latin1')],
      ['PW_ADOPT_ENCRYPTED', (b) => b.write('sinf', b.indexOf('pasp'), 'latin1')],
      ['PW_ADOPT_DYNAMIC_HDR', (b) => b.write('dvcC', b.indexOf('pasp'), 'latin1')],
      ['PW_ADOPT_REFERENCE', (b) => b.writeUInt32BE(0, b.indexOf('url \0\0\0\x01') + 4)],
      ['PW_ADOPT_IN_BAND', (b) => b.writeUInt8(0xe0, b.indexOf('avcC') + 9)],
      ['PW_STREAM_CONFIG', (b) => b.writeUInt16BE(0xffff, b.indexOf('avcC') + 10)],
      // Two pictures shown at one time.
      ['PW_ADOPT_TIMES', (b) => b.writeUInt32BE(2000, b.indexOf('ctts') + 24)],
    ];
    for (const [code, change] of cases) {
      const { path } = await codedMovie('h264', folder);
      const bytes = readFileSync(path);
      change(bytes);
      writeFileSync(path, bytes);
      const movie = await readMovie(files, path, sha256);
      await expect(findBoundaries(files, movie), code).rejects.toMatchObject({ code });
    }
  });
});

describe('hostile streams', () => {
  test('A7: however the bytes of a movie are damaged, it is looked through, patched or refused with a code', async () => {
    const originals = await Promise.all(
      (['h264', 'hevc open gop', 'av1'] as const).map(async (name) =>
        readFileSync((await codedMovie(name, folder)).path),
      ),
    );
    const piece = codedChunk('h264 other', folder);
    const path = freshPath();
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      value: fc.constantFrom(0, 1, 0x1f, 0x65, 0x7f, 0x80, 0xff),
    });
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 2 }), fc.array(edit, { minLength: 1, maxLength: 12 }), async (which, edits) => {
        const bytes = Buffer.from(originals[which] ?? []);
        for (const { at, value } of edits) bytes[Math.floor(at * bytes.length)] = value;
        writeFileSync(path, bytes);
        try {
          const base = await findBoundaries(files, await readMovie(files, path, sha256));
          await adoptMovie(files, base, hashing);
          await patchInPlace(files, planOf(base, 8, piece), hashing, async () => undefined);
          await readMovie(files, path, sha256);
        } catch (error) {
          if (!isPatchworkError(error)) throw error;
        }
      }),
      { numRuns: Number(process.env['PW_RUNS'] ?? 150) },
    );
  });
});

describe('patching in place and anew', () => {
  const cases: readonly (readonly [StreamName, StreamName, number, number])[] = [
    ['h264', 'h264 other', 8, 8],
    ['h264 cavlc slices', 'h264 other', 8, 8],
    ['hevc open gop', 'hevc other', 9, 7],
    ['h264', 'h264', 16, 8],
  ];

  test('C1: the range shows the piece, all else keeps its bytes, times and tables, in place as anew', async () => {
    for (const [name, pieceName, start, frames] of cases) {
      const base = await patchable(name);
      const before = picturesOf(base.movie);
      const piece = codedChunk(pieceName, folder, frames);
      const anew = freshPath();
      await rewriteMovie(files, anew, base.movie, planOf(base, start, piece), join(folder, 'scratch'), hashing);
      expect(await files.stat(join(folder, 'scratch'))).toBeNull();
      const inPlace = freshPath();
      copyFileSync(base.movie.path, inPlace);
      const clone = await findBoundaries(files, await readMovie(files, inPlace, sha256));
      const appended = await patchInPlace(files, planOf(clone, start, piece), hashing, async () => undefined);
      const after = [await readMovie(files, anew, sha256), await readMovie(files, inPlace, sha256)];
      expect(after[1]?.moov.digest).toBe(appended.moovDigest);
      for (const movie of after) {
        const pictures = picturesOf(movie);
        // Behind the range of an open GOP stands the one picture that became a broken link: its size stays, one byte a slice does not.
        const linked = name === 'hevc open gop' ? start + frames : -1;
        const differing = before.flatMap((picture, i) =>
          pictures[i] !== undefined && picture.equals(pictures[i]) ? [] : [i],
        );
        const inside = Array.from({ length: frames }, (_, i) => start + i);
        const expected = name === pieceName ? differing.filter((i) => i >= start && i < start + frames) : inside;
        expect(differing, `${name}: pictures outside the range changed`).toEqual(
          linked < 0 ? expected : [...expected, linked],
        );
        expect(pictures[linked]?.length).toBe(before[linked]?.length);
        for (const handler of ['vide', 'soun', 'tmcd'])
          expect(factsOf(movie, handler)).toEqual(factsOf(base.movie, handler));
        const samples = columnsOf(movie);
        expect([...samples.dts]).toEqual([...base.samples.dts]);
        const shown = Array.from({ length: samples.count }, (_, i) => shownAt(samples, i)).toSorted((a, b) => a - b);
        expect(shown, `${name}: the pictures' times changed`).toEqual([...base.times]);
      }
      const sound = after.map((movie) => soundOf(movie));
      expect(sound).toEqual([soundOf(base.movie), soundOf(base.movie)]);
    }
  });

  test('C2: our parameter sets get ids of their own; the next patch of the same settings uses them again', async () => {
    const base = await patchable('h264');
    const piece = codedChunk('h264 other', folder);
    await patchInPlace(files, planOf(base, 8, piece), hashing, async () => undefined);
    const second = await findBoundaries(files, await readMovie(files, base.movie.path, sha256));
    expect([[...second.ids.sps], [...second.ids.pps]], 'an equal SPS is used again, the PPS differs').toEqual([
      [0],
      [0, 15],
    ]);
    await patchInPlace(files, planOf(second, 0, piece), hashing, async () => undefined);
    const third = await findBoundaries(files, await readMovie(files, base.movie.path, sha256));
    expect([[...third.ids.sps], [...third.ids.pps]]).toEqual([[0], [0, 15]]);
    const pictures = picturesOf(third.movie);
    expect(pictures.slice(0, 8)).toEqual(pictures.slice(8, 16));
  });

  test('C11: a piece that says no primaries and transfer takes those of the movie it joins; others are refused', async () => {
    const piece = codedChunk('h264 other', folder);
    const labelled = (primaries: number, transfer: number): PlacedChunk => {
      const config = coloredAvcConfig(Buffer.from(piece.config, 'base64'), {
        primaries,
        transfer,
        matrix: 1,
        fullRange: false,
      });
      return { ...piece, config: Buffer.from(config).toString('base64') };
    };
    // A plan gives out ids: each gets a movie of its own.
    const plan = async (own: PlacedChunk): Promise<PatchPlan> => {
      const told = await patchable('h264');
      return planPatch(told, { range: widened(told, { in: 8, out: 16 }, 0), pieces: [own] });
    };
    expect((await plan(labelled(2, 2))).merge).toEqual((await plan(piece)).merge);
    await expect(plan(labelled(2, 6))).rejects.toThrow(
      expect.objectContaining({ code: 'PW_PATCH_FORMAT', details: { differs: ['primaries', 'transfer'] } }),
    );
  });

  test('C3: a piece of another picture format, codec or length is refused by name', async () => {
    const base = await patchable('h264');
    const range = widened(base, { in: 8, out: 16 }, 0);
    const plan = (piece: PlacedChunk): PatchPlan => planPatch(base, { range, pieces: [piece] });
    expect(() => plan(codedChunk('h264', folder, 7))).toThrow(expect.objectContaining({ code: 'PW_PATCH_LENGTH' }));
    expect(() => plan({ ...codedChunk('h264', folder, 8), config: '' })).toThrow(
      expect.objectContaining({ code: 'PW_PATCH_CODEC' }),
    );
    const short = Buffer.from(codedChunk('h264', folder).config, 'base64');
    short[4] = 0xfd;
    expect(() => plan({ ...codedChunk('h264', folder, 8), config: short.toString('base64') })).toThrow(
      expect.objectContaining({ code: 'PW_PATCH_LENGTHS' }),
    );
    const deep = codedChunk('h264 10 bit', folder);
    expect(() => planPatch(base, { range, pieces: [deep, deep, deep, deep] })).toThrow(
      expect.objectContaining({ code: 'PW_PATCH_FORMAT', details: { differs: ['bitDepth'] } }),
    );
  });

  test('C4: stopped after any step, the file plays as the old movie or as the new one, and the next patch succeeds', async () => {
    const piece = codedChunk('h264 other', folder);
    const original = await codedMovie('h264', folder);
    const patchCopy = async (port: FilePort, path: string): Promise<void> => {
      const base = await findBoundaries(files, await readMovie(files, path, sha256));
      await patchInPlace(port, planOf(base, 8, piece), hashing, async () => undefined);
    };
    const whole = freshPath();
    copyFileSync(original.path, whole);
    const counted = faultyFiles(files, { after: Infinity, how: 'stop' });
    await patchCopy(counted, whole);
    const old = picturesOf(original);
    const now = picturesOf(await readMovie(files, whole, sha256));
    // journal, sync, pictures, header of mdat, index, sync | commit, sync
    expect(counted.steps.map((step) => step.split(' ')[0])).toEqual([
      'write',
      'sync',
      'write',
      'write',
      'write',
      'sync',
      'write',
      'sync',
    ]);
    for (let after = 0; after < counted.steps.length; after++) {
      for (const write of ['none', 'half'] as const) {
        const path = freshPath();
        copyFileSync(original.path, path);
        await expect(patchCopy(faultyFiles(files, { after, how: 'stop', write }), path)).rejects.toMatchObject({
          code: 'PW_FILE_STOPPED',
        });
        // Half of a commit is not possible: it is one write inside one sector.
        if (after === 6 && write === 'half') continue;
        const left = picturesOf(await readMovie(files, path, sha256));
        expect(left, `stopped after ${after}: neither old nor new`).toEqual(after > 6 ? now : old);
        if (after > 6) continue;
        await patchCopy(files, path);
        expect(
          Buffer.compare(readFileSync(path), readFileSync(whole)),
          'what the kill left behind is still there',
        ).toBe(0);
      }
    }
  });

  test('C5: undo gives the old file back, byte for byte, generation by generation; then there is nothing to undo', async () => {
    const { path } = await codedMovie('h264', folder);
    const piece = codedChunk('h264 other', folder);
    const states = [readFileSync(path)];
    for (const start of [8, 0, 16]) {
      const base = await findBoundaries(files, await readMovie(files, path, sha256));
      await patchInPlace(files, planOf(base, start, piece), hashing, async () => undefined);
      states.push(readFileSync(path));
    }
    for (const state of states.slice(0, -1).toReversed()) {
      expect(await findUndo(files, await readMovie(files, path, sha256))).toMatchObject({ sizeBytes: state.length });
      await undoAppend(files, await readMovie(files, path, sha256));
      expect(Buffer.compare(readFileSync(path), state), 'not the old file').toBe(0);
    }
    const movie = await readMovie(files, path, sha256);
    await expect(undoAppend(files, movie)).rejects.toMatchObject({ code: 'PW_UNDO_NONE' });
  });

  test('C6: an undo that is stopped after any step leaves a movie, old or new', async () => {
    const { path } = await codedMovie('h264', folder);
    const old = picturesOf(await readMovie(files, path, sha256));
    const base = await findBoundaries(files, await readMovie(files, path, sha256));
    await patchInPlace(files, planOf(base, 8, codedChunk('h264 other', folder)), hashing, async () => undefined);
    const now = picturesOf(await readMovie(files, path, sha256));
    const patched = readFileSync(path);
    for (let after = 0; after < 4; after++) {
      writeFileSync(path, patched);
      const movie = await readMovie(files, path, sha256);
      await expect(undoAppend(faultyFiles(files, { after, how: 'stop' }), movie)).rejects.toMatchObject({
        code: 'PW_FILE_STOPPED',
      });
      expect(picturesOf(await readMovie(files, path, sha256))).toEqual(after === 0 ? now : old);
    }
  });

  test('C7: a file that changed since it was read, and a second index that is not ours, are left alone', async () => {
    const piece = codedChunk('h264 other', folder);
    const raced = await patchable('h264');
    const plan = planOf(raced, 8, piece);
    truncateSync(raced.movie.path, raced.movie.sizeBytes + 1);
    await expect(patchInPlace(files, plan, hashing, async () => undefined)).rejects.toMatchObject({
      code: 'PW_APPEND_RACED',
    });
    const { path, moov } = await codedMovie('h264', folder);
    writeFileSync(path, Buffer.concat([readFileSync(path), moov.bytes]));
    const before = readFileSync(path);
    const two = await findBoundaries(files, await readMovie(files, path, sha256));
    await expect(patchInPlace(files, planOf(two, 8, piece), hashing, async () => undefined)).rejects.toMatchObject({
      code: 'PW_APPEND_TWO_INDEXES',
    });
    const open = Buffer.from(before.subarray(0, before.length - moov.bytes.length));
    open.writeUInt32BE(0, open.indexOf('mdat') - 4);
    writeFileSync(path, open);
    const toEnd = await findBoundaries(files, await readMovie(files, path, sha256));
    await expect(patchInPlace(files, planOf(toEnd, 8, piece), hashing, async () => undefined)).rejects.toMatchObject({
      code: 'PW_APPEND_TO_END',
    });
    expect(Buffer.compare(readFileSync(path), open)).toBe(0);
  });

  test('C7: bytes at the end that are no whole box and not ours are never cut off', async () => {
    const piece = codedChunk('h264 other', folder);
    const { path, boxes, sizeBytes } = await codedMovie('h264', folder);
    const bytes = readFileSync(path);
    const last = boxes.at(-1);
    if (last?.type !== 'mdat') throw new TypeError('the index stands before the media');
    // The media claim more than the file holds, as where padding was lost; all samples are there.
    const claims = Buffer.from(bytes);
    if (last.headerSize === 16) claims.writeBigUInt64BE(BigInt(last.size + 4), last.offset + 8);
    else claims.writeUInt32BE(last.size + 4, last.offset);
    const tagged = Buffer.concat([bytes, Buffer.from('TAG a title'.padEnd(128))]);
    // A journal that names another index.
    const other = Buffer.alloc(40);
    other.writeUInt32BE(40);
    other.write('freepatchwork/undo/1', 4, 'latin1');
    const cases = [
      [claims, last.offset],
      [tagged, sizeBytes],
      [Buffer.concat([bytes, Buffer.alloc(4)]), sizeBytes],
      [Buffer.concat([bytes, other.subarray(0, 39)]), sizeBytes],
    ] as const;
    for (const [state, offset] of cases) {
      writeFileSync(path, state);
      const base = await findBoundaries(files, await readMovie(files, path, sha256));
      const plan = planOf(base, 8, piece);
      const refused = { code: 'PW_APPEND_TAIL', details: { offset } };
      await expect(patchInPlace(files, plan, hashing, async () => undefined)).rejects.toMatchObject(refused);
      await expect(patchClone(files, freshPath(), plan, hashing)).rejects.toMatchObject(refused);
      expect(Buffer.compare(readFileSync(path), state), 'the file was touched').toBe(0);
    }
  });

  test('C10: a patched clone is the movie patched in place; the movie is not touched', async () => {
    const base = await patchable('h264');
    const before = readFileSync(base.movie.path);
    const plan = planOf(base, 8, codedChunk('h264 other', folder));
    const path = freshPath();
    const counted = faultyFiles(files, { after: Infinity, how: 'stop' });
    await patchClone(counted, path, plan, hashing);
    expect(Buffer.compare(readFileSync(base.movie.path), before)).toBe(0);
    const steps = counted.steps.filter((step) => !step.startsWith('write'));
    expect(steps, 'nobody reads a clone before it is published: one flush').toEqual([
      `copy ${base.movie.path} -> ${path}`,
      `sync ${path}`,
    ]);
    expect(counted.steps.at(-1), 'something was written behind the flush').toBe(`sync ${path}`);
    await patchInPlace(files, plan, hashing, async () => undefined);
    expect(Buffer.compare(readFileSync(base.movie.path), readFileSync(path))).toBe(0);
  });

  test('C8: nothing is committed when recording fails', async () => {
    const base = await patchable('h264');
    const fail = async (): Promise<void> => {
      throw new TypeError('the ledger is full');
    };
    await expect(patchInPlace(files, planOf(base, 8, codedChunk('h264 other', folder)), hashing, fail)).rejects.toThrow(
      'ledger',
    );
    expect(picturesOf(await readMovie(files, base.movie.path, sha256))).toEqual(picturesOf(base.movie));
  });

  test('C13: a patch in place that finds the disk full leaves the file as it was, byte for byte', async () => {
    const piece = codedChunk('h264 other', folder);
    for (let after = 0; after < 5; after++) {
      const base = await patchable('h264');
      const before = readFileSync(base.movie.path);
      const port = faultyFiles(files, { after, how: 'fail', write: 'half' });
      await expect(patchInPlace(port, planOf(base, 8, piece), hashing, async () => undefined)).rejects.toMatchObject({
        code: 'PW_FILE_NO_SPACE',
      });
      expect(Buffer.compare(readFileSync(base.movie.path), before), port.steps.join(', ')).toBe(0);
    }
  });

  test('C9: writing anew without a patch keeps every sample of every track and drops dead bytes', async () => {
    const base = await patchable('h264', 'pcm_s24le');
    await patchInPlace(files, planOf(base, 8, codedChunk('h264 other', folder)), hashing, async () => undefined);
    const patched = await readMovie(files, base.movie.path, sha256);
    const path = freshPath();
    await rewriteMovie(files, path, patched, null, join(folder, 'unused'), hashing);
    const compact = await readMovie(files, path, sha256);
    expect(picturesOf(compact)).toEqual(picturesOf(patched));
    expect(soundOf(compact)).toBe(soundOf(patched));
    expect(compact.timecode).toEqual(patched.timecode);
    expect(compact.boxes.map((box) => box.type)).toEqual(['ftyp', 'moov', 'mdat']);
    expect(compact.sizeBytes).toBeLessThan(patched.sizeBytes);
  });
});

describe('a movie of any origin as chunks', () => {
  let base: PatchableMovie;
  beforeAll(async () => {
    base = await patchable('h264');
  });

  test('A5: its chunks begin where kept pictures may begin, with their bytes’ digests', async () => {
    const adopted = await adoptMovie(files, base, hashing);
    expect(adopted.chunks.map((chunk) => chunk.sizes.length)).toEqual([8, 8, 8]);
    expect(adopted.chunks[1]?.order).toEqual([0, 3, 1, 2, 6, 4, 5, 7]);
    expect([adopted.rate, adopted.reorder]).toEqual([{ num: 25, den: 1 }, reorderOf(adopted.chunks)]);
    expect(await corruptChunks(files, adopted.chunks, hashing)).toEqual([]);
    const open = await adoptMovie(files, await patchable('hevc open gop'), hashing);
    expect(open.chunks.map((chunk) => chunk.sizes.length)).toEqual([7, 8, 9]);
    expect(open.chunks[1]?.order, 'leading pictures stand behind their CRA').toEqual([1, 0, 4, 3, 2, 7, 6, 5]);
  });

  test('A6: chunks may be put in another order, and between them fresh ones of other settings', async () => {
    const { chunks, reorder } = await adoptMovie(files, base, hashing);
    const [a, b, c] = chunks;
    if (a === undefined || b === undefined || c === undefined) throw new TypeError('the movie has three chunks');
    const fresh = codedChunk('h264 other', folder);
    const pack = join(folder, 'fitted.pack');
    const fitted = await fitChunks(files, 'avc1', [c, fresh, a, fresh], pack, hashing);
    expect(fitted.chunks.map((chunk) => chunk.path)).toEqual([a.path, pack, a.path, pack]);
    expect(fitted.chunks[0]?.digest).toBe(c.digest);
    const spec = codedSpec('h264', folder, 'none');
    const video = { ...spec.video, profile: { ...spec.video.profile, reorder }, pieces: fitted.chunks };
    const path = freshPath();
    await writeMovie(files, path, { ...spec, video }, hashing);
    const mixed = await findBoundaries(files, await readMovie(files, path, sha256));
    expect(mixed.ends.map((end) => end.frame)).toEqual([0, 8, 16, 24, 32]);
    expect([...mixed.ids.pps]).toEqual([0, 15]);
    expect(picturesOf(mixed.movie).slice(16, 24)).toEqual(picturesOf(base.movie).slice(0, 8));
  });
});

/** SHA-256 of the sound's bytes in order. */
function soundOf(movie: Movie): string {
  const track = movie.tracks.find((each) => each.handler === 'soun');
  const bytes = readFileSync(movie.path);
  if (track === undefined) return '';
  const { samples, tables } = track;
  const parts =
    samples === null
      ? Array.from(tables.chunkOffsets, (offset, i) =>
          bytes.subarray(
            offset,
            offset + (tables.chunkSamples[i] ?? 0) * (typeof tables.sizes === 'number' ? tables.sizes : 0),
          ),
        )
      : Array.from(samples.offsets, (offset, i) => bytes.subarray(offset, offset + (samples.sizes[i] ?? 0)));
  return sha256(Buffer.concat(parts));
}
