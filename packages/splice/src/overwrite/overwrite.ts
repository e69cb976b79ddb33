import { PatchworkError, type Digest, type FilePort } from '@patchwork/kernel';
import type { Hashing } from '../bytes/hashing.ts';
import type { Movie } from '../container/movie.ts';
import { readAll, type ChangedSpan } from './changed-spans.ts';
import { recoverOverwrite, type OverwriteHistory } from './recovery.ts';
import { requireRoom } from './room.ts';
import { detour, holds, isAt, requireInMedia, requireOld, withFile, writeHome } from './steps.ts';
import { jsonFrame } from './undo-frame.ts';
import {
  appendFrame,
  isPending,
  withJournalEnd,
  readOldBytes,
  readUndoJournal,
  recordFrame,
  type UndoGroup,
  type UndoJournal,
} from './undo-journal.ts';

/** What an overwriting did. */
export interface Overwritten {
  readonly moovDigest: Digest;
  readonly sizeBytes: number;
  /** Bytes of the movie that are others now. */
  readonly changedBytes: number;
}

/**
 * Overwrites bytes of a movie where they stand; index and size stay. At every instant a reader sees the old movie whole or
 * the new one:
 *
 *     old bytes into the journal beside the movie, fsync
 *     | ftyp | moov | mdat old |                                          old
 *     | ftyp | free | mdat old | journal | mdat copies | moov |           old, by copies of what is about to change
 *     | ftyp | free | mdat new | journal | mdat copies | moov |           old; then the history's entry
 *     | ftyp | moov | mdat new |                                          new; then `DONE` in the journal
 *
 * A killed run is finished or taken back by {@link recoverOverwrite}. `record` makes the history's entry durable.
 *
 * @throws PW_FILE_NO_SPACE before anything is touched; as `appendMovie`; PW_UNDO_JOURNAL; PW_FILE_*; whatever `record` throws. Then the movie is as it was, or will be
 *   after {@link recoverOverwrite}.
 */
export async function overwriteMovie(
  files: FilePort,
  movie: Movie,
  spans: readonly ChangedSpan[],
  hashing: Pick<Hashing, 'sha256'>,
  history: OverwriteHistory,
  record: () => Promise<void>,
): Promise<Overwritten> {
  const changedBytes = spans.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const made = { moovDigest: movie.moov.digest, sizeBytes: movie.sizeBytes, changedBytes };
  if (spans.length === 0) {
    await record();
    return made;
  }
  requireInMedia(movie, spans);
  await recoverOverwrite(files, movie.path, hashing, history);
  await requireRoom(files, movie, spans, changedBytes);
  const entries = await history.entries();
  try {
    await keepOld(files, movie, spans, hashing, entries);
    await detour(files, movie, spans, hashing);
    await writeHome(files, movie.path, spans, async ({ source }, i) => {
      const from = await files.open(source.path, 'read');
      try {
        return await readAll(from, source.path, source.offset, spans[i]?.sizeBytes ?? 0);
      } finally {
        await from.close();
      }
    });
    await record();
  } catch (error) {
    // The failure in hand is the one to tell; what this cannot put back, the next command does.
    await recoverOverwrite(files, movie.path, hashing, history).catch(() => undefined);
    throw error;
  }
  await recoverOverwrite(files, movie.path, hashing, history);
  return made;
}

/** Tells whether the last change of a movie was an overwriting that can be taken back. @throws PW_UNDO_JOURNAL, PW_FILE_* */
export async function canUndoOverwrite(
  files: FilePort,
  movie: Movie,
  hashing: Pick<Hashing, 'sha256'>,
): Promise<Digest | null> {
  const journal = await readUndoJournal(files, movie.path, hashing.sha256);
  const top = journal?.groups.at(-1);
  if (journal === null || top === undefined || isPending(journal) || !isAt(movie, top)) return null;
  if (movie.sizeBytes !== top.sizeBytes) return null;
  return (await holds(files, movie.path, journal, top, 'fresh', hashing)) ? top.done : null;
}

