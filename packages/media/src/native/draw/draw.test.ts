import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';
import type { ColorTags, Picture, TransformPicture } from '@patchwork/program';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type JobMedia, fontDigest, readTestCode, startWorkers } from '../../index.ts';
import { makeBench, sourcePicture, testMedia, videoOf } from '../../testing/bench.ts';
import { valuesOf } from '../../testing/rasters.ts';
import { drawingVersion } from '../../drawing-version.ts';
import { Drawer } from './draw.ts';
import { frameDigest } from '../frame/frame-digest.ts';
import { FramePool } from '../decode/frame-pool.ts';
import { type Raster, rasterFormat } from '../frame/raster.ts';

Log.setLevel(AV_LOG_QUIET);
const workers = startWorkers({ count: 1 });
const bench = makeBench();
const pool = new FramePool(1 << 20);
const rec709: ColorTags = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' };
const runs = 20 * Number(process.env['PW_RUNS'] ?? '1');
let film: JobMedia;
let other: JobMedia;
let still: JobMedia;
let upper: JobMedia;

beforeAll(async () => {
  const rate = { num: 24, den: 1 };
  film = await testMedia(workers, {
    path: bench.path('film.mp4'),
    id: 11,
    container: 'mp4',
    sound: null,
    video: { codec: 'h264', width: 320, height: 180, rate, frames: 40, gop: 12 },
  });
  other = await testMedia(workers, {
    path: bench.path('other.mov'),
    id: 12,
    container: 'mov',
    sound: null,
    video: { codec: 'prores', width: 240, height: 240, rate, frames: 20, codeRow: 'bottom' },
  });
  upper = await testMedia(workers, {
    path: bench.path('upper.mp4'),
    id: 14,
    container: 'mp4',
    sound: null,
    video: { codec: 'h264', width: 320, height: 180, rate, frames: 20, codeRow: 'bottom' },
  });
  still = await testMedia(workers, {
    path: bench.path('still.png'),
    id: 13,
    container: 'png',
    sound: null,
    video: { codec: 'png', width: 200, height: 150, rate, frames: 1 },
  });
});
afterAll(async () => {
  pool.close();
  await workers.close();
  bench.remove();
});

function drawerFor(
  format: string,
  width: number,
  height: number,
  policy: 'refuse' | 'pass-through' = 'refuse',
): Drawer {
  const paths = new Map([film, other, still, upper].map((one) => [one.identity, one.path]));
  return new Drawer({ format: rasterFormat(format), width, height, color: rec709 }, pool, paths, policy);
}

function drawn<T>(
  picture: Picture,
  use: (raster: Raster) => T,
  size: [number, number] = [320, 180],
  format: string = 'yuv420p',
): T {
  const drawer = drawerFor(format, ...size);
  try {
    return drawer.draw(picture, use);
  } finally {
    drawer.close();
  }
}

function digestOf(raster: Raster): string {
  const hash = createHash('sha256');
  for (const plane of raster.planes) {
    for (let row = 0; row < plane.height; row += 1) {
      const line = plane.data.subarray(row * plane.stride, row * plane.stride + plane.width);
      hash.update(new Uint8Array(line.buffer, line.byteOffset, line.byteLength));
    }
  }
  return hash.digest('hex');
}

function codeOf(raster: Raster, row: 'top' | 'bottom'): { id: number; frame: number } | null {
  const [luma] = raster.planes;
  const shift = raster.format.depth - 8;
  const data = Uint8Array.from(luma.data, (value) => value >> shift);
  return readTestCode({ data, stride: luma.stride, width: luma.width, height: luma.height }, row);
}

const uncropped = { left: 0, right: 0, top: 0, bottom: 0 };
const nested = { op: 'nest', width: 320, height: 180, color: rec709, crop: uncropped } as const;
const black: Picture = { op: 'solid', color: [0, 0, 0, 1] };

