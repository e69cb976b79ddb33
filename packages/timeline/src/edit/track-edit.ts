import type { NodeId, Track } from '../model.ts';

/** Puts a track into a stack, contents and all. Layers above it stay above it. */
export interface AddTrackEdit {
  readonly op: 'addTrack';
  readonly track: Track;
  /** Index among the stack's children, 0 = lowest. Default: on top of all. */
  readonly index?: number;
  /** Default: the timeline's own stack; else the stack of a compound. */
  readonly stack?: NodeId;
}

/** Takes a track out, with all it holds. */
export interface RemoveTrackEdit {
  readonly op: 'removeTrack';
  readonly track: NodeId;
}

/** Moves a track below or above others of its stack. */
export interface MoveTrackEdit {
  readonly op: 'moveTrack';
  readonly track: NodeId;
  /** Index among the stack's children once it stands there. */
  readonly index: number;
}
