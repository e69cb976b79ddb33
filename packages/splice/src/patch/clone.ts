import type { FilePort } from '@patchwork/kernel';
import type { Appended } from '../publish/append.ts';
import type { PatchableMovie } from './boundaries.ts';
import type { Hashing } from '../bytes/hashing.ts';
import type { MovieSpec } from '../container/movie-spec.ts';
import type { Movie } from '../container/movie.ts';
import { appendOwnMovie, type AppendedOwn } from '../write/own-append.ts';
import { patchInPlace } from './patch.ts';
import type { PatchPlan } from './patch-plan.ts';

/**
 * Makes our own deliverable anew as a clone of the old one (`--fast`): where the file system clones, the cost is what is
 * fresh; where it cannot, a plain copy. The old file is not touched. `path` must not exist; it is removed on failure.
 * Pieces and sound that the spec takes from `base` are taken from the clone.
 *
 * @throws as `appendOwnMovie`, PW_FILE_*
 */
export async function cloneOwnMovie(
  files: FilePort,
  path: string,
  base: Movie,
  spec: MovieSpec,
  hashing: Hashing,
  trusted?: (path: string) => boolean,
): Promise<AppendedOwn> {
  const move = <T extends { readonly path: string }>(place: T): T =>
    place.path === base.path ? { ...place, path } : place;
  const moved: MovieSpec = {
    ...spec,
    video: { ...spec.video, pieces: spec.video.pieces.map(move) },
    sound: spec.sound === null ? null : { ...spec.sound, places: spec.sound.places.map(move) },
  };
  return await cloned(files, base.path, path, () =>
    appendOwnMovie(files, { ...base, path }, moved, hashing, null, trusted),
  );
}

/** Patches a clone of a movie (`--fast`). The movie is not touched. `path` must not exist; it is removed on failure. */
export async function patchClone(files: FilePort, path: string, plan: PatchPlan, hashing: Hashing): Promise<Appended> {
  const base: PatchableMovie = { ...plan.base, movie: { ...plan.base.movie, path } };
  return await cloned(files, plan.base.movie.path, path, () => patchInPlace(files, { ...plan, base }, hashing, null));
}

/** Copies and changes the copy; a failed one is removed, and its failure is told. */
export async function cloned<T>(files: FilePort, from: string, to: string, change: () => Promise<T>): Promise<T> {
  try {
    await files.copy(from, to);
    return await change();
  } catch (error) {
    // What is left behind has a temporary name and is found by `removeLeftovers`.
    await files.remove(to).catch(() => undefined);
    throw error;
  }
}
