import { PatchworkError, type FilePort, type OpenFile } from '@patchwork/kernel';
import type { ByteRun } from '../bytes/byte-copy.ts';
import { recordBytes } from './undo-journal.ts';

/** Bytes that are to stand at a place of a movie. */
export interface Target {
  readonly offset: number;
  /** Where they come from: as many as are replaced. */
  readonly source: ByteRun;
}

/** A run of a movie's bytes that differ from what is to stand there; at most a record long. */
export interface ChangedSpan extends Target {
  readonly sizeBytes: number;
}

/** Finer than this nothing is compared: what a disk writes at once. */
const blockBytes = 4096;

/**
 * Finds which bytes of a movie really change. Reads both sides once; memory 2 MiB.
 *
 * @returns ascending, none overlapping another.
 * @throws PW_MOVIE_CHANGED when a file ends early, PW_FILE_*; TypeError for targets that overlap
 */
export async function changedSpans(
  files: FilePort,
  moviePath: string,
  targets: readonly Target[],
): Promise<readonly ChangedSpan[]> {
  const spans: ChangedSpan[] = [];
  const movie = await files.open(moviePath, 'read');
  try {
    let end = 0;
    for (const { offset, source } of targets.toSorted((a, b) => a.offset - b.offset)) {
      if (offset < end) throw new TypeError('changedSpans: targets overlap');
      end = offset + source.sizeBytes;
      const from = await files.open(source.path, 'read');
      try {
        for (let at = 0; at < source.sizeBytes; at += recordBytes) {
          const size = Math.min(recordBytes, source.sizeBytes - at);
          const old = await readAll(movie, moviePath, offset + at, size);
          const fresh = await readAll(from, source.path, source.offset + at, size);
          for (const [first, last] of differences(old, fresh)) {
            const part = { path: source.path, offset: source.offset + at + first, sizeBytes: last - first };
            spans.push({ offset: offset + at + first, sizeBytes: last - first, source: part });
          }
        }
      } finally {
        await from.close();
      }
    }
    return spans;
  } finally {
    await movie.close();
  }
}

/** Runs of blocks that differ: [first, last). */
function differences(a: Uint8Array, b: Uint8Array): readonly (readonly [first: number, last: number])[] {
  const runs: [number, number][] = [];
  for (let at = 0; at < a.length; at += blockBytes) {
    const end = Math.min(at + blockBytes, a.length);
    if (Buffer.compare(a.subarray(at, end), b.subarray(at, end)) === 0) continue;
    const last = runs.at(-1);
    if (last !== undefined && last[1] === at) last[1] = end;
    else runs.push([at, end]);
  }
  return runs;
}

/** Reads exactly so many bytes. @throws PW_MOVIE_CHANGED when the file is shorter, PW_FILE_* */
export async function readAll(file: OpenFile, path: string, offset: number, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  if ((await file.read(bytes, offset)) === size) return bytes;
  throw new PatchworkError('PW_MOVIE_CHANGED', `${JSON.stringify(path)} became shorter while it was read`, {
    hint: 'Wait until the program that writes it is done, then run again.',
    details: { path },
  });
}
