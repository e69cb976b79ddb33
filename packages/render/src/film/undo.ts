import type { Digest } from '@patchwork/kernel';
import { findUndo, readMovie, undoAppend } from '@patchwork/splice';
import {
  currentEntry,
  keepReplaced,
  lockDeliverable,
  readLedger,
  recordTrust,
  type LedgerEntry,
} from '@patchwork/store';
import type { RenderContext } from '../context.ts';
import { isOwn } from './film-history.ts';
import { trimFilm } from './finished-film.ts';
import { sweepLeftovers } from '../run-id.ts';

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
 * Takes the last change of a file that was made in place (`--fast`, `--in-place`) back: byte for byte the version before.
 * Chunks of the version that goes are kept in the store where Patchwork rendered it.
 *
 * @throws PW_UNDO_NONE, PW_DELIVERABLE_BUSY, PW_MOVIE_*, PW_FILE_*
 */
export async function undoPatch(context: RenderContext, path: string): Promise<Undone> {
  const { files, sha256, store } = context;
  const lock = await lockDeliverable(store.context, path);
  try {
    await sweepLeftovers(context, path);
    await trimFilm(context, path);
    const movie = await readMovie(files, path, sha256);
    const ledger = await readLedger(files, path, sha256);
    const current = ledger === null ? null : currentEntry(ledger, movie.moov.digest, await files.stat(path));
    if (current !== null && isOwn(current) && (await findUndo(files, movie)) !== null) {
      const parent = ledger?.entries.find(({ id }) => id === current.parent);
      const survivors = new Set([...(parent?.chunks ?? []), ...(parent?.sound?.pieces ?? [])].map(({ key }) => key));
      await keepReplaced(store, { entry: current, path, survivors });
    }
    const sizeBytes = await undoAppend(files, movie);
    const before = await readMovie(files, path, sha256);
    const stat = await files.stat(path);
    const entry = ledger === null ? null : currentEntry(ledger, before.moov.digest, stat);
    if (ledger !== null && entry !== null && stat !== null && stat.size === entry.fileSize) {
      await store.keepLedger(await recordTrust(files, ledger, entry.id, stat, sha256));
    }
    return { path, entry, moovDigest: before.moov.digest, sizeBytes, freedBytes: movie.sizeBytes - sizeBytes };
  } finally {
    await lock.release();
  }
}
