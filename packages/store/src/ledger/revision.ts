import { PatchworkError } from '@patchwork/kernel';
import type { LedgerEntry } from './ledger-entry.ts';
import type { Ledger } from './ledger.ts';

/** Shortest beginning of an entry's id by which it can be named. */
const shortestId = 7;

/**
 * Finds an entry by its revision: `@{0}` is `current`, `@{1}` its parent and so on, as in a chain of commits; or the first
 * letters of an id, at least 7, in braces or without. Without a current entry (the deliverable is gone or was changed) the chain begins at the
 * newest one.
 *
 * @throws PW_LEDGER_REVISION when there is no such entry, or the text is no revision.
 */
export function entryAt(ledger: Ledger, revision: string, current: LedgerEntry | null = null): LedgerEntry {
  const steps = /^@\{([0-9]{1,9})\}$/.exec(revision)?.[1];
  if (steps !== undefined) return ancestor(ledger, revision, Number(steps), current);
  const name = /^@\{([0-9a-f]+)\}$/.exec(revision)?.[1] ?? revision;
  if (!/^[0-9a-f]+$/.test(name) || name.length < shortestId) {
    throw noRevision(
      ledger,
      revision,
      'is no revision',
      'Write @{0} for the current render, @{1} for the one before, or the first 7 letters of an id.',
    );
  }
  const [found, other] = ledger.entries.filter(({ id }) => id.startsWith(name));
  if (found === undefined)
    throw noRevision(ledger, revision, 'is not in the ledger', 'See `patchwork log` for what there is.');
  if (other !== undefined) throw noRevision(ledger, revision, 'fits several entries', 'Give more letters of the id.');
  return found;
}

/** An entry and its ancestors, newest first. */
export function historyOf(ledger: Ledger, entry: LedgerEntry): readonly LedgerEntry[] {
  const byId = new Map(ledger.entries.map((each) => [each.id, each]));
  const history: LedgerEntry[] = [];
  // A parent is always written before its child, and its id is a digest: there is no circle.
  for (
    let at: LedgerEntry | undefined = entry;
    at !== undefined;
    at = at.parent === null ? undefined : byId.get(at.parent)
  ) {
    history.push(at);
  }
  return history;
}

function ancestor(ledger: Ledger, revision: string, steps: number, current: LedgerEntry | null): LedgerEntry {
  const start = current ?? ledger.entries.at(-1);
  const history = start === undefined ? [] : historyOf(ledger, start);
  const found = history[steps];
  if (found !== undefined) return found;
  throw noRevision(
    ledger,
    revision,
    `goes back further than the history of ${history.length} renders`,
    'See `patchwork log` for what there is.',
  );
}

function noRevision(ledger: Ledger, revision: string, what: string, hint: string): PatchworkError {
  const { path } = ledger;
  return new PatchworkError('PW_LEDGER_REVISION', `${JSON.stringify(revision)} ${what} (${JSON.stringify(path)})`, {
    hint,
    details: { path, revision },
  });
}
