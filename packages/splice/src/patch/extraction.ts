import { PatchworkError, type FilePort } from '@patchwork/kernel';
import type { EncodedChunk } from '@patchwork/plan';
import type { Hashing } from '../bytes/hashing.ts';
import { runDigests } from '../bytes/run-digests.ts';
import { sumOf } from '../write/layout.ts';
import { runsOf, type ByteSpan, type PlacedChunk } from '../container/movie-spec.ts';
import type { Movie, SampleColumns } from '../container/movie.ts';

/**
 * Finds a ledger's chunks in the movie it belongs to, by the sizes of its samples in decoding order; pure arithmetic.
 * The bytes are not read: hash before use.
 *
 * @throws PW_SPLICE_OTHER_MOVIE when the movie's samples are not those of the chunks
 */
export function chunksOf(movie: Movie, chunks: readonly EncodedChunk[]): readonly PlacedChunk[] {
  const samples = pictureSamples(movie);
  let at = 0;
  const placed = chunks.map((given: EncodedChunk & { readonly runs?: unknown }, index): PlacedChunk => {
    // Where it stood in another file is of no meaning here.
    const { runs: _, ...chunk } = given;
    const first = at;
    for (const size of chunk.sizes) {
      if (at >= samples.count || samples.sizes[at] !== size) throw otherMovie(movie, index, at);
      at += 1;
    }
    const runs = sampleRuns(samples, first, at);
    return { ...chunk, path: movie.path, offset: runs[0]?.offset ?? 0, ...(runs.length > 1 ? { runs } : {}) };
  });
  if (at !== samples.count) throw otherMovie(movie, chunks.length, at);
  return placed;
}

/** The runs of bytes in which samples [first, next) stand. */
export function sampleRuns(samples: SampleColumns, first: number, next: number): readonly ByteSpan[] {
  const runs: { offset: number; sizeBytes: number }[] = [];
  for (let sample = first; sample < next; sample++) {
    const offset = samples.offsets[sample] ?? 0;
    const sizeBytes = samples.sizes[sample] ?? 0;
    const last = runs.at(-1);
    if (last !== undefined && last.offset + last.sizeBytes === offset) last.sizeBytes += sizeBytes;
    else runs.push({ offset, sizeBytes });
  }
  return runs;
}

/**
 * Finds chunks by the offsets that a ledger recorded, in a file whose index is gone or whose end is cut off: those that
 * lie in the file as a whole. The bytes are not read: hash before use.
 */
export function chunksAtOffsets(
  path: string,
  sizeBytes: number,
  chunks: readonly (EncodedChunk & { readonly offset: number })[],
): readonly PlacedChunk[] {
  return chunks
    .filter((chunk) => chunk.offset >= 0 && chunk.offset + sumOf(chunk.sizes) <= sizeBytes)
    .map((chunk) => ({ ...chunk, path }));
}

/** The samples of the one picture track. @throws PW_SPLICE_TRACKS when there is none or more than one */
export function pictureSamples(movie: Movie): SampleColumns {
  const tracks = movie.tracks.filter((track) => track.handler === 'vide');
  const samples = tracks[0]?.samples;
  if (tracks.length !== 1 || samples == null) {
    throw new PatchworkError(
      'PW_SPLICE_TRACKS',
      `${JSON.stringify(movie.path)} has ${tracks.length} picture tracks, not 1`,
      {
        hint: 'Only a movie with one picture track can be patched.',
        details: { path: movie.path, tracks: tracks.length },
      },
    );
  }
  return samples;
}

/**
 * Reads chunks and compares their bytes with their digests. Returns those that differ or do not lie whole in their file.
 *
 * @throws PW_FILE_*, PW_SPLICE_SOURCE_CHANGED when a file shrinks meanwhile
 */
export async function corruptChunks(
  files: FilePort,
  chunks: readonly PlacedChunk[],
  hashing: Hashing,
  onProgress: (doneBytes: number) => void = (): void => undefined,
): Promise<readonly PlacedChunk[]> {
  const sizes = new Map<string, number>();
  for (const { path } of chunks) {
    if (!sizes.has(path)) sizes.set(path, (await files.stat(path))?.size ?? 0);
  }
  const isWhole = (chunk: PlacedChunk): boolean =>
    runsOf(chunk).every((run) => run.offset >= 0 && run.offset + run.sizeBytes <= (sizes.get(chunk.path) ?? 0));
  const whole = chunks.filter(isWhole);
  const bad = new Set(chunks.filter((chunk) => !isWhole(chunk)));
  const groups = whole.map((chunk) => runsOf(chunk).map((run) => ({ path: chunk.path, ...run })));
  const digests = await runDigests(files, groups, hashing, onProgress);
  whole.forEach((chunk, i) => {
    if (digests[i] !== chunk.digest) bad.add(chunk);
  });
  return chunks.filter((chunk) => bad.has(chunk));
}

function otherMovie(movie: Movie, chunk: number, sample: number): PatchworkError {
  return new PatchworkError(
    'PW_SPLICE_OTHER_MOVIE',
    `${JSON.stringify(movie.path)} is not the movie of this ledger entry: chunk ${chunk} and sample ${sample} differ in size or number`,
    {
      hint: 'Run `patchwork verify` on the deliverable; take it from a backup or render with --full.',
      details: { path: movie.path, chunk, sample },
    },
  );
}
