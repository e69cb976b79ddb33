import { PatchworkError, type Diagnostic } from '@patchwork/kernel';
import type { Merge } from '@patchwork/diff';
import { mergeTimelineFiles, type ReadTimelines, type TimelineFile } from '@patchwork/formats';
import type { Timeline } from '@patchwork/timeline';
import { clashConflict, type FileConflict } from './document-conflict.ts';
import { mergedTimeline, proveWritten, withMarksAbove } from './merge-one.ts';
import { mergeSummaries } from './merge-summaries.ts';
import { writtenAs } from './written-timeline.ts';

/** A file as it was read. */
export interface MergeFile extends ReadTimelines {
  /** Last part of the path, for people. */
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/** Three files of one timeline. */
export interface ThreeFiles {
  readonly base: MergeFile;
  readonly ours: MergeFile;
  readonly theirs: MergeFile;
}

/** A merge, ready to be written. */
export interface FileMerge {
  readonly conflicts: readonly FileConflict[];
  readonly bytes: Uint8Array;
  /** What each side did, in one line. */
  readonly summaries: { readonly ours: string; readonly theirs: string };
  /** What the format could not say. */
  readonly notSaid: readonly Diagnostic[];
}

/**
 * Merges three files as the format that `target` ends on. FCPXML is merged in its own text, project by project, with what stands around
 * them. Of other formats one timeline is merged; where one side alone changed anything, its file is taken as it is, byte for byte; what the
 * other side wrote beside the timeline would be lost then, and is refused, as are files that hold more than one timeline. Formats other
 * than OTIO are read back: what does not say the merged timeline, or not all its conflicts, is refused.
 *
 * @throws PW_MERGE_FORMAT, PW_FORMAT_WRITE, PW_TIMELINE_RANGE, PW_TIMELINE_NONE
 */
export function mergeFiles(files: ThreeFiles, target: string): FileMerge {
  return inOwnText(files, target) ?? asOneTimeline(files, target);
}

/** Null where the files are not of a format that is merged so, or not the target's. */
function inOwnText(files: ThreeFiles, target: string): FileMerge | null {
  const all = [files.base, files.ours, files.theirs];
  if (endingOf(target) !== 'fcpxml' && all.some(({ fileName }) => endingOf(fileName) !== endingOf(target))) return null;
  const [base, ours, theirs] = all.map(({ fileName, bytes }): TimelineFile => ({ name: fileName, bytes })) as [
    TimelineFile,
    TimelineFile,
    TimelineFile,
  ];
  const done: Merge[] = [];
  const merged = mergeTimelineFiles({ base, ours, theirs }, (timelines) => {
    const merge = mergedTimeline(timelines);
    done.push(merge);
    return merge.conflicts.length === 0 ? merge.timeline : withMarksAbove(merge.timeline);
  });
  if (merged === null) return null;
  const bytes = settledBytes(files) ?? new TextEncoder().encode(merged.text);
  for (const merge of done) proveWritten(merge, bytes, target);
  const conflicts = done.flatMap((merge) =>
    merge.conflicts.map((conflict): FileConflict => ({ ...conflict, timeline: merge.timeline.name })),
  );
  return {
    conflicts: [...conflicts, ...merged.clashes.map(clashConflict)],
    bytes,
    summaries: mergeSummaries(files),
    notSaid: merged.notSaid,
  };
}

/** Where one side alone changed the file, its bytes. */
function settledBytes({ base, ours, theirs }: ThreeFiles): Uint8Array | null {
  if (sameBytes(base, ours) || sameBytes(ours, theirs)) return theirs.bytes;
  return sameBytes(base, theirs) ? ours.bytes : null;
}

function asOneTimeline(files: ThreeFiles, target: string): FileMerge {
  const [base, ours, theirs] = [onlyTimeline(files.base), onlyTimeline(files.ours), onlyTimeline(files.theirs)];
  const merge = mergedTimeline({ base, ours, theirs });
  const { timeline } = merge;
  const conflicts = merge.conflicts.map((conflict): FileConflict => ({ ...conflict, timeline: timeline.name }));
  const summaries = mergeSummaries(files);
  const whole = takenWhole(files, timeline, target);
  if (whole !== null) return { conflicts, summaries, bytes: whole.bytes, notSaid: [] };
  const isMarked = merge.conflicts.length > 0 && endingOf(target) !== 'otio';
  const { text, notSaid } = writtenAs(isMarked ? withMarksAbove(timeline) : timeline, target);
  const bytes = new TextEncoder().encode(text);
  if (endingOf(target) !== 'otio') proveWritten(merge, bytes, target);
  return { conflicts, summaries, bytes, notSaid };
}

/** @throws PW_MERGE_FORMAT, PW_TIMELINE_NONE */
function onlyTimeline({ holdsMore, fileName, timelines }: MergeFile): Timeline {
  const [timeline] = timelines;
  if (timeline === undefined)
    throw new PatchworkError('PW_TIMELINE_NONE', `${fileName} holds no timeline`, {
      hint: 'Export the timeline again.',
      details: { file: fileName, names: [] },
    });
  if (!holdsMore) return timeline;
  const what = timelines.length > 1 ? `${timelines.length} timelines` : `more than "${timeline.name}"`;
  throw new PatchworkError('PW_MERGE_FORMAT', `${fileName} holds ${what}, which this format is not merged with`, {
    hint: 'Write the one of each side to a file of its own with patchwork convert FILE ONE.otio --timeline NAME, and merge these.',
    details: { file: fileName, timelines: timelines.map(({ name }) => name) },
  });
}

/**
 * The file that says the merged timeline as it is; null where none does. Of a format other than OTIO our reader may not know all:
 * where the timeline is the same but the bytes are not, something stands beside it.
 */
function takenWhole({ base, ours, theirs }: ThreeFiles, merged: Timeline, target: string): MergeFile | null {
  const ending = endingOf(target);
  const whole = [ours, theirs, base].find(({ timelines: [timeline] }) => timeline === merged);
  if (whole === undefined || endingOf(whole.fileName) !== ending) return null;
  const isComparable = (file: MergeFile): boolean => endingOf(file.fileName) === ending;
  const others = [ours, theirs].filter(
    (side) => side !== whole && isComparable(side) && isComparable(base) && !sameBytes(side, base),
  );
  const taken = whole === base ? (others[0] ?? base) : whole;
  if (ending === 'otio' || others.every((side) => sameBytes(side, taken))) return taken;
  throw new PatchworkError('PW_MERGE_FORMAT', `both sides changed what stands beside the timeline in .${ending}`, {
    hint: 'Take over by hand what one side wrote there (comments, keywords), then merge again.',
    details: { target },
  });
}

function sameBytes(one: MergeFile, other: MergeFile): boolean {
  return Buffer.compare(one.bytes, other.bytes) === 0;
}

function endingOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).toLowerCase();
}
