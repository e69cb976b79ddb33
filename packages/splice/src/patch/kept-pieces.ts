import type { FilePort, OpenFile } from '@patchwork/kernel';
import type { EncodedChunk } from '@patchwork/plan';
import type { FrameRange } from '@patchwork/time';
import { configOf, runsWithin, shapeOf } from './adoption.ts';
import type { PatchableMovie } from './boundaries.ts';
import { chunksOf } from './extraction.ts';
import type { Hashing } from '../bytes/hashing.ts';
import { runDigests } from '../bytes/run-digests.ts';
import type { PlacedChunk } from '../container/movie-spec.ts';
import { brokenLink } from '../parameters/fresh-samples.ts';

/** Pictures of a movie that are kept behind others than before. */
export interface KeptRun {
  /** First frame, in presentation order; a place where kept pictures may begin, or 0. */
  readonly from: number;
  /** Up to a place where everything decoded is shown. */
  readonly frames: number;
  /** Whether other pictures come before it than did: an open GOP then loses its leading ones, its CRA becomes a BLA. */
  readonly isCut: boolean;
}

/**
 * Sees runs of a movie as chunks: those that lie whole in a run keep their names, what is left of the others is named by its
 * bytes. The first picture of an open GOP that is cut off from what stood before it is written to `linkPath` as a broken
 * link; that file is made where there is one, and the caller removes it.
 *
 * @param chunks those of the movie as it is; their bytes are known to be whole.
 * @throws PW_SPLICE_OTHER_MOVIE, PW_FILE_*
 */
export async function keptPieces(
  files: FilePort,
  base: PatchableMovie,
  chunks: readonly EncodedChunk[],
  runs: readonly KeptRun[],
  linkPath: string,
  hashing: Hashing,
): Promise<readonly (readonly PlacedChunk[])[]> {
  const config = configOf(base);
  const placed = chunksOf(base.movie, chunks).map((chunk) => ({ ...chunk, config }));
  const starts = startsOf(placed);
  const broken = new Map(base.ends.flatMap((end) => (end.brokenLink ? [[end.frame, end] as const] : [])));
  const film = await files.open(base.movie.path, 'read');
  let links: OpenFile | null = null;
  let written = 0;
  try {
    const list: PlacedChunk[][] = [];
    for (const { from, frames, isCut } of runs) {
      const pieces: PlacedChunk[] = [];
      let first = from;
      const link = isCut ? broken.get(from) : undefined;
      if (link !== undefined) {
        links ??= await files.open(linkPath, 'create');
        const bytes = await linkBytes(film, base, link.sample);
        await links.write(bytes, written);
        const digest = hashing.sha256(bytes);
        const shape = { sizes: [bytes.length], order: [0], sync: [true] };
        pieces.push({ key: digest, digest, config, ...shape, path: linkPath, offset: written });
        written += bytes.length;
        first += 1;
      }
      // A reel of an intra codec has a chunk a frame: too many for the arguments of a call.
      list.push([...pieces, ...(await within(first, from + frames))]);
    }
    return list;
  } finally {
    await links?.close();
    await film.close();
  }

  /** The chunks of samples [first, next), which are shown in the same places. */
  async function within(first: number, next: number): Promise<readonly PlacedChunk[]> {
    const pieces: PlacedChunk[] = [];
    for (let at = first, i = placeOf(starts, first); at < next; i++) {
      const [start, end] = [starts[i] ?? 0, Math.min(starts[i + 1] ?? next, next)];
      const chunk = placed[i];
      const isWhole = chunk !== undefined && start === at && end - start === chunk.sizes.length;
      pieces.push(isWhole ? chunk : await namedByBytes({ in: at, out: end }));
      at = end;
    }
    return pieces;
  }

  async function namedByBytes(range: FrameRange): Promise<PlacedChunk> {
    const [digest = ''] = await runDigests(files, [runsWithin(base, range)], hashing);
    return { key: digest, digest, config, path: base.movie.path, ...shapeOf(base.samples, range.in, range.out) };
  }
}

async function linkBytes(file: OpenFile, { stream, samples }: PatchableMovie, sample: number): Promise<Uint8Array> {
  if (stream.family !== 'hevc') throw new TypeError('keptPieces: a broken link in a stream that has none');
  const bytes = new Uint8Array(samples.sizes[sample] ?? 0);
  const got = await file.read(bytes, samples.offsets[sample] ?? 0);
  return brokenLink(bytes.subarray(0, got), stream.config.lengthBytes);
}

/** First sample of each chunk, and the end. */
function startsOf(chunks: readonly Pick<PlacedChunk, 'sizes'>[]): readonly number[] {
  const starts = [0];
  for (const { sizes } of chunks) starts.push((starts.at(-1) ?? 0) + sizes.length);
  return starts;
}

/** The chunk that holds a sample. */
function placeOf(starts: readonly number[], sample: number): number {
  let [low, high] = [0, starts.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= sample) low = middle;
    else high = middle;
  }
  return low;
}
