import type { Composable } from '@patchwork/timeline';
import type { TrackItem } from '../items/track-item.ts';

/** Something in a list: a child of a track, or a track in the stack. */
export interface Element {
  /** Several for a clip that was bladed: its parts, one after another. */
  readonly nodes: readonly [Composable, ...Composable[]];
  /** As laid out; empty for what is no clip or compound. */
  readonly items: readonly TrackItem[];
  /** Which of the base's it is; null for a new one. */
  readonly base: string | null;
  /** Whether it stands in the base's order on the same track; false for what was moved here. */
  readonly kept: boolean;
  /** The base clip that a new clip was cut from; null for none. */
  readonly cutFrom: string | null;
}
