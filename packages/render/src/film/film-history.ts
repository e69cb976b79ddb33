import type { EncodedChunk, Toolchain } from '@patchwork/plan';
import { adoptMovie, encoderNote } from '@patchwork/splice';
import {
  currentEntry,
  emptyLedger,
  readLedger,
  trustOf,
  type Ledger,
  type LedgerEntry,
  type NewLedgerEntry,
} from '@patchwork/store';
import type { RenderContext } from '../run/context.ts';
import { damageOf, filmDamaged, noDamage, type FilmDamage } from './film-damage.ts';
import type { FinishedFilm } from './finished-film.ts';
import { ledgerChunks } from '../record/ledger-chunks.ts';
import { foundProfile } from './matching-profile.ts';
import { otherTracks } from './other-tracks.ts';
import { foundRenderer } from '../record/renderers.ts';
import { noTimeline } from '../timeline/snapshot.ts';

/** A film's history up to now. */
export interface FilmHistory {
  readonly ledger: Ledger;
  /** The entry that describes the film; null where none does: it is new here, or was edited elsewhere. */
  readonly entry: LedgerEntry | null;
  /** The film as chunks, their digests known to be those of the bytes, save those of `damage`. */
  readonly chunks: readonly EncodedChunk[];
  /** What is not as the history says: the caller must leave it out, or refuse the film. */
  readonly damage: FilmDamage;
}

/**
 * Reads a film's history, and looks at its packets, those of the sound too: by its facts when they are as we left them, else by hashing.
 *
 * @throws PW_VERIFY_FAILED when other tracks than the pictures are damaged, which cannot be made anew; PW_LEDGER_*, PW_FILE_*
 */
export async function openFilmHistory(
  context: RenderContext,
  film: FinishedFilm,
  paranoid: boolean,
): Promise<FilmHistory> {
  const { files, sha256, store } = context;
  const { movie } = film.base;
  const ledger =
    (await readLedger(files, film.path, sha256)) ??
    (await store.findLedger(movie.moov.digest, film.path)) ??
    emptyLedger(film.path, sha256);
  const entry = currentEntry(ledger, movie.moov.digest, film.stat);
  if (entry === null) {
    const { chunks } = await adoptMovie(files, film.base, context.hashing, (done, total) => {
      context.signal.throwIfAborted();
      context.onProgress({ phase: 'hash', done, total, unit: 'frames' });
    });
    return { ledger, entry: null, chunks, damage: noDamage };
  }
  const isTrusted = !paranoid && trustOf(entry, film.stat) === 'trusted';
  const damage = isTrusted ? noDamage : await damageOf(context, movie, entry);
  if (damage.tracks.length > 0) throw filmDamaged(film.path, entry, damage);
  return { ledger, entry, chunks: entry.chunks, damage };
}

/** What a film was found as: the first entry of a history that begins with it. */
export async function foundEntry(
  context: RenderContext,
  film: FinishedFilm,
  chunks: readonly EncodedChunk[],
): Promise<NewLedgerEntry> {
  const { movie } = film.base;
  return {
    parent: null,
    timeMs: context.clockMs(),
    moovDigest: movie.moov.digest,
    fileSize: film.stat.size,
    fileSha256: null,
    profile: foundProfile(film),
    toolchain: await foundToolchain(context, film),
    timeline: noTimeline('as found'),
    timelineName: null,
    media: [],
    epochs: [],
    range: null,
    renderer: foundRenderer,
    counts: { rendered: 0, reused: film.frames },
    chunks: ledgerChunks(chunks),
    sound: await otherTracks(context, movie),
  };
}

/** All that is known of what made a film: the words of its encoder. */
async function foundToolchain(context: RenderContext, film: FinishedFilm): Promise<Toolchain> {
  const note = await encoderNote(context.files, film.base);
  return { drawing: '', ffmpeg: '', encoder: note ?? 'unknown', cpuClass: null };
}
