import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import type { EncodedChunk, VideoProfile } from '@patchwork/plan';
import type { Picture } from '@patchwork/program';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type JobMedia, startWorkers } from '../index.ts';
import { drawnBytes, makeBench, smallProfile, sourcePicture, testMedia } from '../testing/bench.ts';
import { encoderOptions } from './encode/video-encoder.ts';

const workers = startWorkers({ count: 2 });
const others = startWorkers({ count: 1 });
const bench = makeBench();
const runs = 5 * Number(process.env['PW_RUNS'] ?? '1');
let film: JobMedia;
let upper: JobMedia;
let count = 0;

beforeAll(async () => {
  const rate = { num: 24, den: 1 };
  film = await testMedia(workers, {
    path: bench.path('film.mp4'),
    id: 1,
    container: 'mp4',
    sound: null,
    video: { codec: 'h264', width: 160, height: 96, rate, frames: 100, gop: 20, bFrames: 3, openGop: true },
  });
  upper = await testMedia(workers, {
    path: bench.path('upper.mov'),
    id: 2,
    container: 'mov',
    sound: null,
    video: { codec: 'prores', width: 160, height: 96, rate, frames: 60, codeRow: 'bottom' },
  });
});
afterAll(async () => {
  await Promise.all([workers.close(), others.close()]);
  bench.remove();
});

/** Frames of every kind: plain, layered, dissolved, backwards. */
function pictureAt(frame: number): Picture {
  if (frame < 30) return sourcePicture(film, frame);
  if (frame < 60)
    return {
      op: 'over',
      layers: [sourcePicture(film, frame), { op: 'opacity', opacity: 0.5, input: sourcePicture(upper, frame - 30) }],
    };
  if (frame < 72)
    return {
      op: 'mix',
      from: sourcePicture(film, frame),
      to: sourcePicture(upper, frame - 40),
      share: { num: 2 * (frame - 60) + 1, den: 24 },
    };
  return sourcePicture(film, 171 - frame);
}

interface Encoded {
  readonly chunk: EncodedChunk;
  readonly bytes: Buffer;
}

async function encoded(
  pool: typeof workers,
  video: VideoProfile,
  ranges: readonly (readonly [number, number])[],
): Promise<Encoded[]> {
  count += 1;
  const outPath = bench.path(`out-${count}.bin`);
  const pictures = ranges.flatMap(([from, to]) =>
    Array.from({ length: to - from }, (_, index) => pictureAt(from + index)),
  );
  const chunks = await pool.encodePictures({
    media: [film, upper],
    pictures,
    lengths: ranges.map(([from, to]) => to - from),
    keys: ranges.map(([from, to]) => `${from}-${to}`),
    video,
    outPath,
  });
  const all = readFileSync(outPath);
  let at = 0;
  return chunks.map((chunk) => {
    const size = chunk.sizes.reduce((sum, one) => sum + one, 0);
    at += size;
    return { chunk, bytes: all.subarray(at - size, at) };
  });
}

/** Encodes chunks together, each alone, and backwards in another process: all the same. Returns them. */
async function sameInAnyCompany(
  video: VideoProfile,
  ranges: readonly (readonly [number, number])[],
): ReturnType<typeof encoded> {
  const together = await encoded(workers, video, ranges);
  const alone = await Promise.all(ranges.map(async (range) => (await encoded(workers, video, [range]))[0]));
  const backwards = (await encoded(others, video, ranges.toReversed())).toReversed();
  expect(alone).toEqual(together);
  expect(backwards).toEqual(together);
  return together;
}

