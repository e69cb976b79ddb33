import { PatchworkError, type Digest, type FilePort, type OpenFile } from '@patchwork/kernel';
import { fourCcAt } from '../container/box-reader.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import type { Hashing } from '../bytes/hashing.ts';
import type { Movie } from '../container/movie.ts';

/** Appends media data behind what was appended before; returns where it stands. Nobody keeps the data. */
export type AppendBytes = (data: Uint8Array) => Promise<number>;

/** What an append did. */
export interface Appended {
  readonly sizeBytes: number;
  readonly moovDigest: Digest;
  /** Bytes written: media data, index, and a few more. */
  readonly writtenBytes: number;
}

/** Text in a journal box: which box it is. */
const journalMark = 'patchwork/undo/1';
const journalBytes = 8 + journalMark.length + 16;
const sectorBytes = 512;

/**
 * Changes a movie in place. What is there stays; media data and a new index are appended and made durable; then one small
 * write turns the old index into free space. A reader sees the old movie until that write and the new one after it:
 *
 *     | ftyp | moov | mdat |                                      old
 *     | ftyp | moov | mdat | journal | mdat | moov |              old: of two indexes the first counts
 *     | ftyp | free | mdat | journal | mdat | moov |              new
 *
 * `content` appends media data and returns the new index. `record` runs when everything is durable, before the commit; null
 * for a clone that nobody reads before it is published: then one fsync, after the commit, makes all of it durable.
 * The journal says where the old index stands and where the old file ended: see {@link undoAppend}.
 *
 * @throws PW_APPEND_TO_END when the last box runs to the end of the file; PW_APPEND_TAIL when it ends in bytes that are no
 * whole box and that no append of ours left; PW_APPEND_TWO_INDEXES when another index follows; PW_APPEND_RACED when the file
 * is not the one that was read; PW_FILE_*; whatever the callbacks throw. Before the commit the file plays as before.
 */
export async function appendMovie(
  files: FilePort,
  base: Movie,
  hashing: Pick<Hashing, 'sha256'>,
  content: (append: AppendBytes) => Promise<Uint8Array>,
  record: ((moovDigest: Digest) => Promise<void>) | null,
): Promise<Appended> {
  const file = await files.open(base.path, 'update');
  try {
    await refuseOther(file, base);
    const end = await endOfMovie(file, base);
    const last = base.boxes.at(-1);
    // Behind the journal of an append that a power cut ended, zeros look like such a box.
    if (last?.toEnd === true && last.offset < end) throw boxToEnd(base);
    if (end < base.sizeBytes) {
      if (!(await isUncommitted(file, base, end))) throw foreignTail(base, end);
      await file.truncate(end);
    }
    const appended = await trimmedOnFailure(file, end, async () => {
      await file.write(journal(base.moov.offset, end), end);
      // By it all that follows is known as ours; after a power cut that could be there without it.
      if (record !== null) await file.sync();
      const mdat = end + journalBytes;
      let at = appendedMediaAt(end);
      const moov = await content(async (data) => {
        const place = at;
        await file.write(data, place);
        at += data.length;
        return place;
      });
      await file.write(wideHeader('mdat', at - mdat), mdat);
      await file.write(moov, at);
      const moovDigest = hashing.sha256(moov);
      if (record !== null) {
        await file.sync();
        await record(moovDigest);
      }
      return { sizeBytes: at + moov.length, moovDigest, writtenBytes: at + moov.length - end };
    });
    await mark(file, base.moov.offset, 'free');
    return appended;
  } finally {
    await file.close();
  }
}

/** Where the media data begins that is appended to a movie of so many bytes. */
export function appendedMediaAt(sizeBytes: number): number {
  return sizeBytes + journalBytes + 16;
}

/**
 * Runs what comes before the commit; where it fails (a full disk, Ctrl-C), the file gets its old end back. What cannot even
 * be cut off is no part of the movie, and the next append takes it away: the first failure is the one to tell.
 */
async function trimmedOnFailure<T>(file: OpenFile, end: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await file.truncate(end).catch(() => undefined);
    throw error;
  }
}

/**
 * Where the movie ends. What a killed append left behind begins with a journal that names the index in force, and is no
 * part of the movie.
 *
 * @throws PW_APPEND_TWO_INDEXES when another index follows that is not ours
 */
