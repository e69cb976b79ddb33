import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { FilePort } from '@patchwork/kernel';

const temporaryPattern = /^\.patchwork-[0-9a-f]{16}\.tmp$/;

/**
 * Names a file that does not exist yet, in the folder of `path`, so that a rename onto `path` is atomic.
 * The name does not grow with the target's, which may already have the longest name the file system allows.
 */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.patchwork-${randomBytes(8).toString('hex')}.tmp`);
}

/** Tells whether a name (not a path) is one that {@link temporaryBeside} gives: what a killed run may leave behind. */
export function isTemporaryName(name: string): boolean {
  return temporaryPattern.test(name);
}

/**
 * Replaces or creates a file so that at every instant, a crash included, the path holds either the old content or all of
 * the new: temporary file beside it, fsync, rename, fsync of the folder. Data may come piece by piece.
 *
 * @throws PW_FILE_*; the old content is then still in place, unless only the folder's sync failed: then the new one is,
 *   but a power cut may bring the old one back.
 */
export async function writeAtomically(
  files: FilePort,
  path: string,
  data: string | Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await writeDurably(files, temporary, typeof data === 'string' ? new TextEncoder().encode(data) : data);
    await files.rename(temporary, path);
  } catch (error) {
    // The first failure is the one to tell. When the clean-up fails as well, a file with a telling name is left.
    await files.remove(temporary).catch(() => undefined);
    throw error;
  }
  await files.syncFolder(dirname(path));
}

async function writeDurably(
  files: FilePort,
  path: string,
  data: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  const file = await files.open(path, 'create');
  try {
    if (data instanceof Uint8Array) await file.write(data, 0);
    else {
      let at = 0;
      for await (const piece of data) {
        await file.write(piece, at);
        at += piece.length;
      }
    }
    await file.sync();
  } finally {
    await file.close();
  }
}
