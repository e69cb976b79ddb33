import type { Stats } from 'node:fs';
import { chmod, chown, stat } from 'node:fs/promises';
import { isAbsence } from './file-error.ts';

/**
 * Gives a file that is about to replace another one the other's permissions, and its owner and group where this user may:
 * what few could read must not be open to everyone afterwards. Does nothing where there is no other file.
 *
 * @throws what the system says
 */
export async function keepAccess(from: string, to: string): Promise<void> {
  const old = await statOrNull(to);
  if (old === null || old.isDirectory()) return;
  const now = await stat(from);
  const isOwned = (now.uid === old.uid && now.gid === old.gid) || (await takesOwner(from, old));
  const mode = isOwned ? old.mode & 0o777 : withoutGroup(old.mode & 0o777);
  if ((now.mode & 0o777) !== mode) await chmod(from, mode);
}

async function takesOwner(
  path: string,
  { uid, gid }: { readonly uid: number; readonly gid: number },
): Promise<boolean> {
  try {
    await chown(path, uid, gid);
    return true;
  } catch {
    // Only root gives files away: the file stays this user's, as every file that it writes.
    return false;
  }
}

/** What the old group could do was not meant for another one: that gets what everyone has. */
function withoutGroup(mode: number): number {
  return (mode & 0o707) | ((mode & 0o007) << 3);
}

async function statOrNull(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    if (isAbsence(error)) return null;
    throw error;
  }
}
