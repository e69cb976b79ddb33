import type { Digest } from '@patchwork/kernel';
import type { FrameRange } from '@patchwork/time';
import type { Chunk } from './chunk.ts';

/** What a run will do: which chunks are at hand, which must be rendered, and why. The dry run is this and nothing more. */
export interface Plan {
  /** Length of the programme in frames. */
  readonly frames: number;
  /** All chunks in order; they cover [0, frames) once. */
  readonly chunks: readonly Chunk[];
  /** Keys that no store and no base holds: each is rendered once, in record order of its first use. */
  readonly missing: readonly MissingChunk[];
  /** Frames encoded in this run (each missing key once) and the rest; they add up to `frames`. */
  readonly rendered: number;
  readonly reused: number;
  /** Whether the sound pass must run. */
  readonly sound: 'reuse' | 'render';
}

/** A chunk to render, and why. */
export interface MissingChunk {
  readonly key: Digest;
  /** Its first use. */
  readonly range: FrameRange;
  readonly reasons: readonly Reason[];
}

/** Why frames are not at hand. */
export interface Reason {
  /** Stable: `new`, `content-changed`, `opacity`, `transform`, `retime`, `transition`, `layer`, `epoch`, `toolchain`, `profile`, `grid`, `lost` … */
  readonly code: string;
  /** In an editor's words: `m02: content changed, same path`. */
  readonly text: string;
  /** Record frames it is about. */
  readonly range: FrameRange;
}
