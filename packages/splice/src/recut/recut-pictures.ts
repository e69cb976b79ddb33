import type { PatchableMovie } from '../patch/boundaries.ts';
import { runsOf, type PlacedChunk } from '../container/movie-spec.ts';
import type { Edit, Track } from '../container/movie.ts';
import { oneRun } from '../bytes/runs.ts';
import type { RecutChunk, RecutTrack } from './recut-model.ts';

/**
 * The picture track of a movie whose frames are other ones, in other places: each lasts as long as all of them did, and is
 * shown as much after its decoding as the film's first picture was.
 *
 * @param pieces in order, of the film's stream.
 * @param entry the sample entry for all of them.
 */
export function recutPictures(base: PatchableMovie, pieces: readonly PlacedChunk[], entry: Uint8Array): RecutTrack {
  const { track, samples, times } = base;
  const frames = pieces.reduce((sum, { sizes }) => sum + sizes.length, 0);
  const duration = samples.durations[0] ?? 0;
  const first = times[0] ?? 0;
  const sizes = new Uint32Array(frames);
  const composition = new Int32Array(frames);
  const sync = new Uint8Array(frames);
  let at = 0;
  for (const piece of pieces) {
    const start = at;
    piece.sizes.forEach((size, i) => {
      sizes[at] = size;
      composition[at] = first + (start + (piece.order[i] ?? 0) - at) * duration;
      sync[at] = piece.sync[i] === true ? 1 : 0;
      at += 1;
    });
  }
  const mediaDuration = frames * duration;
  return {
    count: frames,
    sizes,
    durationRuns: oneRun(frames, duration),
    composition: composition.every((offset) => offset === 0) ? null : composition,
    sync: sync.every((mark) => mark === 1) ? null : sync,
    entry,
    mediaDuration,
    edits: longerEdits(track, movieTicks(base, mediaDuration) - movieTicks(base, samples.count * duration)),
    chunks: pictureChunks(pieces, duration / track.timescale),
    keepsRoll: false,
  };
}

/** A time of the picture track in the movie's ticks. */
function movieTicks({ movie, track }: PatchableMovie, ticks: number): number {
  return Math.round((ticks * movie.timescale) / track.timescale);
}

/** The edits of a track whose media got longer: the last one that shows something takes the difference. */
export function longerEdits({ edits }: Pick<Track, 'edits'>, deltaTicks: number): readonly Edit[] {
  const shown = edits.findLastIndex(({ mediaTime }) => mediaTime >= 0);
  return edits.map((edit, i) =>
    // An edit of no length shows all that is left.
    i === shown && edit.duration > 0 ? { ...edit, duration: Math.max(1, edit.duration + deltaTicks) } : edit,
  );
}

/** Storage chunks of up to a second; those that stand together in one source are one. */
function pictureChunks(pieces: readonly PlacedChunk[], secondsPerFrame: number): readonly RecutChunk[] {
  const chunks: { path: string; offset: number; sizeBytes: number; samples: number; seconds: number }[] = [];
  const most = Math.max(1, Math.round(1 / secondsPerFrame));
  let frame = 0;
  for (const piece of pieces) {
    let sample = 0;
    for (const { offset, sizeBytes } of runsOf(piece)) {
      let at = 0;
      while (at < sizeBytes) {
        const size = piece.sizes[sample] ?? sizeBytes - at;
        const last = chunks.at(-1);
        const isNext = last?.path === piece.path && last.offset + last.sizeBytes === offset + at;
        if (last !== undefined && isNext && last.samples < most) {
          last.sizeBytes += size;
          last.samples += 1;
        } else {
          const seconds = frame * secondsPerFrame;
          chunks.push({ path: piece.path, offset: offset + at, sizeBytes: size, samples: 1, seconds });
        }
        at += size;
        sample += 1;
        frame += 1;
      }
    }
  }
  return chunks;
}