describe('a source', () => {
  test('that fills the canvas shows its frame, every sample as decoded', () => {
    const [a, b] = drawn(sourcePicture(film, 17), (raster) => [codeOf(raster, 'top'), digestOf(raster)]);
    expect(a).toEqual({ id: 11, frame: 17 });
    const frame = pool.frameAt(film.path, 0, sourcePicture(film, 17).pts);
    expect(b).toBe(frameDigest(frame));
    frame.free();
  });

  test('of another shape fits between clear sides; fill covers; none keeps its pixels', () => {
    const fit = drawn(sourcePicture(other, 3), valuesOf);
    const luma = (values: typeof fit, x: number, y: number): number => values.planes[0]?.[y * 320 + x] ?? -1;
    expect([luma(fit, 69, 90), luma(fit, 250, 90)], 'black beside').toEqual([16, 16]);
    expect(luma(fit, 71, 90), 'the picture between').toBeGreaterThan(20);
    const fill = drawn(sourcePicture(other, 3, { conform: 'fill' }), valuesOf);
    expect([luma(fill, 0, 90), luma(fill, 319, 90)].every((value) => value > 20)).toBe(true);
    const none = drawn(sourcePicture(other, 3, { conform: 'none' }), valuesOf);
    expect([luma(none, 39, 90), luma(none, 280, 90)]).toEqual([16, 16]);
    expect(luma(none, 41, 90)).toBeGreaterThan(20);
  });

  test.each([
    ['alone', (input: Picture): Picture => input],
    ['faded by nothing', (input: Picture): Picture => ({ op: 'opacity', input, opacity: 1 })],
    ['as a nest', (input: Picture): Picture => ({ ...nested, conform: 'none', input })],
  ])('larger than the canvas is moved whole: what its conform left outside comes in (%s)', (_, wrapped) => {
    const moved: Picture = {
      op: 'transform',
      input: wrapped(sourcePicture(film, 9, { conform: 'none' })),
      position: { x: 1.5, y: 0.125 },
      scale: { x: 1, y: 1 },
      rotation: 0,
      anchor: { x: 0, y: 0 },
    };
    // 96 pixels to the right and 8 up on 64 lines, of a picture that stands out by 96 and 58 on either side.
    const found = drawn(moved, valuesOf, [128, 64]).planes[0];
    const whole = drawn(sourcePicture(film, 9), valuesOf).planes[0] ?? [];
    const expected = Array.from({ length: 64 }, (_row, y) => whole.slice((y + 66) * 320, (y + 66) * 320 + 128)).flat();
    expect(found).toEqual(expected);
  });

  const enlarged = {
    op: 'transform',
    position: { x: 0, y: 0 },
    scale: { x: 2, y: 2 },
    rotation: 0,
    anchor: { x: 0, y: 0 },
  } as const;

  test.each([
    ['alone', (input: Picture): Picture => input],
    ['as a nest', (input: Picture): Picture => ({ ...nested, conform: 'fit', input })],
    [
      'mixed with itself',
      (input: Picture): Picture => ({ op: 'mix', from: input, to: input, share: { num: 1, den: 2 } }),
    ],
  ])('enlarged to its own size from its own pixels it is every sample as decoded (%s)', (_, wrapped) => {
    const whole = drawn(sourcePicture(film, 9), valuesOf).planes[0] ?? [];
    const expected = Array.from({ length: 90 }, (_row, y) =>
      whole.slice((y + 45) * 320 + 80, (y + 45) * 320 + 240),
    ).flat();
    const shown = (pixels: Partial<TransformPicture>): number[] | undefined =>
      drawn({ ...enlarged, ...pixels, input: wrapped(sourcePicture(film, 9)) }, valuesOf, [160, 90]).planes[0];
    expect(shown({ pixels: 'own' })).toEqual(expected);
    expect(shown({}), 'from the conformed picture it is softer').not.toEqual(expected);
  });

  test('reduced by its conform and moved out of the canvas, its own pixels come in', () => {
    const moved: Picture = {
      ...enlarged,
      pixels: 'own',
      scale: { x: 1, y: 1 },
      position: { x: 0, y: 0.2 },
      input: sourcePicture(other, 3, { conform: 'fill' }),
    };
    const twice: Picture = { ...enlarged, scale: { x: 1, y: 1 }, position: { x: 0, y: -0.2 }, input: moved };
    const plain = drawn(sourcePicture(other, 3, { conform: 'fill' }), valuesOf, [160, 90]).planes[0] ?? [];
    const found = drawn(twice, valuesOf, [160, 90]).planes[0] ?? [];
    // Two whole moves that meet: what differs is the kernel alone, and nothing of the picture was lost on the way.
    const differences = found.map((value, index) => Math.abs(value - (plain[index] ?? 0)));
    expect(differences.reduce((sum, one) => sum + one, 0) / differences.length).toBeLessThan(1.5);
  });

  test('at half size is still readable, and the right frame', () => {
    expect(drawn(sourcePicture(film, 29), (raster) => codeOf(raster, 'top'), [160, 90])).toEqual({ id: 11, frame: 29 });
    expect(drawn(sourcePicture(film, 29), (raster) => codeOf(raster, 'top'), [640, 360], 'yuv422p10le')).toEqual({
      id: 11,
      frame: 29,
    });
  });

  test('with a crop is cut before it is conformed', () => {
    // Without its upper half the code is gone, the number stays; cut left and right alike the picture fills the height.
    const cut = drawn(sourcePicture(film, 5, { crop: { left: 0.25, right: 0.25, top: 0, bottom: 0 } }), valuesOf);
    expect([cut.planes[0]?.[90 * 320 + 78], cut.planes[0]?.[90 * 320 + 241]]).toEqual([16, 16]);
    expect(cut.planes[0]?.[90 * 320 + 82]).toBeGreaterThan(20);
    expect(
      drawn(sourcePicture(film, 5, { crop: { left: 0, right: 0, top: 0.5, bottom: 0 } }), (raster) =>
        codeOf(raster, 'top'),
      ),
    ).toBeNull();
  });

  test('with a crop in place keeps what is left where it stood; the edges are clear', () => {
    const crop = { left: 0.25, right: 0.1, top: 0, bottom: 0.2, inPlace: true } as const;
    const whole = drawn(sourcePicture(film, 5), valuesOf).planes[0] ?? [];
    const trimmed: Picture = { op: 'over', layers: [black, sourcePicture(film, 5, { crop })] };
    const isLeft = (index: number): boolean => {
      const [x, y] = [index % 320, Math.floor(index / 320)];
      return x >= 80 && x < 288 && y < 144;
    };
    expect(drawn(trimmed, valuesOf).planes[0]).toEqual(whole.map((value, index) => (isLeft(index) ? value : 16)));
  });

  test('turned by 180 stands on its head; by 90 and 270 it is turned back by the other', () => {
    const upright = drawn(
      sourcePicture(other, 4),
      (raster) => valuesOf(raster).planes[0] ?? [],
      [240, 240],
      'yuv444p10le',
    );
    const turned = (rotation: number): number[] =>
      drawn(
        sourcePicture(other, 4, { rotation }),
        (raster) => valuesOf(raster).planes[0] ?? [],
        [240, 240],
        'yuv444p10le',
      );
    expect(turned(180)).toEqual(upright.toReversed());
    expect(turned(90)).toEqual(
      Array.from({ length: 240 * 240 }, (_, index) => upright[(239 - (index % 240)) * 240 + Math.floor(index / 240)]),
    );
    expect(turned(270)).toEqual(turned(90).toReversed());
  });

  test('in full range or by another matrix is converted to the canvas', () => {
    const solidly = (color: ColorTags): number[] =>
      drawn(sourcePicture(film, 0, { color }), (raster) => {
        const { planes } = valuesOf(raster);
        return [planes[0]?.[170 * 320 + 5] ?? 0, planes[1]?.[85 * 160 + 2] ?? 0, planes[2]?.[85 * 160 + 2] ?? 0];
      });
    const [y = 0, u = 0, v = 0] = solidly(rec709);
    const [fullY = 0, fullU = 0] = solidly({ ...rec709, range: 'pc' });
    expect(Math.abs(fullY - (16 + (y * 219) / 255))).toBeLessThanOrEqual(1);
    expect(Math.abs(fullU - (128 + ((u - 128) * 224) / 255))).toBeLessThanOrEqual(1);
    // 601 numbers to R'G'B' and back to 709 numbers, by the definitions (ITU-T H.273).
    const [luma, cb, cr] = [(y - 16) / 219, (u - 128) / 224, (v - 128) / 224];
    const red = luma + 1.402 * cr;
    const blue = luma + 1.772 * cb;
    const green = (luma - 0.299 * red - 0.114 * blue) / 0.587;
    const expected = 16 + 219 * (0.2126 * red + 0.7152 * green + 0.0722 * blue);
    expect(Math.abs((solidly({ ...rec709, matrix: 'smpte170m' })[0] ?? 0) - expected)).toBeLessThanOrEqual(1.5);
  });
});

