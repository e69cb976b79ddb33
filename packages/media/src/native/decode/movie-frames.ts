import { PatchworkError } from '@patchwork/kernel';
import { rational } from '@patchwork/time';
import { AV_DISPOSITION_ATTACHED_PIC, AVMEDIA_TYPE_VIDEO } from 'node-av/constants';
import type { FormatContext, Stream } from 'node-av/lib';
import type { FrameGrid } from '../../jobs.ts';
import { frameTimes } from './frame-times.ts';
import { openInput } from './input.ts';
import { scanPackets } from './packet-scan.ts';

/** Where the frames of a movie's picture stream stand. */
export interface MovieFrames {
  readonly stream: number;
  readonly frames: number;
  /** Presentation time of a frame in ticks. @throws TypeError outside the movie */
  ptsOf(frame: number): number;
}

/**
 * Finds the presentation times of a movie's frames: from its tables where they state one whole number of ticks a frame,
 * else by reading all packets.
 *
 * @throws PW_MEDIA_*
 */
export function movieFrames(path: string): MovieFrames {
  const input = openInput(path);
  try {
    return statedMovieFrames(input, path) ?? scannedFrames(input, path);
  } finally {
    input.closeInputSync();
  }
}

/** As {@link movieFrames}, from the tables of a movie that is open; null where only its packets would tell. */
export function statedMovieFrames(input: FormatContext, path: string): MovieFrames | null {
  return statedFrames(pictureStream(input, path), input.iformat?.name ?? '');
}

/**
 * As {@link movieFrames} of a MOV or MP4 that is open, spaced as the caller has read; null where the demuxer counts other
 * frames, or they do not stand on its ticks. An edit list's length is rounded and says nothing.
 */
export function gridFrames(input: FormatContext, path: string, { frames, rate }: FrameGrid): MovieFrames | null {
  const source = pictureStream(input, path);
  const { timeBase } = source;
  const ticks = (timeBase.den * rate.den) / (timeBase.num * rate.num);
  const first = Number(source.startTime);
  const isMovie = (input.iformat?.name ?? '').split(',').includes('mov');
  if (!isMovie || Number(source.nbFrames) !== frames || !Number.isInteger(ticks) || !Number.isSafeInteger(first))
    return null;
  return evenFrames(source.index, { frames, first, ticks });
}

function evenFrames(stream: number, even: { frames: number; first: number; ticks: number }): MovieFrames {
  const { frames, first, ticks } = even;
  return {
    stream,
    frames,
    ptsOf: (frame) => inMovie(frame >= 0 && frame < frames ? first + frame * ticks : undefined, frame),
  };
}

function pictureStream(input: FormatContext, path: string): Stream {
  const source = input.streams.find(
    (stream) => stream.codecpar.codecType === AVMEDIA_TYPE_VIDEO && !stream.hasDisposition(AV_DISPOSITION_ATTACHED_PIC),
  );
  if (source !== undefined) return source;
  throw new PatchworkError('PW_MEDIA_NO_STREAMS', `${path}: it holds no picture`, {
    hint: 'Choose another file.',
    details: { path },
  });
}

function scannedFrames(input: FormatContext, path: string): MovieFrames {
  const source = pictureStream(input, path);
  const packets = scanPackets(input).streams[source.index];
  const shown = (packets?.pts ?? []).filter((one): one is number => one !== null);
  const { times } = frameTimes(
    shown,
    packets?.lastDuration ?? 0,
    rational(source.timeBase.num, source.timeBase.den),
    [],
  );
  const sorted = times ?? shown.toSorted((a, b) => a - b);
  return { stream: source.index, frames: sorted.length, ptsOf: (frame) => inMovie(sorted[frame], frame) };
}

/** A MOV or MP4 that states its frame count, duration and rate consistently. */
function statedFrames(source: Stream, container: string): MovieFrames | null {
  const frames = Number(source.nbFrames);
  const duration = Number(source.duration);
  const { avgFrameRate: rate, timeBase } = source;
  if (!container.split(',').includes('mov') || frames <= 0 || duration <= 0 || duration % frames !== 0) return null;
  const ticks = duration / frames;
  if (rate.num * timeBase.num * ticks !== rate.den * timeBase.den) return null;
  return evenFrames(source.index, { frames, first: Number(source.startTime), ticks });
}

function inMovie(pts: number | undefined, frame: number): number {
  if (pts === undefined) throw new TypeError(`frame ${frame} is not in the movie`);
  return pts;
}
