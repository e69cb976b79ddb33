import { isPatchworkError, type Digest, type FileStat } from '@patchwork/kernel';
import { corruptChunks, findUndo, readMovie, undoAppend, type Movie } from '@patchwork/splice';
import {
  appendEntry,
  currentEntry,
  deliverableChunks,
  deliverableSound,
  keepReplaced,
  readLedger,
  recordTrust,
  trustOf,
  type Ledger,
  type LedgerEntry,
  type StoredChunk,
} from '@patchwork/store';
import type { RenderContext } from './run/context.ts';
import { isOwn } from './record/renderers.ts';
import { entryAgain, putBackOverwritten, wasOverwritten } from './record/overwritten-film.ts';
import { trimFilm } from './film/finished-film.ts';
import { workAlone } from './record/leftovers.ts';

/** What {@link undoPatch} did. */
export interface Undone {
  readonly path: string;
  /** The version that stands there again; null where the history does not know it. */
  readonly entry: LedgerEntry | null;
  readonly moovDigest: Digest;
  readonly sizeBytes: number;
  /** Bytes cut off the file's end. */
  readonly freedBytes: number;
}

/**
 * Takes the last change of a file that was made in place (`--fast`, `--in-place`) back, appended or overwritten: byte for
 * byte the version before.
 * Chunks of the version that goes are kept in the store where Patchwork rendered it.
 *
 * @throws PW_UNDO_NONE, PW_DELIVERABLE_BUSY, PW_MOVIE_*, PW_FILE_*
 */
export async function undoPatch(context: RenderContext, path: string): Promise<Undone> {
  const { files, sha256, store } = context;
  return workAlone(context, path, async () => {
    await trimFilm(context, path);
    const movie = await readMovie(files, path, sha256);
    const found = await files.stat(path);
    const ledger = (await readLedger(files, path, sha256)) ?? (await foundLedger(context, movie, found));
    const current = ledger === null ? null : currentEntry(ledger, movie.moov.digest, found);
    const isOverwritten = await wasOverwritten(context, movie, current);
    if (current !== null && isOwn(current) && (isOverwritten || (await findUndo(files, movie)) !== null)) {
      const parent = ledger?.entries.find(({ id }) => id === current.parent);
      const survivors = new Set([...(parent?.chunks ?? []), ...(parent?.sound?.pieces ?? [])].map(({ key }) => key));
      await keptIfRoom(context, path, () => keepReplaced(store, { entry: current, path, survivors }));
    }
    if (isOverwritten) await putBackOverwritten(context, path);
    const sizeBytes = isOverwritten ? movie.sizeBytes : await undoAppend(files, movie);
    const before = await readMovie(files, path, sha256);
    const stat = await files.stat(path);
    const now = await readLedger(files, path, sha256);
    const entry = now === null ? null : currentEntry(now, before.moov.digest, stat);
    const wasTrusted = current !== null && trustOf(current, found) === 'trusted';
    const isOld = entry !== null && stat?.size === entry.fileSize;
    if (now !== null && isOld && wasTrusted && (await isWholeAgain(context, path, current, entry))) {
      await store.keepLedger(await recordTrust(files, now, entry.id, stat, sha256));
    }
    return { path, entry, moovDigest: before.moov.digest, sizeBytes, freedBytes: movie.sizeBytes - sizeBytes };
  });
}

/** An undo makes room: a full disk does not stop it. The version that goes can be rendered again. */
async function keptIfRoom({ onNote }: RenderContext, path: string, keep: () => Promise<unknown>): Promise<void> {
  try {
    await keep();
  } catch (error) {
    if (!isPatchworkError(error) || error.code !== 'PW_FILE_NO_SPACE') throw error;
    onNote?.(`${path}: the store has no room for the version that goes; to have it again, render it anew`);
  }
}

/**
 * The history of an overwritten film that lost its sidecar, as the store keeps it, written beside the film again: what is put
 * back can be recorded nowhere else. One index fits several films: this is the one if it names the version in the film's journal.
 */
async function foundLedger(context: RenderContext, movie: Movie, stat: FileStat | null): Promise<Ledger | null> {
  const { files, sha256, store } = context;
  const ledger = await store.findLedger(movie.moov.digest, movie.path);
  const entry = ledger === null ? null : currentEntry(ledger, movie.moov.digest, stat);
  if (ledger === null || entry === null || !(await wasOverwritten(context, movie, entry))) return null;
  return (await appendEntry(files, ledger, entryAgain(context, entry), sha256)).ledger;
}

/**
 * Tells whether the bytes that a version gives back are what was written. A film's were all held against its history before
 * it was changed; of a deliverable of ours that was not trusted then, only those that the new version kept.
 */
async function isWholeAgain(
  { files, hashing }: Pick<RenderContext, 'files' | 'hashing'>,
  path: string,
  from: LedgerEntry,
  to: LedgerEntry,
): Promise<boolean> {
  if (!isOwn(from)) return true;
  const placeOf = ({ offset, digest }: StoredChunk): string => `${offset} ${digest}`;
  const piecesOf = (entry: LedgerEntry): readonly StoredChunk[] => [
    ...deliverableChunks(entry, path),
    ...deliverableSound(entry, path),
  ];
  const known = new Set(piecesOf(from).map(placeOf));
  const given = piecesOf(to).filter((piece) => !known.has(placeOf(piece)));
  return (await corruptChunks(files, given, hashing)).length === 0;
}
