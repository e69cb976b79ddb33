import { isPatchworkError, type Digest, type FilePort } from '@patchwork/kernel';
import { findUndo, trimAppend, undoAppend } from '../publish/append.ts';
import type { Hashing } from '../bytes/hashing.ts';
import { readMovie } from '../container/movie-reader.ts';
import { requireDetour } from './detour-proof.ts';
import { holds, isAt, otherMovie, requireInMedia, requireOld, withFile, writeHome } from './steps.ts';
import { jsonFrame } from './undo-frame.ts';
import {
  appendFrame,
  cutJournal,
  damaged,
  isPending,
  readOldBytes,
  readUndoJournal,
  type UndoGroup,
  type UndoJournal,
} from './undo-journal.ts';

/** What a movie's history does while its bytes change under one index. The caller holds the movie's lock. */
export interface OverwriteHistory {
  /** Entries that it has. */
  readonly entries: () => Promise<number>;
  /** Of a version of this index that was recorded after so many entries; null for none. */
  readonly recordedSince: (entries: number, moovDigest: Digest) => Promise<Digest | null>;
  /** Makes the entry durable of the version that stood there before this one. */
  readonly recordBefore: (done: Digest) => Promise<void>;
}

/** What {@link recoverOverwrite} found: nothing to do, a version that it took back, or one that it finished. */
export type Recovered = 'nothing' | 'rolled-back' | 'completed' | 'taken-back';

/**
 * Finishes or takes back what a killed run left: of a change that the history knows, the new movie; else the old one. To be
 * called under the movie's lock before anything else is done with it. Costs one look at the folder where there is nothing.
 *
 * @throws PW_UNDO_JOURNAL, PW_UNDO_VERSION, PW_UNDO_OTHER when the journal is damaged or of another movie: nothing is touched;
 *   PW_MOVIE_*, PW_FILE_*
 */
export async function recoverOverwrite(
  files: FilePort,
  path: string,
  hashing: Pick<Hashing, 'sha256'>,
  history: OverwriteHistory,
): Promise<Recovered> {
  const journal = await readUndoJournal(files, path, hashing.sha256);
  if (journal === null || !isPending(journal)) return 'nothing';
  const top = journal.groups.at(-1);
  const isTorn = top === undefined || (top.done !== null && top.back === null);
  if (isTorn) {
    await cutJournal(files, path, journal.end);
    return 'nothing';
  }
  const place = await placeOf(files, path, top, hashing);
  const job: Recovery = { files, path, hashing, history, journal, top, place };
  if (!top.armed) return await forget(job);
  if (top.back !== null) return await finishBack(job, top.back);
  const entry = await history.recordedSince(top.entries, top.moovDigest);
  return entry === null ? await rollBack(job) : await complete(job, entry);
}

interface Recovery {
  readonly files: FilePort;
  readonly path: string;
  readonly hashing: Pick<Hashing, 'sha256'>;
  readonly history: OverwriteHistory;
  readonly journal: UndoJournal;
  readonly top: UndoGroup;
  /** Which index counts: the one that plays the bytes where they stand, or the one that plays copies. */
  readonly place: 'home' | 'detour';
}

/** The journal was being written: nothing of the movie has changed. */
async function forget({ files, path, history, journal, top, place }: Recovery): Promise<Recovered> {
  const isOver = place === 'detour' || (await history.recordedSince(top.entries, top.moovDigest)) !== null;
  if (isOver) throw damaged(journal.path, journal.end, 'it ends before the change that it is about');
  await cutJournal(files, path, top.start);
  return 'nothing';
}

async function rollBack(job: Recovery): Promise<Recovered> {
  const { files, path, hashing, journal, top, place } = job;
  await requireOld(files, journal, top, hashing);
  if (place === 'detour') await bringOldHome(job, 'old');
  else if (!(await holds(files, path, journal, top, 'old', hashing))) throw otherMovie(path);
  await comeHome(job);
  await cutJournal(files, path, top.start);
  return 'rolled-back';
}

async function complete(job: Recovery, entry: Digest): Promise<Recovered> {
  const { files, path, hashing, journal, top } = job;
  if (!(await holds(files, path, journal, top, 'fresh', hashing))) throw otherMovie(path);
  await comeHome(job);
  await appendFrame(files, path, journal, jsonFrame('DONE', { entry }, hashing.sha256));
  return 'completed';
}

async function finishBack(job: Recovery, back: { readonly entries: number; readonly at: number }): Promise<Recovered> {
  const { files, path, hashing, history, journal, top, place } = job;
  if (place === 'home' && (await holds(files, path, journal, top, 'fresh', hashing))) {
    await comeHome(job);
    await cutJournal(files, path, back.at);
    return 'nothing';
  }
  await requireOld(files, journal, top, hashing);
  if (place === 'detour') await bringOldHome(job, 'fresh');
  else if (!(await holds(files, path, journal, top, 'old', hashing))) throw otherMovie(path);
  if ((await history.recordedSince(back.entries, top.moovDigest)) === null) await history.recordBefore(top.done ?? '');
  await comeHome(job);
  await cutJournal(files, path, top.start);
  return 'taken-back';
}

/** Writes the old bytes where they stood. Readers are on the detour, which is held against the journal first. */
async function bringOldHome({ files, path, hashing, journal, top }: Recovery, played: 'old' | 'fresh'): Promise<void> {
  const movie = await readMovie(files, path, hashing.sha256);
  requireInMedia(movie, top.records);
  await requireDetour(files, movie, journal, top, played, hashing);
  await withFile(files, journal.path, 'read', async (kept) => {
    await writeHome(files, path, top.records, (record) => readOldBytes(kept, journal.path, record, hashing.sha256));
  });
}

/** Lets the index count again that plays the bytes where they stand, and cuts the copies off. */
async function comeHome({ files, path, hashing, place }: Recovery): Promise<void> {
  const movie = await readMovie(files, path, hashing.sha256);
  if (place === 'detour') await undoAppend(files, movie);
  else await trimAppend(files, movie);
}

async function placeOf(
  files: FilePort,
  path: string,
  top: UndoGroup,
  { sha256 }: Pick<Hashing, 'sha256'>,
): Promise<'home' | 'detour'> {
  const movie = await readMovie(files, path, sha256).catch((error: unknown) => {
    // No run of ours leaves a film that cannot be read.
    const isBroken = isPatchworkError(error) && error.code.startsWith('PW_MOVIE_') && error.code !== 'PW_MOVIE_CHANGED';
    throw isBroken ? otherMovie(path, error) : error;
  });
  if (isAt(movie, top)) return 'home';
  const plan = await findUndo(files, movie);
  if (plan?.moovOffset === top.moovOffset && plan.sizeBytes === top.sizeBytes) return 'detour';
  throw otherMovie(path);
}
