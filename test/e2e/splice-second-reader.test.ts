import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles, sha256, startSha256 } from '@patchwork/files';
import { startWorkers, type MediaWorkers, type TestVideoSpec } from '@patchwork/media';
import {
  adoptMovie,
  deepSeams,
  findBoundaries,
  patchInPlace,
  planPatch,
  proveDecoding,
  readMovie,
  rewriteMovie,
  undoAppend,
  widened,
  type Movie,
} from '@patchwork/splice';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshFolder } from './kit/patchwork.ts';

/**
 * The container layer against a second reader: libavformat and its decoders must read from every file what our own
 * tables say, from files of libavformat as from those we patched, and see the right picture in every place.
 */
const files = nodeFiles();
const hashing = { sha256, startSha256 };
const frames = 120;
let folder: string;
let workers: MediaWorkers;

beforeAll(() => {
  folder = freshFolder('second-reader');
  workers = startWorkers({ count: 2 });
});

afterAll(async () => {
  await workers.close();
  rmSync(folder, { recursive: true, force: true });
});

const rate = { num: 25, den: 1 };
const h264: TestVideoSpec = { codec: 'h264', width: 320, height: 180, rate, frames, gop: 24, bFrames: 2 };

interface Case {
  readonly name: string;
  readonly container: 'mov' | 'mp4';
  readonly base: TestVideoSpec;
  readonly piece: TestVideoSpec;
}

const cases: readonly Case[] = [
  { name: 'H.264 in MP4', container: 'mp4', base: h264, piece: { ...h264, crf: 30, bFrames: 1 } },
  {
    name: 'H.264 in MOV, no B-frames',
    container: 'mov',
    base: { ...h264, bFrames: 0 },
    piece: { ...h264, bFrames: 0, crf: 12 },
  },
  { name: 'H.264 with open GOPs', container: 'mp4', base: { ...h264, openGop: true }, piece: { ...h264, crf: 28 } },
  {
    name: 'ProRes in MOV',
    container: 'mov',
    base: { ...h264, codec: 'prores' },
    piece: { ...h264, codec: 'prores' },
  },
  {
    name: 'variable frame rate',
    container: 'mp4',
    base: { ...h264, durationsMs: Array.from({ length: frames }, (_, i) => (i % 2 === 0 ? 50 : 33)) },
    piece: { ...h264, crf: 30 },
  },
];

describe.each(cases)('$name', ({ container, base, piece }) => {
  const path = (name: string): string => join(folder, `${name}.${container}`);

  test('both readers agree on the file, patched in place, patched anew and undone; every picture stands in its place', async () => {
    for (const name of ['film', 'piece', 'anew']) rmSync(path(name), { force: true });
    const sound = {
      codec: container === 'mp4' ? 'aac' : 'pcm_s24le',
      sampleRate: 48000,
      channels: 2,
      frequency: 440,
    } as const;
    const startTimecode = { frame: 90_000, dropFrame: false };
    await workers.writeTestMedia({ path: path('film'), id: 1, container, video: base, sound, startTimecode });
    const original = readFileSync(path('film'));
    const film = await agreed(path('film'));

    const cut = await findBoundaries(files, film);
    const range = widened(cut, { in: 50, out: 70 }, frames);
    const length = range.out - range.in;
    await workers.writeTestMedia({
      path: path('piece'),
      id: 2,
      container,
      video: { ...piece, frames: length },
      sound: null,
    });
    const pieces = (await adoptMovie(files, await findBoundaries(files, await agreed(path('piece'))), hashing)).chunks;

    const plan = planPatch(cut, { range, pieces });
    await rewriteMovie(files, path('anew'), film, plan, path('scratch'), hashing);
    await patchInPlace(files, plan, hashing, async () => undefined);
    for (const name of ['film', 'anew']) {
      const movie = await agreed(path(name));
      expect(timesOf(movie), `${name}: times changed`).toEqual(timesOf(film));
      const codes = await workers.readCodes({ path: path(name), codeRow: 'top' });
      const expected = Array.from({ length: frames }, (_, i) =>
        i >= range.in && i < range.out ? { id: 2, frame: i - range.in } : { id: 1, frame: i },
      );
      expect(
        codes.map((code) => ({ id: code?.id, frame: code?.frame })),
        `${name}: a wrong picture`,
      ).toEqual(expected);
      const origins = [
        { frames: range.in, previous: 0 },
        { frames: length, previous: null },
        { frames: frames - range.out, previous: 2 },
      ].filter((origin) => origin.frames > 0);
      expect(await proveDecoding(workers, path(name), deepSeams(origins)), `${name}: the deep proof`).toEqual([]);
    }
    await undoAppend(files, await readMovie(files, path('film'), sha256));
    expect(Buffer.compare(readFileSync(path('film')), original)).toBe(0);
    copyFileSync(path('film'), path('undone'));
    await agreed(path('undone'));
  });
});

/** Reads a movie with both readers and compares what they say of every packet of picture and compressed sound. */
async function agreed(path: string): Promise<Movie> {
  const movie = await readMovie(files, path, sha256);
  const scan = await workers.scanMovie(path);
  const bytes = readFileSync(path);
  for (const [kind, handler] of [
    ['video', 'vide'],
    ['sound', 'soun'],
  ] as const) {
    const theirs = scan.streams.find((stream) => stream.kind === kind);
    const ours = movie.tracks.find((track) => track.handler === handler);
    if (ours?.samples == null || theirs === undefined) continue;
    const { samples } = ours;
    expect(theirs.timeBase).toEqual({ num: 1, den: ours.timescale });
    const delay = ours.edits.find((edit) => edit.mediaTime >= 0)?.mediaTime ?? 0;
    const list = Array.from({ length: samples.count }, (_, i) => {
      const at = samples.offsets[i] ?? 0;
      const size = samples.sizes[i] ?? 0;
      const dts = (samples.dts[i] ?? 0) - delay;
      return {
        pts: dts + (samples.compositionOffsets[i] ?? 0),
        dts,
        size,
        digest: sha256(bytes.subarray(at, at + size)),
      };
    });
    expect(
      theirs.packets.map(({ pts, dts, size, digest }) => ({ pts, dts, size, digest })),
      `${path}: the two readers disagree on the ${kind}`,
    ).toEqual(list);
    if (kind === 'video')
      expect(theirs.packets.map((packet) => packet.key)).toEqual(Array.from(samples.sync, (mark) => mark === 1));
  }
  return movie;
}

/** Presentation times of all pictures, ascending, in the track's ticks. */
function timesOf(movie: Movie): readonly number[] {
  const samples = movie.tracks.find((track) => track.handler === 'vide')?.samples;
  if (samples == null) throw new TypeError('timesOf: the movie has no pictures');
  return Array.from(samples.dts, (dts, i) => dts + (samples.compositionOffsets[i] ?? 0)).toSorted((a, b) => a - b);
}
