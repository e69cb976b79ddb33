import type { Digest, FilePort } from '@patchwork/kernel';
import { appendMovie, type Appended, type AppendBytes } from '../publish/append.ts';
import { readChunk } from '../container/chunk-bytes.ts';
import { brokenLink, fittedSample } from '../parameters/fresh-samples.ts';
import type { Hashing } from '../bytes/hashing.ts';
import { rewrittenMoov, type TrackChange } from '../container/index-rewriter.ts';
import { patchedColumns, type NewSample, type PatchPlan } from './patch-plan.ts';
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
  record: (moovDigest: Digest) => Promise<void>,
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

/** Fits the pieces, and the sample that becomes a broken link, and hands them out one behind the other. */
export async function writeFresh(
  files: FilePort,
  plan: PatchPlan,
  hashing: Hashing,
  append: AppendBytes,
): Promise<readonly NewSample[]> {
  const { stream, movie, samples } = plan.base;
  const fresh: NewSample[] = [];
  for (const piece of plan.patch.pieces) {
    const bytes = await readChunk(files, piece, hashing);
    const fitted: Uint8Array[] = [];
    let at = 0;
    for (const size of piece.sizes) {
      fitted.push(fittedSample(stream, bytes.subarray(at, at + size), plan.merge.pps));
      at += size;
    }
    // Of our own settings nothing changes, and nothing needs to be copied.
    const isSame = fitted.every((sample, i) => sample.length === piece.sizes[i]) && plan.merge.pps === null;
    let offset = await append(isSame ? bytes : Buffer.concat(fitted));
    for (const sample of fitted) {
      fresh.push({ sizeBytes: sample.length, offset });
      offset += sample.length;
    }
  }
  if (plan.brokenLink !== null && stream.family === 'hevc') {
    const size = samples.sizes[plan.brokenLink] ?? 0;
    const sample = await readBytes(files, movie.path, samples.offsets[plan.brokenLink] ?? 0, size);
    const linked = brokenLink(sample, stream.config.lengthBytes);
    fresh.push({ sizeBytes: linked.length, offset: await append(linked) });
  }
  return fresh;
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

/** Reads a run of bytes; fewer where the file ends. */
async function readBytes(files: FilePort, path: string, offset: number, size: number): Promise<Uint8Array> {
  const file = await files.open(path, 'read');
  try {
    const bytes = new Uint8Array(size);
    return bytes.subarray(0, await file.read(bytes, offset));
  } finally {
    await file.close();
  }
}