describe('composition', () => {
  test('two layers with codes in two rows are both readable', () => {
    const layers: Picture[] = [sourcePicture(film, 7), { op: 'opacity', opacity: 0.5, input: sourcePicture(upper, 8) }];
    const codes = drawn({ op: 'over', layers }, (raster) => [codeOf(raster, 'top'), codeOf(raster, 'bottom')]);
    expect(codes).toEqual([
      { id: 11, frame: 7 },
      { id: 14, frame: 8 },
    ]);
  });

  test('a nest draws on its own raster, then conforms like a file', () => {
    const nest: Picture = {
      op: 'nest',
      width: 320,
      height: 180,
      color: rec709,
      conform: 'fit',
      crop: uncropped,
      input: sourcePicture(film, 6),
    };
    expect(drawn(nest, digestOf, [160, 90])).toBe(drawn(sourcePicture(film, 6), digestOf, [160, 90]));
    const clear: Picture = {
      op: 'over',
      layers: [
        { op: 'solid', color: [1, 0, 0, 1] },
        {
          op: 'nest',
          width: 320,
          height: 180,
          color: rec709,
          conform: 'fit',
          crop: uncropped,
          input: { op: 'opacity', opacity: 0, input: black },
        },
      ],
    };
    expect(drawn(clear, (raster) => valuesOf(raster).planes.map((plane) => [...new Set(plane)]))).toEqual([
      [63],
      [102],
      [240],
    ]);
  });

  test('a nest is cropped like a file', () => {
    const crop = { left: 0.25, right: 0.1, top: 0, bottom: 0.2 };
    const nest: Picture = {
      op: 'nest',
      width: 320,
      height: 180,
      color: rec709,
      conform: 'fit',
      crop,
      input: sourcePicture(film, 6),
    };
    expect(drawn(nest, digestOf)).toBe(drawn(sourcePicture(film, 6, { crop }), digestOf));
  });

  test('text stands over the picture and nowhere else; another font is refused', () => {
    const text = (font: string): Picture => ({
      op: 'text',
      input: black,
      text: `01:00:00:00 %{pts} 'x'\\: ü`,
      placement: 'bottom',
      font,
    });
    const lines = drawn(text(fontDigest()), (raster) => {
      const luma = valuesOf(raster).planes[0] ?? [];
      return Array.from({ length: 180 }, (_, y) => Math.max(...luma.slice(y * 320, (y + 1) * 320)));
    });
    expect(Math.max(...lines.slice(0, 150))).toBe(16);
    expect(Math.max(...lines.slice(150))).toBeGreaterThan(200);
    expect(() => drawn(text('0'.repeat(64)), () => null)).toThrowError(
      expect.objectContaining({ code: 'PW_MEDIA_FONT' }),
    );
  });

  test('what is clear in the end is black', () => {
    expect(
      drawn({ op: 'opacity', opacity: 0.25, input: { op: 'solid', color: [1, 1, 1, 1] } }, (raster) => [
        ...new Set(valuesOf(raster).planes[0]),
      ]),
    ).toEqual([71]);
  });

  test('the unmodelled is refused by its name, or by policy its input is drawn', () => {
    const picture: Picture = {
      op: 'unmodelled',
      input: sourcePicture(film, 2),
      label: 'filter "Glow" on m01',
      content: '{}',
    };
    expect(() => drawn(picture, () => null)).toThrowError(
      expect.objectContaining({
        code: 'PW_RENDER_UNMODELLED',
        message: expect.stringContaining('filter "Glow" on m01'),
      }),
    );
    const drawer = drawerFor('yuv420p', 320, 180, 'pass-through');
    expect(drawer.draw(picture, (raster) => codeOf(raster, 'top'))).toEqual({ id: 11, frame: 2 });
    drawer.close();
  });
});

