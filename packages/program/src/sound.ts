import type { Digest } from '@patchwork/kernel';
import type { Rational } from '@patchwork/time';

/** What each sample plays: the sum of its pieces. Record positions are samples at `sampleRate` from the programme's start. */
export interface SoundProgram {
  readonly sampleRate: number;
  /** `stereo`: mono is centred, a file of more channels needs a map or is refused. */
  readonly layout: 'stereo';
  /** Length of the programme in samples: frames ÷ rate × sampleRate, rounded up. */
  readonly samples: number;
  /** In order of track, then time. */
  readonly pieces: readonly SoundPiece[];
  /** Digest of the whole: equal keys are equal samples before the encoder. */
  readonly key: Digest;
}

/** A stretch of one sound stream, placed. */
export interface SoundPiece {
  readonly media: Digest;
  readonly stream: number;
  /** First record sample and count. */
  readonly at: number;
  readonly length: number;
  /**
   * Where the first record sample lies in the stream, exact seconds after the stream's first sample; negative means that
   * silence comes first. Fixes the resampler's start. Record sample k lies at sourceStart + k × speed ÷ sampleRate; played
   * backwards (speed < 0) it is the source sample that *ends* there, so that −1 over n samples plays n − 1, …, 0.
   */
  readonly sourceStart: Rational;
  /** Media seconds per record second: 1 as recorded; varispeed otherwise (pitch follows); negative backwards; never 0. */
  readonly speed: Rational;
  /** Which source channels feed left and right, with their weights: output = Σ weight × channel. */
  readonly map: { readonly left: readonly number[]; readonly right: readonly number[] };
  /**
   * Gain over the piece: record sample (from the piece's start) and linear factor, straight between points, held outside.
   * Volume, fades, transitions and pan are all folded in here by the program: one envelope per output channel. Samples
   * ascend and are whole; at least one point.
   */
  readonly gainLeft: readonly GainPoint[];
  readonly gainRight: readonly GainPoint[];
}

/** A point of a gain envelope. */
export interface GainPoint {
  readonly sample: number;
  readonly gain: number;
}
