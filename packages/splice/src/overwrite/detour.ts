import { rewrittenMoov, type TrackChange } from '../container/index-rewriter.ts';
import type { Movie, Track } from '../container/movie.ts';

/** A run of bytes of a movie. */
export interface Span {
  readonly offset: number;
  readonly sizeBytes: number;
}

/**
 * Builds an index that plays copies of all samples that touch the spans: while the originals are overwritten, a reader sees the
 * movie as it was. `copy` says where the copy of a run stands.
 */
export async function detourIndex(
  movie: Movie,
  spans: readonly Span[],
  copy: (span: Span) => Promise<number>,
): Promise<Uint8Array> {
  const changes = new Map<number, TrackChange>();
  for (const [i, track] of movie.tracks.entries()) {
    const change = await detourOf(track, spans, copy);
    if (change !== null) changes.set(i, change);
  }
  return rewrittenMoov(movie, changes, false);
}

/** Storage chunks of a track with the touched samples elsewhere; null where none is touched. */
async function detourOf(
  track: Track,
  spans: readonly Span[],
  copy: (span: Span) => Promise<number>,
): Promise<TrackChange | null> {
  const offsets: number[] = [];
  const samples: number[] = [];
  let isTouched = false;
  let sample = 0;
  for (const [i, offset] of track.tables.chunkOffsets.entries()) {
    const count = track.tables.chunkSamples[i] ?? 0;
    for (const part of partsOf(track, { offset, first: sample, count }, spans)) {
      if (part.touched) isTouched = true;
      offsets.push(part.touched ? await copy(part) : part.offset);
      samples.push(part.samples);
    }
    sample += count;
  }
  if (!isTouched) return null;
  return { chunkOffsets: Float64Array.from(offsets), chunkSamples: Uint32Array.from(samples), samples: null };
}

interface Part extends Span {
  readonly samples: number;
  readonly touched: boolean;
}

/** A storage chunk, cut between samples where those that touch a span begin and end. `spans` ascend. */
function partsOf(
  { samples, tables }: Track,
  chunk: { readonly offset: number; readonly first: number; readonly count: number },
  spans: readonly Span[],
): readonly Part[] {
  const uniform = typeof tables.sizes === 'number' ? tables.sizes : 0;
  // Where each sample begins, from the chunk's first byte. Uniform sound may be one chunk of any length.
  const starts = samples === null ? null : startsOf(samples.sizes, chunk.first, chunk.count);
  const startOf = (sample: number): number => starts?.[sample] ?? sample * uniform;
  const part = (from: number, to: number, touched: boolean): Part => ({
    offset: chunk.offset + startOf(from),
    sizeBytes: startOf(to) - startOf(from),
    samples: to - from,
    touched,
  });
  const parts: Part[] = [];
  let done = 0;
  for (const [from, to] of touchedSamples(chunk, startOf, spans)) {
    if (from > done) parts.push(part(done, from, false));
    parts.push(part(from, to, true));
    done = to;
  }
  if (done < chunk.count) parts.push(part(done, chunk.count, false));
  return parts;
}

function startsOf(sizes: Uint32Array, first: number, count: number): Float64Array {
  const starts = new Float64Array(count + 1);
  for (let i = 0; i < count; i++) starts[i + 1] = (starts[i] ?? 0) + (sizes[first + i] ?? 0);
  return starts;
}

/** Runs of samples of a storage chunk that share a byte with a span: [from, to). */
function touchedSamples(
  { offset, count }: { readonly offset: number; readonly count: number },
  startOf: (sample: number) => number,
  spans: readonly Span[],
): readonly (readonly [from: number, to: number])[] {
  const end = offset + startOf(count);
  const runs: [number, number][] = [];
  for (let i = firstWhere(spans.length, (at) => endOf(spans[at]) > offset); i < spans.length; i++) {
    const span = spans[i];
    if (span === undefined || span.offset >= end) break;
    const from = firstWhere(count, (sample) => startOf(sample + 1) > span.offset - offset);
    const to = firstWhere(count, (sample) => startOf(sample) >= endOf(span) - offset);
    const last = runs.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else if (from < to) runs.push([from, to]);
  }
  return runs;
}

/** The first number below `count` of which something is true that stays true, `count` where it never is. */
function firstWhere(count: number, isTrue: (at: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isTrue(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function endOf(span: Span | undefined): number {
  return span === undefined ? Infinity : span.offset + span.sizeBytes;
}
