import type { Digest, Sha256 } from '@patchwork/kernel';
import type { FrameRange } from '@patchwork/time';
import type { Timeline } from '@patchwork/timeline';
import type { Canvas } from './canvas.ts';
import type { MediaInfo } from './media-info.ts';
import type { Epoch } from './program.ts';

/** What a programme is compiled from. */
export interface ProgramInput {
  readonly timeline: Timeline;
  /** Raster, rate and colour of the programme. */
  readonly canvas: Canvas;
  /** What is known of a file, by the URL that the timeline spells; null when it is not at hand. */
  readonly media: (targetUrl: string) => MediaInfo | null;
  readonly sha256: Sha256;
  /** Of the sound, in Hz. */
  readonly sampleRate: number;
  /** Ranges that were declared stale; empty for none. */
  readonly epochs: readonly Epoch[];
  /** Font of burn-ins; null when there is none, which refuses burn-ins. */
  readonly font: Digest | null;
  /** The record frames to make a programme of, counted from the timeline's start; null for all. */
  readonly range: FrameRange | null;
}
