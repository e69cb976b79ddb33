import type { Rational } from '@patchwork/time';
import type { LanePath, Placement, Scene } from './scene.ts';

/** Where an element is to be read, and which of its sides are wanted. */
export interface Spot {
  readonly scene: Scene;
  readonly lane: LanePath;
  /** Exact seconds from the scene's first frame. */
  readonly start: Rational;
  readonly sides: Sides;
  /** At most how far transitions at its edges may read beyond them; absent where there are none. */
  readonly handles?: { readonly head: Rational; readonly tail: Rational };
}

/** A storyline's place: `localStart` is the offset of its first frame. */
export interface StorySpot extends Spot {
  readonly localStart: Rational;
}

/** Picture, sound or both. */
export type Sides = 'all' | 'video' | 'audio';

/** What became of an element. */
export interface Placed {
  /** End of the element on the record, in seconds of the scene, whether or not anything could be placed. */
  readonly end: Rational;
  readonly video: Placement | null;
  readonly audio: readonly Placement[];
}
