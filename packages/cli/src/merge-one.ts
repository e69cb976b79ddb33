import { PatchworkError } from '@patchwork/kernel';
import { diffTimelines, mergeTimelines, type Merge } from '@patchwork/diff';
import { readTimelineFile, timelineRate, type ThreeVersions } from '@patchwork/formats';
import { tracksOf, type Timeline } from '@patchwork/timeline';

/** Merges one timeline. @throws PW_TIMELINE_RANGE */
export function mergedTimeline({ base, ours, theirs }: ThreeVersions<Timeline>): Merge {
  const rates = { base: timelineRate(base), ours: timelineRate(ours), theirs: timelineRate(theirs) };
  return mergeTimelines({ base, ours, theirs, rates });
}

/** Reads a written file back. @throws PW_MERGE_FORMAT when it says something else than the merge, or not all of its conflicts */
export function proveWritten({ timeline, conflicts }: Merge, bytes: Uint8Array, target: string): void {
  const ending = target.slice(target.lastIndexOf('.') + 1).toLowerCase();
  const refusal = (what: string): PatchworkError =>
    new PatchworkError('PW_MERGE_FORMAT', `.${ending} cannot hold ${what}`, {
      hint: 'Merge into an .otio file: it holds everything.',
      details: { target, conflicts: conflicts.length },
    });
  const rate = timelineRate(timeline);
  // A list does not name its rate, and a guess would refuse what is well written.
  const { timelines } = readTimelineFile({ name: target, bytes }, { edlRate: rate });
  const again = timelines.length === 1 ? timelines[0] : timelines.find(({ name }) => name === timeline.name);
  if (again === undefined) throw refusal('the merged timeline');
  if (markedConflicts(again) < conflicts.length) throw refusal('the conflicts of this merge');
  const { changes } = diffTimelines({ old: timeline, new: again, oldProgram: null, newProgram: null, rate });
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
