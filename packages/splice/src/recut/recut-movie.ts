import type { Digest, FilePort } from '@patchwork/kernel';
import { appendMovie, type Appended } from '../publish/append.ts';
import { placeRuns } from '../publish/appended-runs.ts';
import { readRuns } from '../bytes/byte-copy.ts';
import { cloned } from '../patch/clone.ts';
import type { Hashing } from '../bytes/hashing.ts';
import { writeIndexInFront, type RewrittenMovie } from '../patch/index-in-front.ts';
import { movingChunks, unchanged } from '../patch/movie-rewriter.ts';
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
  record: ((moovDigest: Digest) => Promise<void>) | null,
): Promise<Appended> {
  const { movie } = recut;
  return await appendMovie(
    files,
    movie,
    hashing,
    async (append) => {
      const changed = movie.tracks.flatMap((_, index) =>
        (recut.tracks.get(index)?.chunks ?? []).map((chunk) => ({ index, chunk })),
      );
      const offsets = await placeRuns(
        files,
        movie.path,
        changed.map(({ chunk }) => chunk),
        append,
        () => undefined,
        (run) => {
          throw new TypeError(`appendRecut: ${changed[run]?.chunk.path} is shorter than what is taken from it`);
        },
      );
      const places = new Map(movie.tracks.map(({ tables }, index) => [index, tables.chunkOffsets]));
      for (const index of recut.tracks.keys()) {
        places.set(
          index,
          offsets.filter((_, i) => changed[i]?.index === index),
        );
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
  return await cloned(files, movie.path, path, () => appendRecut(files, moved, hashing, null));
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
