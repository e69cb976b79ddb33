import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type JobMedia, startWorkers } from '../index.ts';
import { makeBench, sourcePicture, testMedia } from '../testing/bench.ts';
import { frameDigest } from './frame/frame-digest.ts';
import { decodeAll } from './decode/linear-decode.ts';

Log.setLevel(AV_LOG_QUIET);
const workers = startWorkers({ count: 1 });
const bench = makeBench();
const rate = { num: 24, den: 1 };
let film: JobMedia;
let linear: string[];

beforeAll(async () => {
  film = await testMedia(workers, {
    path: bench.path('film.mp4'),
    id: 5,
    container: 'mp4',
    video: { codec: 'h264', width: 96, height: 64, rate, frames: 60, gop: 12, bFrames: 0 },
    sound: { codec: 'aac', sampleRate: 48_000, channels: 2, frequency: 440 },
  });
  linear = [];
  decodeAll(film.path, (frame) => linear.push(frameDigest(frame)));
});
afterAll(async () => {
  await workers.close();
  bench.remove();
});

describe('decodeDigests', () => {
  test('of ranges and of seeks in any order are those of a linear decode', async () => {
    const seeks = [59, 0, 30, 29, 28, 12, 11, 13, 58];
    const result = await workers.decodeDigests({
      path: film.path,
      ranges: [
        { in: 20, out: 40 },
        { in: 0, out: 5 },
      ],
      seeks,
    });
    const frames = [...Array.from({ length: 20 }, (_, index) => 20 + index), 0, 1, 2, 3, 4];
    expect(result).toEqual({
      linear: frames.map((frame) => ({ frame, shown: true, digest: linear[frame] })),
      sought: seeks.map((frame) => ({ frame, shown: true, digest: linear[frame] })),
      findings: [],
    });
  });

  test('are taken only of the frames that are asked for, while every frame is decoded', async () => {
    const result = await workers.decodeDigests({
      path: film.path,
      ranges: [{ in: 3, out: 7 }],
      seeks: [],
      hashed: [5],
    });
    expect(result.linear).toEqual(
      [3, 4, 5, 6].map((frame) => ({ frame, shown: true, digest: frame === 5 ? linear[frame] : null })),
    );
  });

  test('of a movie with open GOPs are clean: what no player shows after a seek is no fault', async () => {
    const path = bench.path('open.mov');
    await workers.writeTestMedia({
      path,
      id: 5,
      container: 'mov',
      sound: null,
      video: { codec: 'h264', width: 96, height: 64, rate, frames: 60, gop: 12, bFrames: 3, openGop: true },
    });
    const frames = Array.from({ length: 60 }, (_, index) => index).toReversed();
    const result = await workers.decodeDigests({ path, ranges: [{ in: 0, out: 60 }], seeks: frames });
    expect(result.findings).toEqual([]);
    expect(result.sought).toEqual(result.linear.toReversed());
  });

  test('of a damaged movie are findings that name frames, not errors', async () => {
    const bytes = readFileSync(film.path);
    const scan = await workers.scanMovie(film.path);
    const picture = scan.streams.find((stream) => stream.kind === 'video');
    const victim = picture?.packets[24];
    let at = bytes.indexOf('mdat') + 4;
    // Interleaved with sound: the packet is found by its content.
    while (at < bytes.length) {
      const digest = createHash('sha256')
        .update(bytes.subarray(at, at + (victim?.size ?? 0)))
        .digest('hex');
      if (digest === victim?.digest) break;
      at += 1;
    }
    bytes.fill(0xff, at + 5, at + (victim?.size ?? 0));
    const path = bench.path('damaged.mp4');
    writeFileSync(path, bytes);
    const result = await workers.decodeDigests({ path, ranges: [{ in: 20, out: 40 }], seeks: [30, 50] });
    expect(result.findings.length).toBeGreaterThan(0);
    expect(result.linear.map(({ digest }, index) => digest === linear[20 + index]).slice(0, 4)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(result.linear.slice(4, 8).every(({ frame, digest }) => digest !== linear[frame])).toBe(true);
    expect(result.sought[1]).toEqual({ frame: 50, shown: true, digest: linear[50] });
  });

  test('of a frame that is not there, and of a file that is none', async () => {
    expect(await workers.decodeDigests({ path: film.path, ranges: [], seeks: [60] })).toEqual({
      linear: [],
      sought: [{ frame: 60, shown: false, digest: null }],
      findings: ['frame 60: the movie has 60 frames'],
    });
    const none = await workers.decodeDigests({
      path: bench.path('absent.mp4'),
      ranges: [{ in: 0, out: 1 }],
      seeks: [],
    });
    expect(none.findings).toEqual([expect.stringContaining('no such file')]);
  });
});

test('scanMovie lists every packet of every stream', async () => {
  const scan = await workers.scanMovie(film.path);
  const [picture, sound] = scan.streams;
  expect({
    kinds: scan.streams.map((stream) => [stream.kind, stream.codec]),
    container: scan.container.split(',')[0],
  }).toEqual({
    kinds: [
      ['video', 'h264'],
      ['sound', 'aac'],
    ],
    container: 'mov',
  });
  const ticks = (picture?.timeBase.den ?? 0) / 24;
  expect(picture?.packets.map((packet) => packet.pts ?? -1).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 60 }, (_, index) => index * ticks),
  );
  expect(picture?.packets.map((packet, index) => packet.key && index % 12 === 0).filter(Boolean)).toHaveLength(5);
  expect(sound?.packets.reduce((sum, packet) => sum + packet.duration, 0)).toBe(120_000 + 1024);
  expect(Buffer.from(picture?.config ?? '', 'base64')[0]).toBe(1);
  const all = readFileSync(film.path);
  const size = scan.streams.flatMap((stream) => stream.packets).reduce((sum, packet) => sum + packet.size, 0);
  expect(size).toBeLessThan(all.length);
});

test('thumbnails are JPEG or PNG of the asked width, of movie frames and of pictures', async () => {
  const canvas = {
    width: 96,
    height: 64,
    color: { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' },
  };
  const unknown = { op: 'unmodelled' as const, label: 'x', content: '', input: sourcePicture(film, 3) };
  const items = [{ path: film.path, frame: 3 }, { picture: sourcePicture(film, 3) }, { picture: unknown }];
  const png = await workers.thumbnails({ items, width: 48, format: 'png', media: [film], canvas });
  expect(
    png.map((bytes) => [
      Buffer.from(bytes).toString('latin1', 1, 4),
      Buffer.from(bytes).readUInt32BE(16),
      Buffer.from(bytes).readUInt32BE(20),
    ]),
  ).toEqual([
    ['PNG', 48, 32],
    ['PNG', 48, 32],
    ['PNG', 48, 32],
  ]);
  expect(Buffer.from(png[1] ?? [])).toEqual(Buffer.from(png[0] ?? []));
  expect(Buffer.from(png[2] ?? [])).toEqual(Buffer.from(png[0] ?? []));
  const [jpeg] = await workers.thumbnails({ items: items.slice(0, 1), width: 48, format: 'jpeg', media: [] });
  expect(Buffer.from(jpeg ?? []).readUInt16BE(0)).toBe(0xffd8);
});

test('decodeSound of a stream that is not there is PW_MEDIA_NO_STREAMS', async () => {
  await expect(workers.decodeSound({ path: film.path, stream: 0, outPath: bench.path('x.f32') })).rejects.toMatchObject(
    { code: 'PW_MEDIA_NO_STREAMS' },
  );
});
