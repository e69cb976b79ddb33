import type { FileStat } from '@patchwork/kernel';
import type { LedgerEntry } from './ledger-entry.ts';

/** `trusted`: the bytes are those that were published. `hash`: every packet is hashed before it is reused. */
export type Trust = 'trusted' | 'hash';

/**
 * Decides whether a deliverable's bytes may be reused without hashing them: only when all facts recorded at its
 * publication are those of the file now. `null` (no file, or nothing recorded) is never trusted.
 */
export function trustOf(entry: Pick<LedgerEntry, 'trust'>, stat: FileStat | null): Trust {
  return entry.trust !== null && stat !== null && sameStat(entry.trust, stat) ? 'trusted' : 'hash';
}

/** Tells whether two looks at a path saw the same file, unchanged. */
export function sameStat(a: FileStat, b: FileStat): boolean {
  return (
    a.dev === b.dev &&
    a.ino === b.ino &&
    a.size === b.size &&
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs &&
    a.isDirectory === b.isDirectory
  );
}
