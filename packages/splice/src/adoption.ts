import type { FilePort } from '@patchwork/kernel';
import type { Rate } from '@patchwork/time';
import { base64FromBytes, bytesFromBase64 } from './base64.ts';
import { shownAt, type PatchableMovie } from './boundaries.ts';
import { readChunk } from './chunk-bytes.ts';
import { fittedSample } from './fresh-samples.ts';
import type { Hashing } from './hashing.ts';
import { sampleRuns } from './extraction.ts';
import type { PlacedChunk } from './movie-spec.ts';
import type { SampleColumns } from './movie.ts';
import { mergedConfig } from './parameter-merge.ts';
import { ParameterSetIds } from './parameter-set-ids.ts';
import { pictureStream, type PictureStream } from './picture-stream.ts';

/** A movie seen as chunks. */
export interface AdoptedMovie {
  /** In record order; their digests are taken from the bytes. */
  readonly chunks: readonly PlacedChunk[];
  /** Frames a second; null when the durations of its frames differ. */
  readonly rate: Rate | null;
  /** By how many frames decoding precedes showing. */
  readonly reorder: number;
}

/**
 * Sees a movie of any origin as a list of chunks, cut where everything before is decoded and shown before everything
 * after (an IDR, a key frame, any picture of an intra codec), and hashes each. Open GOPs are not cut apart: their chunk
 * runs on to the next closed one.
 *
 * @throws PW_FILE_*
 */
export async function adoptMovie(files: FilePort, base: PatchableMovie, hashing: Hashing): Promise<AdoptedMovie> {
  const { movie, samples, stream } = base;
  const config =
    stream.family === 'intra' ? '' : base64FromBytes(base.track.entries[0]?.video?.config?.bytes ?? new Uint8Array(0));
  const cuts = base.ends.filter((end) => !end.brokenLink).map((end) => end.sample);
  if (cuts[0] !== 0) cuts.unshift(0);
  const chunks: PlacedChunk[] = [];
  const file = await files.open(movie.path, 'read');
  try {
    for (const [i, first] of cuts.slice(0, -1).entries()) {
      const next = cuts[i + 1] ?? samples.count;
      const hash = hashing.startSha256();
      for (const run of sampleRuns(samples, first, next)) {
        const bytes = new Uint8Array(run.sizeBytes);
        hash.update(bytes.subarray(0, await file.read(bytes, run.offset)));
      }
      const digest = hash.digest();
      chunks.push({ key: digest, digest, config, path: movie.path, ...shapeOf(samples, first, next) });
    }
  } finally {
    await file.close();
  }
  return { chunks, rate: constantRate(base), reorder: reorderOf(chunks) };
}

/** The largest number of frames by which a picture is decoded too late for its place: the reorder depth chunks need. */
export function reorderOf(chunks: readonly Pick<PlacedChunk, 'order'>[]): number {
  let most = 0;
  for (const { order } of chunks) {
    for (let i = 0; i < order.length; i++) most = Math.max(most, i - (order[i] ?? 0));
  }
  return most;
}

/** Chunks that share one decoder configuration. */
export interface FittedChunks {
  /** Base64, as in each chunk. */
  readonly config: string;
  readonly chunks: readonly PlacedChunk[];
}

/**
 * Makes chunks of several configurations fit into one stream (`--allow-mixed`, patches of adopted movies): the first
 * configuration keeps its ids, the others get ids of their own. Chunks whose bytes change are written to `packPath`,
 * which must not exist, and get the digest of their new bytes. The result depends on the chunks alone.
 *
 * `format` is the sample entry's code (`avc1`, `hvc1`).
 *
 * @throws PW_PATCH_FORMAT, PW_STREAM_*, PW_SPLICE_CHUNK_CORRUPT, PW_FILE_*
 */
export async function fitChunks(
  files: FilePort,
  format: string,
  chunks: readonly PlacedChunk[],
  packPath: string,
  hashing: Hashing,
): Promise<FittedChunks> {
  let config = chunks[0]?.config ?? '';
  const ids = new Map<string, ReadonlyMap<number, number> | null>();
  const used = ParameterSetIds.of(streamOf(format, config));
  for (const chunk of chunks) {
    if (ids.has(chunk.config)) continue;
    const merge = mergedConfig(streamOf(format, config), used, bytesFromBase64(chunk.config));
    ids.set(chunk.config, merge.pps);
    if (merge.config !== null) config = base64FromBytes(merge.config);
  }
  const stream = streamOf(format, config);
  const fitted = new Map<PlacedChunk, PlacedChunk>();
  const pack = await files.open(packPath, 'create');
  try {
    let at = 0;
    for (const chunk of chunks) {
      const pps = ids.get(chunk.config) ?? null;
      if (fitted.has(chunk)) continue;
      if (pps === null) {
        fitted.set(chunk, { ...chunk, config });
        continue;
      }
      const samples = (await readSamples(files, chunk, hashing)).map((sample) => fittedSample(stream, sample, pps));
      const bytes = Buffer.concat(samples);
      await pack.write(bytes, at);
      const sizes = samples.map((sample) => sample.length);
      const { runs: _, ...whole } = chunk;
      fitted.set(chunk, { ...whole, config, sizes, digest: hashing.sha256(bytes), path: packPath, offset: at });
      at += bytes.length;
    }
  } finally {
    await pack.close();
  }
  return { config, chunks: chunks.flatMap((chunk) => fitted.get(chunk) ?? []) };
}

function streamOf(format: string, config: string): PictureStream {
  const types: { readonly [format: string]: string } = {
    avc1: 'avcC',
    avc3: 'avcC',
    hvc1: 'hvcC',
    hev1: 'hvcC',
    av01: 'av1C',
  };
  const type = types[format] ?? '';
  return pictureStream({
    format,
    bytes: new Uint8Array(0),
    sound: null,
    video: { width: 0, height: 0, color: null, pixelAspect: null, config: { type, bytes: bytesFromBase64(config) } },
  });
}

/** The bytes of each of a chunk's samples. */
async function readSamples(files: FilePort, chunk: PlacedChunk, hashing: Hashing): Promise<readonly Uint8Array[]> {
  const bytes = await readChunk(files, chunk, hashing);
  let at = 0;
  return chunk.sizes.map((size) => {
    at += size;
    return bytes.subarray(at - size, at);
  });
}

/** Sizes, showing order, sync marks and places of a run of samples. */
function shapeOf(
  samples: SampleColumns,
  first: number,
  next: number,
): Pick<PlacedChunk, 'sizes' | 'order' | 'sync' | 'offset' | 'runs'> {
  const places = Array.from({ length: next - first }, (_, i) => first + i);
  const shown = places.toSorted((a, b) => shownAt(samples, a) - shownAt(samples, b));
  const order = places.map(() => 0);
  shown.forEach((sample, place) => {
    order[sample - first] = place;
  });
  const runs = sampleRuns(samples, first, next);
  return {
    sizes: places.map((sample) => samples.sizes[sample] ?? 0),
    order,
    sync: places.map((sample) => samples.sync[sample] === 1),
    offset: runs[0]?.offset ?? 0,
    ...(runs.length > 1 ? { runs } : {}),
  };
}

/** Durations may differ only in the last frame, which some writers cut to the sound's end. */
function constantRate(base: PatchableMovie): Rate | null {
  const { durations, count } = base.samples;
  const duration = durations[0] ?? 0;
  if (duration === 0) return null;
  for (let i = 1; i < count - 1; i++) if (durations[i] !== duration) return null;
  const divisor = gcd(base.track.timescale, duration);
  return { num: base.track.timescale / divisor, den: duration / divisor };
}

function gcd(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}
