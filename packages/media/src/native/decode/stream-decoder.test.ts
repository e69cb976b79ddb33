import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type JobMedia, type TestVideoSpec, startWorkers } from '../../index.ts';
import { type Bench, makeBench, ptsOf, testMedia, videoOf } from '../../testing/bench.ts';
import { frameDigest } from '../frame/frame-digest.ts';
import { FramePool } from './frame-pool.ts';
import { decodeAll } from './linear-decode.ts';
import { StreamDecoder } from './stream-decoder.ts';

// Native code runs in this process here: the decoder is small enough to be looked at directly.

Log.setLevel(AV_LOG_QUIET);
const workers = startWorkers({ count: 1 });
const bench: Bench = makeBench();
const runs = Number(process.env['PW_RUNS'] ?? '1');

afterAll(async () => {
  await workers.close();
  bench.remove();
});

function linearDigests(path: string): Map<number, string> {
  const digests = new Map<number, string>();
  decodeAll(path, (frame, pts) => digests.set(pts, frameDigest(frame)));
  return digests;
}

function soughtDigest(decoder: Pick<StreamDecoder, 'frameAt'>, pts: number): string {
  const frame = decoder.frameAt(pts);
  try {
    return frameDigest(frame);
  } finally {
    frame.free();
  }
}

const raster = { width: 96, height: 64, rate: { num: 24, den: 1 } };
const kinds: { readonly [name: string]: { readonly container: 'mov' | 'mp4' | 'mkv'; readonly video: TestVideoSpec } } =
  {
    'long GOP with B-frames': {
      container: 'mp4',
      video: { codec: 'h264', ...raster, frames: 90, gop: 30, bFrames: 3 },
    },
    'open GOP': {
      container: 'mov',
      video: { codec: 'h264', ...raster, frames: 90, gop: 12, bFrames: 3, openGop: true },
    },
    'open GOP in Matroska': {
      container: 'mkv',
      video: { codec: 'h264', ...raster, frames: 60, gop: 12, bFrames: 2, openGop: true },
    },
    'variable rate': {
      container: 'mp4',
      video: {
        codec: 'h264',
        ...raster,
        frames: 0,
        gop: 20,
        durationsMs: Array.from({ length: 60 }, (_, index) => 20 + ((index * 37) % 90)),
      },
    },
    'MPEG-4': { container: 'mov', video: { codec: 'mpeg4', ...raster, frames: 60, gop: 15, bFrames: 2 } },
    ProRes: { container: 'mov', video: { codec: 'prores', ...raster, frames: 30 } },
    '23.976 in Matroska': {
      container: 'mkv',
      video: { codec: 'h264', ...raster, rate: { num: 24000, den: 1001 }, frames: 60 },
    },
  };

describe.each(Object.entries(kinds))(
  'a frame that was sought is the frame of a linear decode: %s',
  (name, { container, video }) => {
    const path = bench.path(`${name.replaceAll(/\W/g, '-')}.${container}`);
    let media: JobMedia;
    let linear: Map<number, string>;
    beforeAll(async () => {
      media = await testMedia(workers, { path, id: 9, container, video, sound: null });
      linear = linearDigests(path);
    });

    test('probe finds every frame at its time', () => {
      const info = videoOf(media);
      expect(Array.from({ length: info.frames }, (_, frame) => ptsOf(info, frame))).toEqual([...linear.keys()]);
    });

    test('backwards, frame by frame', () => {
      const decoder = new StreamDecoder(path, videoOf(media).stream, 1 << 20);
      const back = [...linear.keys()].toReversed();
      expect(back.map((pts) => soughtDigest(decoder, pts))).toEqual(back.map((pts) => linear.get(pts)));
      decoder.close();
    });

    test('each in a decoder of its own', () => {
      for (const [pts, digest] of linear) {
        const decoder = new StreamDecoder(path, videoOf(media).stream, 0);
        expect(soughtDigest(decoder, pts), `pts ${pts}`).toBe(digest);
        decoder.close();
      }
    });

    test('in any order, through the pool', () => {
      const pool = new FramePool(1 << 18);
      const times = [...linear.keys()];
      fc.assert(
        fc.property(fc.array(fc.nat(times.length - 1), { minLength: 1, maxLength: 30 }), (order) => {
          const wanted = order.map((index) => times[index] ?? 0);
          const digests = wanted.map((pts) =>
            soughtDigest({ frameAt: (at) => pool.frameAt(path, videoOf(media).stream, at) }, pts),
          );
          expect(digests).toEqual(wanted.map((pts) => linear.get(pts)));
        }),
        { numRuns: 10 * runs },
      );
      pool.close();
    });
  },
);

