import { PatchworkError, type FilePort } from '@patchwork/kernel';
import type { Hashing } from '../bytes/hashing.ts';
import { rewrittenMoov, type TrackChange } from '../container/index-rewriter.ts';
import type { Movie, Track } from '../container/movie.ts';
import { writeIndexInFront, type RewrittenMovie } from './index-in-front.ts';
import { patchedColumns, type PatchPlan } from './patch-plan.ts';
import { writeFresh } from './fresh-pictures.ts';
import { pictureChange, pictureIndex } from './patch.ts';

/** A storage chunk on its way into the new file. */
export interface MovingChunk {
  readonly track: number;
  readonly chunk: number;
  readonly path: string;
  readonly offset: number;
  readonly sizeBytes: number;
  /** Decoding time of its first sample, in seconds: only for ordering. */
  readonly seconds: number;
}

/**
 * Writes a movie anew, with a patch or without: index in front, the storage chunks of all tracks in the order of their
 * times, no dead bytes. All tables that the patch does not touch, all other tracks, metadata and the boxes of the top
 * level are kept byte for byte. Durable when it returns; removed when it fails. `path` and `scratch` must not exist;
 * `scratch` receives the fitted pictures meanwhile and is removed.
 *
 * @throws PW_PATCH_TABLE, PW_SPLICE_CHUNK_CORRUPT, PW_MOVIE_CHANGED, PW_FILE_*
 */
export async function rewriteMovie(
  files: FilePort,
  path: string,
  movie: Movie,
  plan: PatchPlan | null,
  scratch: string,
  hashing: Hashing,
): Promise<RewrittenMovie> {
  const changes = new Map<number, TrackChange>(movie.tracks.map((track, i) => [i, unchanged(track)]));
  let patched: ReadonlySet<number> = new Set();
  try {
    if (plan !== null) {
      const change = await patchedChange(files, plan, scratch, hashing);
      changes.set(pictureIndex(plan), change);
      patched = new Set(freshChunks(plan, change));
    }
    return await writeAnew(
      files,
      path,
      movie,
      changes,
      { scratch, chunks: patched, track: plan === null ? -1 : pictureIndex(plan) },
      hashing,
    );
  } finally {
    await files.remove(scratch);
  }
}

async function patchedChange(
  files: FilePort,
  plan: PatchPlan,
  scratch: string,
  hashing: Hashing,
): Promise<TrackChange> {
  const file = await files.open(scratch, 'create');
  try {
    let at = 0;
    const fresh = await writeFresh(files, plan, hashing, async (data) => {
      const place = at;
      await file.write(data, place);
      at += data.length;
      return place;
    });
    return pictureChange(plan, patchedColumns(plan, fresh));
  } finally {
    await file.close();
  }
}

/** Places of the storage chunks that hold fresh samples. */
function freshChunks(plan: PatchPlan, change: TrackChange): readonly number[] {
  const list: number[] = [];
  let sample = 0;
  change.samples?.chunkSamples.forEach((samples, chunk) => {
    if (sample >= plan.from && sample < plan.to) list.push(chunk);
    sample += samples;
  });
  return list;
}

/** A track that stays as it is. */
export function unchanged(track: Track): TrackChange {
  return { chunkOffsets: track.tables.chunkOffsets, samples: null };
}

/** Storage chunks of one track that stand in a scratch file. */
interface Fresh {
  readonly scratch: string;
  readonly track: number;
  readonly chunks: ReadonlySet<number>;
}

async function writeAnew(
  files: FilePort,
  path: string,
  movie: Movie,
  changes: ReadonlyMap<number, TrackChange>,
  fresh: Fresh,
  hashing: Hashing,
): Promise<RewrittenMovie> {
  const moving = movie.tracks.flatMap((track, i) =>
    movingChunks(movie, track, i, changes.get(i) ?? unchanged(track), fresh),
  );
  moving.sort((a, b) => a.seconds - b.seconds || a.track - b.track || a.chunk - b.chunk);
  return await writeIndexInFront(
    files,
    path,
    movie,
    moving,
    (dataOffset, isLarge) => rewrittenMoov(movie, placedAt(movie, changes, moving, dataOffset), isLarge),
    hashing,
  );
}

/** The changes with offsets in the new file. */
function placedAt(
  movie: Movie,
  changes: ReadonlyMap<number, TrackChange>,
  moving: readonly MovingChunk[],
  dataOffset: number,
): ReadonlyMap<number, TrackChange> {
  const placed = new Map(movie.tracks.map((_, i) => [i, new Float64Array(changes.get(i)?.chunkOffsets.length ?? 0)]));
  let at = dataOffset;
  for (const { track, chunk, sizeBytes } of moving) {
    const offsets = placed.get(track);
    if (offsets !== undefined) offsets[chunk] = at;
    at += sizeBytes;
  }
  return new Map(
    [...changes].map(([track, change]) => [
      track,
      { ...change, chunkOffsets: placed.get(track) ?? change.chunkOffsets },
    ]),
  );
}

/** The storage chunks of a track, old and fresh. @throws PW_PATCH_TABLE */
export function movingChunks(
  movie: Movie,
  track: Track,
  index: number,
  change: TrackChange,
  fresh: Fresh,
): readonly MovingChunk[] {
  const columns = change.samples?.columns ?? track.samples;
  const chunkSamples = change.samples?.chunkSamples ?? track.tables.chunkSamples;
  const uniform = typeof track.tables.sizes === 'number' && columns === null ? uniformSampleBytes(movie, track) : 0;
  const ticks = columns === null ? (track.tables.durationRuns.durations[0] ?? 1) : 0;
  let sample = 0;
  return Array.from(chunkSamples, (samples, chunk) => {
    const first = sample;
    sample += samples;
    let sizeBytes = samples * uniform;
    if (columns !== null) for (let i = first; i < sample; i++) sizeBytes += columns.sizes[i] ?? 0;
    const time = columns === null ? first * ticks : (columns.dts[first] ?? 0);
    const isFresh = index === fresh.track && fresh.chunks.has(chunk);
    return {
      track: index,
      chunk,
      path: isFresh ? fresh.scratch : movie.path,
      offset: change.chunkOffsets[chunk] ?? 0,
      sizeBytes,
      seconds: time / track.timescale,
    };
  });
}

/** Old QuickTime files say a size of 1 for sound of any width; how many bytes that is must not be guessed. */
function uniformSampleBytes(movie: Movie, track: Track): number {
  const size = typeof track.tables.sizes === 'number' ? track.tables.sizes : 0;
  const sound = track.entries[0]?.sound;
  if (size > 1 || sound == null || sound.channels * sound.bitsPerSample <= 8) return size;
  throw new PatchworkError(
    'PW_PATCH_TABLE',
    `the sound of ${JSON.stringify(movie.path)} does not say how large its samples are`,
    {
      hint: 'Remux the file with a current program, then patch it.',
      details: { path: movie.path, format: track.entries[0]?.format ?? '' },
    },
  );
}
