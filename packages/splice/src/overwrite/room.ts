import { dirname } from 'node:path';
import { PatchworkError, type FilePort } from '@patchwork/kernel';
import type { Movie } from '../container/movie.ts';
import { detourIndex, type Span } from './detour.ts';

/** Around the old bytes of a record in the journal. */
const recordHeads = 64;
/** Head, end and taking back of a journal's group; the boxes around copies. */
const frames = 16_384;

/**
 * Refuses an overwriting that its disk has no room for, before anything is touched: copies of the samples that hold the
 * spans, an index that plays them, and the old bytes in the journal.
 *
 * @param journalBytes old bytes that go into the journal: 0 when they are in it already.
 * @throws PW_FILE_NO_SPACE
 */
export async function requireRoom(
  files: FilePort,
  movie: Movie,
  spans: readonly Span[],
  journalBytes: number,
): Promise<void> {
  let copies = 0;
  const index = await detourIndex(movie, spans, async ({ sizeBytes }) => {
    copies += sizeBytes;
    return 0;
  });
  const needed = copies + index.length + journalBytes + spans.length * recordHeads + frames;
  const folder = dirname(movie.path);
  const free = await files.freeBytes(folder);
  if (free >= needed) return;
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  throw new PatchworkError(
    'PW_FILE_NO_SPACE',
    `${folder} has ${megabytes(free)} MB free; copies of what is overwritten in ${JSON.stringify(movie.path)}, and its undo journal, need about ${megabytes(needed)} MB`,
    {
      hint: 'Make room. The film was not touched.',
      details: { path: folder, freeBytes: free, neededBytes: needed },
    },
  );
}
