import { PatchworkError, type Digest, type FilePort, type OpenFile } from '@patchwork/kernel';
import { copyRuns, type ByteRun } from '../bytes/byte-copy.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { flushedEarly } from '../write/early-flush.ts';
import { removeFailed } from '../bytes/failed-file.ts';
import type { Hashing } from '../bytes/hashing.ts';
import { rewrittenMoov, type TrackChange } from '../container/index-rewriter.ts';
import type { Movie, Track } from '../container/movie.ts';
import { patchedColumns, type PatchPlan } from './patch-plan.ts';
import { pictureChange, pictureIndex, writeFresh } from './patch.ts';

/** What {@link rewriteMovie} wrote. */
export interface RewrittenMovie {
  readonly sizeBytes: number;
  readonly moovDigest: Digest;
}

/** Boxes of the top level that are not carried over: the index and the media data are written anew, the rest is empty. */
const notCarried: readonly string[] = ['moov', 'mdat', 'free', 'skip', 'wide', 'foov'];

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
  const content = moving.reduce((sum, chunk) => sum + chunk.sizeBytes, 0);
  const front = await carriedBoxes(files, movie);
  const large = rewrittenMoov(movie, changes, true).length + front.length + content + 16 > 0xffffffff;
  const sizeOfIndex = rewrittenMoov(movie, placedAt(movie, changes, moving, 0), large).length;
  const dataOffset = front.length + sizeOfIndex + 16;
  const moov = rewrittenMoov(movie, placedAt(movie, changes, moving, dataOffset), large);
  if (moov.length !== sizeOfIndex) throw new TypeError('rewriteMovie: the index changed its size with its offsets');
  const head = new ByteWriter(front.length + moov.length + 16);
  head.bytes(front);
  head.bytes(moov);
  head.u32(1);
  head.latin1('mdat');
  head.u64(content + 16);
  const out = await files.open(path, 'create');
  try {
    await copyContent(files, out, movie, moving, head.toBytes());
    await out.sync();
    await out.close();
  } catch (error) {
    throw await removeFailed(files, out, path, error);
  }
  return { sizeBytes: dataOffset + content, moovDigest: hashing.sha256(moov) };
}

/** Writes the head of a movie and its storage chunks behind it. @throws PW_MOVIE_CHANGED, PW_FILE_* */
export async function copyContent(
  files: FilePort,
  out: OpenFile,
  movie: Pick<Movie, 'path'>,
  moving: readonly ByteRun[],
  head: Uint8Array,
): Promise<void> {
  await out.write(head, 0);
  const flushed = flushedEarly(out);
  await copyRuns(
    files,
    moving,
    flushed,
    head.length,
    () => undefined,
    () => {
      throw new PatchworkError('PW_MOVIE_CHANGED', `${JSON.stringify(movie.path)} became shorter while it was copied`, {
        hint: 'Wait until the program that writes it is done, then run again.',
        details: { path: movie.path },
      });
    },
  );
  await flushed.finish();
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

/** `ftyp` and every other box of the top level that says something, in order. */
export async function carriedBoxes(files: FilePort, movie: Movie): Promise<Uint8Array> {
  const file = await files.open(movie.path, 'read');
  try {
    const parts: Uint8Array[] = [];
    for (const box of movie.boxes) {
      if (notCarried.includes(box.type)) continue;
      if (box.size > 2 ** 26) {
        throw new PatchworkError(
          'PW_PATCH_TABLE',
          `${JSON.stringify(movie.path)} has a box "${box.type}" of ${box.size} bytes`,
          {
            hint: 'Remux the file without it.',
            details: { path: movie.path, type: box.type },
          },
        );
      }
      const bytes = new Uint8Array(box.size);
      await file.read(bytes, box.offset);
      parts.push(bytes);
    }
    return Buffer.concat(parts);
  } finally {
    await file.close();
  }
}
