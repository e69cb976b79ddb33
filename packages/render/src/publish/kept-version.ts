import { PatchworkError, type Digest } from '@patchwork/kernel';
import type { EncodedChunk } from '@patchwork/plan';
import {
  chunksOf,
  corruptChunks,
  joinRuns,
  otherSpans,
  readMovie,
  runsOf,
  sharedRuns,
  trackSpans,
  type Movie,
  type SharedBytes,
  type SharedRun,
} from '@patchwork/splice';
import { byteLength, type LedgerEntry, type StoredChunk } from '@patchwork/store';
import type { RenderContext } from '../run/context.ts';
import { isOwn } from '../record/renderers.ts';
import { runDigest, shortened } from '../record/file-digest.ts';

/*
 * What the store keeps of a film's version that is written anew: how its bytes stand in the file that takes its place, and
 * those that are not in it (replaced pictures, index, headers), as chunks of one pack:
 *
 *   | note: {"sizeBytes", "shared": [at, from, size, …], "pieces"} | bytes in up to 16 MiB | … |
 *
 * A chunk is named by the two entries and its number, so a version can be kept against several others. Nothing pins these
 * chunks: under its cap the store lets go of what was unused longest.
 */
const pieceBytes = 16 << 20;

/** A film's file and the entry that describes it. */
export interface FilmVersion {
  readonly movie: Movie;
  readonly entry: LedgerEntry;
}

/** Where the version before a change is: still in the file, in the store, or gone as the store has no room for it. */
export type VersionBefore =
  | { readonly where: 'file' }
  | { readonly where: 'store'; readonly bytes: number }
  | { readonly where: 'gone' };

interface Note {
  readonly sizeBytes: number;
  readonly shared: readonly number[];
  readonly pieces: number;
}

function nameOf({ sha256 }: Pick<RenderContext, 'sha256'>, id: Digest, from: Digest, piece: number): Digest {
  return sha256(`film version ${id} from ${from} piece ${piece}`);
}

/**
 * Keeps the version before a change where the film was written anew; that of a deliverable of ours is kept chunk by chunk.
 *
 * @param next.path of the new file; null where it holds the version before.
 * @throws as {@link keepVersion}
 */
export async function keptBefore(
  context: RenderContext,
  old: FilmVersion,
  next: { readonly path: string | null; readonly entry: LedgerEntry },
): Promise<VersionBefore> {
  if (next.path === null) return { where: 'file' };
  if (isOwn(old.entry)) return { where: 'store', bytes: 0 };
  const movie = await readMovie(context.files, next.path, context.sha256);
  const bytes = await keepVersion(context, old, { movie, entry: next.entry });
  return bytes === null ? { where: 'gone' } : { where: 'store', bytes };
}

/**
 * Keeps in the store what a version of a film needs to be built again from the one that takes its place. Both files are
 * there still; their packets are known to be those of their entries.
 *
 * @returns bytes kept; null where the store's cap leaves no room. @throws PW_STORE_*, PW_FILE_*
 */
export async function keepVersion(context: RenderContext, old: FilmVersion, next: FilmVersion): Promise<number | null> {
  const { files, store } = context;
  const { path, sizeBytes } = old.movie;
  const shared = sharedRuns(sharedBytes(old, next));
  const rest = otherSpans(shared, sizeBytes);
  const restBytes = rest.reduce((sum, span) => sum + span.sizeBytes, 0);
  const sizes = Array.from({ length: Math.ceil(restBytes / pieceBytes) }, (_, i) =>
    Math.min(pieceBytes, restBytes - i * pieceBytes),
  );
  const note: Note = {
    sizeBytes,
    shared: shared.flatMap(({ at, from, sizeBytes: size }) => [at, from, size]),
    pieces: sizes.length,
  };
  const head = new TextEncoder().encode(JSON.stringify(note));
  const total = head.length + restBytes;
  if (isKept(context, old.entry.id, next.entry.id)) return total;
  if ((await store.makeRoom(total, new Set())) < total) return null;
  const bytesPath = store.tempPath('replaced');
  const packPath = store.tempPath('version');
  const changed = (): never => {
    throw shortened(path);
  };
  try {
    const file = await files.open(bytesPath, 'create');
    try {
      await file.write(head, 0);
    } finally {
      await file.close();
    }
    const runs = rest.map((span) => ({ path, ...span }));
    await joinRuns(files, packPath, [{ path: bytesPath, offset: 0, sizeBytes: head.length }, ...runs], changed);
    const chunks: EncodedChunk[] = [];
    let offset = 0;
    for (const [piece, size] of [head.length, ...sizes].entries()) {
      const digest = await runDigest(context, { path: packPath, offset, sizeBytes: size });
      const key = nameOf(context, old.entry.id, next.entry.id, piece);
      chunks.push({ key, digest, sizes: [size], order: [0], sync: [true], config: '' });
      offset += size;
    }
    await store.adoptPack(packPath, chunks);
    return total;
  } finally {
    for (const each of [bytesPath, packPath]) await files.remove(each);
  }
}

