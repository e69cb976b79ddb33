import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { PatchworkError } from '@patchwork/kernel';

/**
 * Where a file that is written really stands: a name that is a symbolic link stands for the file that it leads to. A rename
 * would replace the link and leave that file as it was, and by two names a film would have two histories and two locks.
 *
 * @throws PW_FILE_ABSENT where a link leads to nothing: the disk that it leads to may not be mounted
 */
export function followedPath(folder: string, text: string): string {
  const path = resolve(folder, text);
  if (!isLink(path)) return path;
  try {
    return realpathSync(path);
  } catch (cause) {
    throw new PatchworkError('PW_FILE_ABSENT', `${JSON.stringify(path)} is a symbolic link that leads to nothing`, {
      hint: 'Mount the disk that it leads to, or remove the link.',
      details: { path, target: readlinkSync(path) },
      cause,
    });
  }
}

/** A name that cannot be looked at is none: whoever opens it says why. */
function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}
