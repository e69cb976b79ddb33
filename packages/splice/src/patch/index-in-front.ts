import { PatchworkError, type Digest, type FilePort, type OpenFile } from '@patchwork/kernel';
import { copyRuns, type ByteRun } from '../bytes/byte-copy.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { removeFailed } from '../bytes/failed-file.ts';
import type { Hashing } from '../bytes/hashing.ts';
import type { Movie } from '../container/movie.ts';
import { flushedEarly } from '../write/early-flush.ts';

/** What a movie that was written anew is. */
export interface RewrittenMovie {
  readonly sizeBytes: number;
  readonly moovDigest: Digest;
}

/** Boxes of the top level that are not carried over: the index and the media data are written anew, the rest is empty. */
const notCarried: readonly string[] = ['moov', 'mdat', 'free', 'skip', 'wide', 'foov'];

/**
 * Writes a movie anew: its own boxes of the top level, the index, then storage chunks in the order given. Durable when it
 * returns; removed when it fails. `path` must not exist.
 *
 * @param indexAt the index for media data that begin at `dataOffset`, with places of 64 bits where `isLarge`. Its size
 *   hangs on nothing but `isLarge`.
 * @throws PW_PATCH_TABLE, PW_MOVIE_CHANGED, PW_FILE_*
 */
export async function writeIndexInFront(
  files: FilePort,
  path: string,
  movie: Movie,
  moving: readonly ByteRun[],
  indexAt: (dataOffset: number, isLarge: boolean) => Uint8Array,
  hashing: Pick<Hashing, 'sha256'>,
): Promise<RewrittenMovie> {
  const content = moving.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const front = await carriedBoxes(files, movie);
  const isLarge = indexAt(0, true).length + front.length + content + 16 > 0xffffffff;
  const indexBytes = indexAt(0, isLarge).length;
  const dataOffset = front.length + indexBytes + 16;
  const moov = indexAt(dataOffset, isLarge);
  if (moov.length !== indexBytes) throw new TypeError('indexAt: the index changed its size with its places');
  const head = new ByteWriter(dataOffset);
  head.bytes(front);
  head.bytes(moov);
  head.u32(1);
  head.latin1('mdat');
  head.u64(content + 16);
  const out = await files.open(path, 'create');
  try {
    await copyContent(files, out, movie, moving, head.toBytes());
    await out.sync();
    await out.close();
  } catch (error) {
    throw await removeFailed(files, out, path, error);
  }
  return { sizeBytes: dataOffset + content, moovDigest: hashing.sha256(moov) };
}

/** Writes the head of a movie and its storage chunks behind it. */
async function copyContent(
  files: FilePort,
  out: OpenFile,
  movie: Pick<Movie, 'path'>,
  moving: readonly ByteRun[],
  head: Uint8Array,
): Promise<void> {
  await out.write(head, 0);
  const flushed = flushedEarly(out);
  await copyRuns(
    files,
    moving,
    flushed,
    head.length,
    () => undefined,
    () => {
      throw new PatchworkError('PW_MOVIE_CHANGED', `${JSON.stringify(movie.path)} became shorter while it was copied`, {
        hint: 'Wait until the program that writes it is done, then run again.',
        details: { path: movie.path },
      });
    },
  );
  await flushed.finish();
}

/** `ftyp` and every other box of the top level that says something, in order. */
async function carriedBoxes(files: FilePort, movie: Movie): Promise<Uint8Array> {
  const file = await files.open(movie.path, 'read');
  try {
    const parts: Uint8Array[] = [];
    for (const box of movie.boxes) {
      if (notCarried.includes(box.type)) continue;
      if (box.size > 2 ** 26) {
        throw new PatchworkError(
          'PW_PATCH_TABLE',
          `${JSON.stringify(movie.path)} has a box "${box.type}" of ${box.size} bytes`,
          {
            hint: 'Remux the file without it.',
            details: { path: movie.path, type: box.type },
          },
        );
      }
      const bytes = new Uint8Array(box.size);
      await file.read(bytes, box.offset);
      parts.push(bytes);
    }
    return Buffer.concat(parts);
  } finally {
    await file.close();
  }
}