/** Chunks of one digest are the same bytes, and so are other tracks of one. */
function sharedBytes(old: FilmVersion, next: FilmVersion): readonly SharedBytes[] {
  const chunks = new Map(chunksOf(next.movie, next.entry.chunks).map((chunk) => [chunk.digest, chunk]));
  const pictures = chunksOf(old.movie, old.entry.chunks).flatMap((chunk) => {
    const there = chunks.get(chunk.digest);
    return there === undefined ? [] : [{ at: runsOf(chunk), from: runsOf(there) }];
  });
  const tracks = new Map(otherSpansOf(next));
  const others = otherSpansOf(old).flatMap(([digest, at]) => {
    const from = tracks.get(digest);
    return from === undefined ? [] : [{ at, from }];
  });
  return [...pictures, ...others];
}

function otherSpansOf({ movie, entry }: FilmVersion): readonly (readonly [Digest, SharedBytes['at']])[] {
  const tracks = movie.tracks.filter(({ handler, tables }) => handler !== 'vide' && tables.count > 0);
  const digests = entry.sound?.pieces ?? [];
  if (digests.length !== tracks.length) return [];
  return tracks.map((track, i) => [digests[i]?.digest ?? '', trackSpans(movie, track)]);
}

/** Says what became of a film's version before, for people; null where nothing is to be said. */
export function beforeText(version: VersionBefore, path: string): string | null {
  if (version.where === 'gone') return 'the version before is not kept: the store has no room for it under its cap';
  if (version.where === 'file' || version.bytes === 0) return null;
  const megabytes = (version.bytes / 1e6).toFixed(1);
  return `the version before is kept: ${megabytes} MB in the store (patchwork restore ${path}@{1})`;
}

/** Tells whether the store keeps what a version needs to be built from another; it may be gone when it is read. */
export function isKept(context: RenderContext, id: Digest, from: Digest): boolean {
  return context.store.find([nameOf(context, id, from, 0)]).size > 0;
}

/**
 * Builds a version of a film again from the file of another one. That it is the old file, its caller holds against the
 * history.
 *
 * @throws PW_RESTORE_LOST when the store let go of its bytes, or they are damaged; PW_FILE_*
 */
export async function rebuildVersion(
  context: RenderContext,
  id: Digest,
  from: { readonly id: Digest; readonly path: string },
  path: string,
): Promise<void> {
  const { files, store } = context;
  const [head] = await keptPieces(context, id, from.id, [0]);
  const text = head === undefined ? null : await store.read(head);
  const note = text === null ? null : noteFrom(new TextDecoder().decode(text));
  if (note === null) throw lost(id);
  const pieces = await keptPieces(
    context,
    id,
    from.id,
    Array.from({ length: note.pieces }, (_, i) => i + 1),
  );
  const shared = sharedFrom(note);
  const runs: { at: number; path: string; offset: number; sizeBytes: number }[] = shared.map((run) => ({
    at: run.at,
    path: from.path,
    offset: run.from,
    sizeBytes: run.sizeBytes,
  }));
  const at = otherSpans(shared, note.sizeBytes);
  const places = pieces.map((piece) => ({ offset: piece.offset, sizeBytes: byteLength(piece), path: piece.path }));
  let [piece, inPiece] = [0, 0];
  for (const span of at) {
    for (let done = 0; done < span.sizeBytes;) {
      const place = places[piece];
      if (place === undefined) throw lost(id);
      const size = Math.min(span.sizeBytes - done, place.sizeBytes - inPiece);
      runs.push({ at: span.offset + done, path: place.path, offset: place.offset + inPiece, sizeBytes: size });
      done += size;
      inPiece += size;
      if (inPiece === place.sizeBytes) [piece, inPiece] = [piece + 1, 0];
    }
  }
  await joinRuns(
    files,
    path,
    runs.toSorted((a, b) => a.at - b.at),
    () => {
      throw lost(id);
    },
  );
}

/** Null for a note that no run of this program wrote. */
function noteFrom(text: string): Note | null {
  let value: Partial<Note>;
  try {
    value = JSON.parse(text) as Partial<Note>;
  } catch {
    return null;
  }
  const isCount = (each: unknown): each is number => Number.isSafeInteger(each) && Number(each) >= 0;
  const { sizeBytes, shared, pieces } = value;
  if (!isCount(sizeBytes) || !isCount(pieces) || pieces > 1e6 || !Array.isArray(shared) || !shared.every(isCount))
    return null;
  return { sizeBytes, shared, pieces };
}

function sharedFrom({ shared }: Note): readonly SharedRun[] {
  return Array.from({ length: Math.floor(shared.length / 3) }, (_, i) => ({
    at: shared[i * 3] ?? 0,
    from: shared[i * 3 + 1] ?? 0,
    sizeBytes: shared[i * 3 + 2] ?? 0,
  }));
}

/** Pieces in order, their bytes held against their digests. @throws PW_RESTORE_LOST */
async function keptPieces(
  context: RenderContext,
  id: Digest,
  from: Digest,
  numbers: readonly number[],
): Promise<readonly StoredChunk[]> {
  const keys = numbers.map((piece) => nameOf(context, id, from, piece));
  const found = context.store.find(keys);
  const pieces = keys.map((key) => found.get(key)).filter((piece) => piece !== undefined);
  const bad = await corruptChunks(context.files, pieces, context.hashing);
  if (pieces.length < keys.length || bad.length > 0) throw lost(id);
  return pieces;
}

function lost(id: Digest): PatchworkError {
  return new PatchworkError('PW_RESTORE_LOST', `what was kept of version ${id.slice(0, 12)} is gone or damaged`, {
    hint: 'The store let it go under its cap. Take the film from a backup.',
    details: { version: id },
  });
}