describe('damage', () => {
  /** Overwrites a packet's slice data; the packets of a movie of one track stand one after another in `mdat`. */
  async function damaged(path: string, packet: number): Promise<string> {
    const scan = await workers.scanMovie(path);
    const sizes = scan.streams[0]?.packets.map(({ size }) => size) ?? [];
    const bytes = readFileSync(path);
    const start = bytes.indexOf('mdat') + 4 + sizes.slice(0, packet).reduce((sum, size) => sum + size, 0);
    bytes.fill(0xff, start + 5, start + (sizes[packet] ?? 0));
    const broken = `${path}-broken-${packet}.mp4`;
    writeFileSync(broken, bytes);
    return broken;
  }

  test('a damaged frame is PW_MEDIA_DECODE with file and time, its neighbours in other GOPs are not', async () => {
    const path = bench.path('whole.mp4');
    const video: TestVideoSpec = { codec: 'h264', ...raster, frames: 60, gop: 12, bFrames: 0 };
    const media = await testMedia(workers, { path, id: 3, container: 'mp4', video, sound: null });
    const info = videoOf(media);
    const whole = linearDigests(path);
    const broken = await damaged(path, 30);
    const decoder = new StreamDecoder(broken, info.stream, 0);
    const at = (frame: number): number => ptsOf(info, frame);
    expect(soughtDigest(decoder, at(29))).toBe(whole.get(at(29)));
    expect(() => decoder.frameAt(at(30))).toThrowError(
      expect.objectContaining({
        code: 'PW_MEDIA_DECODE',
        details: expect.objectContaining({ path: broken, pts: at(30) }),
      }),
    );
    // Frame 31 refers to the damaged one.
    expect(() => decoder.frameAt(at(31))).toThrowError(expect.objectContaining({ code: 'PW_MEDIA_DECODE' }));
    expect(soughtDigest(decoder, at(36))).toBe(whole.get(at(36)));
    expect(() => decoder.frameAt(at(35))).toThrowError(expect.objectContaining({ code: 'PW_MEDIA_DECODE' }));
    decoder.close();
  });

  test('with B-frames: every frame is served right or refused, and all before a damaged key frame are served', async () => {
    const path = bench.path('whole-b.mp4');
    const video: TestVideoSpec = { codec: 'h264', ...raster, frames: 48, gop: 12, bFrames: 3 };
    const media = await testMedia(workers, { path, id: 3, container: 'mp4', video, sound: null });
    const info = videoOf(media);
    const whole = linearDigests(path);
    for (const packet of [24, 28, 30]) {
      const broken = await damaged(path, packet);
      const decoder = new StreamDecoder(broken, info.stream, 1 << 18);
      const served = Array.from({ length: 48 }, (_, frame) => {
        try {
          expect(soughtDigest(decoder, ptsOf(info, frame)), `packet ${packet}, frame ${frame}`).toBe(
            whole.get(ptsOf(info, frame)),
          );
          return true;
        } catch (error) {
          expect(error).toMatchObject({ code: 'PW_MEDIA_DECODE' });
          return false;
        }
      });
      expect(served.slice(0, 24), `packet ${packet}`).toEqual(Array.from({ length: 24 }, () => true));
      expect(served.slice(36), `packet ${packet}`).toEqual(Array.from({ length: 12 }, () => true));
      expect(served).toContain(false);
      decoder.close();
    }
  });

  test('a time that no frame has is PW_MEDIA_DECODE', async () => {
    const path = bench.path('times.mp4');
    const media = await testMedia(workers, {
      path,
      id: 3,
      container: 'mp4',
      video: { codec: 'h264', ...raster, frames: 10 },
      sound: null,
    });
    const decoder = new StreamDecoder(path, videoOf(media).stream, 0);
    expect(() => decoder.frameAt(ptsOf(videoOf(media), 3) + 1)).toThrowError(
      expect.objectContaining({ code: 'PW_MEDIA_DECODE' }),
    );
    decoder.close();
  });

  test('a replaced file is not served from the old decoder', async () => {
    const [path, other] = [bench.path('same.mp4'), bench.path('other.mp4')];
    const video: TestVideoSpec = { codec: 'h264', ...raster, frames: 10 };
    await testMedia(workers, { path, id: 1, container: 'mp4', video, sound: null });
    const media = await testMedia(workers, { path: other, id: 2, container: 'mp4', video, sound: null });
    const pool = new FramePool(0);
    const at = (): string => soughtDigest({ frameAt: (pts) => pool.frameAt(path, 0, pts) }, ptsOf(videoOf(media), 4));
    const first = at();
    copyFileSync(other, path);
    pool.dropStale();
    expect(at()).toBe(linearDigests(other).get(ptsOf(videoOf(media), 4)));
    expect(at()).not.toBe(first);
    pool.close();
  });
});