describe('H.264 chunks', () => {
  const video = smallProfile('h264');
  const ranges = [
    [0, 24],
    [24, 48],
    [48, 60],
    [60, 72],
    [72, 73],
    [73, 100],
  ] as const;

  test('are the same bytes alone, in any company, in any order and in another process', async () => {
    await sameInAnyCompany(video, ranges);
  });

  test('are samples behind 4-byte lengths: one IDR picture, first; no parameter sets, delimiters or user data', async () => {
    for (const { chunk, bytes } of await encoded(workers, video, ranges)) {
      expect(chunk.digest).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(chunk.order.toSorted((a, b) => a - b)).toEqual(chunk.order.map((_, index) => index));
      expect(chunk.sync).toEqual(chunk.order.map((_, index) => index === 0));
      expect(chunk.order.every((order, index) => order >= index - video.reorder)).toBe(true);
      let at = 0;
      const types = chunk.sizes.map((size) => {
        const end = at + size;
        const found: number[] = [];
        while (at < end) {
          const length = bytes.readUInt32BE(at);
          found.push((bytes[at + 4] ?? 0) & 31);
          at += 4 + length;
        }
        expect(at).toBe(end);
        return found.filter((type) => type !== 6);
      });
      expect(types).toEqual(chunk.order.map((_, index) => (index === 0 ? [5] : [1])));
      expect(bytes.includes('x264')).toBe(false);
    }
  });

  test('are the same bytes and sets under any primaries and transfer, also where the picture is converted', async () => {
    const scaled = smallProfile('h264', 128, 72);
    const under = (color: Partial<VideoProfile['color']>): Promise<readonly Encoded[]> =>
      encoded(workers, { ...scaled, color: { ...scaled.color, ...color } }, [[20, 72]]);
    const plain = await under({});
    for (const color of [
      { primaries: 'smpte170m', transfer: 'smpte170m' },
      { primaries: 'bt2020', transfer: 'smpte2084' },
      { primaries: 'film', transfer: 'linear' },
      { primaries: 'unknown', transfer: 'unknown' },
    ]) {
      expect(await under(color)).toEqual(plain);
    }
    const [converted] = await under({ matrix: 'smpte170m' });
    expect(converted?.chunk.digest, 'a matrix changes pixels').not.toBe(plain[0]?.chunk.digest);
  });

  test('share one configuration: avcC version 1, 4-byte lengths, the stated level, one SPS and PPS', async () => {
    const chunks = await encoded(workers, video, ranges);
    const configs = new Set(chunks.map(({ chunk }) => chunk.config));
    expect(configs.size).toBe(1);
    const config = Buffer.from([...configs][0] ?? '', 'base64');
    expect({ version: config[0], profile: config[1], level: config[3], lengths: config[4], sets: config[5] }).toEqual({
      version: 1,
      profile: 100,
      level: Math.round(Number(video.options['x264-params.level']) * 10),
      lengths: 0xff,
      sets: 0xe1,
    });
  });

  test('with deeper reordering than the profile states are refused', async () => {
    await expect(encoded(workers, { ...video, reorder: 0 }, [[0, 24]])).rejects.toMatchObject({
      code: 'PW_MEDIA_ENCODER',
    });
  });

  test('with a second IDR picture inside are refused', async () => {
    const options = { ...video.options, 'x264-params.keyint': '8', 'x264-params.min-keyint': '8' };
    await expect(encoded(workers, { ...video, options }, [[0, 24]])).rejects.toMatchObject({
      code: 'PW_MEDIA_ENCODER',
      message: expect.stringContaining('IDR'),
    });
  });

  test('with an option that nobody knows, or that would end x264’s list, are refused by its name', async () => {
    await expect(
      encoded(workers, { ...video, options: { ...video.options, bogus: '1' } }, [[0, 2]]),
    ).rejects.toMatchObject({ code: 'PW_MEDIA_ENCODER', details: { option: 'bogus', value: '1' } });
    expect(() => encoderOptions({ 'x264-params': 'a=1::sps-id=1' })).toThrowError(
      expect.objectContaining({ code: 'PW_MEDIA_ENCODER' }),
    );
    await expect(
      encoded(workers, { ...video, options: { ...video.options, 'x264-params.bogus': '1' } }, [[0, 2]]),
    ).rejects.toMatchObject({ code: 'PW_MEDIA_ENCODER', details: { option: 'x264-params', value: 'bogus=1' } });
  });

  test('by an encoder with more than one thread are refused: it says so itself', async () => {
    const options = { ...video.options, threads: '2', 'x264-params.threads': '2' };
    await expect(encoded(workers, { ...video, options }, [[0, 12]])).rejects.toMatchObject({
      code: 'PW_MEDIA_ENCODER',
      message: expect.stringContaining('threads=2'),
    });
  });
});

describe.each(['hevc-mp4', 'av1-mp4'] as const)('%s chunks', (name) => {
  const video = smallProfile(name);
  const ranges = [
    [0, 24],
    [24, 26],
    [26, 38],
    [38, 39],
    [60, 72],
  ] as const;

  test('are the same bytes alone, in any company, in any order and in another process', async () => {
    const together = await sameInAnyCompany(video, ranges);
    expect(new Set(together.map(({ chunk }) => chunk.config)).size, 'one configuration').toBe(1);
    for (const { chunk, bytes } of together) {
      expect(chunk.digest).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(chunk.sync).toEqual(chunk.order.map((_, index) => index === 0));
      expect(chunk.order.every((order, index) => order >= index - video.reorder)).toBe(true);
      expect(bytes.includes('x265'), 'no words of the encoder').toBe(false);
    }
  });

  test('with an option that nobody knows are refused', async () => {
    const group = name === 'hevc-mp4' ? 'x265-params' : 'svtav1-params';
    const options = { ...video.options, [`${group}.bogus`]: '1' };
    await expect(encoded(workers, { ...video, options }, [[0, 2]])).rejects.toMatchObject({ code: 'PW_MEDIA_ENCODER' });
  });
});

