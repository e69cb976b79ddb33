import { PatchworkError } from '@patchwork/kernel';
import type { Movie, SampleColumns, Track } from '../container/movie.ts';
import { movedTick, type PictureMove } from '../container/picture-move.ts';
import { packedRuns } from '../bytes/runs.ts';
import type { RecutChunk, RecutTrack } from './recut-model.ts';
import { longerEdits } from './recut-pictures.ts';

/** Frames that stand together in the old movie and in the new one; `from` is null where nothing of the old one is shown. */
export interface MovedStretch {
  readonly from: number | null;
  readonly at: number;
  readonly frames: number;
}

/** How the pictures of a movie move, and where each stretch of the new one comes from. */
export interface RecutMove extends PictureMove {
  /** In order, without gaps, all of the new movie. */
  readonly stretches: readonly MovedStretch[];
  /** Ticks of the movie by which it lasts longer. */
  readonly deltaTicks: number;
}

/** Handlers whose samples are texts, of which an empty one is two zero bytes. */
const textHandlers: readonly string[] = ['text', 'sbtl', 'subt'];
const textFormats: readonly string[] = ['tx3g', 'text'];

/** A sample of another track in its new place, in ticks. */
interface MovedSample {
  readonly sample: number | null;
  readonly start: number;
  readonly end: number;
}

/**
 * A track that is neither pictures nor sound, for pictures that stand elsewhere. Timecode counts on from its start; chapters
 * begin with the pictures that they began at; texts are shown over the pictures that they were shown over, cut where these
 * are; other data moves where it lies wholly within pictures that are kept.
 *
 * @param empty where an empty text stands: two zero bytes.
 * @throws PW_ADOPT_OTHER_TRACKS naming the track and what of it cannot follow
 */
export function recutOther(
  movie: Movie,
  track: Track,
  move: RecutMove,
  empty: { readonly path: string; readonly offset: number },
): RecutTrack {
  const { samples } = track;
  const isSimple = track.edits.filter(({ mediaTime }) => mediaTime >= 0).length <= 1;
  if (samples === null || !isSimple || track.tables.chunkEntries.some((entry) => entry !== 0)) {
    throw cannotFollow(movie, track, 'its edit list or its tables are no plain ones');
  }
  if (track.handler === 'tmcd') return recutTimecode(movie, track, samples, move);
  const isChapters = movie.tracks.some(({ references }) =>
    references.some(({ type, ids }) => type === 'chap' && ids.includes(track.id)),
  );
  const moved = isChapters ? movedChapters(movie, track, samples, move) : movedTexts(movie, track, samples, move);
  return placedSamples(movie, track, samples, moved, move, empty);
}

function recutTimecode(movie: Movie, track: Track, samples: SampleColumns, move: RecutMove): RecutTrack {
  // Several samples say that the count jumps somewhere.
  if (samples.count !== 1) throw cannotFollow(movie, track, `it has ${samples.count} samples`);
  const end = ticksOf(move.frames, track.timescale, move);
  return placedSamples(movie, track, samples, [{ sample: 0, start: 0, end }], move, null);
}

/** Each begins with its picture and lasts until the next one; the first begins at the start. */
function movedChapters(movie: Movie, track: Track, samples: SampleColumns, move: RecutMove): readonly MovedSample[] {
  const starts = Array.from({ length: samples.count }, (_, i) => {
    if (i === 0) return 0;
    const tick = movedTick(BigInt(samples.dts[i] ?? 0), track.timescale, move.rate, move.frameAt);
    if (tick === null)
      throw cannotFollow(movie, track, `the picture of chapter ${i + 1} is gone, or stands in several places`);
    return Number(tick);
  });
  starts.push(ticksOf(move.frames, track.timescale, move));
  return starts.slice(0, -1).map((start, sample) => {
    const end = starts[sample + 1] ?? 0;
    if (end <= start)
      throw cannotFollow(movie, track, `chapter ${sample + 1} would have no length or change its place`);
    return { sample, start, end };
  });
}

