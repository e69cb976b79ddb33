import { PatchworkError, type Digest } from '@patchwork/kernel';
import type { EncodedChunk } from '@patchwork/plan';
import { chunksOf, corruptChunks, type Movie } from '@patchwork/splice';
import { deliverableSound, type LedgerEntry } from '@patchwork/store';
import type { FrameRange } from '@patchwork/time';
import { framesText, placeOfEntry } from '../timeline/frames-text.ts';
import type { RenderContext } from '../run/context.ts';
import { otherTracks } from './other-tracks.ts';
import { isOwn } from '../record/renderers.ts';

/** Where a film's bytes are not what its history says. */
export interface FilmDamage {
  /** Places of chunks in the entry's list, ascending. */
  readonly chunks: readonly number[];
  /** Tracks beside the pictures, in words (`sound`, `timecode`, `text`). */
  readonly tracks: readonly string[];
}

/** A film that is as its history says. */
export const noDamage: FilmDamage = { chunks: [], tracks: [] };

/** Holds a film's bytes against its history: pictures and all other tracks. Reads all of it. @throws PW_FILE_* */
export async function damageOf(context: RenderContext, movie: Movie, entry: LedgerEntry): Promise<FilmDamage> {
  const { files, hashing } = context;
  const placed = chunksOf(movie, entry.chunks);
  const bad = new Set(await corruptChunks(files, placed, hashing));
  const chunks = placed.flatMap((chunk, index) => (bad.has(chunk) ? [index] : []));
  if (!isOwn(entry)) return { chunks, tracks: await damagedTracks(context, movie, entry) };
  const sound = await corruptChunks(files, deliverableSound(entry, movie.path), hashing);
  return { chunks, tracks: sound.length > 0 ? ['sound'] : [] };
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
  const damage = await damageOf(context, movie, entry);
  if (damage.chunks.length > 0 || damage.tracks.length > 0) throw filmDamaged(path, entry, damage);
}

async function damagedTracks(context: RenderContext, movie: Movie, { sound }: LedgerEntry): Promise<readonly string[]> {
  const found = await otherTracks(context, movie);
  if (found?.digest === sound?.digest) return [];
  const known = new Set<Digest>(sound?.pieces.map(({ digest }) => digest));
  const tracks = movie.tracks.filter(({ handler, tables }) => handler !== 'vide' && tables.count > 0);
  const names = tracks.flatMap(({ handler }, i) =>
    known.has(found?.pieces[i]?.digest ?? '') ? [] : [nameOf(handler)],
  );
  // A track that is gone, or one that stands elsewhere: the index says so too, but never silently.
  return names.length > 0 ? [...new Set(names)] : ['sound, timecode or text'];
}

function nameOf(handler: string): string {
  return { soun: 'sound', tmcd: 'timecode' }[handler] ?? 'text';
}

/** Frames of chunks that stand at places of a list; neighbours are joined. */
export function framesOfChunks(
  chunks: readonly Pick<EncodedChunk, 'order'>[],
  places: readonly number[],
): readonly FrameRange[] {
  const wanted = new Set(places);
  const ranges: { in: number; out: number }[] = [];
  let at = 0;
  chunks.forEach(({ order }, index) => {
    const end = at + order.length;
    const last = ranges.at(-1);
    if (wanted.has(index)) {
      if (last?.out === at) last.out = end;
      else ranges.push({ in: at, out: end });
    }
    at = end;
  });
  return ranges;
}

/**
 * Builds the error for a film that cannot be taken as it is.
 *
 * @param path how the message names the film.
 */
export function filmDamaged(path: string, entry: LedgerEntry, { chunks, tracks }: FilmDamage): PatchworkError {
  const ranges = framesOfChunks(entry.chunks, chunks);
  const place = placeOfEntry(entry);
  const frames = ranges.slice(0, 3).map((range) => framesText(range, place));
  const more = ranges.length > 3 ? [`${ranges.length - 3} more stretches`] : [];
  const what = [...frames, ...more, ...tracks].join(', ');
  const first = ranges[0];
  const mend =
    tracks.length > 0 || first === undefined
      ? 'Take the film from a backup; patchwork verify says what is damaged.'
      : `Put pictures over them (patchwork patch --range ${first.in}:${first.out} --with PIECE), or take the film from a backup.`;
  return new PatchworkError('PW_VERIFY_FAILED', `${JSON.stringify(path)}: not what its history says: ${what}`, {
    hint: mend,
    details: {
      path,
      damaged: chunks.length,
      frames: ranges.map((range) => [range.in, range.out]),
      tracks: [...tracks],
    },
  });
}
