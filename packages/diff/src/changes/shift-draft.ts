import type { Draft } from './draft.ts';
import { linkName } from './linked-sound.ts';
import { counted, signed } from './number-text.ts';
import { draft, type Layout, type ShiftRun } from './position-draft.ts';

/**
 * One line for each push: runs of one delta on several tracks are one, linked sound is not counted again.
 * `downstream 900 clips shifted +48`.
 */
export function shiftDrafts(layout: Layout, runs: readonly ShiftRun[]): Draft[] {
  const groups: ShiftRun[][] = [];
  for (const run of runs) {
    const group = groups.find((members) => members.some((other) => belongTogether(other, run)));
    if (group === undefined) groups.push([run]);
    else group.push(run);
  }
  return groups.map((members) => groupDraft(layout, members));
}

function belongTogether(a: ShiftRun, b: ShiftRun): boolean {
  if (a.delta !== b.delta || trackOf(a) === trackOf(b)) return false;
  const [x, y] = [reachOf(a), reachOf(b)];
  return (a.isDownstream && b.isDownstream) || (x.in < y.out && y.in < x.out);
}

function trackOf(run: ShiftRun): string {
  return run.kept[0]?.next.track ?? '';
}

function reachOf(run: ShiftRun): { readonly in: number; readonly out: number } {
  return { in: run.kept[0]?.old.record.in ?? 0, out: run.kept.at(-1)?.old.record.out ?? 0 };
}

function groupDraft(layout: Layout, members: readonly ShiftRun[]): Draft {
  const hasSound = members.some((run) => trackOf(run).startsWith('A'));
  const names = new Set<string>();
  const items = members.flatMap(({ kept }) =>
    kept.flatMap(({ old, next }) => {
      if (!hasSound) return [{ old, next }];
      const name = linkName({ old, next });
      if (next.track.startsWith('A') && names.has(name)) return [];
      names.add(name);
      return [{ old, next }];
    }),
  );
  const delta = members[0]?.delta ?? 0;
  const where = members.every(({ isDownstream }) => isDownstream) ? 'downstream ' : '';
  const text = `${where}${counted(items.length, 'clip')} shifted ${signed(delta)}`;
  const edges = members.flatMap(({ kept }) => [kept[0], kept.at(-1)]).filter((item) => item !== undefined);
  const outline = draft(layout, 'shift', text, edges, delta);
  const [ownExtent, newExtent] = [hull(outline.ownExtent), hull(outline.newExtent)];
  return { ...outline, items, ownExtent, newExtent, oldExtent: hull(outline.oldExtent) };
}

/** From the first to the last: all between is pushed too. */
function hull(ranges: Draft['newExtent']): Draft['newExtent'] {
  if (ranges.length === 0) return [];
  return [{ in: Math.min(...ranges.map((range) => range.in)), out: Math.max(...ranges.map((range) => range.out)) }];
}
