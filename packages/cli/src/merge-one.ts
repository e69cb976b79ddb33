import { PatchworkError } from '@patchwork/kernel';
import { diffTimelines, mergeTimelines, type Merge } from '@patchwork/diff';
import { readTimelineFile, timelineRate, type ThreeVersions } from '@patchwork/formats';
import { tracksOf, type Timeline } from '@patchwork/timeline';

/** Merges one timeline. @throws PW_TIMELINE_RANGE */
export function mergedTimeline({ base, ours, theirs }: ThreeVersions<Timeline>): Merge {
  const rates = { base: timelineRate(base), ours: timelineRate(ours), theirs: timelineRate(theirs) };
  return mergeTimelines({ base, ours, theirs, rates });
}

/** Marks of whole tracks on the timeline itself: other formats than OTIO have no place for them on a track. */
export function withMarksAbove(timeline: Timeline): Timeline {
  const markers = tracksOf(timeline).flatMap((track) => track.markers);
  if (markers.length === 0) return timeline;
  const children = timeline.tracks.children.map((child) =>
    child.kind === 'Track' ? { ...child, markers: [] } : child,
  );
  const tracks = { ...timeline.tracks, children, markers: [...timeline.tracks.markers, ...markers] };
  return { ...timeline, tracks };
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
  const { timelines, diagnostics } = readTimelineFile({ name: target, bytes }, { edlRate: rate });
  const again = timelines.length === 1 ? timelines[0] : timelines.find(({ name }) => name === timeline.name);
  if (again === undefined) throw refusal('the merged timeline');
  const marked = diagnostics.filter(({ code }) => code === 'PW_MERGE_CONFLICT').length;
  if (marked < conflicts.length) throw refusal('the conflicts of this merge');
  const { changes } = diffTimelines({ old: timeline, new: again, oldProgram: null, newProgram: null, rate });
  const lost = changes.find(({ department, kind }) => department !== 'metadata' && kind !== 'project');
  if (lost !== undefined)
    throw refusal(`all of the merged timeline (${[...lost.clips.slice(0, 1), lost.text].join(': ')})`);
}
