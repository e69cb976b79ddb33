import type { Digest } from '@patchwork/kernel';
import type { FrameRange, Rational } from '@patchwork/time';
import type { Canvas } from './canvas.ts';
import type { Picture } from './picture.ts';
import type { SoundProgram } from './sound.ts';

/** What each output frame shows and each sample plays, however the timeline says it. */
export interface Program {
  readonly canvas: Canvas;
  /** Length in frames of the canvas's rate. */
  readonly frames: number;
  /** Timecode of frame 0, in frames from 00:00:00:00, and how it is counted. */
  readonly start: { readonly frame: number; readonly dropFrame: boolean };
  /** Cover [0, frames) without hole or overlap. */
  readonly spans: readonly Span[];
  readonly sound: SoundProgram;
  /** Everything a renderer must refuse or a policy let pass: unmodelled items, by name and place. */
  readonly unmodelled: readonly UnmodelledUse[];

  /** The picture at a frame. @throws TypeError outside [0, frames). */
  pictureAt(frame: number): Picture;
  /**
   * The key of the picture at a frame: equal keys are equal pixels. A short text: the digest of all that stays the same
   * over the span and the values that move with the frame.
   */
  frameKeyAt(frame: number): FrameKey;
}

/** Equal keys are equal pictures on the canvas. Opaque text; compare, hash, never parse. */
export type FrameKey = string;

/** A maximal run of frames with one expression tree. */
export interface Span extends FrameRange {
  readonly anchor: Anchor;
  /** Digest of what does not move within the span. Two spans of one shape have one. */
  readonly shape: Digest;
  /** Names of the clips that contribute, topmost first, for people. */
  readonly clips: readonly ClipUse[];
}

/** A clip's use in a span. */
export interface ClipUse {
  readonly name: string;
  readonly track: string;
  /** Path or name of the media; null for generators and gaps. */
  readonly media: string | null;
  readonly identity: Digest | null;
}

/**
 * The layer that decides where chunks may begin (DESIGN, "The grid"): the topmost opaque full-raster layer, else the
 * lowest contributing one, else the gap. In a transition the outgoing one before the edit point, the incoming one from it;
 * so a transition's span is divided at the edit point.
 */
export interface Anchor {
  /**
   * Equal for two neighbouring spans exactly when the time map of the anchor layer runs on from one to the next
   * (the same media, stream and map: a blade, or a change of an upper layer).
   */
  readonly continuity: string;
  /** Anchor count at the span's first frame, may be negative; the count grows by 1 a frame, backwards played media too. */
  readonly count: number;
}

/** An unmodelled thing and where it shows. */
export interface UnmodelledUse {
  readonly label: string;
  readonly range: FrameRange;
}

/** A range whose frames a person declared stale: enters their keys until the domain becomes visible. */
export interface Epoch {
  /** Frames from the timeline's start, also where the programme is a cut-out of it. */
  readonly range: FrameRange;
  readonly number: Rational['num'];
}
