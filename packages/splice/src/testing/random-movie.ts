import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@patchwork/files';
import fc from 'fast-check';
import type { MovieSpec, PlacedChunk, SoundSpec } from '../container/movie-spec.ts';

/** A chunk as drawn: lengths and shape, no bytes yet. */
interface DrawnChunk {
  readonly sizes: readonly number[];
  readonly order: readonly number[];
  readonly sync: readonly boolean[];
}

/** A movie as drawn. `use` says which chunk stands at each place of the programme: repeats and permutations included. */
export interface DrawnMovie {
  readonly format: 'mp4' | 'mov';
  readonly codec: 'h264' | 'prores';
  readonly rate: { readonly num: number; readonly den: number };
  readonly reorder: number;
  readonly chunks: readonly DrawnChunk[];
  readonly use: readonly number[];
  readonly sound: 'none' | 'pcm_s16le' | 'pcm_s24le' | 'aac';
  readonly dropFrame: boolean;
  readonly startFrame: number | null;
  readonly tags: { readonly [name: string]: string };
}

/** A real avcC record, of pictures of 96 x 64; the chunks' own bytes are noise. */
const { config: realConfig } = (
  JSON.parse(readFileSync(new URL('streams.json', import.meta.url), 'utf8')) as {
    readonly h264: { readonly config: string };
  }
).h264;

/** Draws showing orders that a reorder depth allows: no picture is decoded more than `reorder` frames late. */
function orderArbitrary(length: number, reorder: number): fc.Arbitrary<number[]> {
  return fc.array(fc.nat({ max: 3 }), { minLength: length, maxLength: length }).map((choices) => {
    const open = Array.from({ length }, (_, i) => i);
    return choices.map((choice, i) => {
      const pick = open[0] === i - reorder ? 0 : Math.min(choice, open.length - 1);
      return open.splice(pick, 1)[0] ?? 0;
    });
  });
}

function chunkArbitrary(reorder: number, most: number): fc.Arbitrary<DrawnChunk> {
  return fc.integer({ min: 1, max: most }).chain((length) =>
    fc.record({
      sizes: fc.array(fc.integer({ min: 1, max: 900 }), { minLength: length, maxLength: length }),
      order: orderArbitrary(length, reorder),
      sync: fc.constant(Array.from({ length }, (_, i) => i === 0)),
    }),
  );
}

/** Draws movies of up to 30 places. */
export const movieArbitrary: fc.Arbitrary<DrawnMovie> = fc
  .record({
    codec: fc.constantFrom('h264' as const, 'prores' as const),
    reorder: fc.integer({ min: 0, max: 3 }),
    rate: fc.constantFrom(
      { num: 25, den: 1 },
      { num: 24000, den: 1001 },
      { num: 30000, den: 1001 },
      { num: 60, den: 1 },
    ),
  })
  .chain(({ codec, reorder, rate }) => {
    const depth = codec === 'prores' ? 0 : reorder;
    return fc.record({
      format: codec === 'prores' ? fc.constant('mov' as const) : fc.constantFrom('mp4' as const, 'mov' as const),
      codec: fc.constant(codec),
      rate: fc.constant(rate),
      reorder: fc.constant(depth),
      chunks: fc.array(chunkArbitrary(depth, codec === 'prores' ? 1 : 25), { minLength: 1, maxLength: 8 }),
      use: fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 30 }),
      sound: fc.constantFrom('none' as const, 'pcm_s16le' as const, 'pcm_s24le' as const, 'aac' as const),
      dropFrame: fc.boolean(),
      startFrame: fc.option(fc.nat({ max: 2_000_000 })),
      tags: fc.constantFrom({}, { title: 'Ångström', encoder: 'patchwork' }),
    });
  });

/** Bytes that differ from place to place, equal for equal seeds. */
function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = (seed * 2654435761 + 12345) >>> 0;
  for (let i = 0; i < length; i++) {
    state = (state * 1664525 + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

let packs = 0;

/** Writes the drawn bytes into packs and gives the spec. `gap` bytes stand between chunks: 0 makes them adjacent. */
export function specOf(drawn: DrawnMovie, folder: string, gap: number): MovieSpec {
  packs += 1;
  const pack = join(folder, `chunks-${packs}.pack`);
  const parts: Uint8Array[] = [];
  let at = 0;
  const placed = drawn.chunks.map((chunk, i): PlacedChunk => {
    const bytes = noise(
      chunk.sizes.reduce((sum, size) => sum + size, 0),
      i + 1,
    );
    const filler = noise(gap, 1000 + i);
    const offset = at + gap;
    parts.push(filler, bytes);
    at = offset + bytes.length;
    const config = drawn.codec === 'h264' ? realConfig : '';
    return { key: sha256(`chunk ${i}`), digest: sha256(bytes), ...chunk, config, path: pack, offset };
  });
  writeFileSync(pack, Buffer.concat(parts));
  const pieces = drawn.use.flatMap((index) => placed[index % placed.length] ?? []);
  const frames = pieces.reduce((sum, piece) => sum + piece.sizes.length, 0);
  return {
    format: drawn.format,
    video: {
      profile: {
        codec: drawn.codec,
        width: 96,
        height: 64,
        rate: drawn.rate,
        pixelFormat: 'yuv420p',
        color: { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' },
        gop: drawn.codec === 'prores' ? 1 : 24,
        reorder: drawn.reorder,
        options: drawn.codec === 'prores' ? { profile: 'hq' } : {},
      },
      pieces,
    },
    sound: drawn.sound === 'none' ? null : soundOf(drawn.sound, frames, drawn.rate, folder, gap),
    timecode: drawn.startFrame === null ? null : { frame: drawn.startFrame, dropFrame: drawn.dropFrame },
    tags: drawn.tags,
  };
}

function soundOf(
  codec: 'pcm_s16le' | 'pcm_s24le' | 'aac',
  frames: number,
  rate: { readonly num: number; readonly den: number },
  folder: string,
  gap: number,
): SoundSpec {
  packs += 1;
  const path = join(folder, `sound-${packs}.pack`);
  // A low rate keeps the files of a test small.
  const sampleRate = 8000;
  const samples = Math.max(1, Math.round((frames * rate.den * sampleRate) / rate.num));
  const priming = codec === 'aac' ? 1024 : 0;
  const packets = Math.ceil((samples + priming) / 1024);
  const packetSizes = codec === 'aac' ? Array.from({ length: packets }, (_, i) => 5 + ((i * 37) % 60)) : null;
  const length = packetSizes?.reduce((sum, size) => sum + size, 0) ?? samples * 2 * (codec === 'pcm_s16le' ? 2 : 3);
  const bytes = noise(length, 77);
  // With a gap the stream lies in two runs, the second first: where bytes lie must not show in the movie.
  const half = gap === 0 ? 0 : length >> 1;
  const places =
    half === 0
      ? [{ path, offset: 0, sizeBytes: length }]
      : [
          { path, offset: length - half + gap, sizeBytes: half },
          { path, offset: 0, sizeBytes: length - half },
        ];
  const content = half === 0 ? bytes : Buffer.concat([bytes.subarray(half), noise(gap, 5), bytes.subarray(0, half)]);
  writeFileSync(path, content);
  return {
    profile: { codec, sampleRate, layout: 'stereo', bitrate: codec === 'aac' ? 96000 : null },
    config: codec === 'aac' ? Buffer.from([0x15, 0x90]).toString('base64') : '',
    channels: 2,
    samples,
    priming,
    packetSizes,
    samplesPerPacket: codec === 'aac' ? 1024 : 1,
    places,
    digest: sha256(bytes),
  };
}
