import { PatchworkError, type FilePort, type OpenFile } from '@patchwork/kernel';
import { copyRuns } from './byte-copy.ts';
import { flushedEarly } from './early-flush.ts';
import type { Hashing } from './hashing.ts';
import { layOut, type Layout } from './layout.ts';
import { movieHead, type MovieHead } from './movie-head.ts';
import type { MovieSpec, WrittenMovie } from './movie-spec.ts';
import { checkPieces, checkSound } from './piece-check.ts';
import { SegmentCheck } from './segment-check.ts';

/** What {@link writeMovie} does besides writing. */
export interface WriteMovieOptions {
  /** Computes SHA-256 of the whole file while writing. Default true. */
  readonly wholeDigest?: boolean;
  /**
   * Tells whether a source's bytes may be taken unread: its stat tuple is the one that its ledger recorded.
   * Default: none; every chunk and the sound are hashed and compared.
   */
  readonly trusted?: (path: string) => boolean;
  /** Called now and then with the bytes written so far and their final number. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Writes the canonical movie: one pure function of the spec, whatever files the pieces come from.
 *
 *     | ftyp | moov | [wide] mdat: | timecode | picture 0–1 s | sound 0–1 s | …
 *
 * The index stands in front in both formats: all sizes are known before the first byte is written, so it costs nothing,
 * and an MP4 plays while it is downloaded. Box times are 0. Offsets have 64 bits only in a file above 4 GiB.
 * The file is durable (fsync) when this returns; on failure it is removed. `path` must not exist.
 *
 * @throws PW_SPLICE_CHUNK_CORRUPT with `details.key` when a chunk's bytes have another digest: render it again.
 * @throws PW_SPLICE_SOUND_CORRUPT, PW_SPLICE_EMPTY, PW_SPLICE_CONFIG_DIFFERS, PW_SPLICE_CHUNK_SHAPE, PW_SPLICE_REORDER,
 * PW_SPLICE_SOUND_SHAPE, PW_SPLICE_PAIR, PW_SPLICE_TAG, PW_FILE_*
 */
export async function writeMovie(
  files: FilePort,
  path: string,
  spec: MovieSpec,
  hashing: Hashing,
  options: WriteMovieOptions = {},
): Promise<WrittenMovie> {
  checkPieces(spec.video);
  if (spec.sound !== null) checkSound(spec.sound);
  const layout = layOut(spec);
  const head = movieHead(spec, layout, hashing);
  const out = await files.open(path, 'create');
  try {
    const sha256 = await writeContent(files, out, spec, layout, head, hashing, options);
    await out.sync();
    await out.close();
    return {
      sizeBytes: head.dataOffset + layout.sizeBytes,
      sha256,
      moovDigest: head.moovDigest,
      placed: layout.placed.map((offset) => head.dataOffset + offset),
      soundPlaced: layout.soundPlaced.map((place) => ({ ...place, path, offset: head.dataOffset + place.offset })),
    };
  } catch (error) {
    throw await removeFailed(files, out, path, error);
  }
}

/** Size in bytes of the file that {@link writeMovie} would write. */
export function movieSizeBytes(spec: MovieSpec, hashing: Hashing): number {
  const layout = layOut(spec);
  return movieHead(spec, layout, hashing).dataOffset + layout.sizeBytes;
}

async function writeContent(
  files: FilePort,
  out: OpenFile,
  spec: MovieSpec,
  layout: Layout,
  head: MovieHead,
  hashing: Hashing,
  options: WriteMovieOptions,
): Promise<string | null> {
  const whole = options.wholeDigest === false ? null : hashing.startSha256();
  const total = head.dataOffset + layout.sizeBytes;
  const check = new SegmentCheck(layout.segments, spec.sound, hashing, options.trusted ?? ((): boolean => false));
  whole?.update(head.bytes);
  await out.write(head.bytes, 0);
  let done = head.bytes.length;
  const flushed = flushedEarly(out);
  await copyRuns(
    files,
    layout.segments,
    flushed,
    head.bytes.length,
    (data, run) => {
      whole?.update(data);
      check.see(data, run);
      done += data.length;
      options.onProgress?.(done, total);
    },
    (run) => check.fail(run),
  );
  await flushed.finish();
  check.finish();
  return whole === null ? null : whole.digest();
}

/** Takes the failed file away. When that fails too, the message says so and the first failure stays the error. */
async function removeFailed(files: FilePort, out: OpenFile, path: string, error: unknown): Promise<unknown> {
  try {
    await out.close();
    await files.remove(path);
    return error;
  } catch (later) {
    const first = error instanceof PatchworkError ? error : null;
    const told = later instanceof Error ? later.message : String(later);
    return new PatchworkError(
      first?.code ?? 'PW_SPLICE_FAILED',
      `${first?.message ?? String(error)} (and then: ${told})`,
      {
        hint: first?.hint ?? 'See the cause.',
        details: { ...first?.details, leftOver: path },
        cause: error,
      },
    );
  }
}
