import { PatchworkError, type FileStat } from '@patchwork/kernel';
import type { VideoStreamInfo } from '@patchwork/program';
import { constantRate, evenGrid, findBoundaries, readMovie, trimAppend, type PatchableMovie } from '@patchwork/splice';
import type { Rate } from '@patchwork/time';
import type { RenderContext } from '../run/context.ts';
import { recoverFilm } from '../record/overwritten-film.ts';
import type { TimelineFacts } from '../timeline/timeline-facts.ts';

/** A finished movie of any origin that can be cut. */
export interface FinishedFilm {
  readonly path: string;
  readonly stat: FileStat;
  readonly base: PatchableMovie;
  /** Null where the frames last differently long. */
  readonly rate: Rate | null;
  /** How ranges of it are written: its own start timecode, its own rate. */
  readonly facts: TimelineFacts;
  readonly frames: number;
}

/** Clears what a killed patch left behind a film; to be called under its lock. @throws PW_MOVIE_*, PW_FILE_* */
export async function trimFilm(context: RenderContext, path: string): Promise<void> {
  const { files, sha256 } = context;
  await recoverFilm(context, path);
  if ((await files.stat(path)) === null) return;
  await trimAppend(files, await readMovie(files, path, sha256));
}

/** Reads a finished movie and finds where it can be cut. @throws PW_MOVIE_*, PW_ADOPT_*, PW_STREAM_*, PW_FILE_* */
export async function openFilm(context: Pick<RenderContext, 'files' | 'sha256'>, path: string): Promise<FinishedFilm> {
  const { files, sha256 } = context;
  const stat = await files.stat(path);
  if (stat === null || stat.isDirectory) {
    throw new PatchworkError('PW_FILE_ABSENT', `there is no file ${JSON.stringify(path)}`, {
      hint: 'Check the path; the disk may not be mounted.',
      details: { path },
    });
  }
  const movie = await readMovie(files, path, sha256);
  const base = await findBoundaries(files, movie);
  refuseHidden(base);
  const rate = constantRate(base);
  const video = base.track.entries[0]?.video ?? null;
  return {
    path,
    stat,
    base,
    rate,
    frames: base.samples.count,
    facts: {
      width: video?.width ?? null,
      height: video?.height ?? null,
      rate,
      startFrame: movie.timecode?.frame ?? 0,
      dropFrame: movie.timecode?.dropFrame ?? false,
    },
  };
}

/** Frames are counted by what players show: a film whose edit list hides pictures or shows some twice is not safe to count. */
function refuseHidden({ movie, track, times }: PatchableMovie): void {
  const shown = track.edits.filter(({ mediaTime }) => mediaTime >= 0);
  const [edit] = shown;
  if (edit === undefined) return;
  const end = edit.mediaTime + (edit.duration * track.timescale) / movie.timescale;
  const isWhole = shown.length === 1 && edit.mediaTime <= (times[0] ?? 0) && end > (times.at(-1) ?? 0);
  if (isWhole) return;
  const head = times.findIndex((time) => time >= edit.mediaTime);
  const hidden = { head: head < 0 ? times.length : head, tail: times.filter((time) => time >= end).length };
  const what =
    shown.length > 1
      ? `has ${shown.length} pieces, which hide pictures or show some twice`
      : `hides pictures: ${hidden.head} at the head and ${hidden.tail} at the tail`;
  throw new PatchworkError('PW_ADOPT_EDITS', `${JSON.stringify(movie.path)} cannot be patched: its edit list ${what}`, {
    hint: 'It was trimmed without being encoded. Export it anew, from its timeline or by encoding it.',
    details: { path: movie.path, edits: shown.length, hidden },
  });
}

/**
 * The picture stream of a film, by the media library. That its pictures are evenly spaced, and how many there are, our own
 * reading of its tables says; where they are not, its packets are counted, which reads all of it.
 *
 * @throws PW_MEDIA_*, PW_PIECE_NO_PICTURE
 */
export async function filmVideo(context: RenderContext, film: FinishedFilm): Promise<VideoStreamInfo> {
  const { path, base } = film;
  const grid = evenGrid(base);
  const stated = grid === null ? null : await context.workers().statedVideo({ path, grid }, { signal: context.signal });
  return stated ?? probedVideo(context, path);
}

/** The picture stream of a file, by the media library's own reading. @throws PW_MEDIA_*, PW_PIECE_NO_PICTURE */
export async function probedVideo(context: RenderContext, path: string): Promise<VideoStreamInfo> {
  const { video } = await context.workers().probe(path, { signal: context.signal });
  if (video !== null) return video;
  throw new PatchworkError('PW_PIECE_NO_PICTURE', `${JSON.stringify(path)} holds no pictures`, {
    hint: 'Give a file with a picture stream.',
    details: { path },
  });
}
