import { PatchworkError, type Digest, type FilePort, type OpenFile } from '@patchwork/kernel';
import { appendMovie, type AppendBytes } from '../publish/append.ts';
import type { Hashing } from '../bytes/hashing.ts';
import type { Movie } from '../container/movie.ts';
import { readAll } from './changed-spans.ts';
import { detourIndex, type Span } from './detour.ts';
import {
  damaged,
  readOldBytes,
  undoJournalPath,
  type UndoGroup,
  type UndoJournal,
  type UndoRecord,
} from './undo-journal.ts';

/** Copied at once. */
const blockBytes = 4 << 20;

/** Lets readers play copies of what is about to be overwritten, by one small write. @throws as `appendMovie`, PW_MOVIE_CHANGED */
export async function detour(
  files: FilePort,
  movie: Movie,
  spans: readonly Span[],
  hashing: Pick<Hashing, 'sha256'>,
): Promise<void> {
  await withFile(files, movie.path, 'read', async (file) => {
    await appendMovie(
      files,
      movie,
      hashing,
      (append) => detourIndex(movie, spans, (span) => copied(file, movie.path, span, append)),
      async () => undefined,
    );
  });
}

async function copied(file: OpenFile, path: string, { offset, sizeBytes }: Span, append: AppendBytes): Promise<number> {
  let first = -1;
  for (let at = 0; at < sizeBytes; at += blockBytes) {
    const place = await append(await readAll(file, path, offset + at, Math.min(blockBytes, sizeBytes - at)));
    if (first < 0) first = place;
  }
  return first;
}

/** Writes bytes where they are to stand, and makes them durable. Readers are on the detour. @throws PW_FILE_* */
export async function writeHome<T extends Span>(
  files: FilePort,
  path: string,
  spans: readonly T[],
  bytesOf: (span: T, index: number) => Promise<Uint8Array>,
): Promise<void> {
  await withFile(files, path, 'update', async (file) => {
    for (const [i, span] of spans.entries()) await file.write(await bytesOf(span, i), span.offset);
    await file.sync();
  });
}

/** Checks all old bytes that the journal keeps, before one of them is used. @throws PW_UNDO_JOURNAL */
export async function requireOld(
  files: FilePort,
  journal: UndoJournal,
  top: UndoGroup,
  { sha256 }: Pick<Hashing, 'sha256'>,
): Promise<void> {
  await withFile(files, journal.path, 'read', async (kept) => {
    for (const record of top.records) await readOldBytes(kept, journal.path, record, sha256);
  });
}

/** Tells whether all places of a group hold the new bytes, or all of them the old ones. */
export async function holds(
  files: FilePort,
  path: string,
  journal: UndoJournal,
  { records }: UndoGroup,
  which: 'old' | 'fresh',
  { sha256 }: Pick<Hashing, 'sha256'>,
): Promise<boolean> {
  const wanted = async (kept: OpenFile, record: UndoRecord): Promise<Digest> =>
    which === 'fresh' ? record.fresh : sha256(await readOldBytes(kept, journal.path, record, sha256));
  return await withFile(files, journal.path, 'read', (kept) =>
    withFile(files, path, 'read', async (film) => {
      for (const record of records) {
        const bytes = new Uint8Array(record.sizeBytes);
        const got = await film.read(bytes, record.offset);
        if (got < bytes.length || sha256(bytes) !== (await wanted(kept, record))) return false;
      }
      return true;
    }),
  );
}

/** What is overwritten lies in the media data: whatever a journal says, no other box is written to. */
export function requireInMedia(movie: Movie, spans: readonly Span[]): void {
  const media = movie.boxes.filter(({ type }) => type === 'mdat');
  for (const { offset, sizeBytes } of spans) {
    const isInside = media.some(
      (box) => offset >= box.offset + box.headerSize && offset + sizeBytes <= box.offset + box.size,
    );
    if (!isInside)
      throw damaged(undoJournalPath(movie.path), 0, `byte ${offset} of the film is no picture and no sound`);
  }
}

/** Builds the error for a journal beside a movie that it is not about; `cause` says why that one cannot be read. */
export function otherMovie(path: string, cause?: PatchworkError): PatchworkError {
  const journal = undoJournalPath(path);
  return new PatchworkError(
    'PW_UNDO_OTHER',
    `${JSON.stringify(path)} is not the film that ${JSON.stringify(journal)} is about`,
    {
      hint: 'A run was killed while it overwrote a film here, and the file was changed by another program since. Nothing was touched: move the journal away to use the file as it is.',
      details: { path, journal },
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

/** Opens a file for some work and closes it again. */
export async function withFile<T>(
  files: FilePort,
  path: string,
  mode: 'read' | 'update',
  work: (file: OpenFile) => Promise<T>,
): Promise<T> {
  const file = await files.open(path, mode);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/** Tells whether the index of a group counts, which plays the bytes where they stand. */
export function isAt({ moov }: Movie, top: UndoGroup): boolean {
  return moov.digest === top.moovDigest && moov.offset === top.moovOffset;
}
