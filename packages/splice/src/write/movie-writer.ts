import type { FilePort, OpenFile } from '@patchwork/kernel';
import { copyRuns } from '../bytes/byte-copy.ts';
import { flushedEarly } from './early-flush.ts';
import type { Hashing } from '../bytes/hashing.ts';
import { layOut, type Layout } from './layout.ts';
import { movieHead, type MovieHead } from './movie-head.ts';
import type { MovieSpec, WrittenMovie } from '../container/movie-spec.ts';
import { checkPieces, checkSound } from './piece-check.ts';
import { SegmentCheck } from './segment-check.ts';
import { removeFailed } from '../bytes/failed-file.ts';
import { startWholeDigest, type WholeDigest } from './whole-digest.ts';

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
    const sha256 = await writeContent({ files, out, spec, layout, head, hashing, options });
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

/** A movie that is being written. */
interface Writing {
  readonly files: FilePort;
  readonly out: OpenFile;
  readonly spec: MovieSpec;
  readonly layout: Layout;
  readonly head: MovieHead;
  readonly hashing: Hashing;
  readonly options: WriteMovieOptions;
}

/** Writes everything; returns the digest of the file when it is wanted. */
async function writeContent(writing: Writing): Promise<string | null> {
  if (writing.options.wholeDigest === false) {
    await copyContent(writing, null);
    return null;
  }
  const whole = startWholeDigest(writing.head.dataOffset + writing.layout.sizeBytes, writing.hashing);
  try {
    await copyContent(writing, whole);
    return await whole.digest();
  } finally {
    await whole.close();
  }
}

async function copyContent(writing: Writing, whole: WholeDigest | null): Promise<void> {
  const { files, out, spec, layout, head, hashing, options } = writing;
  const total = head.dataOffset + layout.sizeBytes;
  const check = new SegmentCheck(layout.segments, spec.sound, hashing, options.trusted ?? ((): boolean => false));
  await whole?.update(head.bytes);
  await out.write(head.bytes, 0);
  let done = head.bytes.length;
  const flushed = flushedEarly(out);
  await copyRuns(
    files,
    layout.segments,
    flushed,
    head.bytes.length,
    (data, run) => {
      check.see(data, run);
      done += data.length;
      options.onProgress?.(done, total);
    },
    (run) => check.fail(run),
    async (block) => await whole?.update(block),
  );
  await flushed.finish();
  check.finish();
}
