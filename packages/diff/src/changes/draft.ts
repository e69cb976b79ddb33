import type { FrameRange } from '@patchwork/time';
import type { ChangeKind, Department, ValueChange } from './change.ts';
import type { TrackItem } from '../items/track-item.ts';

/** One item before and after; one of them is null where it came or went. */
export interface ItemChange {
  readonly old: TrackItem | null;
  readonly next: TrackItem | null;
}

/** A change before its ranges are settled and linked sound is folded in. */
export interface Draft {
  readonly kind: ChangeKind;
  readonly department: Department;
  readonly text: string;
  readonly items: readonly ItemChange[];
  readonly tracks: readonly string[];
  readonly delta: number | null;
  readonly values: readonly ValueChange[];
  /** Its items' own frames in the new timeline. */
  readonly ownExtent: readonly FrameRange[];
  /** Record frames of the new timeline that it can have changed: its own and the gaps around them. */
  readonly newExtent: readonly FrameRange[];
  /** Record frames of the old timeline likewise; where pictures went away. */
  readonly oldExtent: readonly FrameRange[];
}

/** The end of time, for extents that reach to the end of a track. */
export const farFrame: number = 2 ** 40;

/** The whole programme. */
export const everywhere: readonly FrameRange[] = [{ in: 0, out: farFrame }];
