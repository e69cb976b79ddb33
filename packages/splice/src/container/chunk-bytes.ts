import { PatchworkError, type FilePort } from '@patchwork/kernel';
import type { Hashing } from '../bytes/hashing.ts';
import type { Scratch } from '../bytes/scratch.ts';
import { runsOf, type PlacedChunk } from './movie-spec.ts';

/**
 * Reads a chunk's bytes, which must be those that were recorded, into memory that is used again.
 *
 * @throws PW_SPLICE_CHUNK_CORRUPT, PW_FILE_*
 */
export async function readChunk(
  files: FilePort,
  chunk: PlacedChunk,
  hashing: Pick<Hashing, 'sha256'>,
  memory: Scratch,
): Promise<Uint8Array> {
  const runs = runsOf(chunk);
  const bytes = memory.take(runs.reduce((sum, run) => sum + run.sizeBytes, 0));
  const file = await files.open(chunk.path, 'read');
  try {
    let at = 0;
    for (const run of runs) at += await file.read(bytes.subarray(at, at + run.sizeBytes), run.offset);
    if (at === bytes.length && hashing.sha256(bytes) === chunk.digest) return bytes;
  } finally {
    await file.close();
  }
  throw chunkCorrupt(chunk);
}

/** Builds the error for a chunk whose bytes are not those that were recorded; `details.key` says which to render again. */
export function chunkCorrupt(chunk: PlacedChunk): PatchworkError {
  return new PatchworkError(
    'PW_SPLICE_CHUNK_CORRUPT',
    `the bytes of chunk ${chunk.key.slice(0, 12)} at ${chunk.offset} in ${JSON.stringify(chunk.path)} are not those that were recorded`,
    {
      hint: 'The chunk must be rendered again; nothing was published.',
      details: { key: chunk.key, path: chunk.path, offset: chunk.offset },
    },
  );
}
