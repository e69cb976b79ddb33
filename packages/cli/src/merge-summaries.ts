import { diffTimelines } from '@patchwork/diff';
import { timelineRate } from '@patchwork/formats';
import type { Timeline } from '@patchwork/timeline';
import type { MergeFile, ThreeFiles } from './merge-files.ts';

/** What each side did, in one line. */
export function mergeSummaries({ base, ours, theirs }: ThreeFiles): { readonly ours: string; readonly theirs: string } {
  return { ours: summaryOf(base, ours), theirs: summaryOf(base, theirs) };
}

function summaryOf(base: MergeFile, side: MergeFile): string {
  const [old, next] = [base.timelines, side.timelines];
  const [first, only] = [old[0], next[0]];
  if (old.length === 1 && next.length === 1 && first !== undefined && only !== undefined)
    return isBesideAlone(base, side, first, only) ? beside : changesOf(first, only);
  const changed = next.flatMap((timeline): string[] => {
    const before = old.find(({ name }) => name === timeline.name);
    if (before === undefined) return [`"${timeline.name}" is new`];
    const words = changesOf(before, timeline);
    return words === unchanged ? [] : [`"${timeline.name}": ${words}`];
  });
  const gone = old.filter(({ name }) => next.every((timeline) => timeline.name !== name));
  const words = [...changed, ...gone.map(({ name }) => `"${name}" deleted`)].join('; ');
  if (words !== '') return words;
  return Buffer.compare(base.bytes, side.bytes) === 0 ? unchanged : beside;
}

const unchanged = 'no change';
const beside = 'changed what stands beside the timeline';

function isBesideAlone(base: MergeFile, side: MergeFile, old: Timeline, next: Timeline): boolean {
  return Buffer.compare(base.bytes, side.bytes) !== 0 && changesOf(old, next) === unchanged;
}

function changesOf(old: Timeline, next: Timeline): string {
  const changes = { old, new: next, oldProgram: null, newProgram: null, rate: timelineRate(old) };
  return diffTimelines(changes).summary;
}
