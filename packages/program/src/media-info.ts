import type { Digest } from '@patchwork/kernel';
import type { Rate, Rational } from '@patchwork/time';
import type { ColorTags } from './canvas.ts';

/**
 * What is known of a media file. Made by `media` (probe) and `render` (identity), consumed here. The same bytes under
 * two names have one identity, and so give equal keys.
 */
export interface MediaInfo {
  /**
   * SHA-256 of all that can be seen and heard: facts, decoder set-up and every packet with its time. So a remux and a copy
   * are one identity, and any other change of the file is another.
   */
  readonly identity: Digest;
  /** Where the bytes are on this machine. Never enters a key. */
  readonly path: string;
  readonly container: string;
  readonly video: VideoStreamInfo | null;
  readonly sound: readonly SoundStreamInfo[];
  /** Of the first frame, in frames at the video rate counted from 00:00:00:00; null when the file has none. */
  readonly startTimecode: { readonly frame: number; readonly dropFrame: boolean } | null;
}

/** The picture stream of a file. */
export interface VideoStreamInfo {
  /** Index in the container. */
  readonly stream: number;
  readonly codec: string;
  readonly profile: string;
  readonly width: number;
  readonly height: number;
  readonly pixelFormat: string;
  readonly pixelAspect: Rational;
  /** Degrees clockwise by which the picture is to be turned when shown: 0, 90, 180 or 270. */
  readonly rotation: number;
  /** `progressive`, `tt`, `bb`, `tb`, `bt` or `unknown`. */
  readonly fieldOrder: string;
  readonly color: ColorTags;
  /** Frames per second; of a variable-rate stream the average, and `times` says when each frame comes. */
  readonly rate: Rate;
  /** Number of pictures in presentation order. A still has 1 and `still` true: it shows at every time. */
  readonly frames: number;
  readonly still: boolean;
  /** Seconds per tick of `firstPts` and `times`. */
  readonly timeBase: Rational;
  /** Presentation time of the first picture, in ticks. */
  readonly firstPts: number;
  /**
   * Presentation times of all pictures in ticks, ascending, when they are not `firstPts + round(i ÷ rate ÷ timeBase)`
   * (variable rate); null for a constant rate.
   */
  readonly times: readonly number[] | null;
}

/** A sound stream of a file. */
export interface SoundStreamInfo {
  readonly stream: number;
  readonly codec: string;
  readonly sampleRate: number;
  readonly channels: number;
  /** FFmpeg's layout name, `mono`, `stereo`, `5.1` …; `unknown` where the file does not say. */
  readonly layout: string;
  /** First sample's presentation time, exact seconds (after the edit list took the priming away). */
  readonly start: Rational;
  /** Samples after decoding and trimming; from the container's duration, so it may be off by a codec frame. */
  readonly samples: number;
}
