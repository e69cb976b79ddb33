import type { ConflictVersion, MergeConflict } from '@patchwork/diff';
import type { XmlClash } from '@patchwork/formats';

/** A conflict of a file: in one of its timelines, or in what stands beside them. */
export interface FileConflict extends Omit<MergeConflict, 'kind'> {
  readonly kind: MergeConflict['kind'] | 'document';
  /** Name of the timeline; null beside them. */
  readonly timeline: string | null;
}

/** What both sides changed beside the timelines, as a conflict. */
export function clashConflict({ subject, property, ours, theirs, kept }: XmlClash): FileConflict {
  const version = (text: string): ConflictVersion => ({ text, recordTimecode: null });
  return {
    kind: 'document',
    timeline: null,
    track: null,
    subject,
    frame: 0,
    timecode: 'beside the timeline',
    properties: [property],
    base: version('as it was'),
    ours: version(ours),
    theirs: version(theirs),
    strips: { base: '', ours: '', theirs: '', merged: '' },
    kept,
  };
}
