import { PatchworkError, type Digest, type FilePort, type FileStat, type Sha256 } from '@patchwork/kernel';
import { readWhole } from '../disk/file-bytes.ts';
import { LedgerBook } from './ledger-book.ts';
import { ledgerPath, type LedgerEntry } from './ledger-entry.ts';
import { ledgerVersion } from './ledger-record.ts';
import { scanRecords } from '../disk/record-line.ts';
import { sameStat } from './trust.ts';

/** The history of a deliverable, as read. Appending gives a new value. */
export interface Ledger {
  /** The file it was read from, or that the next append will create. */
  readonly path: string;
  /** Oldest first. An entry whose file was never published (a crash came between) stands here too. */
  readonly entries: readonly LedgerEntry[];
  /** Up to the end of the last whole record. */
  readonly validBytes: number;
  /** Behind that, the rest of an append that a crash cut off: ignored, and taken away by the next append. */
  readonly tornBytes: number;
  /** Records of a newer version's types: kept in the file, not understood. */
  readonly unknownRecords: number;
  /** Whole records that are not in the file yet and that the next append writes before its own; null for none. */
  readonly carried: Uint8Array | null;
  /** For appending; shared with the ledgers that came from this one. */
  readonly book: LedgerBook;
}

/** A file so large is no ledger of ours. */
const largestLedger = 1 << 30;

/**
 * Reads the ledger beside a deliverable; null when there is none.
 *
 * @throws PW_LEDGER_DAMAGED with the line number, PW_LEDGER_FOREIGN for another program's file, PW_LEDGER_VERSION for a
 *   newer one, PW_LEDGER_SIZE, PW_FILE_*
 */
export async function readLedger(files: FilePort, deliverablePath: string, sha256: Sha256): Promise<Ledger | null> {
  return await readLedgerFile(files, ledgerPath(deliverablePath), sha256);
}

/** As {@link readLedger}, by the ledger's own path. */
export async function readLedgerFile(files: FilePort, path: string, sha256: Sha256): Promise<Ledger | null> {
  const stat = await files.stat(path);
  if (stat === null) return null;
  if (stat.size > largestLedger) {
    throw new PatchworkError(
      'PW_LEDGER_SIZE',
      `the ledger ${quoted(path)} has ${stat.size} bytes, more than any of ours`,
      {
        hint: 'Move it away; without it the deliverable is rendered anew.',
        details: { path, size: stat.size },
      },
    );
  }
  const bytes = await readWhole(files, path);
  return bytes === null ? null : parseLedger(bytes, path, sha256);
}

/** Reads a ledger's content. `path` is where it came from. @throws as {@link readLedger} */
export function parseLedger(bytes: Uint8Array, path: string, sha256: Sha256): Ledger {
  const book = new LedgerBook(sha256);
  const scan = scanRecords(bytes, sha256);
  const header = scan.records[0];
  // The first lines were published whole by a rename, so a broken first line is no torn append.
  if (header === undefined || !looksLikeHeader(header.value)) throw foreign(path);
  if (scan.damagedLine !== null) throw damaged(path, scan.damagedLine);
  for (const record of scan.records) {
    const applied = book.apply(record);
    if (applied === 'broken') throw damaged(path, record.line);
    if (applied === 'newer') throw newer(path);
  }
  return { ...ledgerFrom(path, book, scan.validBytes), tornBytes: scan.tornBytes };
}

/** The ledger of a deliverable that has none yet. Nothing is written. */
export function emptyLedger(deliverablePath: string, sha256: Sha256): Ledger {
  return ledgerFrom(ledgerPath(deliverablePath), new LedgerBook(sha256), 0);
}

/**
 * Reads a ledger that was found elsewhere as that of a deliverable without one: its next append creates the sidecar, with
 * the whole history in it. @throws as {@link readLedger}
 */
export function carryLedger(bytes: Uint8Array, foundAt: string, deliverablePath: string, sha256: Sha256): Ledger {
  const found = parseLedger(bytes, foundAt, sha256);
  const carried = bytes.slice(0, found.validBytes);
  return { ...ledgerFrom(ledgerPath(deliverablePath), found.book, 0), carried };
}

/** Puts a book's present state into a value. */
export function ledgerFrom(path: string, book: LedgerBook, validBytes: number): Ledger {
  return { path, entries: book.entries, validBytes, tornBytes: 0, unknownRecords: book.unknown, carried: null, book };
}

/**
 * Finds the entry that describes a file, by its moov digest; null when the file was made or changed elsewhere.
 * Two renders can have one moov (sample tables know sizes, not bytes: PCM at another level): then the one whose recorded
 * facts are those of the file, else the last. It is trusted only by {@link trustOf}.
 */
export function currentEntry(ledger: Ledger, moovDigest: Digest, stat: FileStat | null = null): LedgerEntry | null {
  const matching = ledger.entries.filter((entry) => entry.moovDigest === moovDigest);
  const published = matching.findLast((entry) => stat !== null && entry.trust !== null && sameStat(entry.trust, stat));
  return published ?? matching.at(-1) ?? null;
}

function looksLikeHeader(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'ledger';
}

function damaged(path: string, line: number): PatchworkError {
  return new PatchworkError('PW_LEDGER_DAMAGED', `the ledger ${quoted(path)} is damaged at line ${line}`, {
    hint: 'Bring it back from a backup, or move it away: the store may know the deliverable, else it is rendered anew.',
    details: { path, line },
  });
}

function foreign(path: string): PatchworkError {
  return new PatchworkError('PW_LEDGER_FOREIGN', `${quoted(path)} is not a ledger: its line 1 is none of ours`, {
    hint: 'Move it away if another program wrote it; bring it back from a backup if its beginning is damaged.',
    details: { path, line: 1 },
  });
}

function newer(path: string): PatchworkError {
  return new PatchworkError('PW_LEDGER_VERSION', `the ledger ${quoted(path)} was written by a newer version`, {
    hint: `This version reads ledgers up to version ${ledgerVersion}; update patchwork.`,
    details: { path, version: ledgerVersion },
  });
}

function quoted(path: string): string {
  return JSON.stringify(path);
}
