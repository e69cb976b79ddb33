import { dirname, join } from 'node:path';
import { PatchworkError, type FilePort, type FileStat } from '@patchwork/kernel';

/** How a new file takes the place of an old one. */
export interface Publication<Written> {
  readonly destination: string;
  /** What stood there when the run began; null for nothing. */
  readonly expected: FileStat | null;
  /** Id of this run, of letters, digits, `-`, `.` and `~`; by it a later run tells whose temporary file it finds. */
  readonly run: string;
  /** Writes the whole new file, durably. The path does not exist yet and stands in the destination's folder. */
  readonly write: (temporaryPath: string) => Promise<Written>;
  /** Proves the new file; throws to stop everything. */
  readonly prove: (temporaryPath: string, written: Written) => Promise<void>;
  /** Appends the ledger entry that names the new file's moov digest, and makes it durable. */
  readonly record: (written: Written) => Promise<void>;
}

/** What stands at the destination now. */
export interface Published<Written> {
  readonly written: Written;
  /** After the rename: what the ledger records for trusting the file later. */
  readonly stat: FileStat;
}

const temporaryPattern = /^\.patchwork-publish-([0-9A-Za-z.~-]+)\.tmp$/;

/**
 * Publishes a file. At every instant the destination is the whole old file or the whole new one, and whichever it is,
 * the ledger has an entry that names it:
 *
 *     write temporary file, fsync -> prove -> ledger entry, fsync -> rename -> fsync folder
 *
 * A failure before the rename leaves the old file and removes the temporary one. An entry without its file does no harm:
 * the current entry is the one whose digest matches the file.
 *
 * @throws PW_PUBLISH_RACED when the destination changed since `expected` was taken; PW_FILE_*; whatever the callbacks throw
 */
export async function publish<Written>(
  files: FilePort,
  publication: Publication<Written>,
): Promise<Published<Written>> {
  const { destination, expected } = publication;
  const temporary = temporaryPath(destination, publication.run);
  let written: Written;
  try {
    await refuseRace(files, destination, expected);
    written = await publication.write(temporary);
    await publication.prove(temporary, written);
    await refuseRace(files, destination, expected);
    await publication.record(written);
    await refuseRace(files, destination, expected);
    await files.rename(temporary, destination);
  } catch (error) {
    // The failure in hand is the one to tell; what it leaves behind is found by `removeLeftovers`.
    await files.remove(temporary).catch(() => undefined);
    throw error;
  }
  await files.syncFolder(dirname(destination));
  const stat = await files.stat(destination);
  if (stat === null) throw racedError(destination, 'it was removed right after it was published');
  return { written, stat };
}

/**
 * Removes temporary files that dead runs left in the destination's folder; returns their names.
 * `isAlive` says whether the run of an id may still be at work.
 */
export async function removeLeftovers(
  files: FilePort,
  destination: string,
  isAlive: (run: string) => boolean | Promise<boolean>,
): Promise<readonly string[]> {
  const folder = dirname(destination);
  const removed: string[] = [];
  for (const name of await files.list(folder)) {
    const run = temporaryPattern.exec(name)?.[1];
    if (run === undefined || (await isAlive(run))) continue;
    await files.remove(join(folder, name));
    removed.push(name);
  }
  return removed;
}

/** Where the new file is written: the destination's folder, so that the rename is atomic. @throws TypeError for a bad id */
export function temporaryPath(destination: string, run: string): string {
  const name = `.patchwork-publish-${run}.tmp`;
  if (!temporaryPattern.test(name)) throw new TypeError(`publication.run: ${JSON.stringify(run)} is no run id`);
  return join(dirname(destination), name);
}

/** Tells whether two stats are of one file with one content, as far as a file system can say. */
export function isSameFile(a: FileStat | null, b: FileStat | null): boolean {
  if (a === null || b === null) return a === b;
  return a.dev === b.dev && a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs;
}

/** Refuses a file that is not the one that a run began with. @throws PW_PUBLISH_RACED, PW_FILE_* */
export async function refuseRace(files: FilePort, destination: string, expected: FileStat | null): Promise<void> {
  if (!isSameFile(await files.stat(destination), expected)) {
    throw racedError(destination, 'another program changed it during this run');
  }
}

function racedError(destination: string, what: string): PatchworkError {
  return new PatchworkError('PW_PUBLISH_RACED', `${JSON.stringify(destination)}: ${what}`, {
    hint: 'Nothing was overwritten and finished chunks are kept; run again when nobody else writes there.',
    details: { destination },
  });
}
