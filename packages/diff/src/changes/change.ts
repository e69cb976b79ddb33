import type { Json } from '@patchwork/kernel';
import type { FrameRange } from '@patchwork/time';
import type { Side } from './side.ts';

/** What happened. Stable: reports and filters go by it. */
export type ChangeKind =
  | 'insert'
  | 'overwrite'
  | 'delete'
  | 'lift'
  | 'replace'
  | 'version'
  | 'move'
  | 'shift'
  | 'gap'
  | 'ripple-trim'
  | 'trim'
  | 'roll'
  | 'slip'
  | 'slide'
  | 'extend'
  | 'split'
  | 'join'
  | 'retime'
  | 'transform'
  | 'crop'
  | 'opacity'
  | 'composite'
  | 'conform'
  | 'effect'
  | 'title'
  | 'grade'
  | 'fusion'
  | 'unmodelled'
  | 'burn-in'
  | 'transition'
  | 'enabled'
  | 'track'
  | 'relink'
  | 'content'
  | 'interpretation'
  | 'compound'
  | 'volume'
  | 'pan'
  | 'fade'
  | 'route'
  | 'metadata'
  | 'project'
  | 'deliverable'
  | 'picture';

/** Departments that look at different lists. */
export type Department = 'picture' | 'sound' | 'vfx' | 'titles' | 'metadata';

/** Where a clip stood, or stands. All ranges are half-open. */
export interface Place {
  /** `V1`, `A2`. */
  readonly track: string;
  readonly name: string;
  /** Record frames from the timeline's start. */
  readonly record: FrameRange;
  /** `01:00:20:00`: in, and the first frame after the last. */
  readonly recordTimecode: readonly [from: string, to: string];
  /** Media time in frames of the timeline's rate, `n/d` where fractional; null where it has none (generators, compounds). */
  readonly source: readonly [from: string, to: string] | null;
  /** The same as timecode of the media, counted at the media's rate as the clip says it; null where `source` is. */
  readonly sourceTimecode: readonly [from: string, to: string] | null;
  /** Path or URL as the file spells it; null for what is no file. */
  readonly media: string | null;
}

/** A clip before and after; one of them is null where it came or went. */
export interface PlacePair {
  readonly old: Place | null;
  readonly new: Place | null;
}

/** One value that differs. */
export interface ValueChange {
  readonly name: string;
  readonly old: Json;
  readonly new: Json;
}

/** One thing an editor did, however many clips it touched. */
export interface Change {
  readonly kind: ChangeKind;
  readonly department: Department;
  /** In an editor's words, without the place: `ripple trim out −10`. */
  readonly text: string;
  /** Whose: the clips' names, in record order. */
  readonly clips: readonly string[];
  /** All tracks it shows on: linked sound and picture are one change. */
  readonly tracks: readonly string[];
  /** Frames it is about, with a sign: how far a clip slipped, rolled, was shifted; null where it makes no sense. */
  readonly delta: number | null;
  /** First clip before and after; null where there was or is none. */
  readonly old: Place | null;
  readonly new: Place | null;
  /** Its further clips, in record order; of a push, and of one mark on many clips, the last one alone. */
  readonly others: readonly PlacePair[];
  readonly values: readonly ValueChange[];
  /** Record frames (new, and old behind the new end) whose picture differs because of it; may overlap with other changes'. */
  readonly dirty: readonly FrameRange[];
  /** Frames of it that the plan renders; null without a plan. */
  readonly framesToRender: number | null;
}

/** The whole comparison. */
export interface Changes {
  readonly schema: 'patchwork.diff/1';
  readonly changes: readonly Change[];
  /** One line for all: `1 insert, downstream 900 clips shifted +48`. */
  readonly summary: string;
  /** Clips that no change names; pushed ones count, for they are what they were. */
  readonly unchanged: number;
  /** Both timelines as they lie on their tracks. */
  readonly sides: { readonly old: Side; readonly new: Side };
  /** Edits of our own edit API that turn the old timeline into the new one, proved by replay; empty where none were found. */
  readonly script: readonly ScriptStep[];
  /**
   * `replayed`: the script gives the new timeline in all it holds, ids and spelling aside. `replayed-places`: in places, lengths, media
   * and speeds; the changes tell the rest. `none`: nothing to do, or no script; the changes tell it raw. `not-tried`: the timelines or
   * the script are too long for a replay.
   */
  readonly scriptProof: 'replayed' | 'replayed-places' | 'none' | 'not-tried';
  /** All record frames whose picture differs: the union of the changes' ranges. */
  readonly dirty: readonly FrameRange[];
  /** Frames that the plan renders for all of it; null without a plan. */
  readonly framesToRender: number | null;
  /** What could not be seen or compared, in words. */
  readonly unknown: readonly string[];
}

/** One edit as JSON: `{ "op": "rippleTrim", "track": "V1", "clip": "m06", "edge": "out", "delta": -10 }`. */
export interface ScriptStep {
  readonly op: string;
  readonly [parameter: string]: Json;
}