test('HEVC is the same bytes and sets under any primaries and transfer', async () => {
  const video = smallProfile('hevc-mp4');
  const under = (color: Partial<VideoProfile['color']>): Promise<readonly Encoded[]> =>
    encoded(workers, { ...video, color: { ...video.color, ...color } }, [[20, 32]]);
  const plain = await under({});
  expect(await under({ primaries: 'bt2020', transfer: 'smpte2084' })).toEqual(plain);
  const [converted] = await under({ matrix: 'smpte170m' });
  expect(converted?.chunk.digest, 'a matrix changes pixels').not.toBe(plain[0]?.chunk.digest);
});

test('x265 with other threads than pinned is refused: it says so itself', async () => {
  const video = smallProfile('hevc-mp4');
  const options = { ...video.options, 'x265-params.frame-threads': '2', 'x265-params.pools': '2' };
  await expect(encoded(workers, { ...video, options }, [[0, 12]])).rejects.toMatchObject({
    code: 'PW_MEDIA_ENCODER',
    message: expect.stringContaining('frame-threads=1'),
  });
});

test.each(['dnxhr-lb-mov', 'dnxhr-sq-mov', 'dnxhr-hq-mov', 'dnxhr-hqx-mov', 'dnxhr-444-mov'] as const)(
  '%s: any split gives the same frames, all of one size',
  async (name) => {
    const video = smallProfile(name, 256, 144);
    const frames = [0, 80, 1, 62, 35, 99, 2].map((at): [number, number] => [at, at + 1]);
    const whole = await encoded(workers, video, frames);
    const alone = await Promise.all(frames.map(async (range) => (await encoded(others, video, [range]))[0]));
    expect(alone).toEqual(whole);
    expect(new Set(whole.map(({ bytes }) => bytes.length)).size).toBe(1);
    expect(whole.every(({ chunk }) => chunk.config === '' && chunk.sync[0] === true)).toBe(true);
  },
);

describe('ProRes frames', () => {
  test.each(['prores-422-proxy', 'prores-422-lt', 'prores-422', 'prores-422-hq'] as const)(
    '%s: any split gives the same packets',
    async (name) => {
      const video = smallProfile(name);
      const single = (from: number, to: number): [number, number][] =>
        Array.from({ length: to - from }, (_, index) => [from + index, from + index + 1]);
      const whole = await encoded(workers, video, single(50, 80));
      const some = fc
        .integer({ min: 50, max: 79 })
        .chain((from) => fc.tuple(fc.constant(from), fc.integer({ min: from + 1, max: 80 })));
      await fc.assert(
        fc.asyncProperty(some, async ([from, to]) => {
          expect(await encoded(others, video, single(from, to))).toEqual(whole.slice(from - 50, to - 50));
        }),
        { numRuns: runs },
      );
      expect(
        (
          await encoded(workers, video, [
            [50, 65],
            [65, 80],
          ])
        ).map(({ bytes }) => bytes),
      ).toEqual([
        Buffer.concat(whole.slice(0, 15).map(({ bytes }) => bytes)),
        Buffer.concat(whole.slice(15).map(({ bytes }) => bytes)),
      ]);
      expect(whole.every(({ chunk }) => chunk.config === '' && chunk.sync.length === 1 && chunk.sync[0] === true)).toBe(
        true,
      );
      // Each is a frame of its own: size, then `icpf`; vendor `apl0`.
      expect(
        whole.every(
          ({ bytes }) =>
            bytes.readUInt32BE(0) === bytes.length &&
            bytes.toString('latin1', 4, 8) === 'icpf' &&
            bytes.toString('latin1', 12, 16) === 'apl0',
        ),
      ).toBe(true);
    },
  );
});

