import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { sha256 } from '@patchwork/files';
import type { Digest } from '@patchwork/kernel';

/** What a run saw at a path: the facts of a file, or the names in a folder. Its text is compared, nothing else. */
export interface Observation {
  readonly path: string;
  readonly kind: 'file' | 'names';
  /** See {@link lookAt}. */
  readonly seen: string;
  /** Of the content, where the facts alone are not enough; else null. */
  readonly digest: Digest | null;
}

/** Said of a path where nothing is. */
export const absent = 'absent';

/** A young file above this size is not hashed: then no answer is kept. */
const largestHashed = 16 << 20;

/**
 * Looks at a path: device, inode, size, modification and change time in ns. Of a folder its identity alone, for what is in
 * it has an observation of its own. Null where the system refuses to tell.
 */
export function lookAt(path: string): { readonly seen: string; readonly newestMs: number } | null {
  try {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return { seen: isBrokenLink(path) ? 'broken link' : absent, newestMs: 0 };
    const { dev, ino, size, mtimeNs, ctimeNs } = stat;
    if (stat.isDirectory()) return { seen: `folder ${dev} ${ino}`, newestMs: 0 };
    const newest = mtimeNs > ctimeNs ? mtimeNs : ctimeNs;
    return { seen: `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`, newestMs: Number(newest / 1_000_000n) };
  } catch {
    return null;
  }
}

/** Names in a folder, as one digest. Locks come and go with every run and are left out. Null where the system refuses. */
export function namesIn(path: string): string | null {
  try {
    const names = readdirSync(path).filter((name) => !name.endsWith('.patchwork.lock'));
    return sha256(names.toSorted().join('\0'));
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? absent : null;
  }
}

/** Digest of a file's content; null for one that is too large to be read for this, or cannot be. */
export function contentOf(path: string): Digest | null {
  try {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? Infinity;
    return size > largestHashed ? null : sha256(readFileSync(path));
  } catch {
    return null;
  }
}

/** Tells whether a path is now as it was. */
export function isAsSeen({ path, kind, seen, digest }: Observation): boolean {
  if (kind === 'names') return namesIn(path) === seen;
  return lookAt(path)?.seen === seen && (digest === null || contentOf(path) === digest);
}

function isBrokenLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
