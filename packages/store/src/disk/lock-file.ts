import { canonicalJson, PatchworkError, type Digest, type FilePort, type Json } from '@patchwork/kernel';
import { isExistence, readWhole } from './file-bytes.ts';
import type { ProcessId } from './process-port.ts';
import type { StoreContext } from './store-context.ts';

/*
 * A lock is a file that one process can create, and that names it:
 *
 *   free --create--> held by a live process --remove--> free
 *                     | the process dies
 *                     v
 *                    stale --taken over--> free
 *
 * Taking over: many may see one stale lock; whoever removed it blindly could remove the fresh lock of another who was
 * quicker. So the right to remove *this very* lock is a lock itself, named by the digest of its content (process and
 * number: it never comes again): with it held, the content is read once more, and removed only if it is still the same.
 * The right's own lock may go stale as well; it is taken over in the same way, one name deeper.
 * A lock without readable content belongs to a process between create and write; it is stale when it is 30 s old.
 * Locks of other machines are never stale: nobody here can know.
 */

/** A lock held. */
export interface HeldLock {
  readonly path: string;
  /** Gives it back. A second call does nothing. @throws PW_FILE_* */
  release(): Promise<void>;
}

/** What a lock needs. */
export type LockContext = Pick<StoreContext, 'files' | 'sha256' | 'clockMs' | 'processes'>;

/** Who has a lock. `since` is null for one that cannot be read. */
export interface LockHolder {
  readonly process: ProcessId | null;
  readonly sinceMs: number | null;
}

/** How long a file without content is taken for a lock in the making. */
export const unreadableMs = 30_000;
/** Locks on locks on locks: each level needs another crash within the same moments. */
const deepestTakeover = 8;
let lastNumber = 0;

/** Takes a lock if it is free or stale; returns who has it otherwise. @throws PW_FILE_* */
export async function tryLock(context: LockContext, path: string, depth = 0): Promise<HeldLock | LockHolder> {
  const { files } = context;
  const content = contentFor(context);
  for (let attempt = 0; attempt < 16; attempt += 1) {
    if (await createLock(files, path, content)) return heldLock(files, path, content);
    const found = await readWhole(files, path);
    if (found === null) continue;
    const holder = holderFrom(found);
    if (!(await isStale(context, path, holder))) return holder;
    if (depth >= deepestTakeover || !(await removeStale(context, path, found, depth))) return holder;
  }
  return { process: null, sinceMs: null };
}

/** Tells a lock from who has it. */
export function isHeld(result: HeldLock | LockHolder): result is HeldLock {
  return 'release' in result;
}

/**
 * Does something while holding a lock that nobody holds for long.
 *
 * @throws PW_STORE_BUSY naming the process that has it.
 */
export async function withLockFile<T>(context: LockContext, path: string, work: () => Promise<T>): Promise<T> {
  const lock = await tryLock(context, path);
  if (!isHeld(lock)) {
    throw new PatchworkError('PW_STORE_BUSY', `${JSON.stringify(path)} is held by ${holderText(lock)}`, {
      hint: 'Run again when that process is done; if its machine is gone for good, remove the file.',
      details: { path, holder: holderJson(lock) },
    });
  }
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/** Says who has a lock, for people. */
export function holderText(holder: LockHolder): string {
  const { process, sinceMs } = holder;
  if (process === null) return 'a process that is just taking it';
  const since = sinceMs === null ? '' : ` since ${new Date(sinceMs).toISOString()}`;
  return `process ${process.pid} on ${process.host}${since}`;
}

/** Says who has a lock, for programs. */
export function holderJson(holder: LockHolder): Json {
  const { process, sinceMs } = holder;
  return { process: process === null ? null : { ...process }, sinceMs };
}

function contentFor(context: LockContext): Uint8Array {
  const { host, pid, started } = context.processes.self;
  const content: Json = { host, pid, started, sinceMs: context.clockMs(), number: (lastNumber += 1) };
  return new TextEncoder().encode(`${canonicalJson(content)}\n`);
}

/** Not synced: after a power cut nobody is alive to hold a lock. */
async function createLock(files: FilePort, path: string, content: Uint8Array): Promise<boolean> {
  let file;
  try {
    file = await files.open(path, 'create');
  } catch (error) {
    if (isExistence(error)) return false;
    throw error;
  }
  try {
    await file.write(content, 0);
  } catch (error) {
    await files.remove(path);
    throw error;
  } finally {
    await file.close();
  }
  return true;
}

function heldLock(files: FilePort, path: string, content: Uint8Array): HeldLock {
  let held = true;
  return {
    path,
    release: async () => {
      if (!held) return;
      held = false;
      // Somebody may have removed the lock by hand and taken it: theirs stays.
      const now = await readWhole(files, path);
      if (now !== null && sameBytes(now, content)) await files.remove(path);
    },
  };
}

function holderFrom(content: Uint8Array): LockHolder {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(content));
    if (typeof value === 'object' && value !== null && 'host' in value && 'pid' in value && 'started' in value) {
      const { host, pid, started } = value;
      const sinceMs = 'sinceMs' in value && typeof value.sinceMs === 'number' ? value.sinceMs : null;
      if (typeof host === 'string' && typeof pid === 'number' && typeof started === 'string') {
        return { process: { host, pid, started }, sinceMs };
      }
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { process: null, sinceMs: null };
}

async function isStale(context: LockContext, path: string, holder: LockHolder): Promise<boolean> {
  if (holder.process !== null) return !(await context.processes.isAlive(holder.process));
  const stat = await context.files.stat(path);
  if (stat === null) return false;
  return context.clockMs() - Number(BigInt(stat.mtimeNs) / 1_000_000n) > unreadableMs;
}

/** True when the path may be tried again. */
async function removeStale(context: LockContext, path: string, stale: Uint8Array, depth: number): Promise<boolean> {
  const { files, sha256 } = context;
  const right = await tryLock(context, `${path}.${nameOf(stale, sha256)}`, depth + 1);
  if (!isHeld(right)) return false;
  try {
    const now = await readWhole(files, path);
    if (now === null || !sameBytes(now, stale)) return true;
    // Of an unreadable lock the content says nothing: it may be a fresh one in the making.
    if (await isStale(context, path, holderFrom(now))) await files.remove(path);
    return true;
  } finally {
    await right.release();
  }
}

function nameOf(content: Uint8Array, sha256: (data: Uint8Array) => Digest): string {
  return sha256(content).slice(0, 16);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