describe('a picture that is one decoded frame', () => {
  const changes: fc.Arbitrary<Parameters<typeof sourcePicture>[2]> = fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    fc.constant({ rotation: 180 }),
    fc.constant({ crop: { left: 0.1, right: 0, top: 0, bottom: 0 } }),
    fc.constant({ pixelAspect: { num: 2, den: 1 } }),
    fc.constant({ color: { primaries: 'unknown', transfer: 'unknown', matrix: 'unknown', range: 'unknown' } as const }),
    fc.constant({ color: { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'pc' } as const }),
  );
  const rasters = fc.constantFrom([160, 96] as const, [160, 64] as const, [96, 96] as const);

  test('goes to the encoder undrawn, and is the same bytes as one that was drawn', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.boolean(), fc.nat(59), changes), { minLength: 1, maxLength: 6 }),
        rasters,
        fc.constantFrom('h264' as const, 'prores-422-proxy' as const),
        async (shown, [width, height], profile) => {
          const plain = shown.map(([isFilm, frame, change]) => sourcePicture(isFilm ? film : upper, frame, change));
          // One layer over nothing is the same picture, and is drawn.
          const drawn = plain.map((picture): Picture => ({ op: 'over', layers: [picture] }));
          const job = (pictures: readonly Picture[], name: string): Parameters<typeof workers.encodePictures>[0] => ({
            media: [film, upper],
            pictures,
            lengths: [pictures.length],
            keys: ['k'],
            video: smallProfile(profile, width, height),
            outPath: bench.path(`undrawn-${name}.bin`),
          });
          const chunks = await Promise.all([
            workers.encodePictures(job(plain, 'plain')),
            workers.encodePictures(job(drawn, 'drawn')),
          ]);
          expect(chunks[0]).toEqual(chunks[1]);
        },
      ),
      { numRuns: 6 * runs },
    );
  });
});

describe('jobs', () => {
  test('report frames as they are done, the last one for certain', async () => {
    const seen: number[] = [];
    await workers.encodePictures(
      {
        media: [film, upper],
        pictures: [0, 1, 2, 3].map(pictureAt),
        lengths: [4],
        keys: ['k'],
        video: smallProfile('h264'),
        outPath: bench.path('progress.bin'),
      },
      { onProgress: (done, total) => seen.push(done * 10 + total) },
    );
    // How many reports come between depends on the machine: one in 50 ms at most.
    expect(seen).toEqual([14, 24, 34, 44].filter((report) => seen.includes(report)));
    expect(seen.at(-1)).toBe(44);
  });

  test('whose lengths do not add up are a TypeError', async () => {
    await expect(
      workers.encodePictures({
        media: [film],
        pictures: [pictureAt(0)],
        lengths: [2],
        keys: ['k'],
        video: smallProfile('h264'),
        outPath: bench.path('wrong.bin'),
      }),
    ).rejects.toThrowError(TypeError);
  });

  test('that cannot write are PW_MEDIA_WRITE; media that nobody gave is PW_MEDIA_OFFLINE', async () => {
    const job = { media: [film], pictures: [pictureAt(0)], lengths: [1], keys: ['k'], video: smallProfile('h264') };
    await expect(workers.encodePictures({ ...job, outPath: bench.path('no/such/folder/x.bin') })).rejects.toMatchObject(
      { code: 'PW_MEDIA_WRITE' },
    );
    await expect(workers.encodePictures({ ...job, media: [], outPath: bench.path('x.bin') })).rejects.toMatchObject({
      code: 'PW_MEDIA_OFFLINE',
    });
  });

  test('a file that vanished is PW_MEDIA_MISSING with its path', async () => {
    const gone = { ...film, path: bench.path('gone.mp4') };
    await expect(
      drawnBytes(workers, bench, [gone], [pictureAt(0)], smallProfile('prores-422-lt')),
    ).rejects.toMatchObject({ code: 'PW_MEDIA_MISSING', details: { path: gone.path } });
  });
});

test('toolchain names the encoder’s build, FFmpeg’s libraries and, for x265, the processor’s class', async () => {
  const h264 = await workers.toolchain(smallProfile('h264'));
  expect(h264.encoder).toMatch(/^x264 core \d+/);
  expect(h264.ffmpeg).toMatch(/avcodec \d+\.\d+\.\d+.*swscale \d+/);
  const prores = await workers.toolchain(smallProfile('prores-422-hq'));
  expect(prores.encoder).toMatch(/^prores_ks of FFmpeg .*avcodec/);
  expect(prores.drawing).toBe(h264.drawing);
  const hevc = await workers.toolchain(smallProfile('hevc-mp4'));
  expect(hevc.encoder).toMatch(/^x265 \(build \d+\) - /);
  expect(hevc.cpuClass, 'x265 differs between processors').toMatch(new RegExp(`^${process.arch} cpuid \\d+$`));
  const av1 = await workers.toolchain(smallProfile('av1-mp4'));
  expect(av1.encoder).toMatch(/^libsvtav1 of node-av \d+\./);
  const dnxhr = await workers.toolchain(smallProfile('dnxhr-hq-mov', 256, 144));
  expect(dnxhr.encoder).toMatch(/^dnxhd of FFmpeg /);
  expect([h264, prores, av1, dnxhr].map((each) => each.cpuClass)).toEqual([null, null, null, null]);
});
