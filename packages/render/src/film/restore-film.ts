import { PatchworkError } from '@patchwork/kernel';
import {
  cutJournal,
  deadIndexes,
  findUndo,
  publish,
  putBackInCopy,
  readMovie,
  readUndoJournal,
  undoAppend,
  type Movie,
  type UndoGroup,
} from '@patchwork/splice';
import { appendEntry, emptyLedger, readLedger, recordTrust, type LedgerEntry } from '@patchwork/store';
import type { RenderContext } from '../context.ts';
import { requireWhole } from './film-damage.ts';
import { entryAgain, isSameVersion, parentOf } from './overwritten-film.ts';
import type { History } from '../history.ts';
import { ledgerChunks } from '../ledger-chunks.ts';
import type { Restored } from '../restored.ts';
import { runId } from '../run-id.ts';
import { contentOf } from '../same-content.ts';

/**
 * Brings an older version of a film back that was not rendered here: by taking back what was appended since, in a copy that
 * then takes the film's place. The lock is held by the caller.
 *
 * @throws PW_RESTORE_FILM when the file no longer carries that version: it was written anew since;
 *   PW_VERIFY_FAILED when its bytes are not what its history says
 */
export async function restoreFilm(
  context: RenderContext,
  history: History,
  entry: LedgerEntry,
  output: string | null,
): Promise<Restored> {
  const { files, sha256 } = context;
  const { path } = history;
  const movie = await readMovie(files, path, sha256);
  if (
    movie.moov.digest !== entry.moovDigest &&
    !(await deadIndexes(files, movie, context.hashing)).has(entry.moovDigest)
  ) {
    throw gone(path, entry);
  }
  const destination = output ?? path;
  const journal = await readUndoJournal(files, path, sha256);
  const groups = [...(journal?.groups ?? [])];
  const { written, stat } = await publish(files, {
    destination,
    expected: await files.stat(destination),
    run: runId(context),
    write: async (temporary) => {
      await files.copy(path, temporary);
      return rewound(context, history, entry, temporary, groups);
    },
    // The film may have been damaged since by another program.
    prove: (_temporary, now) => requireWhole(context, now, entry, path),
    record: async (now) => {
      // One index fits the versions before and after an overwriting: the last entry of it counts.
      const isOverwritten = groups.length < (journal?.groups.length ?? 0);
      if (output === null && !isOverwritten) return;
      if (output === null) {
        const again = { ...entryAgain(context, entry), fileSize: now.sizeBytes };
        await appendEntry(files, history.ledger, again, sha256);
        return;
      }
      const ledger = (await readLedger(files, output, sha256)) ?? emptyLedger(output, sha256);
      await appendEntry(
        files,
        ledger,
        {
          ...contentOf(entry),
          parent: null,
          timeMs: context.clockMs(),
          moovDigest: entry.moovDigest,
          fileSize: now.sizeBytes,
          fileSha256: entry.fileSha256,
          counts: { rendered: 0, reused: entry.counts.rendered + entry.counts.reused },
          chunks: ledgerChunks(entry.chunks),
          sound: entry.sound,
        },
        sha256,
      );
    },
  });
  const [taken] = journal?.groups.slice(groups.length) ?? [];
  if (output === null && taken !== undefined) await cutJournal(files, path, taken.start);
  const ledger = await readLedger(files, destination, sha256);
  const current = ledger?.entries.findLast(({ moovDigest }) => moovDigest === written.moov.digest);
  if (ledger !== null && current !== undefined) await recordTrust(files, ledger, current.id, stat, sha256);
  return { path: destination, entry: entry.id, sha256: entry.fileSha256 };
}

/**
 * Takes back in a copy what was appended and overwritten since a version, the last change first.
 *
 * @param groups of the film's undo journal; those that were taken back are removed.
 * @throws PW_RESTORE_FILM, PW_UNDO_*, PW_MOVIE_*, PW_FILE_*
 */
async function rewound(
  context: RenderContext,
  history: History,
  entry: LedgerEntry,
  copy: string,
  groups: UndoGroup[],
): Promise<Movie> {
  const { files, sha256, hashing } = context;
  const { ledger, path } = history;
  const journal = await readUndoJournal(files, path, sha256);
  let taken: UndoGroup | null = null;
  for (;;) {
    const now = await readMovie(files, copy, sha256);
    const isAt = (group: UndoGroup | null | undefined): group is UndoGroup =>
      group?.moovDigest === now.moov.digest && group.moovOffset === now.moov.offset;
    const top = groups.at(-1);
    // Which version this is: the last one that was overwritten, else the one before that; else the index alone says it.
    const there = isAt(top)
      ? (ledger.entries.find(({ id }) => id === top.done) ?? null)
      : isAt(taken)
        ? parentOf(ledger, taken.done ?? '')
        : entry;
    if (now.moov.digest === entry.moovDigest && there !== null && isSameVersion(there, entry)) return now;
    if (isAt(top) && journal !== null) {
      await putBackInCopy(files, now, journal, top, hashing);
      taken = top;
      groups.pop();
    } else if ((await findUndo(files, now)) !== null) await undoAppend(files, now);
    else throw gone(path, entry);
  }
}

function gone(path: string, entry: LedgerEntry): PatchworkError {
  return new PatchworkError(
    'PW_RESTORE_FILM',
    `${JSON.stringify(path)} no longer carries that version: it was written anew since`,
    {
      hint: 'Patches made with --fast or --in-place keep the version before until the film is compacted. Take the film from a backup.',
      details: { path, entry: entry.id },
    },
  );
}
