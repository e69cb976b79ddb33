/** Which of the three timelines. */
export type MergeSide = 'ours' | 'theirs';

/** The other side. */
export function otherSide(side: MergeSide): MergeSide {
  return side === 'ours' ? 'theirs' : 'ours';
}

/** Why two edits do not go together. Stable. */
export type ConflictKind =
  /** Both sides changed one property of one thing, differently. */
  | 'property'
  /** One side took away what the other one changed. */
  | 'delete'
  /** Both sides put something at one place, or cut one stretch differently. */
  | 'place'
  /** Both sides moved one clip to different places. */
  | 'move'
  /** A transition lost a neighbour, its length or its media to the other side. */
  | 'transition'
  /** Linked picture and sound ran in sync on both sides and would not in the merge. */
  | 'sync'
  /** The frame rate: everything hangs on it. */
  | 'settings';

/** One side's part in a conflict. */
export interface ConflictVersion {
  /** What it did, in an editor's words: `trim out −10`, `deleted`. */
  readonly text: string;
  /** Where it stands on that side: record timecode in and out; null where it is not. */
  readonly recordTimecode: readonly [from: string, to: string] | null;
}

/** Two edits that do not go together, and what was done about it. */
export interface MergeConflict {
  readonly kind: ConflictKind;
  /** `V1`; null for the timeline itself. */
  readonly track: string | null;
  /** What it is about: a clip's name, `between m04 and m05`. */
  readonly subject: string;
  /** Frames of the merged timeline from its start: where to look. */
  readonly frame: number;
  /** The same as record timecode. */
  readonly timecode: string;
  /** Properties that clash: `out`, `effects.opacity`; empty for whole clips. */
  readonly properties: readonly string[];
  readonly base: ConflictVersion;
  readonly ours: ConflictVersion;
  readonly theirs: ConflictVersion;
  /** The stretch of track around it in each timeline, drawn on a line each; empty for what is in no track. */
  readonly strips: { readonly base: string; readonly ours: string; readonly theirs: string; readonly merged: string };
  /** Whose version stands in the merged timeline; the other's is kept in the metadata beside it. */
  readonly kept: MergeSide;
}

/** What is in no track has no strips. */
export const noStrips: MergeConflict['strips'] = { base: '', ours: '', theirs: '', merged: '' };

/** A conflict in one line: `V1 m05 at 01:00:16:00: ours out −10, theirs out −20; ours is kept`. */
export function conflictLine(conflict: MergeConflict): string {
  const track = conflict.track === null ? '' : `${conflict.track} `;
  return `${track}${conflict.subject} at ${conflict.timecode}: ours ${conflict.ours.text}, theirs ${conflict.theirs.text}; ${conflict.kept} is kept`;
}