async function endOfMovie(file: OpenFile, base: Movie): Promise<number> {
  let end = base.tail ?? base.sizeBytes;
  for (const box of base.boxes) {
    if (box.offset <= base.moov.offset || box.type !== 'free' || box.size !== journalBytes) continue;
    const entry = await readJournal(file, box.offset);
    if (entry?.moovOffset === base.moov.offset) end = Math.min(end, box.offset);
  }
  const second = base.boxes.find((box) => box.type === 'moov' && box.offset !== base.moov.offset && box.offset < end);
  if (second === undefined) return end;
  throw new PatchworkError(
    'PW_APPEND_TWO_INDEXES',
    `${JSON.stringify(base.path)} has a second index at byte ${second.offset}`,
    {
      hint: 'Publish a new file instead (without --in-place), or remux it once.',
      details: { path: base.path, offset: second.offset },
    },
  );
}

function boxToEnd({ path }: Movie): PatchworkError {
  return new PatchworkError(
    'PW_APPEND_TO_END',
    `${JSON.stringify(path)} cannot be changed in place: its last box has no size`,
    {
      hint: 'Publish a new file instead (without --in-place), or remux it once.',
      details: { path },
    },
  );
}

/** Such bytes may be all media of a film whose `mdat` claims more than the file has, and cut off they could not come back. */
function foreignTail({ path }: Movie, offset: number): PatchworkError {
  return new PatchworkError(
    'PW_APPEND_TAIL',
    `${JSON.stringify(path)} cannot be changed in place: from byte ${offset} on it holds no whole box`,
    {
      hint: 'Publish a new file instead (without --in-place or --fast), or remux it once.',
      details: { path, offset },
    },
  );
}

/**
 * Takes away what an append that was killed before its commit left behind the movie, and nothing else: readers that mind a
 * cut-off end would refuse the file. Returns the bytes that went.
 *
 * @throws PW_FILE_*
 */
export async function trimAppend(files: FilePort, movie: Movie): Promise<number> {
  const whole = movie.boxes.find(
    (box) => box.offset > movie.moov.offset && box.type === 'free' && box.size === journalBytes,
  );
  for (const end of [whole?.offset, movie.tail]) {
    if (end === undefined || end === null || !(await holdsUncommitted(files, movie, end))) continue;
    const file = await files.open(movie.path, 'update');
    try {
      await file.truncate(end);
      await file.sync();
    } finally {
      await file.close();
    }
    return movie.sizeBytes - end;
  }
  return 0;
}

async function holdsUncommitted(files: FilePort, movie: Movie, end: number): Promise<boolean> {
  const file = await files.open(movie.path, 'read');
  try {
    return await isUncommitted(file, movie, end);
  } finally {
    await file.close();
  }
}

/** A journal that names the index in force was never committed; of a cut-off one, what is there must be its beginning. */
async function isUncommitted(file: OpenFile, movie: Movie, end: number): Promise<boolean> {
  const found = new Uint8Array(Math.min(journalBytes, movie.sizeBytes - end));
  await file.read(found, end);
  return Buffer.compare(found, journal(movie.moov.offset, end).subarray(0, found.length)) === 0;
}

async function readJournal(file: OpenFile, offset: number): Promise<UndoPlan | null> {
  const bytes = new Uint8Array(journalBytes);
  const got = await file.read(bytes, offset);
  if (got < journalBytes || Buffer.from(bytes).toString('latin1', 8, 8 + journalMark.length) !== journalMark)
    return null;
  const view = new DataView(bytes.buffer);
  return {
    moovOffset: Number(view.getBigUint64(8 + journalMark.length)),
    sizeBytes: Number(view.getBigUint64(16 + journalMark.length)),
  };
}

/** What can be taken back. */
export interface UndoPlan {
  readonly moovOffset: number;
  readonly sizeBytes: number;
}

