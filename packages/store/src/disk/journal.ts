import { join } from 'node:path';
import type { FilePort, Json, Sha256 } from '@patchwork/kernel';
import { readWhole, writeNew } from './file-bytes.ts';
import { isHeld, tryLock } from './lock-file.ts';
import { processFromToken, tokenOf, type ProcessId } from './process-port.ts';
import { encodeRecord, joinBytes, scanRecords } from './record-line.ts';
import type { StoreContext } from './store-context.ts';
import { nameTemp } from './temp-files.ts';

/*
 * An append-only list of small facts that several processes add to. Each process writes a file of its own, so no write
 * ever meets another and no lock is needed:
 *
 *   journals/<name>/<host>~<pid>~<start>~<n>.journal   one opening by a process
 *   journals/<name>/merged.journal                     what finished processes left, put together now and then
 *
 * Records that are lost cost work, never correctness: a torn tail is left out, and appends are not synced unless asked.
 * Readers take records in no particular order; each must say itself when it was made if that matters.
 */

/** So many files of finished processes are worth putting together. */
const manyFiles = 8;
const suffix = '.journal';
const ownPattern = /^([^~]+~[^~]+~[^~]+)~[0-9]+\.journal$/;
const mergedName = `merged${suffix}`;
let lastNumber = 0;

/** An open journal. */
export interface Journal {
  /** As read at the start, in no particular order. */
  readonly records: readonly Json[];
  /** Files in which damage was found that no torn append explains, with the line. */
  readonly damage: readonly JournalDamage[];
  /** Adds records; `durable` also makes them survive a power cut. */
  append(records: readonly Json[], durability: 'durable' | 'fast'): Promise<void>;
}

/** A broken line in a journal. Everything behind it in that file is left out. */
export interface JournalDamage {
  readonly path: string;
  readonly line: number;
}

/** Opens a journal, making its folder at the first append. @throws PW_FILE_* */
export async function openJournal(
  context: StoreContext,
  name: string,
  reduce: (records: readonly Json[]) => readonly Json[],
): Promise<Journal> {
  const { files, processes } = context;
  const folder = join(context.folder, 'journals', name);
  const own = join(folder, `${tokenOf(processes.self)}~${(lastNumber += 1)}${suffix}`);
  await mergeFinished(context, folder, reduce);
  const { records, damage } = await readJournals(files, folder, context.sha256);
  let position = 0;
  let tail = Promise.resolve();

  async function write(bytes: Uint8Array, durability: 'durable' | 'fast'): Promise<void> {
    if (position === 0) await files.makeFolder(folder);
    const file = await files.open(own, position === 0 ? 'create' : 'update');
    try {
      await file.write(bytes, position);
      position += bytes.length;
      if (durability === 'durable') await file.sync();
    } finally {
      await file.close();
    }
    if (durability === 'durable') await files.syncFolder(folder);
  }

  return {
    records,
    damage,
    append: (added, durability) => {
      const bytes = joinBytes(added.map((record) => encodeRecord(record, context.sha256).bytes));
      const done = tail.then(() => write(bytes, durability));
      // One append after another; a failed one is told to its caller and does not stop the next.
      tail = done.catch(() => undefined);
      return done;
    },
  };
}

/** Reads all files of a journal. */
export async function readJournals(
  files: FilePort,
  folder: string,
  sha256: Sha256,
): Promise<{ readonly records: readonly Json[]; readonly damage: readonly JournalDamage[] }> {
  const records: Json[] = [];
  const damage: JournalDamage[] = [];
  for (const name of await files.list(folder)) {
    if (!name.endsWith(suffix)) continue;
    const path = join(folder, name);
    const bytes = await readWhole(files, path);
    const scan = scanRecords(bytes ?? new Uint8Array(0), sha256);
    for (const record of scan.records) records.push(record.value);
    if (scan.damagedLine !== null) damage.push({ path, line: scan.damagedLine });
  }
  return { records, damage };
}

/** Tells which process writes a journal file, by its name; null for the merged one. */
export function ownerOfJournal(name: string): ProcessId | null {
  return processFromToken(ownPattern.exec(name)?.[1] ?? '');
}

async function mergeFinished(
  context: StoreContext,
  folder: string,
  reduce: (records: readonly Json[]) => readonly Json[],
): Promise<void> {
  const { files, processes, sha256 } = context;
  const finished: string[] = [];
  for (const name of await files.list(folder)) {
    const id = ownerOfJournal(name);
    if (id !== null && !(await processes.isAlive(id))) finished.push(join(folder, name));
  }
  if (finished.length < manyFiles) return;
  const lock = await tryLock(context, join(folder, 'merge.lock'));
  if (!isHeld(lock)) return;
  try {
    const merged = join(folder, mergedName);
    const records: Json[] = [];
    for (const path of [merged, ...finished]) {
      const bytes = await readWhole(files, path);
      records.push(...scanRecords(bytes ?? new Uint8Array(0), sha256).records.map(({ value }) => value));
    }
    const temporary = nameTemp(context, 'merged-journal');
    await writeNew(files, temporary, joinBytes(reduce(records).map((record) => encodeRecord(record, sha256).bytes)));
    await files.rename(temporary, merged);
    await files.syncFolder(folder);
    for (const path of finished) await files.remove(path);
  } finally {
    await lock.release();
  }
}
