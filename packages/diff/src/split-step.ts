import type { ScriptStep } from './change.ts';
import type { Layout } from './position-draft.ts';
import type { KeptItem } from './track-walk.ts';

/** Blades, once all else stands where it is new; null for joins, which no edit makes. */
export function splitSteps(layout: Layout, label: string, kept: readonly KeptItem[]): ScriptStep[] | null {
  const { matching } = layout;
  const steps: ScriptStep[] = [];
  for (const { first } of kept) {
    if (matching.partsOf(first).length > 1) return null;
    const next = matching.newOf(first);
    for (const part of next === null ? [] : matching.partsOf(next).slice(1)) {
      steps.push({ op: 'slice', track: label, at: part.record.in });
    }
  }
  return steps;
}
