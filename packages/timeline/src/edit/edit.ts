import type { Rational, RationalTime, TimeRange } from '@patchwork/time';
import type { JsonObject } from '../json-value.ts';
import type { Effect, Item, MediaReference, NodeId } from '../model.ts';
import type { TimeMapEffect } from '../vocabulary.ts';
import type { RemoveMarkerEdit, SetEdit, SetMarkerEdit } from './mark-edit.ts';
import type { SyncLock } from './sync-lock.ts';
import type { AddTrackEdit, MoveTrackEdit, RemoveTrackEdit } from './track-edit.ts';

/**
 * One edit, as data. Items and tracks are named by id; times are in the track's own time unless said otherwise; deltas are
 * lengths, negative towards the start. Each op's pictures stand at its planner (`ops/`).
 */
export type Edit =
  | OverwriteEdit
  | InsertEdit
  | TrimEdit
  | SliceEdit
  | SlipEdit
  | SlideEdit
  | RippleEdit
  | RollEdit
  | FillEdit
  | RemoveEdit
  | MoveEdit
  | LiftEdit
  | ExtractEdit
  | JoinEdit
  | RetimeEdit
  | SetTransitionEdit
  | RemoveTransitionEdit
  | ReplaceEdit
  | SetEffectEdit
  | RemoveEffectEdit
  | SetEdit
  | SetMarkerEdit
  | RemoveMarkerEdit
  | AddTrackEdit
  | RemoveTrackEdit
  | MoveTrackEdit;

/** Lays an item over what is there. */
export interface OverwriteEdit {
  readonly op: 'overwrite';
  readonly item: Item;
  readonly track: NodeId;
  /** A time, or a range whose length the item takes on. */
  readonly at: RationalTime | TimeRange;
  /** Cloned and resized where time would be empty; default a gap. */
  readonly fill?: Item;
}

/** Puts an item between what is there; later items move. */
export interface InsertEdit {
  readonly op: 'insert';
  readonly item: Item;
  readonly track: NodeId;
  readonly at: RationalTime;
  readonly fill?: Item;
  /** Other tracks that move along. Default: none. */
  readonly sync?: SyncLock;
}

/** Moves an item's edges over gaps; nothing else moves. */
export interface TrimEdit {
  readonly op: 'trim';
  readonly item: NodeId;
  readonly deltaIn?: RationalTime;
  readonly deltaOut?: RationalTime;
  readonly fill?: Item;
}

/** Divides an item in two. */
export interface SliceEdit {
  readonly op: 'slice';
  /** The item, or the track whose item plays at the time (`parent` or `global` coordinates). */
  readonly target: NodeId;
  readonly at: RationalTime;
  /** `local`: the item's own time (its source time). `parent`: its track's time (default). `global`: the timeline's, from its first frame. */
  readonly coordinates?: 'local' | 'parent' | 'global';
}

/** Moves what an item shows, not where it stands. */
export interface SlipEdit {
  readonly op: 'slip';
  readonly item: NodeId;
  readonly delta: RationalTime;
}

/** Moves an item between its neighbours, which give and take. */
export interface SlideEdit {
  readonly op: 'slide';
  readonly item: NodeId;
  readonly delta: RationalTime;
}

/** Moves an item's edges; all later items move along. */
export interface RippleEdit {
  readonly op: 'ripple';
  readonly item: NodeId;
  readonly deltaIn?: RationalTime;
  readonly deltaOut?: RationalTime;
  /** Other tracks that move along. Default: none. */
  readonly sync?: SyncLock;
}

/** Moves the cut between an item and its neighbour. */
export interface RollEdit {
  readonly op: 'roll';
  readonly item: NodeId;
  readonly deltaIn?: RationalTime;
  readonly deltaOut?: RationalTime;
}

/** A 3- or 4-point edit: puts an item into a gap or a range. */
export interface FillEdit {
  readonly op: 'fill';
  readonly item: Item;
  readonly track: NodeId;
  /** A time in a gap (filled from there to the gap's end), or a range. */
  readonly at: RationalTime | TimeRange;
  /** What gives way: `source` keeps the item, `sequence` keeps the range, `fit` changes the speed. */
  readonly reference: 'source' | 'sequence' | 'fit';
}

/** Takes an item out. */
export interface RemoveEdit {
  readonly op: 'remove';
  readonly item: NodeId;
  /** True leaves the time empty (or filled by the item given), false closes the hole: later items move. */
  readonly fill: boolean | Item;
  /** Other tracks that move along. Default: none. */
  readonly sync?: SyncLock;
}

/** Takes an item out, leaving fill, and overwrites with it elsewhere. */
export interface MoveEdit {
  readonly op: 'move';
  readonly item: NodeId;
  /** Default: the track it stands in. */
  readonly track?: NodeId;
  readonly at: RationalTime;
  readonly fill?: Item;
}

