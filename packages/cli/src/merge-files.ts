import { PatchworkError, type Diagnostic } from '@patchwork/kernel';
import { diffTimelines, mergeTimelines, type Merge } from '@patchwork/diff';
import { readTimelineFile, timelineRate } from '@patchwork/formats';
import type { LoadedTimeline } from '@patchwork/render';
import { tracksOf, type Timeline } from '@patchwork/timeline';
import { writtenAs } from './written-timeline.ts';

/** Three files of one timeline. */
export interface ThreeFiles {
  readonly base: LoadedTimeline;
  readonly ours: LoadedTimeline;
  readonly theirs: LoadedTimeline;
}

/** A merge, ready to be written. */
export interface FileMerge extends Merge {
  readonly bytes: Uint8Array;
  /** What each side did, in one line. */
  readonly summaries: { readonly ours: string; readonly theirs: string };
  /** What the format could not say. */
  readonly notSaid: readonly Diagnostic[];
}

/**
 * Merges three files as the format that `target` ends on. Where one side alone changed anything, its file is taken as it is, byte for byte;
 * what the other side wrote beside the timeline would be lost then, and is refused, as are files that hold more than one timeline.
 * Formats other than OTIO are read back: what does not say the merged timeline, or not all its conflicts, is refused.
 *
 * @throws PW_MERGE_FORMAT, PW_FORMAT_WRITE, PW_TIMELINE_RANGE
 */
export function mergeFiles(files: ThreeFiles, target: string): FileMerge {
  for (const file of [files.base, files.ours, files.theirs]) checkWhole(file);
  const [base, ours, theirs] = [files.base.timeline, files.ours.timeline, files.theirs.timeline];
  const rates = { base: timelineRate(base), ours: timelineRate(ours), theirs: timelineRate(theirs) };
  const merge = mergeTimelines({ base, ours, theirs, rates });
  const summaryOf = (side: Timeline): string =>
    diffTimelines({ old: base, new: side, oldProgram: null, newProgram: null, rate: rates.base }).summary;
  const summaries = { ours: summaryOf(ours), theirs: summaryOf(theirs) };
  const whole = takenWhole(files, merge.timeline, target);
  if (whole !== null) return { ...merge, summaries, bytes: whole.bytes, notSaid: [] };
  const { text, notSaid } = writtenAs(merge.timeline, target);
  const bytes = new TextEncoder().encode(text);
  if (endingOf(target) !== 'otio') proveWritten(merge, bytes, target);
  return { ...merge, summaries, bytes, notSaid };
}

function checkWhole({ holdsMore, fileName, timeline }: LoadedTimeline): void {
  if (!holdsMore) return;
  throw new PatchworkError('PW_MERGE_FORMAT', `${fileName} holds more than "${timeline.name}": that would be lost`, {
    hint: 'Convert the timeline of each side to an .otio file of its own, and merge these.',
    details: { file: fileName, timeline: timeline.name },
  });
}

/**
 * The file that says the merged timeline as it is; null where none does. Of a format other than OTIO our reader may not know all:
 * where the timeline is the same but the bytes are not, something stands beside it.
 */
function takenWhole({ base, ours, theirs }: ThreeFiles, merged: Timeline, target: string): LoadedTimeline | null {
  const ending = endingOf(target);
  const whole = [ours, theirs, base].find(({ timeline }) => timeline === merged);
  if (whole === undefined || endingOf(whole.fileName) !== ending) return null;
  const isComparable = (file: LoadedTimeline): boolean => endingOf(file.fileName) === ending;
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

function sameBytes(one: LoadedTimeline, other: LoadedTimeline): boolean {
  return Buffer.compare(one.bytes, other.bytes) === 0;
}

function endingOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).toLowerCase();
}

/** Reads the written file back. @throws PW_MERGE_FORMAT when it says something else */
function proveWritten({ timeline, conflicts }: Merge, bytes: Uint8Array, target: string): void {
  const refusal = (what: string): PatchworkError =>
    new PatchworkError('PW_MERGE_FORMAT', `.${endingOf(target)} cannot hold ${what}`, {
      hint: 'Merge into an .otio file: it holds everything.',
      details: { target, conflicts: conflicts.length },
    });
  const rate = timelineRate(timeline);
  // A list does not name its rate, and a guess would refuse what is well written.
  const [again] = readTimelineFile({ name: target, bytes }, { edlRate: rate }).timelines;
  if (again === undefined) throw refusal('the merged timeline');
  if (markedConflicts(again) < conflicts.length) throw refusal('the conflicts of this merge');
  const { changes } = diffTimelines({
    old: timeline,
    new: again,
    oldProgram: null,
    newProgram: null,
    rate,
  });
  const lost = changes.find(({ department, kind }) => department !== 'metadata' && kind !== 'project');
  if (lost !== undefined)
    throw refusal(`all of the merged timeline (${[...lost.clips.slice(0, 1), lost.text].join(': ')})`);
}

function markedConflicts(timeline: Timeline): number {
  let count = 0;
  for (const track of tracksOf(timeline))
    for (const item of track.children)
      if ('markers' in item) count += item.markers.filter(({ name }) => name.startsWith('MERGE CONFLICT ')).length;
  return count;
}
