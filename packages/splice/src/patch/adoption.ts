import type { FilePort } from '@patchwork/kernel';
import type { FrameRange, Rate } from '@patchwork/time';
import { base64FromBytes } from '../bytes/base64.ts';
import { shownAt, type PatchableMovie } from './boundaries.ts';
import type { ByteRun } from '../bytes/byte-copy.ts';
import type { Hashing } from '../bytes/hashing.ts';
import { runDigests } from '../bytes/run-digests.ts';
import { sampleRuns } from './extraction.ts';
import type { PlacedChunk } from '../container/movie-spec.ts';
import type { SampleColumns } from '../container/movie.ts';

/** A movie seen as chunks. */
export interface AdoptedMovie {
  /** In record order; their digests are taken from the bytes. */
  readonly chunks: readonly PlacedChunk[];
  /** Frames a second; null when the durations of its frames differ. */
  readonly rate: Rate | null;
  /** By how many frames decoding precedes showing. */
  readonly reorder: number;
}

/** Frames after which a chunk ends where it may, though no kept pictures can begin there: what is hashed stays small. */
const mostFrames = 250;

/**
 * Sees a movie of any origin as a list of chunks and hashes each. They are cut where kept pictures may begin (an IDR, a key
 * frame, a CRA with its leading pictures behind it, any picture of an intra codec), and where these are far apart, wherever
 * everything before is decoded and shown before everything after. A chunk of an open GOP does not decode on its own.
 *
 * @throws PW_FILE_*
 */
export async function adoptMovie(
  files: FilePort,
  base: PatchableMovie,
  hashing: Hashing,
  onProgress: (doneFrames: number, total: number) => void = (): void => undefined,
): Promise<AdoptedMovie> {
  const { movie, samples } = base;
  const cuts = chunkCuts(base);
  const ranges = cuts.slice(0, -1).map((first, i) => ({ in: first, out: cuts[i + 1] ?? samples.count }));
  const groups = ranges.map((range) => runsWithin(base, range));
  const digests = await runDigests(files, groups, hashing, (_, group) => {
    onProgress(ranges[group]?.in ?? 0, samples.count);
  });
  onProgress(samples.count, samples.count);
  const config = configOf(base);
  const chunks = ranges.map((range, i): PlacedChunk => {
    const digest = digests[i] ?? '';
    return { key: digest, digest, config, path: movie.path, ...shapeOf(samples, range.in, range.out) };
  });
  return { chunks, rate: constantRate(base), reorder: reorderOf(chunks) };
}

/** Where chunks begin, and the end. */
function chunkCuts({ ends, closed, samples }: PatchableMovie): readonly number[] {
  const cuts = [0];
  let next = 0;
  for (let sample = 1; sample <= samples.count; sample++) {
    while ((ends[next]?.sample ?? samples.count) < sample) next += 1;
    const isLong = sample - (cuts.at(-1) ?? 0) >= mostFrames && closed[sample] === 1;
    if (ends[next]?.sample === sample || isLong) cuts.push(sample);
  }
  return cuts;
}

/** The decoder configuration of a movie as chunks name it: base64, empty where the codec has none. */
export function configOf({ stream, track }: PatchableMovie): string {
  return stream.family === 'intra' ? '' : base64FromBytes(track.entries[0]?.video?.config?.bytes ?? new Uint8Array(0));
}

/** The runs of bytes in which samples of a movie stand. */
export function runsWithin({ movie, samples }: PatchableMovie, range: FrameRange): readonly ByteRun[] {
  return sampleRuns(samples, range.in, range.out).map((run) => ({ path: movie.path, ...run }));
}

/** The largest number of frames by which a picture is decoded too late for its place: the reorder depth chunks need. */
export function reorderOf(chunks: readonly Pick<PlacedChunk, 'order'>[]): number {
  let most = 0;
  for (const { order } of chunks) {
    for (let i = 0; i < order.length; i++) most = Math.max(most, i - (order[i] ?? 0));
  }
  return most;
}

/** Sizes, showing order, sync marks and places of a run of samples. */
export function shapeOf(
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

/** Frames a second of a movie; null when the durations of its frames differ (the last one, which some writers cut, aside). */
export function constantRate(base: PatchableMovie): Rate | null {
  const { durations, count } = base.samples;
  const duration = durations[0] ?? 0;
  if (duration === 0) return null;
  for (let i = 1; i < count - 1; i++) if (durations[i] !== duration) return null;
  const divisor = gcd(base.track.timescale, duration);
  return { num: base.track.timescale / divisor, den: duration / divisor };
}

/** How a movie's pictures are spaced when all follow at one distance in presentation time; null where they do not. */
export function evenGrid({ track, times }: PatchableMovie): { readonly frames: number; readonly rate: Rate } | null {
  const distance = (times[1] ?? 0) - (times[0] ?? 0);
  if (distance <= 0) return null;
  for (let i = 1; i < times.length; i++) if ((times[i] ?? 0) - (times[i - 1] ?? 0) !== distance) return null;
  const divisor = gcd(track.timescale, distance);
  return { frames: times.length, rate: { num: track.timescale / divisor, den: distance / divisor } };
}

function gcd(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}
