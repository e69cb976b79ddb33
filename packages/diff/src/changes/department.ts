import type { Change, Changes, Department } from './change.ts';
import { summaryOf } from './summary.ts';

/** All departments, in the order in which lists name them. */
export const departmentNames: readonly Department[] = ['picture', 'sound', 'vfx', 'titles', 'metadata'];

/** Who needs to know of a change: its own department, and sound where linked sound went along. */
export function departmentsOf({ department, tracks }: Change): readonly Department[] {
  const isHeard = tracks.some((track) => track.startsWith('A'));
  return isHeard && department !== 'sound' && department !== 'metadata' ? [department, 'sound'] : [department];
}

/**
 * The comparison with the changes of some departments alone, and their summary; everything else as it is. Where that leaves a change out
 * there is no script: its steps would make that change, too.
 */
export function onlyDepartments(changes: Changes, names: readonly Department[]): Changes {
  const kept = changes.changes.filter((change) => departmentsOf(change).some((name) => names.includes(name)));
  const parts = { changes: kept, summary: summaryOf(kept) };
  if (kept.length === changes.changes.length) return { ...changes, ...parts };
  return { ...changes, ...parts, script: [], scriptProof: 'none' };
}
