import { dirname } from 'node:path';
import { PatchworkError, type Digest, type FilePort, type OpenFile, type Sha256 } from '@patchwork/kernel';
import { encodeFrame, frameHeadBytes, frameSumBytes, frameTypes, type FrameType } from './undo-frame.ts';

/** What stood where pictures or sound were overwritten, and how far the change has come. */
export interface UndoGroup {
  /** Where it begins in the journal. */
  readonly start: number;
  /** Index of the movie while its bytes stood where they stand: the same before and after. */
  readonly moovDigest: Digest;
  readonly moovOffset: number;
  /** Size of the movie in bytes, the same before and after. */
  readonly sizeBytes: number;
  /** Entries that the movie's history had when the change began. */
  readonly entries: number;
  readonly records: readonly UndoRecord[];
  /** Whether all records are durable: only then the movie changes. */
  readonly armed: boolean;
  /** The history's entry of the new version; null until it is recorded. */
  readonly done: Digest | null;
  /** Where taking it back began: entries that the history had then, and its place in the journal; null where it has not. */
  readonly back: { readonly entries: number; readonly at: number } | null;
}

/** A run of bytes that was overwritten. */
export interface UndoRecord {
  /** Where it stands in the movie. */
  readonly offset: number;
  readonly sizeBytes: number;
  /** Of the bytes that were written there. */
  readonly fresh: Digest;
  /** Where its frame begins in the journal. */
  readonly at: number;
}

/** The journal beside a movie, as read. */
export interface UndoJournal {
  readonly path: string;
  readonly groups: readonly UndoGroup[];
  /** Where the next frame goes. */
  readonly end: number;
  /** Bytes behind the last whole frame: what a killed run was writing. */
  readonly torn: number;
}

/** At most so many bytes of a movie in one record. */
export const recordBytes: number = 1 << 20;

const mark: Uint8Array = new TextEncoder().encode('patchwork-undo/1\n');
const family = 'patchwork-undo/';
/** Before the old bytes of a record: their offset, the digest of the new ones. */
const recordHeadBytes = 40;
const jsonBytes = 4096;

/** Where a movie's undo journal stands: `film.mov` -> `film.mov.patchwork.undo`. */
export function undoJournalPath(moviePath: string): string {
  return `${moviePath}.patchwork.undo`;
}

/**
 * Reads the undo journal beside a movie; null when there is none. Old bytes are not read: see {@link readOldBytes}.
 *
 * @throws PW_UNDO_JOURNAL for a damaged or another program's file, PW_UNDO_VERSION for a newer one, PW_FILE_*
 */
export async function readUndoJournal(files: FilePort, moviePath: string, sha256: Sha256): Promise<UndoJournal | null> {
  const path = undoJournalPath(moviePath);
  const stat = await files.stat(path);
  if (stat === null) return null;
  const file = await files.open(path, 'read');
  try {
    await requireMark(file, path, stat.size);
    const groups: UndoGroup[] = [];
    let at = Math.min(mark.length, stat.size);
    for (;;) {
      const frame = await frameAt(file, path, at, stat.size, sha256);
      if (frame === null) break;
      take(groups, frame, path);
      at = frame.end;
    }
    const torn = stat.size - at;
    const isWriting =
      groups.at(-1)?.armed === false || torn < frameHeadBytes + jsonBytes || (await isEmpty(file, at, torn));
    if (torn > 0 && !isWriting) throw damaged(path, at, 'its content is not what was written');
    return { path, groups, end: at, torn };
  } finally {
    await file.close();
  }
}

/** Whether a killed run left something to finish or to take back. */
export function isPending({ groups, torn }: UndoJournal): boolean {
  const top = groups.at(-1);
  return torn > 0 || (top !== undefined && (top.done === null || top.back !== null));
}

interface Frame {
  readonly type: FrameType;
  readonly at: number;
  readonly end: number;
  /** Of a record only its head. */
  readonly payload: Uint8Array;
  readonly sizeBytes: number;
}