/** Any picture of the test's media, up to a depth. */
const somePicture = fc.letrec<{ picture: Picture }>((tie) => {
  const inner = tie('picture');
  const unit = fc.integer({ min: 0, max: 8 }).map((eighths) => eighths / 8);
  const leaf = fc
    .oneof(
      fc
        .record({ frame: fc.nat(39), conform: fc.constantFrom('fit' as const, 'fill' as const, 'none' as const) })
        .map(({ frame, conform }) => ({ kind: 'film' as const, frame, conform })),
      fc
        .record({ frame: fc.nat(19), conform: fc.constantFrom('fit' as const, 'fill' as const, 'none' as const) })
        .map(({ frame, conform }) => ({ kind: 'other' as const, frame, conform })),
      fc.constant({ kind: 'still' as const, frame: 0, conform: 'fit' as const }),
    )
    .map(({ kind, frame, conform }): Picture => ({
      op: 'unmodelled',
      label: kind,
      content: JSON.stringify({ frame, conform }),
      input: black,
    }));
  return {
    picture: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.tuple(unit, unit, unit, unit).map((color): Picture => ({ op: 'solid', color })),
      fc
        .record({ input: inner, opacity: unit })
        .map(({ input, opacity }): Picture => ({ op: 'opacity', input, opacity })),
      fc.array(inner, { minLength: 2, maxLength: 3 }).map((layers): Picture => ({ op: 'over', layers })),
      fc
        .record({ from: inner, to: inner, num: fc.integer({ min: 1, max: 11 }) })
        .map(({ from, to, num }): Picture => ({ op: 'mix', from, to, share: { num, den: 12 } })),
      fc
        .record({ input: inner, x: unit, size: fc.constantFrom(0.5, 1, 1.5), rotation: fc.constantFrom(0, 0, 10) })
        .map(({ input, x, size, rotation }): Picture => ({
          op: 'transform',
          input,
          position: { x, y: -x },
          scale: { x: size, y: size },
          rotation,
          anchor: { x: 0, y: 0 },
        })),
      inner.map((input): Picture => ({
        op: 'nest',
        width: 100,
        height: 80,
        color: rec709,
        conform: 'fit',
        crop: uncropped,
        input,
      })),
    ),
  };
}).picture;

