import type { ByteRun } from '../bytes/byte-copy.ts';
import type { Edit, Movie } from '../container/movie.ts';
import type { Runs } from '../bytes/runs.ts';

/** A storage chunk of a track on its way into another version of its movie. */
export interface RecutChunk extends ByteRun {
  readonly samples: number;
  /** Decoding time of its first sample, in seconds: only for ordering. */
  readonly seconds: number;
}

/** A track with other samples. What is not named here is kept byte for byte: names, language, tags, matrix, references. */
export interface RecutTrack {
  readonly count: number;
  /** Bytes of each sample, or the one size of all. */
  readonly sizes: Uint32Array | number;
  readonly durationRuns: Runs;
  /** Null where decoding order is showing order. */
  readonly composition: Int32Array | null;
  /** Null where every sample is a sync sample. */
  readonly sync: Uint8Array | null;
  /** The whole sample entry; null keeps it. */
  readonly entry: Uint8Array | null;
  /** In the track's ticks. */
  readonly mediaDuration: number;
  /** None: the whole media is shown. */
  readonly edits: readonly Edit[];
  readonly chunks: readonly RecutChunk[];
  /** Whether the roll group, which says how far sound is decoded ahead, holds for all samples. */
  readonly keepsRoll: boolean;
}

/** A movie with other samples in some tracks. */
export interface Recut {
  readonly movie: Movie;
  /** By place in `movie.tracks`; the others stay as they are. */
  readonly tracks: ReadonlyMap<number, RecutTrack>;
  /** User data of the movie with its chapters moved; null keeps it, no bytes leave it out. */
  readonly userData: Uint8Array | null;
  /** Whether boxes of the index are left out that name items by their places in the file, which are others. */
  readonly withoutItems: boolean;
  /** What could not go along, in words. */
  readonly lost: readonly string[];
}
