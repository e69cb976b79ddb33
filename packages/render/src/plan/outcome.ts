import type { Diagnostic, Digest } from '@patchwork/kernel';
import type { Plan, Reason } from '@patchwork/plan';
import type { Canvas, Program } from '@patchwork/program';
import type { FrameRange, Rate } from '@patchwork/time';
import type { ForecastCost } from './forecast-cost.ts';
import type { WatchRange } from './watch-list.ts';

/** Where frames of a programme stand in its timeline: the same, or behind the in point of a part. */
export interface Place {
  readonly rate: Rate;
  /** Frames from the timeline's start to the programme's first frame; 0 unless a part is delivered. */
  readonly offset: number;
  /** Timecode of the programme's first frame. */
  readonly start: { readonly frame: number; readonly dropFrame: boolean };
}

/** A stretch that another program is to render. Frames count from the timeline's start. */
export interface PieceOrder {
  /** Of the file, without its ending. It names place and content, so that a file of another edit is never taken. */
  readonly name: string;
  readonly range: FrameRange;
}

/** What a run will do. Nothing was written. */
export interface Forecast {
  readonly kind: 'forecast';
  readonly plan: Plan;
  readonly canvas: Canvas;
  readonly place: Place;
  /**
   * The film that stands there is what would be written, its bytes as its history beside it recorded them: nothing but files
   * that this run looked at can change that. Of adopted films this is never said.
   */
  readonly isStanding: boolean;
  /** Frames whose picture differs from the deliverable's at the same place, from the timeline's start. */
  readonly dirty: readonly FrameRange[];
  readonly reasons: readonly Reason[];
  readonly watch: readonly WatchRange[];
  readonly diagnostics: readonly Diagnostic[];
  readonly estimate: ForecastCost;
  /** What another program is to render (`--renderer pieces`). */
  readonly pieces?: readonly PieceOrder[];
}

/** What a run did. */
export interface Delivery {
  readonly kind: 'delivery';
  readonly deliverablePath: string;
  /** True when the file was as it should be and was left alone. */
  readonly upToDate: boolean;
  readonly forecast: Forecast;
  /** Frames encoded in this run and the rest; equal to the forecast's unless a reused chunk failed its hash. */
  readonly frames: { readonly total: number; readonly rendered: number; readonly reused: number };
  readonly sound: 'reuse' | 'render' | 'none';
  /** True after the proof; null when nothing new was published. */
  readonly verified: true | null;
  /** SHA-256 of the whole file; null when the file was left alone. */
  readonly sha256: Digest | null;
  readonly moovDigest: Digest;
  /** Things done otherwise than asked, in words: a pass-through, a chunk rendered again. */
  readonly notes: readonly string[];
  readonly program: Program;
}
