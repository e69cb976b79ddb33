import type { ScriptStep } from '../changes/change.ts';
import type { Layout } from '../changes/position-draft.ts';
import type { KeptItem } from '../match/track-walk.ts';

/** Joins, before anything else: from then on what was cut in pieces is edited as the one clip that it becomes. */
export function joinSteps(layout: Layout, label: string, kept: readonly KeptItem[]): ScriptStep[] {
  return kept.flatMap(({ first }) =>
    layout.matching
      .partsOf(first)
      .slice(1)
      .map((part) => ({ op: 'join', track: label, at: part.record.in })),
  );
}

/** Blades, once all else stands where it is new. */
export function splitSteps(layout: Layout, label: string, kept: readonly KeptItem[]): ScriptStep[] {
  const { matching } = layout;
  return kept.flatMap(({ first }) => {
    const next = matching.newOf(first);
    return (next === null ? [] : matching.partsOf(next).slice(1)).map((part) => ({
      op: 'slice',
      track: label,
      at: part.record.in,
    }));
  });
}