/** Empties a range. */
export interface LiftEdit {
  readonly op: 'lift';
  readonly track: NodeId;
  readonly range: TimeRange;
  readonly fill?: Item;
}

/** Takes a range out and closes the hole. */
export interface ExtractEdit {
  readonly op: 'extract';
  readonly track: NodeId;
  readonly range: TimeRange;
  /** Other tracks that move along. Default: none. */
  readonly sync?: SyncLock;
}

/** Takes a blade back: two neighbours that play on through their cut become one. */
export interface JoinEdit {
  readonly op: 'join';
  readonly track: NodeId;
  /** The cut. */
  readonly at: RationalTime;
}

/** Media seconds per record second, 0 for a freeze, negative for backwards; or a ramp. */
export type RetimeSpeed = Rational | Pick<TimeMapEffect, 'points' | 'sampling'>;

/** Runs an item at another speed. It begins at the same source time and keeps its place. */
export interface RetimeEdit {
  readonly op: 'retime';
  readonly item: NodeId;
  readonly speed: RetimeSpeed;
  /** Default: as long as it is. `media`: as long as the media that it played now takes. */
  readonly length?: RationalTime | 'media';
  /** True (default): later items move with a new length. False: they stay; a gap opens, or gives way. */
  readonly ripple?: boolean;
  /** In the item's own time: where it begins, if not where it did. */
  readonly from?: RationalTime;
  /** Other tracks that move along. Default: none. */
  readonly sync?: SyncLock;
}

/** Puts a transition at a cut, or changes the one that is there. */
export interface SetTransitionEdit {
  readonly op: 'setTransition';
  readonly track: NodeId;
  /** The cut; also a track's begin or end. */
  readonly at: RationalTime;
  /** How far it reaches before the cut, and behind it. */
  readonly inOffset: RationalTime;
  readonly outOffset: RationalTime;
  /** Default: that of the transition that is there, else `SMPTE_Dissolve`. */
  readonly transitionType?: string;
  /** Default: as it is, else true. */
  readonly enabled?: boolean;
  /** Default: those of the transition of this type that is there, else none. */
  readonly name?: string;
  readonly metadata?: JsonObject;
}

/** Takes the transition away from a cut. */
export interface RemoveTransitionEdit {
  readonly op: 'removeTransition';
  readonly track: NodeId;
  readonly at: RationalTime;
}

/** Puts other media into a clip: its place, length, effects and marks stay. */
export interface ReplaceEdit {
  readonly op: 'replace';
  readonly item: NodeId;
  readonly media: MediaReference;
  /** Where it begins in the new media. Default: the same source time. */
  readonly from?: RationalTime;
  /** Default: the clip keeps its name. */
  readonly name?: string;
}

/** Gives an item, a track or the timeline's stack an effect, or another value to the one of that kind that it has. Speeds are the matter of {@link RetimeEdit}. */
export interface SetEffectEdit {
  readonly op: 'setEffect';
  readonly item: NodeId;
  readonly effect: Effect;
  /** Of several of its kind: which one, from 1 (default). */
  readonly number?: number;
}

/** Takes an effect away from an item, a track or the timeline's stack. */
export interface RemoveEffectEdit {
  readonly op: 'removeEffect';
  readonly item: NodeId;
  /** As {@link effectKind} says it: `opacity`, `Effect Blur`. */
  readonly effect: string;
  readonly number?: number;
}

/** How to plan. */
export interface EditOptions {
  /**
   * `clamp` (default) does as much as media and neighbours allow and says so in `limits`; `strict` refuses, naming how far
   * it could have gone.
   */
  readonly limits?: 'clamp' | 'strict';
  /** Default `adjust`. */
  readonly transitions?: 'adjust' | 'remove' | 'error';
  /** Allows times between the track's frames (sound). Default false: times snap, deltas must be whole frames. */
  readonly subframe?: boolean;
  /**
   * Items edited together, all or none, by what the tightest of them allows: `linked` takes those with the item's link id
   * (`metadata.patchwork.link`, Resolve's `Link Group ID`); a list names them. Default: the item alone.
   */
  readonly group?: 'linked' | readonly NodeId[];
}

/** How far a delta could go. */
export interface EditLimit {
  readonly item: NodeId;
  readonly name: string;
  readonly edge: 'in' | 'out' | 'delta' | 'length';
  readonly asked: RationalTime;
  readonly applied: RationalTime;
}

/** Edits of an item that stands in a track: those that a linked group can share. */
export type GroupableEdit =
  | TrimEdit
  | SliceEdit
  | SlipEdit
  | SlideEdit
  | RippleEdit
  | RollEdit
  | RemoveEdit
  | MoveEdit
  | RetimeEdit
  | ReplaceEdit
  | SetEffectEdit
  | RemoveEffectEdit
  | SetEdit;