/** Leaves were drawn before the media existed; puts the sources in. */
function withMedia(picture: Picture): Picture {
  switch (picture.op) {
    case 'unmodelled': {
      const { frame, conform } = JSON.parse(picture.content) as { frame: number; conform: 'fit' };
      return sourcePicture(picture.label === 'film' ? film : picture.label === 'other' ? other : still, frame, {
        conform,
      });
    }
    case 'over':
      return { ...picture, layers: picture.layers.map(withMedia) };
    case 'mix':
      return { ...picture, from: withMedia(picture.from), to: withMedia(picture.to) };
    case 'source':
    case 'solid':
      return picture;
    default:
      return { ...picture, input: withMedia(picture.input) };
  }
}

test('alpha of a still shows what lies below, and only where it is clear', () => {
  // A PNG of 16×16: left half opaque red, right half red at a quarter.
  const rows = Buffer.concat(
    Array.from({ length: 16 }, () =>
      Buffer.concat([
        Buffer.from([0]),
        ...Array.from({ length: 16 }, (_, x) => Buffer.from([255, 0, 0, x < 8 ? 255 : 64])),
      ]),
    ),
  );
  const part = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [head, tail] = [Buffer.alloc(4), Buffer.alloc(4)];
    head.writeUInt32BE(data.length);
    tail.writeUInt32BE(crc32(body));
    return Buffer.concat([head, body, tail]);
  };
  const header = Buffer.from([0, 0, 0, 16, 0, 0, 0, 16, 8, 6, 0, 0, 0]);
  const path = bench.path('alpha.png');
  writeFileSync(
    path,
    Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      part('IHDR', header),
      part('IDAT', deflateSync(rows)),
      part('IEND', Buffer.alloc(0)),
    ]),
  );
  const media: JobMedia = { ...still, identity: 'alpha', path };
  const drawer = new Drawer(
    { format: rasterFormat('yuv444p'), width: 16, height: 16, color: rec709 },
    pool,
    new Map([['alpha', path]]),
    'refuse',
  );
  const color: ColorTags = { primaries: 'bt709', transfer: 'bt709', matrix: 'gbr', range: 'pc' };
  const [luma, cr] = drawer.draw(
    { op: 'over', layers: [{ op: 'solid', color: [1, 1, 1, 1] }, sourcePicture(media, 0, { color })] },
    (raster) => {
      const { planes } = valuesOf(raster);
      return [planes[0] ?? [], planes[2] ?? []];
    },
  );
  drawer.close();
  // Red is Y 63, Cr 240; a quarter of it over white: 235 + (63 − 235) × 64/255, 128 + 112 × 64/255.
  expect([luma?.[16 * 8 + 2], cr?.[16 * 8 + 2]]).toEqual([63, 240]);
  expect([luma?.[16 * 8 + 13], cr?.[16 * 8 + 13]]).toEqual([192, 156]);
});