/** What of the old samples lies over each stretch, in the new movie's time; nothing and empty texts lie between. */
function movedTexts(movie: Movie, track: Track, samples: SampleColumns, move: RecutMove): readonly MovedSample[] {
  const isText = textHandlers.includes(track.handler) && textFormats.includes(track.entries[0]?.format ?? '');
  const list: MovedSample[] = [];
  const add = (sample: number | null, start: number, end: number): void => {
    if (end <= start) return;
    if (sample === null && !isText) throw cannotFollow(movie, track, 'it says nothing of pictures that are new');
    const last = list.at(-1);
    // One text over two stretches that join is one text.
    const isSame = last !== undefined && last.sample === sample && last.end === start;
    if (isSame) list[list.length - 1] = { ...last, end };
    else list.push({ sample, start, end });
  };
  const ends = Array.from(samples.dts, (start, i) => start + (samples.durations[i] ?? 0));
  for (const { from, at, frames } of move.stretches) {
    const [start, end] = [ticksOf(at, track.timescale, move), ticksOf(at + frames, track.timescale, move)];
    if (from === null) {
      add(null, start, end);
      continue;
    }
    const shift = start - ticksOf(from, track.timescale, move);
    let done = start;
    for (let i = 0; i < samples.count; i++) {
      const [first, last] = [(samples.dts[i] ?? 0) + shift, (ends[i] ?? 0) + shift];
      if (last <= start || first >= end) continue;
      if (!isText && (first < start || last > end)) {
        throw cannotFollow(movie, track, `sample ${i + 1} lies over pictures of which some are gone`);
      }
      add(null, done, Math.max(done, first));
      add(i, Math.max(start, first), Math.min(end, last));
      done = Math.min(end, last);
    }
    add(null, done, end);
  }
  return list;
}

function ticksOf(frames: number, timescale: number, { rate }: PictureMove): number {
  return Number((BigInt(frames) * BigInt(rate.den) * BigInt(timescale)) / BigInt(rate.num));
}

function placedSamples(
  movie: Movie,
  track: Track,
  samples: SampleColumns,
  moved: readonly MovedSample[],
  { deltaTicks }: RecutMove,
  empty: { readonly path: string; readonly offset: number } | null,
): RecutTrack {
  const chunks = moved.map(({ sample, start }): RecutChunk => {
    const seconds = start / track.timescale;
    if (sample !== null) {
      const place = { offset: samples.offsets[sample] ?? 0, sizeBytes: samples.sizes[sample] ?? 0 };
      return { path: movie.path, ...place, samples: 1, seconds };
    }
    if (empty === null) throw new TypeError('recutOther: an empty text, and no place where one stands');
    return { ...empty, sizeBytes: 2, samples: 1, seconds };
  });
  const sync =
    track.tables.syncNumbers === null
      ? null
      : Uint8Array.from(moved, ({ sample }) => (sample === null ? 1 : (samples.sync[sample] ?? 1)));
  return {
    count: moved.length,
    sizes: Uint32Array.from(chunks, ({ sizeBytes }) => sizeBytes),
    durationRuns: packedRuns(Int32Array.from(moved, ({ start, end }) => end - start)),
    composition: null,
    sync: sync?.every((mark) => mark === 1) === true ? null : sync,
    entry: null,
    mediaDuration: moved.at(-1)?.end ?? 0,
    edits: longerEdits(track, deltaTicks),
    chunks,
    keepsRoll: false,
  };
}

function cannotFollow(movie: Movie, { id, handler }: Track, what: string): PatchworkError {
  const path = movie.path;
  return new PatchworkError(
    'PW_ADOPT_OTHER_TRACKS',
    `track ${id} (${handler}) of ${JSON.stringify(path)} cannot follow the edit: ${what}`,
    {
      hint: 'Take the track out of the film first, or patch the pictures alone with patchwork patch, which leaves it as it is.',
      details: { path, track: id, tracks: [handler] },
    },
  );
}
