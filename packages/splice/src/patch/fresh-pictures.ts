import type { Digest, FilePort } from '@patchwork/kernel';
import { ByteWriter } from '../bytes/byte-writer.ts';
import type { Hashing } from '../bytes/hashing.ts';
import { Scratch } from '../bytes/scratch.ts';
import { readChunk } from '../container/chunk-bytes.ts';
import { runsOf, type PlacedChunk } from '../container/movie-spec.ts';
import { brokenLink, fitsAsItIs, writeFitted } from '../parameters/fresh-samples.ts';
import type { AppendBytes } from '../publish/append.ts';
import { appendRuns } from '../publish/appended-runs.ts';
import { SegmentCheck } from '../write/segment-check.ts';
import type { NewSample, PatchPlan } from './patch-plan.ts';

/**
 * Fits the pieces, and the sample that becomes a broken link, and appends them. Memory: a piece and what becomes of it, or
 * the blocks of a copy where pieces go in as they are.
 *
 * @throws PW_SPLICE_CHUNK_CORRUPT when a piece's bytes are not those that were recorded: then some of it was appended;
 * PW_STREAM_*, PW_PATCH_SLICES, PW_FILE_*
 */
export async function writeFresh(
  files: FilePort,
  plan: PatchPlan,
  hashing: Hashing,
  append: AppendBytes,
): Promise<readonly NewSample[]> {
  const { base, merge, patch } = plan;
  const fresh: NewSample[] = [];
  const place = (offset: number, sizes: readonly number[]): number =>
    sizes.reduce((at, sizeBytes) => {
      fresh.push({ sizeBytes, offset: at });
      return at + sizeBytes;
    }, offset);
  if (fitsAsItIs(base.stream, merge.pps)) {
    let at = await copyPieces(files, patch.pieces, hashing, append);
    for (const { sizes } of patch.pieces) at = place(at, sizes);
  } else {
    await eachFitted(files, plan, hashing, async (bytes, sizes) => {
      place(await append(bytes), sizes);
    });
  }
  const link = await linkBytes(files, plan);
  if (link !== null) place(await append(link), [link.length]);
  return fresh;
}

/** What becomes of fresh pieces in a movie. */
export interface FittedPieces {
  readonly pieces: readonly { readonly digest: Digest; readonly sizes: readonly number[] }[];
  /** The sample that becomes a broken link; null for none. */
  readonly link: Uint8Array | null;
}

/**
 * Finds the digests and sizes of the pieces as they will stand in the movie. Those that go in as they are, are not read:
 * {@link writeFresh} holds them against their digests.
 *
 * @throws as {@link writeFresh}
 */
export async function fittedPieces(files: FilePort, plan: PatchPlan, hashing: Hashing): Promise<FittedPieces> {
  const link = await linkBytes(files, plan);
  if (fitsAsItIs(plan.base.stream, plan.merge.pps)) return { pieces: plan.patch.pieces, link };
  const pieces: { digest: Digest; sizes: readonly number[] }[] = [];
  await eachFitted(files, plan, hashing, async (bytes, sizes) => {
    pieces.push({ digest: hashing.sha256(bytes), sizes });
  });
  return { pieces, link };
}

/** Hands out each piece as it will stand in the movie. The bytes live until the promise is fulfilled. */
async function eachFitted(
  files: FilePort,
  { base, merge, patch }: PatchPlan,
  hashing: Hashing,
  use: (bytes: Uint8Array, sizes: readonly number[]) => Promise<void>,
): Promise<void> {
  const memory = new Scratch();
  const out = new ByteWriter();
  for (const piece of patch.pieces) {
    out.clear();
    const bytes = await readChunk(files, piece, hashing, memory);
    const sizes = writeFitted(out, base.stream, bytes, piece.sizes, merge.pps);
    await use(out.written, sizes);
  }
}

/** Appends pieces as they are, reading one block while another is hashed and written. Returns where the first begins. */
async function copyPieces(
  files: FilePort,
  pieces: readonly PlacedChunk[],
  hashing: Hashing,
  append: AppendBytes,
): Promise<number> {
  const segments = pieces.flatMap((piece, index) =>
    runsOf(piece).map((run) => ({ path: piece.path, ...run, piece, index })),
  );
  const check = new SegmentCheck(segments, null, hashing, () => false);
  const first = await appendRuns(
    files,
    segments,
    append,
    (data, run) => check.see(data, run),
    (run) => check.fail(run),
  );
  check.finish();
  return first;
}

/** The sync sample that moves behind the fresh pictures, as a broken link; null for none. */
async function linkBytes(files: FilePort, { base, brokenLink: sample }: PatchPlan): Promise<Uint8Array | null> {
  if (sample === null || base.stream.family !== 'hevc') return null;
  const file = await files.open(base.movie.path, 'read');
  try {
    const bytes = new Uint8Array(base.samples.sizes[sample] ?? 0);
    const got = await file.read(bytes, base.samples.offsets[sample] ?? 0);
    return brokenLink(bytes.subarray(0, got), base.stream.config.lengthBytes);
  } finally {
    await file.close();
  }
}
