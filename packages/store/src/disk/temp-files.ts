import { join } from 'node:path';
import { processFromToken, sameProcess, tokenOf } from './process-port.ts';
import type { StoreContext } from './store-context.ts';

/*
 * Files being made stand in `tmp/`, named `<host>~<pid>~<start>~<number>~<purpose>`. A file belongs to the process in its
 * name: while that lives nobody else touches it; when it is dead the file is litter.
 */

const namePattern = /^([^~]+~[^~]+~[^~]+)~([0-9]+)~([A-Za-z0-9._-]+)$/;
let lastNumber = 0;

/** Where temporary files are. */
export function tempFolder(folder: string): string {
  return join(folder, 'tmp');
}

/**
 * Names a file that does not exist yet, on the store's own file system. Made by the caller, and removed by whoever finds
 * it after this process has died.
 *
 * @param purpose letters, digits, `.`, `_` and `-`.
 */
export function nameTemp(context: Pick<StoreContext, 'folder' | 'processes'>, purpose: string): string {
  const name = `${tokenOf(context.processes.self)}~${(lastNumber += 1)}~${purpose}`;
  if (!namePattern.test(name)) throw new TypeError(`tempPath: purpose ${JSON.stringify(purpose)} is not a plain word`);
  return join(tempFolder(context.folder), name);
}

/** A file in the folder of temporary files. */
export interface TempFile {
  readonly name: string;
  readonly path: string;
  /** Null for a name that is not ours. */
  readonly purpose: string | null;
  /** Whether a process may come back for it. */
  readonly owner: 'self' | 'alive' | 'dead' | 'unknown';
}

/** Lists the temporary files and who they belong to. */
export async function listTemps(context: StoreContext): Promise<readonly TempFile[]> {
  const folder = tempFolder(context.folder);
  const temps: TempFile[] = [];
  for (const name of await context.files.list(folder)) {
    const [, token = '', , purpose = null] = namePattern.exec(name) ?? [];
    temps.push({ name, path: join(folder, name), purpose, owner: await ownerOf(context, token) });
  }
  return temps;
}

async function ownerOf(context: StoreContext, token: string): Promise<TempFile['owner']> {
  const id = processFromToken(token);
  if (id === null) return 'unknown';
  if (sameProcess(id, context.processes.self)) return 'self';
  return (await context.processes.isAlive(id)) ? 'alive' : 'dead';
}

/** Removes what dead processes left; returns how many files. */
export async function sweepTemps(context: StoreContext): Promise<number> {
  let removed = 0;
  for (const temp of await listTemps(context)) {
    if (temp.owner !== 'dead') continue;
    await context.files.remove(temp.path);
    removed += 1;
  }
  return removed;
}
