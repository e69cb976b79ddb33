import { dirname } from 'node:path';
import { PatchworkError, type Digest, type FilePort, type FileStat, type Sha256 } from '@patchwork/kernel';
import { writeNew } from '../disk/file-bytes.ts';
import { ledgerFrom, type Ledger } from './ledger.ts';
import type { LedgerEntry, NewLedgerEntry } from './ledger-entry.ts';
import type { TrustRecord } from './ledger-record.ts';
import { encodeRecord, joinBytes, scanRecords } from '../disk/record-line.ts';

/*
 * The protocol (the lock of the deliverable is held throughout):
 *
 *   new deliverable complete and synced -> appendEntry (synced here) -> rename of the deliverable -> recordTrust
 *
 * A crash before the rename leaves an entry whose file never came; no digest matches it, so nobody ever uses it.
 */

/**
 * Appends an entry and makes it durable; to be called before the deliverable's rename. A new ledger is written beside and
 * renamed, so a ledger's first line is never torn. Give {@link emptyLedger} for a deliverable without one.
 *
 * @returns the ledger with the entry, and the entry.
 * @throws PW_LEDGER_CHANGED when the file is no longer what was read, PW_FILE_*; TypeError for an entry that does not hold
 */
export async function appendEntry(
  files: FilePort,
  ledger: Ledger,
  entry: NewLedgerEntry,
  sha256: Sha256,
): Promise<{ readonly ledger: Ledger; readonly entry: LedgerEntry }> {
  const { bytes, digest: id } = ledger.book.encode(entry);
  const next = await appendLine(files, ledger, bytes, sha256);
  const appended = next.entries.findLast((each) => each.id === id);
  if (appended === undefined) throw new TypeError('appendEntry: the appended entry is not in the ledger');
  return { ledger: next, entry: appended };
}

/** Records a file's facts right after its publication; from now on its bytes are trusted while they stay the same. */
export async function recordTrust(
  files: FilePort,
  ledger: Ledger,
  entryId: Digest,
  stat: FileStat,
  sha256: Sha256,
): Promise<Ledger> {
  if (!ledger.entries.some((entry) => entry.id === entryId)) {
    throw new TypeError(`recordTrust: entryId ${entryId} is no entry of ${ledger.path}`);
  }
  const record: TrustRecord = { type: 'trust', entry: entryId, stat };
  const { type, entry } = record;
  return await appendLine(files, ledger, encodeRecord({ type, entry, stat: { ...stat } }, sha256).bytes, sha256);
}

async function appendLine(files: FilePort, ledger: Ledger, line: Uint8Array, sha256: Sha256): Promise<Ledger> {
  await requireUnchanged(files, ledger);
  const isNew = ledger.validBytes === 0;
  const bytes = isNew ? joinBytes([ledger.carried ?? ledger.book.header(), line]) : line;
  if (isNew) await createLedger(files, ledger.path, bytes);
  else await extendLedger(files, ledger, bytes);
  for (const record of scanRecords(line, sha256).records) {
    // Not the first line of its file, wherever it stands: that one is the header.
    if (ledger.book.apply({ ...record, line: record.line + 1 }) === 'broken') {
      throw new TypeError(`ledger: wrote a record that cannot be read back, to ${ledger.path}`);
    }
  }
  return ledgerFrom(ledger.path, ledger.book, ledger.validBytes + bytes.length);
}

async function requireUnchanged(files: FilePort, ledger: Ledger): Promise<void> {
  const stat = await files.stat(ledger.path);
  const expected = ledger.validBytes + ledger.tornBytes;
  if ((stat?.size ?? 0) === expected && (stat !== null || expected === 0)) return;
  throw new PatchworkError(
    'PW_LEDGER_CHANGED',
    `the ledger ${JSON.stringify(ledger.path)} has changed since it was read`,
    {
      hint: 'Another run may have patched the same deliverable; run again.',
      details: { path: ledger.path, expectedBytes: expected, foundBytes: stat?.size ?? null },
    },
  );
}

async function createLedger(files: FilePort, path: string, bytes: Uint8Array): Promise<void> {
  // One fixed name: the lock of the deliverable allows one writer, and the next one clears what a crash left.
  const temporary = `${path}.new`;
  await files.remove(temporary);
  await writeNew(files, temporary, bytes);
  await files.rename(temporary, path);
  await files.syncFolder(dirname(path));
}

async function extendLedger(files: FilePort, ledger: Ledger, bytes: Uint8Array): Promise<void> {
  const file = await files.open(ledger.path, 'update');
  try {
    if (ledger.tornBytes > 0) await file.truncate(ledger.validBytes);
    await file.write(bytes, ledger.validBytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