/** CRC-32 of PNG (ISO 3309). */
function crc32(data: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

test('a picture drawn after any others is the picture drawn alone', () => {
  fc.assert(
    fc.property(
      fc.array(somePicture, { minLength: 2, maxLength: 5 }),
      fc.constantFrom('yuv420p', 'yuv422p10le'),
      (drafts, format) => {
        const pictures = drafts.map(withMedia);
        const drawer = drawerFor(format, 96, 64);
        const inSequence = pictures.map((picture) => drawer.draw(picture, digestOf));
        drawer.close();
        expect(inSequence).toEqual(pictures.map((picture) => drawn(picture, digestOf, [96, 64], format)));
      },
    ),
    { numRuns: runs },
  );
});

test('golden pictures: pixels change only together with drawingVersion', () => {
  const first = videoOf(still);
  expect(first.frames).toBe(1);
  const ramp: Picture = {
    op: 'mix',
    from: { op: 'solid', color: [0.9, 0.2, 0.1, 1] },
    to: { op: 'solid', color: [0.1, 0.3, 0.8, 1] },
    share: { num: 5, den: 24 },
  };
  const card = sourcePicture(still, 0);
  const pictures: { readonly [name: string]: Picture } = {
    mix: ramp,
    still: card,
    'still, filled and cropped': { ...card, conform: 'fill', crop: { left: 0.1, right: 0, top: 0.2, bottom: 0.05 } },
    'still, turned': { ...card, rotation: 90 },
    'scaled over': {
      op: 'over',
      layers: [
        ramp,
        {
          op: 'transform',
          input: card,
          position: { x: 0.1, y: 0.05 },
          scale: { x: 0.6, y: 0.7 },
          rotation: 0,
          anchor: { x: 0, y: 0 },
        },
      ],
    },
    'turned over': {
      op: 'over',
      layers: [
        ramp,
        {
          op: 'transform',
          input: { op: 'opacity', opacity: 0.7, input: card },
          position: { x: 0, y: 0 },
          scale: { x: 1.2, y: 0.5 },
          rotation: 33,
          anchor: { x: 0.1, y: 0 },
        },
      ],
    },
    'own pixels, larger': {
      op: 'over',
      layers: [
        ramp,
        {
          op: 'transform',
          pixels: 'own',
          input: { ...card, conform: 'fill', crop: { left: 0.1, right: 0, top: 0, bottom: 0, inPlace: true } },
          position: { x: 0.1, y: 0.05 },
          scale: { x: 1.3, y: 1.7 },
          rotation: 0,
          anchor: { x: 0, y: 0 },
        },
      ],
    },
    'own pixels, turned and smaller': {
      op: 'over',
      layers: [
        ramp,
        {
          op: 'transform',
          pixels: 'own',
          input: { op: 'opacity', opacity: 0.7, input: card },
          position: { x: 0, y: 0 },
          scale: { x: 0.6, y: 0.5 },
          rotation: 33,
          anchor: { x: 0.1, y: 0 },
        },
      ],
    },
    text: { op: 'text', input: ramp, text: '01:02:03:04', placement: 'top', font: fontDigest() },
  };
  const digests = Object.fromEntries(
    Object.entries(pictures).map(([name, picture]) => [
      name,
      `${drawn(picture, digestOf, [160, 90]).slice(0, 16)} ${drawn(picture, digestOf, [160, 90], 'yuv422p10le').slice(0, 16)}`,
    ]),
  );
  expect({ drawingVersion, digests }).toMatchInlineSnapshot(`
    {
      "digests": {
        "mix": "1d06fc22c5d18f8c dfbbc1c2a14bb02a",
        "own pixels, larger": "edc574cc6fb5287d 951a8ede5bbe8b17",
        "own pixels, turned and smaller": "b68635002e66eab6 f8fca06c2950d653",
        "scaled over": "9ba8866e57a5adac 6380438af5dd4511",
        "still": "127e717ab22e1ff8 2f2d73e59b02c8f7",
        "still, filled and cropped": "ebe323d93bf94a65 9c9f211b6ba86712",
        "still, turned": "2d07983f501fbc3a 174cbf81ad21f1f4",
        "text": "53fe48c1568f464d 08a09ddfadaa98ee",
        "turned over": "4e54cd70e1408e08 0e02b08159881500",
      },
      "drawingVersion": "1",
    }
  `);
});
