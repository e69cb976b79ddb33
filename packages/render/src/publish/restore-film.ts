import { PatchworkError, type Digest } from '@patchwork/kernel';
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
import type { RenderContext } from '../run/context.ts';
import { requireWhole } from '../film/film-damage.ts';
import { isKept, keepVersion, rebuildVersion } from './kept-version.ts';
import { entryAgain, forgetOverwritten, isSameVersion, parentOf } from '../record/overwritten-film.ts';
import { isOwn } from '../record/renderers.ts';
import type { History } from '../record/history.ts';
import { ledgerChunks } from '../record/ledger-chunks.ts';
import { runId } from '../run/run-id.ts';
import { copiedEntry } from '../record/same-content.ts';

/** A revision that was brought back. */
export interface Restored {
  readonly path: string;
  readonly entry: Digest;
  readonly sha256: Digest | null;
}

/**
 * Brings an older version of a film back that was not rendered here: by taking back what was appended since, in a copy that
 * then takes the film's place; and, where the film was written anew since, from it and what the store kept. The lock is held
 * by the caller.
 *
 * @throws PW_RESTORE_FILM when neither the file nor the store has that version; PW_RESTORE_LOST when what the store kept is
 *   damaged; PW_VERIFY_FAILED when its bytes are not what its history says
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
  const steps = await stepsTo(context, history, entry, await carriedBy(context, movie));
  if (steps.length === 0) throw gone(path, entry);
  const isRebuilt = steps.length > 1;
  const destination = output ?? path;
  const journal = await readUndoJournal(files, path, sha256);
  const groups = [...(journal?.groups ?? [])];
  const { written, stat } = await publish(files, {
    destination,
    expected: await files.stat(destination),
    run: runId(context),
    write: (temporary) => walked(context, history, steps, temporary, groups),
    // The film may have been damaged since by another program.
    prove: (_temporary, now) => requireWhole(context, now, entry, path),
    record: async (now) => {
      if (output !== null) {
        await recordElsewhere(context, entry, now, output);
        return;
      }
      const { current, ledger } = history;
      // The way back.
      if (isRebuilt && current !== null && !isOwn(current)) {
        await keepVersion(context, { movie, entry: current }, { movie: now, entry });
      }
      // One index fits the versions before and after an overwriting: the last entry of it counts.
      const last = ledger.entries.findLast(({ moovDigest }) => moovDigest === entry.moovDigest);
      const isOverwritten = isRebuilt
        ? last !== undefined && !isSameVersion(last, entry)
        : groups.length < (journal?.groups.length ?? 0);
      if (!isOverwritten) return;
      await appendEntry(files, ledger, { ...entryAgain(context, entry), fileSize: now.sizeBytes }, sha256);
    },
  });
  if (output === null && isRebuilt) await forgetOverwritten(context, path);
  const [taken] = isRebuilt ? [] : (journal?.groups.slice(groups.length) ?? []);
  if (output === null && taken !== undefined) await cutJournal(files, path, taken.start);
  const ledger = await readLedger(files, destination, sha256);
  const current = ledger?.entries.findLast(({ moovDigest }) => moovDigest === written.moov.digest);
  if (ledger !== null && current !== undefined) await recordTrust(files, ledger, current.id, stat, sha256);
  return { path: destination, entry: entry.id, sha256: entry.fileSha256 };
}

/** Writes the version into the history of the copy that it goes to, as one that grew from none. */
async function recordElsewhere(
  context: RenderContext,
  entry: LedgerEntry,
  { sizeBytes }: Movie,
  output: string,
): Promise<void> {
  const { files, sha256 } = context;
  const ledger = (await readLedger(files, output, sha256)) ?? emptyLedger(output, sha256);
  const { moovDigest, fileSha256, sound } = entry;
  const chunks = ledgerChunks(entry.chunks);
  const made = { parent: null, moovDigest, fileSize: sizeBytes, fileSha256, chunks, sound };
  await appendEntry(files, ledger, copiedEntry(context, entry, made), sha256);
}

/** A version on the way to the wanted one: the first is in the file, each other one is built from the one before it. */
interface Step {
  readonly entry: LedgerEntry;
  /** Under which entries the store keeps it. */
  readonly kept: { readonly id: Digest; readonly from: Digest } | null;
}

/** Digests of the indexes of all versions that a file holds. */
async function carriedBy(context: RenderContext, movie: Movie): Promise<ReadonlySet<Digest>> {
  return new Set([movie.moov.digest, ...(await deadIndexes(context.files, movie, context.hashing)).keys()]);
}

/** The shortest way that is found to a version; empty where there is none. */
async function stepsTo(
  context: RenderContext,
  { ledger }: History,
  entry: LedgerEntry,
  carried: ReadonlySet<Digest>,
): Promise<readonly Step[]> {
  const seen = new Set<Digest>();
  let ways: readonly (readonly Step[])[] = [[{ entry, kept: null }]];
  while (ways.length > 0) {
    const done = ways.find(([first]) => first !== undefined && carried.has(first.entry.moovDigest));
    if (done !== undefined) return done;
    ways = ways.flatMap(([first, ...rest]) => {
      if (first === undefined || seen.has(first.entry.id)) return [];
      seen.add(first.entry.id);
      // Of one file there may be several entries: as found, and as adopted.
      const names = ledger.entries.filter(
        (each) => each.moovDigest === first.entry.moovDigest && isSameVersion(each, first.entry),
      );
      return ledger.entries.flatMap((from) =>
        names
          .filter(({ id }) => id !== from.id && isKept(context, id, from.id))
          .map(({ id }): readonly Step[] => [
            { entry: from, kept: null },
            { entry: first.entry, kept: { id, from: from.id } },
            ...rest,
          ]),
      );
    });
  }
  return [];
}

/** Makes the last step's version at `temporary`, by way of the others. @throws PW_RESTORE_*, PW_UNDO_*, PW_MOVIE_*, PW_FILE_* */
async function walked(
  context: RenderContext,
  history: History,
  steps: readonly Step[],
  temporary: string,
  groups: UndoGroup[],
): Promise<Movie> {
  const { files, sha256, store } = context;
  const [first, ...later] = steps;
  if (first === undefined) throw new TypeError('walked: steps is empty');
  let path = later.length === 0 ? temporary : store.tempPath('version');
  try {
    await files.copy(history.path, path);
    let now = await rewound(context, history, first.entry, path, groups);
    for (const [i, { entry, kept }] of later.entries()) {
      const next = i === later.length - 1 ? temporary : store.tempPath('version');
      if (kept !== null) await rebuildVersion(context, kept.id, { id: kept.from, path }, next);
      await files.remove(path);
      path = next;
      now = await readMovie(files, path, sha256);
      if (now.moov.digest !== entry.moovDigest) throw gone(history.path, entry);
    }
    return now;
  } finally {
    if (path !== temporary) await files.remove(path);
  }
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
    `${JSON.stringify(path)} no longer carries that version: it was written anew since, and the store does not keep it`,
    {
      hint: 'The store keeps versions that are written anew until it needs the room; --fast and --in-place keep them in the film until it is compacted. Take the film from a backup.',
      details: { path, entry: entry.id },
    },
  );
}