/** Finds the last append of a movie; null when it has none: it was never changed in place, or has been rewritten since. */
export async function findUndo(files: FilePort, movie: Movie): Promise<UndoPlan | null> {
  const at = movie.boxes.findIndex((box) => box.offset === movie.moov.offset);
  const box = movie.boxes[at - 2];
  if (box?.type !== 'free' || box.size !== journalBytes || movie.boxes[at - 1]?.type !== 'mdat') return null;
  const file = await files.open(movie.path, 'read');
  try {
    const plan = await readJournal(file, box.offset);
    if (plan === null) return null;
    const old = movie.boxes.find((candidate) => candidate.offset === plan.moovOffset);
    // Whatever its type says that is no index: the journal names it.
    const isDead = old !== undefined && old.type !== 'moov';
    return isDead && plan.sizeBytes === box.offset ? plan : null;
  } finally {
    await file.close();
  }
}

/**
 * Takes the last append back: the old index counts again, then what was appended is cut off. A crash between leaves the
 * old movie with dead bytes behind it. Returns the old file's size.
 *
 * @throws PW_UNDO_NONE when there is nothing to take back; PW_FILE_*
 */
export async function undoAppend(files: FilePort, movie: Movie): Promise<number> {
  const plan = await findUndo(files, movie);
  if (plan === null) {
    throw new PatchworkError(
      'PW_UNDO_NONE',
      `${JSON.stringify(movie.path)} holds no in-place patch that can be taken back`,
      {
        hint: 'Only files patched with --fast or --in-place, and not compacted since, can; `patchwork log` shows older versions.',
        details: { path: movie.path },
      },
    );
  }
  const file = await files.open(movie.path, 'update');
  try {
    await refuseOther(file, movie);
    await mark(file, plan.moovOffset, 'moov');
    await file.truncate(plan.sizeBytes);
    await file.sync();
  } finally {
    await file.close();
  }
  return plan.sizeBytes;
}

/**
 * Turns an index into free space or back, with one write inside one sector, so that no crash leaves half of it. Where
 * the type crosses a sector's end only its first byte is changed: `foov` is a box of no known type, which readers skip.
 */
async function mark(file: OpenFile, offset: number, type: 'free' | 'moov'): Promise<void> {
  const at = offset + 4;
  const crosses = at % sectorBytes > sectorBytes - 4;
  await file.write(new TextEncoder().encode(crosses ? type.slice(0, 1) : type), at);
  await file.sync();
}

/** The index must stand where it was read, byte for byte. */
async function refuseOther(file: OpenFile, movie: Movie): Promise<void> {
  const { offset, bytes } = movie.moov;
  const now = new Uint8Array(bytes.length);
  const got = await file.read(now, offset);
  const { size } = await file.stat();
  if (got === bytes.length && size === movie.sizeBytes && Buffer.compare(now, bytes) === 0) return;
  throw new PatchworkError('PW_APPEND_RACED', `${JSON.stringify(movie.path)} is not the file that was read`, {
    hint: 'Another program changed it; nothing was written. Run again.',
    details: { path: movie.path, found: fourCcAt(now, 4) },
  });
}

function journal(moovOffset: number, sizeBytes: number): Uint8Array {
  const out = new ByteWriter(64);
  out.box('free', () => {
    out.latin1(journalMark);
    out.u64(moovOffset);
    out.u64(sizeBytes);
  });
  return out.toBytes();
}

function wideHeader(type: string, size: number): Uint8Array {
  const out = new ByteWriter(16);
  out.u32(1);
  out.latin1(type);
  out.u64(size);
  return out.toBytes();
}

/** Indexes that stand in a movie as dead bytes, by the digest that they had: the versions that `undo` can bring back, in any order. */
export async function deadIndexes(
  files: FilePort,
  movie: Movie,
  hashing: Pick<Hashing, 'sha256'>,
): Promise<ReadonlySet<Digest>> {
  const digests = new Set<Digest>();
  const file = await files.open(movie.path, 'read');
  try {
    for (const box of movie.boxes) {
      const isDead = (box.type === 'free' || box.type === 'foov') && box.size > journalBytes && box.size < 2 ** 29;
      if (!isDead) continue;
      const bytes = new Uint8Array(box.size);
      await file.read(bytes, box.offset);
      bytes.set(new TextEncoder().encode('moov'), 4);
      digests.add(hashing.sha256(bytes));
    }
  } finally {
    await file.close();
  }
  return digests;
}