/** Null where no whole frame stands. Of a record the sum is not checked here. */
async function frameAt(file: OpenFile, path: string, at: number, size: number, sha256: Sha256): Promise<Frame | null> {
  const head = new Uint8Array(frameHeadBytes);
  if ((await file.read(head, at)) < frameHeadBytes) return null;
  const type = frameTypes.find((each) => each === Buffer.from(head).toString('latin1', 0, 4));
  const sizeBytes = new DataView(head.buffer).getUint32(4);
  const end = at + frameHeadBytes + sizeBytes + frameSumBytes;
  if (type === undefined || end > size) return null;
  const isRecord = type === 'OLD ';
  if (isRecord ? sizeBytes <= recordHeadBytes || sizeBytes > recordHeadBytes + recordBytes : sizeBytes > jsonBytes) {
    throw damaged(path, at, `a frame of ${sizeBytes} bytes`);
  }
  const payload = new Uint8Array(isRecord ? recordHeadBytes : sizeBytes);
  await file.read(payload, at + frameHeadBytes);
  if (!isRecord) {
    const sum = new Uint8Array(frameSumBytes);
    await file.read(sum, end - frameSumBytes);
    if (Buffer.compare(encodeFrame(type, payload, sha256).subarray(-frameSumBytes), sum) !== 0) return null;
  }
  return { type, at, end, payload, sizeBytes };
}

/** Adds a frame to the groups. @throws PW_UNDO_JOURNAL where it does not fit the ones before it */
function take(groups: UndoGroup[], frame: Frame, path: string): void {
  const top = groups.at(-1);
  const put = (change: Partial<UndoGroup>): void => {
    if (top === undefined) throw damaged(path, frame.at, 'its frames are out of order');
    groups[groups.length - 1] = { ...top, ...change };
  };
  const isOpen = top !== undefined && !top.armed;
  switch (frame.type) {
    case 'HEAD': {
      if (top !== undefined && (top.done === null || top.back !== null)) break;
      const { moov, moovOffset, sizeBytes, entries } = jsonOf(frame, path);
      groups.push({
        start: frame.at,
        moovDigest: textOf(moov, frame, path),
        moovOffset: wholeOf(moovOffset, frame, path),
        sizeBytes: wholeOf(sizeBytes, frame, path),
        entries: wholeOf(entries, frame, path),
        records: [],
        armed: false,
        done: null,
        back: null,
      });
      return;
    }
    case 'OLD ': {
      if (!isOpen) break;
      const view = new DataView(frame.payload.buffer);
      const offset = Number(view.getBigUint64(0));
      const sizeBytes = frame.sizeBytes - recordHeadBytes;
      const last = top.records.at(-1);
      const isBehind = offset >= (last === undefined ? 0 : last.offset + last.sizeBytes);
      if (!isBehind || offset + sizeBytes > top.sizeBytes) break;
      const fresh = Buffer.from(frame.payload.subarray(8, recordHeadBytes)).toString('hex');
      // Grown in place: a copy a record would be quadratic.
      (top.records as UndoRecord[]).push({ offset, sizeBytes, fresh, at: frame.at });
      return;
    }
    case 'ARM ':
      if (!isOpen || wholeOf(jsonOf(frame, path)['records'], frame, path) !== top.records.length) break;
      return put({ armed: true });
    case 'DONE':
      if (top?.armed !== true || top.done !== null) break;
      return put({ done: textOf(jsonOf(frame, path)['entry'], frame, path) });
    case 'BACK':
      if (top === undefined || top.done === null || top.back !== null) break;
      return put({ back: { entries: wholeOf(jsonOf(frame, path)['entries'], frame, path), at: frame.at } });
  }
  throw damaged(path, frame.at, 'its frames are out of order');
}

/** The bytes that a record keeps. @throws PW_UNDO_JOURNAL when they are not what was written, PW_FILE_* */
export async function readOldBytes(
  journal: OpenFile,
  path: string,
  record: UndoRecord,
  sha256: Sha256,
): Promise<Uint8Array> {
  const payload = new Uint8Array(recordHeadBytes + record.sizeBytes);
  const sum = new Uint8Array(frameSumBytes);
  await journal.read(payload, record.at + frameHeadBytes);
  await journal.read(sum, record.at + frameHeadBytes + payload.length);
  if (Buffer.compare(encodeFrame('OLD ', payload, sha256).subarray(-frameSumBytes), sum) !== 0) {
    throw damaged(path, record.at, 'the bytes that it keeps are not what was written');
  }
  return payload.subarray(recordHeadBytes);
}

/**
 * Opens the journal for appending behind its last whole frame, and closes it again; makes it where there is none. `work` gets
 * where that frame ends.
 *
 * @throws PW_FILE_*; whatever `work` throws
 */
