import { PatchworkError, type Digest } from '@patchwork/kernel';
import { currentEntry, entryAt, historyOf, readLedger, type Ledger, type LedgerEntry } from '@patchwork/store';
import type { RenderContext } from '../run/context.ts';
import { recoverUnlocked } from './overwritten-film.ts';
import { moovDigestOf } from './moov-digest.ts';

/** What reading a history needs. */
export type HistoryContext = Pick<RenderContext, 'files' | 'sha256' | 'store' | 'hashing' | 'clockMs' | 'onNote'>;

/** A deliverable by name, or one of its earlier states: `film.mov`, `film.mov@{1}` (1 = the one before the current). */
export interface Revision {
  readonly path: string;
  /** As `entryAt` reads it: `@{n}`. */
  readonly revision: string;
}

/** Reads `film.mov` or `film.mov@{n}`; what holds no `@{` is a name as it stands. */
export function parseRevision(text: string): Revision {
  const match = /^(.+)(@\{[^}]*\})$/s.exec(text);
  return match === null ? { path: text, revision: '@{0}' } : { path: match[1] ?? '', revision: match[2] ?? '' };
}

/** A deliverable's history, newest first: the current entry and what it grew from, then states that were abandoned. */
export interface History {
  readonly path: string;
  readonly ledger: Ledger;
  /** The entry that describes the file; null when the file was made or edited elsewhere, or is gone. */
  readonly current: LedgerEntry | null;
  /** From the current entry (else the last one) back along the parents. */
  readonly line: readonly LedgerEntry[];
}

/** Reads a deliverable's history. @throws PW_LEDGER_MISSING, PW_LEDGER_* */
export async function readHistory(context: HistoryContext, path: string): Promise<History> {
  const { files, sha256 } = context;
  await recoverUnlocked(context, path);
  const moovDigest = await moovDigestOrNull(context, path);
  const ledger =
    (await readLedger(files, path, sha256)) ??
    (moovDigest === null ? null : await context.store.findLedger(moovDigest, path));
  if (ledger === null) throw noHistory(path, (await files.stat(path)) === null);
  const current = moovDigest === null ? null : currentEntry(ledger, moovDigest, await files.stat(path));
  const start = current ?? ledger.entries.at(-1);
  return { path, ledger, current, line: start === undefined ? [] : historyOf(ledger, start) };
}

function noHistory(path: string, isAbsent: boolean): PatchworkError {
  if (isAbsent) {
    return new PatchworkError('PW_LEDGER_MISSING', `there is no file ${path}, and no history of one`, {
      hint: 'Check the path; the disk may not be mounted.',
      details: { path },
    });
  }
  return new PatchworkError(
    'PW_LEDGER_MISSING',
    `${path} has no history: neither ${path}.patchwork nor the store knows it`,
    {
      hint: 'Only films that Patchwork rendered, adopted or patched have one; patchwork adopt begins one.',
      details: { path },
    },
  );
}

/** The entry that a revision names. @throws PW_LEDGER_REVISION, and as {@link readHistory} */
export async function readRevision(
  context: HistoryContext,
  { path, revision }: Revision,
): Promise<{ readonly history: History; readonly entry: LedgerEntry }> {
  const history = await readHistory(context, path);
  return { history, entry: entryAt(history.ledger, revision, history.current) };
}

async function moovDigestOrNull(
  context: Pick<RenderContext, 'files' | 'sha256'>,
  path: string,
): Promise<Digest | null> {
  if ((await context.files.stat(path)) === null) return null;
  const digest = await moovDigestOf(context, path);
  // That the file is damaged is what `verify` says.
  return typeof digest === 'string' ? digest : null;
}