/**
 * Takes the last overwriting back: byte for byte the movie before, by the same steps, so that at every instant a reader sees
 * one of both whole. `history.recordBefore` is called when the old bytes are back.
 *
 * @throws PW_UNDO_NONE, PW_UNDO_JOURNAL, PW_FILE_NO_SPACE before anything is touched; as `appendMovie`; PW_FILE_*
 */
export async function undoOverwrite(
  files: FilePort,
  movie: Movie,
  hashing: Pick<Hashing, 'sha256'>,
  history: OverwriteHistory,
): Promise<void> {
  const journal = await readUndoJournal(files, movie.path, hashing.sha256);
  const top = journal?.groups.at(-1);
  if (journal === null || top === undefined || (await canUndoOverwrite(files, movie, hashing)) === null) {
    throw new PatchworkError('PW_UNDO_NONE', `${JSON.stringify(movie.path)} holds nothing that was overwritten last`, {
      hint: '`patchwork log` shows older versions.',
      details: { path: movie.path },
    });
  }
  requireInMedia(movie, top.records);
  await requireOld(files, journal, top, hashing);
  await requireRoom(files, movie, top.records, 0);
  const frame = jsonFrame('BACK', { entries: await history.entries() }, hashing.sha256);
  try {
    await appendFrame(files, movie.path, journal, frame);
    await detour(files, movie, top.records, hashing);
  } catch (error) {
    await recoverOverwrite(files, movie.path, hashing, history).catch(() => undefined);
    throw error;
  }
  await recoverOverwrite(files, movie.path, hashing, history);
}

/**
 * Puts the old bytes of a group into a copy of the movie that nobody reads yet: {@link readUndoJournal} of the original says
 * which groups there are, the last one first. Durable when it returns.
 *
 * @throws PW_UNDO_JOURNAL before anything is touched, PW_FILE_*
 */
export async function putBackInCopy(
  files: FilePort,
  copy: Movie,
  journal: UndoJournal,
  group: UndoGroup,
  hashing: Pick<Hashing, 'sha256'>,
): Promise<void> {
  requireInMedia(copy, group.records);
  await requireOld(files, journal, group, hashing);
  await withFile(files, journal.path, 'read', async (kept) => {
    await writeHome(files, copy.path, group.records, (record) =>
      readOldBytes(kept, journal.path, record, hashing.sha256),
    );
  });
}

/** Writes the journal's group: what stands where something is about to be written. Durable when it returns. */
async function keepOld(
  files: FilePort,
  movie: Movie,
  spans: readonly ChangedSpan[],
  { sha256 }: Pick<Hashing, 'sha256'>,
  entries: number,
): Promise<void> {
  const journal = await readUndoJournal(files, movie.path, sha256);
  await withJournalEnd(files, movie.path, journal, async (file, end) => {
    const { digest: moov, offset: moovOffset } = movie.moov;
    let at = end;
    const add = async (frame: Uint8Array): Promise<void> => {
      await file.write(frame, at);
      at += frame.length;
    };
    await add(jsonFrame('HEAD', { moov, moovOffset, sizeBytes: movie.sizeBytes, entries }, sha256));
    // Without it, what a power cut leaves of the rest would look like a journal that is damaged.
    await file.sync();
    await withFile(files, movie.path, 'read', async (from) => {
      for (const { offset, sizeBytes, source } of spans) {
        const old = await readAll(from, movie.path, offset, sizeBytes);
        const fresh = await withFile(files, source.path, 'read', (other) =>
          readAll(other, source.path, source.offset, sizeBytes),
        );
        await add(recordFrame(offset, old, sha256(fresh), sha256));
      }
    });
    await file.sync();
    await add(jsonFrame('ARM ', { records: spans.length }, sha256));
    await file.sync();
  });
}
