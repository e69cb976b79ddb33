import type { Digest } from '@patchwork/kernel';
import {
  canUndoOverwrite,
  cutJournal,
  isPending,
  readMovie,
  readUndoJournal,
  recoverOverwrite,
  undoJournalPath,
  undoOverwrite,
  type Movie,
  type OverwriteHistory,
} from '@patchwork/splice';
import { appendEntry, emptyLedger, lockDeliverable, readLedger, type Ledger, type LedgerEntry } from '@patchwork/store';
import type { RenderContext } from '../run/context.ts';
import { foundRenderer } from './renderers.ts';
import { moovDigestOf } from './moov-digest.ts';
import { contentOf } from './same-content.ts';

type Context = Pick<RenderContext, 'files' | 'sha256' | 'hashing' | 'store' | 'clockMs' | 'onNote'>;

/** How long a command that only reads waits for a run that is writing. */
const lockWaitMs = 3000;

/** How a deliverable's ledger keeps up with bytes that change under one index. */
export function overwriteHistory(context: Context, path: string): OverwriteHistory {
  const { files, sha256 } = context;
  return {
    entries: async () => (await ledgerOf(context, path)).entries.length,
    recordedSince: async (since, moovDigest) => {
      const ledger = await readLedger(files, path, sha256);
      const isVersion = ({ renderer, moovDigest: moov }: LedgerEntry): boolean =>
        moov === moovDigest && renderer !== foundRenderer;
      return ledger?.entries.slice(since).findLast(isVersion)?.id ?? null;
    },
    recordBefore: async (done) => {
      const ledger = await ledgerOf(context, path);
      const before = parentOf(ledger, done);
      if (before !== null) await appendEntry(files, ledger, entryAgain(context, before), sha256);
    },
  };
}

async function ledgerOf({ files, sha256, store }: Context, path: string): Promise<Ledger> {
  const sidecar = await readLedger(files, path, sha256);
  if (sidecar !== null) return sidecar;
  const moovDigest = await moovDigestOf({ files, sha256 }, path);
  const found = typeof moovDigest === 'string' ? await store.findLedger(moovDigest, path) : null;
  return found ?? emptyLedger(path, sha256);
}

/** The version that an entry grew from; null where the history does not know it. */
export function parentOf(ledger: Ledger, id: Digest): LedgerEntry | null {
  const entry = ledger.entries.find((each) => each.id === id);
  return ledger.entries.find((each) => each.id === entry?.parent) ?? null;
}

/** An older version as it stands there again, place by place: one index fits several, and the last entry counts. */
export function entryAgain(
  context: Pick<RenderContext, 'clockMs'>,
  entry: LedgerEntry,
): Parameters<typeof appendEntry>[2] {
  const { parent, moovDigest, fileSize, fileSha256, counts, chunks, sound } = entry;
  const timeMs = context.clockMs();
  return { ...contentOf(entry), parent, timeMs, moovDigest, fileSize, fileSha256, counts, chunks, sound };
}

/** Tells whether two entries say the same of every picture and of the sound. */
export function isSameVersion(a: LedgerEntry, b: LedgerEntry): boolean {
  if (a.id === b.id) return true;
  return (
    a.sound?.digest === b.sound?.digest &&
    a.chunks.length === b.chunks.length &&
    a.chunks.every(({ digest }, i) => digest === b.chunks[i]?.digest)
  );
}

/**
 * Finishes or takes back what a killed run left of a film that it was overwriting, and says so. To be called under the lock.
 *
 * @throws PW_UNDO_JOURNAL, PW_UNDO_OTHER, PW_UNDO_VERSION; PW_MOVIE_*, PW_LEDGER_*, PW_FILE_*
 */
export async function recoverFilm(context: Context, path: string): Promise<void> {
  const { files, hashing } = context;
  if ((await files.stat(path)) === null || (await files.stat(undoJournalPath(path))) === null) return;
  const outcome = await recoverOverwrite(files, path, hashing, overwriteHistory(context, path));
  const words = {
    nothing: null,
    'rolled-back': 'a run was killed while it overwrote this film: the version before was put back',
    completed: 'a run was killed when it had overwritten this film: the new version was finished',
    'taken-back': 'an undo was killed on this film: it was finished',
  }[outcome];
  if (words !== null) context.onNote?.(`${path}: ${words}`);
}

/** As {@link recoverFilm}, for a command that only reads: takes the lock for as long as it needs it. @throws PW_DELIVERABLE_BUSY */
export async function recoverUnlocked(context: Context, path: string): Promise<void> {
  const { files, sha256, store } = context;
  // Of a film that is gone nothing is put back, so there is no lock to wait for: the caller may hold it.
  const journal = (await files.stat(path)) === null ? null : await readUndoJournal(files, path, sha256);
  if (journal === null || !isPending(journal)) return;
  const lock = await lockDeliverable(store.context, path, { waitMs: lockWaitMs });
  try {
    await recoverFilm(context, path);
  } finally {
    await lock.release();
  }
}

/** Tells whether the last change of a film was an overwriting that can be taken back, and its history says so too. */
export async function wasOverwritten(context: Context, movie: Movie, current: LedgerEntry | null): Promise<boolean> {
  const done = await canUndoOverwrite(context.files, movie, context.hashing);
  const ledger = done === null ? null : await ledgerOf(context, movie.path);
  const entry = ledger?.entries.find(({ id }) => id === done);
  // A journal whose end was lost is of an older version.
  return entry !== undefined && current !== null && isSameVersion(entry, current);
}

/** Lets go of what was overwritten: after a film was written anew, its journal is about bytes that are gone. @throws PW_FILE_* */
export async function forgetOverwritten({ files }: Pick<RenderContext, 'files'>, path: string): Promise<number> {
  const stat = await files.stat(undoJournalPath(path));
  if (stat === null) return 0;
  await cutJournal(files, path, 0);
  return stat.size;
}

/** Takes the last overwriting of a film back. @throws as `undoOverwrite` */
export async function putBackOverwritten(context: Context, path: string): Promise<void> {
  const movie = await readMovie(context.files, path, context.sha256);
  await undoOverwrite(context.files, movie, context.hashing, overwriteHistory(context, path));
}
