import type { Digest, FilePort } from '@patchwork/kernel';
import { appendMovie, type Appended, type AppendBytes } from '../publish/append.ts';
import { readRuns } from '../bytes/byte-copy.ts';
import { cloned } from '../patch/clone.ts';
import type { Hashing } from '../bytes/hashing.ts';
import { writeIndexInFront, type RewrittenMovie } from '../patch/index-in-front.ts';
import { movingChunks, unchanged } from '../patch/movie-rewriter.ts';
import type { Movie } from '../container/movie.ts';
import { recutMoov } from './recut-index.ts';
import type { Recut, RecutChunk } from './recut-model.ts';

/**
 * Writes a movie with other samples in some of its tracks: index in front, storage chunks of all tracks in the order of their
 * times, no dead bytes. Durable when it returns; removed when it fails. `path` must not exist.
 *
 * @throws PW_PATCH_TABLE, PW_MOVIE_CHANGED, PW_FILE_*
 */
export async function writeRecut(
  files: FilePort,
  path: string,
  recut: Recut,
  hashing: Pick<Hashing, 'sha256'>,
): Promise<RewrittenMovie> {
  const { movie } = recut;
  const lists = movie.tracks.map((_, track) => chunksOfTrack(recut, track));
  const moving = lists.flatMap((chunks, track) => chunks.map((chunk, number) => ({ ...chunk, track, number })));
  moving.sort((a, b) => a.seconds - b.seconds || a.track - b.track || a.number - b.number);
  const places = new Map(lists.map((chunks, track) => [track, new Float64Array(chunks.length)]));
  let at = 0;
  for (const { track, number, sizeBytes } of moving) {
    (places.get(track) ?? new Float64Array(0))[number] = at;
    at += sizeBytes;
  }
  const placedAt = (start: number): ReadonlyMap<number, Float64Array> =>
    new Map([...places].map(([track, offsets]) => [track, offsets.map((offset) => offset + start)]));
  return await writeIndexInFront(
    files,
    path,
    movie,
    moving,
    (dataOffset, isLarge) => recutMoov(recut, placedAt(dataOffset), isLarge),
    hashing,
  );
}

/**
 * Makes a movie another version of itself in place: what it keeps stays where it stands, fresh samples and a new index are
 * appended. `undo` takes it back.
 *
 * @throws as `appendMovie`; PW_PATCH_TABLE
 */
export async function appendRecut(
  files: FilePort,
  recut: Recut,
  hashing: Pick<Hashing, 'sha256'>,
  record: (moovDigest: Digest) => Promise<void>,
): Promise<Appended> {
  const { movie } = recut;
  return await appendMovie(
    files,
    movie,
    hashing,
    async (append) => {
      const places = new Map<number, Float64Array>();
      const known = new Map<string, number>();
      for (const [index, track] of movie.tracks.entries()) {
        const change = recut.tracks.get(index);
        const offsets =
          change === undefined ? track.tables.chunkOffsets : await appended(files, movie, change.chunks, known, append);
        places.set(index, offsets);
      }
      return recutMoov(recut, places, false);
    },
    record,
  );
}

/** Makes a clone of a movie another version of it (`--fast`). `path` must not exist; it is removed on failure. */
export async function cloneRecut(
  files: FilePort,
  path: string,
  recut: Recut,
  hashing: Pick<Hashing, 'sha256'>,
): Promise<Appended> {
  const { movie } = recut;
  const move = (chunk: RecutChunk): RecutChunk => (chunk.path === movie.path ? { ...chunk, path } : chunk);
  const tracks = new Map([...recut.tracks].map(([i, track]) => [i, { ...track, chunks: track.chunks.map(move) }]));
  const moved: Recut = { ...recut, movie: { ...movie, path }, tracks };
  return await cloned(files, movie.path, path, () => appendRecut(files, moved, hashing, async () => undefined));
}

/** Hashes what each track will hold, by place in `movie.tracks`; null for the pictures, whose chunks have digests. */
export async function recutDigests(
  files: FilePort,
  recut: Recut,
  hashing: Hashing,
): Promise<readonly (Digest | null)[]> {
  const digests: (Digest | null)[] = [];
  for (const [index, { handler }] of recut.movie.tracks.entries()) {
    if (handler === 'vide') {
      digests.push(null);
      continue;
    }
    const digest = hashing.startSha256();
    await readRuns(
      files,
      chunksOfTrack(recut, index),
      (data) => digest.update(data),
      () => {
        throw new TypeError('recutDigests: a source is shorter than what is taken from it');
      },
    );
    digests.push(digest.digest());
  }
  return digests;
}

function chunksOfTrack(
  { movie, tracks }: Recut,
  index: number,
): readonly Pick<RecutChunk, 'path' | 'offset' | 'sizeBytes' | 'seconds'>[] {
  const change = tracks.get(index);
  const track = movie.tracks[index];
  if (change !== undefined) return change.chunks;
  return track === undefined
    ? []
    : movingChunks(movie, track, index, unchanged(track), { scratch: '', track: -1, chunks: new Set() });
}

/** Places of storage chunks in the movie itself; those of other files are appended, each once. */
async function appended(
  files: FilePort,
  movie: Movie,
  chunks: readonly RecutChunk[],
  known: Map<string, number>,
  append: AppendBytes,
): Promise<Float64Array> {
  const offsets = new Float64Array(chunks.length);
  for (const [i, { path, offset, sizeBytes }] of chunks.entries()) {
    if (path === movie.path) {
      offsets[i] = offset;
      continue;
    }
    const name = `${path}\n${offset}\n${sizeBytes}`;
    const there = known.get(name);
    offsets[i] = there ?? (await appendBytes(files, { path, offset, sizeBytes }, append));
    known.set(name, offsets[i] ?? 0);
  }
  return offsets;
}

async function appendBytes(
  files: FilePort,
  run: Pick<RecutChunk, 'path' | 'offset' | 'sizeBytes'>,
  append: AppendBytes,
): Promise<number> {
  const blocks: Uint8Array[] = [];
  await readRuns(
    files,
    [run],
    (data) => blocks.push(data.slice()),
    () => {
      throw new TypeError(`appendRecut: ${run.path} is shorter than what is taken from it`);
    },
  );
  return await append(Buffer.concat(blocks));
}
