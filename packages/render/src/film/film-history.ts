import { PatchworkError } from '@patchwork/kernel';
import type { EncodedChunk, Toolchain } from '@patchwork/plan';
import { adoptMovie, chunksOf, corruptChunks, encoderNote, trackDigests, type Movie } from '@patchwork/splice';
import {
  currentEntry,
  deliverableSound,
  emptyLedger,
  readLedger,
  trustOf,
  type Ledger,
  type LedgerEntry,
  type LedgerSound,
  type NewLedgerEntry,
  type TimelineSnapshot,
} from '@patchwork/store';
import type { RenderContext } from '../context.ts';
import type { FinishedFilm } from './finished-film.ts';
import { ledgerChunks } from '../ledger-chunks.ts';
import { foundProfile } from './matching-profile.ts';

/** Renderers of entries: `found` a film as another program left it, `patch` one with a piece put in by hand. */
export const foundRenderer = 'found';
/** See {@link foundRenderer}. */
export const patchRenderer = 'patch';
/** A film of another program that is bound to a timeline. */
export const adoptedRenderer = 'adopted';

/** Tells whether Patchwork rendered all of a deliverable: then its chunks have action keys and stand in one run each. */
export function isOwn({ renderer }: Pick<LedgerEntry, 'renderer'>): boolean {
  return renderer === 'ffmpeg';
}

/** Where an entry knows of no timeline. */
export function noTimeline(name: string): TimelineSnapshot {
  return { name, format: 'none', text: '' };
}

/** Tells whether an entry knows what its film was made from. */
export function hasTimeline({ timeline }: Pick<LedgerEntry, 'timeline'>): boolean {
  return timeline.format !== 'none';
}

/** A film's history up to now. */
export interface FilmHistory {
  readonly ledger: Ledger;
  /** The entry that describes the film; null where none does: it is new here, or was edited elsewhere. */
  readonly entry: LedgerEntry | null;
  /** The film as chunks, their digests known to be those of the bytes. */
  readonly chunks: readonly EncodedChunk[];
}

/**
 * Reads a film's history, and makes sure of its packets, those of the sound too: by its facts when they are as we left them, else by hashing.
 *
 * @throws PW_VERIFY_FAILED when packets are not what the history says; PW_LEDGER_*, PW_FILE_*
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
    return { ledger, entry: null, chunks };
  }
  if (paranoid || trustOf(entry, film.stat) !== 'trusted') await requireWhole(context, movie, entry);
  return { ledger, entry, chunks: entry.chunks };
}

/**
 * Holds a film's bytes against its history: pictures and all other tracks. Reads all of it.
 *
 * @param path how messages name the film. Default: the movie's; a copy that is about to take its place is named by it.
 * @throws PW_VERIFY_FAILED when something is not what was written; PW_FILE_*
 */
export async function requireWhole(
  context: RenderContext,
  movie: Movie,
  entry: LedgerEntry,
  path: string = movie.path,
): Promise<void> {
  const { files, hashing } = context;
  const chunks = chunksOf(movie, entry.chunks);
  const bad = await corruptChunks(files, chunks, hashing);
  if (bad.length > 0) {
    throw notWhole(path, `${bad.length} of ${chunks.length} chunks are`, bad.length);
  }
  const isOther = isOwn(entry)
    ? (await corruptChunks(files, deliverableSound(entry, movie.path), hashing)).length > 0
    : (await otherTracks(context, movie))?.digest !== entry.sound?.digest;
  if (isOther) throw notWhole(path, isOwn(entry) ? 'the sound is' : 'sound, timecode or text is', 0);
}

function notWhole(path: string, what: string, damaged: number): PatchworkError {
  return new PatchworkError('PW_VERIFY_FAILED', `${JSON.stringify(path)}: ${what} not what its history says`, {
    hint: 'Take the film from a backup; patchwork verify says what is damaged.',
    details: { path, damaged },
  });
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

/** The tracks that are no pictures, each as one piece named by its bytes; null where there are none. */
export async function otherTracks(context: RenderContext, movie: Movie): Promise<LedgerSound | null> {
  const digests = await trackDigests(context.files, movie, context.hashing, {
    wanted: ({ handler, tables }) => handler !== 'vide' && tables.count > 0,
  });
  const known = digests.filter((digest) => digest !== null);
  if (known.length === 0) return null;
  const digest = context.sha256(known.join('\n'));
  const pieces = known.map((each) => ({
    key: each,
    digest: each,
    sizes: [0],
    order: [0],
    sync: [true],
    config: '',
    offset: 0,
  }));
  return { key: digest, digest, config: '', samplesPerPacket: 1, priming: 0, samples: 0, pieces };
}