export async function withJournalEnd(
  files: FilePort,
  moviePath: string,
  journal: UndoJournal | null,
  work: (file: OpenFile, end: number) => Promise<void>,
): Promise<void> {
  const path = undoJournalPath(moviePath);
  const file = await files.open(path, journal === null ? 'create' : 'update');
  try {
    await work(file, await preparedEnd(files, file, path, journal));
  } finally {
    await file.close();
  }
}

async function preparedEnd(
  files: FilePort,
  file: OpenFile,
  path: string,
  journal: UndoJournal | null,
): Promise<number> {
  // Without a group nothing says that the folder knows the file for good.
  if (journal !== null && journal.groups.length > 0) {
    if (journal.torn > 0) await file.truncate(journal.end);
    return journal.end;
  }
  if (journal !== null) await file.truncate(0);
  await file.write(mark, 0);
  // What comes behind may reach the disk first, and would be none of ours without it.
  await file.sync();
  await files.syncFolder(dirname(path));
  return mark.length;
}

/** A record's frame: the old bytes of a place, and the digest of the new ones. */
export function recordFrame(offset: number, old: Uint8Array, fresh: Digest, sha256: Sha256): Uint8Array {
  const payload = new Uint8Array(recordHeadBytes + old.length);
  new DataView(payload.buffer).setBigUint64(0, BigInt(offset));
  payload.set(Buffer.from(fresh, 'hex'), 8);
  payload.set(old, recordHeadBytes);
  return encodeFrame('OLD ', payload, sha256);
}

/** Adds one frame and makes it durable. @throws PW_FILE_* */
export async function appendFrame(
  files: FilePort,
  moviePath: string,
  journal: UndoJournal,
  frame: Uint8Array,
): Promise<void> {
  await withJournalEnd(files, moviePath, journal, async (file, end) => {
    await file.write(frame, end);
    await file.sync();
  });
}

/** Cuts the journal off; without a group left it is removed. Durable: it must not come back to a later version. @throws PW_FILE_* */
export async function cutJournal(files: FilePort, moviePath: string, at: number): Promise<void> {
  const path = undoJournalPath(moviePath);
  if (at <= mark.length) {
    await files.remove(path);
    return await files.syncFolder(dirname(path));
  }
  const file = await files.open(path, 'update');
  try {
    await file.truncate(at);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function requireMark(file: OpenFile, path: string, size: number): Promise<void> {
  const bytes = new Uint8Array(Math.min(mark.length, size));
  await file.read(bytes, 0);
  if (Buffer.compare(bytes, mark.subarray(0, bytes.length)) === 0) return;
  if (Buffer.from(bytes).toString('latin1').startsWith(family)) {
    throw new PatchworkError(
      'PW_UNDO_VERSION',
      `the undo journal ${JSON.stringify(path)} was written by a newer version`,
      {
        hint: 'Update patchwork.',
        details: { path },
      },
    );
  }
  throw damaged(path, 0, 'it is none of ours');
}

async function isEmpty(file: OpenFile, at: number, size: number): Promise<boolean> {
  const bytes = new Uint8Array(Math.min(size, recordBytes));
  await file.read(bytes, at);
  return bytes.every((byte) => byte === 0);
}

function jsonOf({ payload, at }: Frame, path: string): { readonly [key: string]: unknown } {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(payload));
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Told below: what is no JSON is not what was written.
  }
  throw damaged(path, at, 'a frame without content');
}

function textOf(value: unknown, { at }: Frame, path: string): string {
  if (typeof value === 'string') return value;
  throw damaged(path, at, 'a frame without its digest');
}

function wholeOf(value: unknown, { at }: Frame, path: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw damaged(path, at, 'a frame without its number');
}

/** Builds the error for a journal that cannot be relied on; the movie beside it was not touched. */
export function damaged(path: string, at: number, what: string): PatchworkError {
  return new PatchworkError(
    'PW_UNDO_JOURNAL',
    `the undo journal ${JSON.stringify(path)} cannot be used from byte ${at} on: ${what}`,
    {
      hint: 'The film was not touched. Bring the journal back from a backup. Without it, copy the film into a new file with a program that plays it, or render it anew, before you move the journal away: what was overwritten cannot be undone.',
      details: { path, at },
    },
  );
}
