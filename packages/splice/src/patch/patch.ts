import type { Digest, FilePort } from '@patchwork/kernel';
import { appendMovie, type Appended } from '../publish/append.ts';
import type { Hashing } from '../bytes/hashing.ts';
import { rewrittenMoov, type TrackChange } from '../container/index-rewriter.ts';
import { writeFresh } from './fresh-pictures.ts';
import { patchedColumns, type PatchPlan } from './patch-plan.ts';
import type { SampleColumns, SampleTables } from '../container/movie.ts';

/**
 * Patches a movie in place: fresh pictures and a new index are appended, then one small write makes them count. All
 * other tracks, the clock, edit lists and metadata are byte for byte what they were.
 *
 * @throws as `appendMovie`; PW_SPLICE_CHUNK_CORRUPT when a piece's bytes are not those that were recorded
 */
export async function patchInPlace(
  files: FilePort,
  plan: PatchPlan,
  hashing: Hashing,
  record: ((moovDigest: Digest) => Promise<void>) | null,
): Promise<Appended> {
  const { movie } = plan.base;
  return await appendMovie(
    files,
    movie,
    hashing,
    async (append) => {
      const fresh = await writeFresh(files, plan, hashing, append);
      const columns = patchedColumns(plan, fresh);
      return rewrittenMoov(movie, new Map([[pictureIndex(plan), pictureChange(plan, columns)]]), false);
    },
    record,
  );
}

/** Where the picture track stands in `movie.tracks`. */
export function pictureIndex(plan: PatchPlan): number {
  return plan.base.movie.tracks.indexOf(plan.base.track);
}

/** The picture track's storage chunks after a patch: the old ones, cut where the patch begins and ends, and the fresh. */
export function pictureChange(plan: PatchPlan, columns: SampleColumns): TrackChange {
  const starts = chunkStarts(plan.base.track.tables, plan.from, plan.to, columns);
  const chunkOffsets = Float64Array.from(starts, (first) => columns.offsets[first] ?? 0);
  const chunkSamples = Uint32Array.from(starts, (first, i) => (starts[i + 1] ?? columns.count) - first);
  return {
    chunkOffsets,
    samples: { columns, chunkSamples, from: plan.from, to: plan.to, config: plan.merge.config },
  };
}

/** First sample of each storage chunk. Fresh samples form one chunk as long as they stand together. */
function chunkStarts(tables: SampleTables, from: number, to: number, columns: SampleColumns): readonly number[] {
  const starts: number[] = [];
  let sample = 0;
  for (const samples of tables.chunkSamples) {
    if (sample < from || sample >= to) starts.push(sample);
    sample += samples;
  }
  for (let i = from; i < to; i++) {
    const isFirst = i === from || columns.offsets[i] !== (columns.offsets[i - 1] ?? 0) + (columns.sizes[i - 1] ?? 0);
    if (isFirst) starts.push(i);
  }
  if (to < columns.count) starts.push(to);
  return [...new Set(starts)].toSorted((a, b) => a - b);
}
