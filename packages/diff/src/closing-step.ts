import type { ScriptStep } from './change.ts';
import type { Layout } from './position-draft.ts';
import { clipStep } from './step-writer.ts';
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

/** Another file in the slot, once all else stands where it is new: laid over it. Null for a clip that no step can spell. */
export function replaceSteps(layout: Layout, label: string, kept: readonly KeptItem[]): ScriptStep[] | null {
  const steps: ScriptStep[] = [];
  for (const { first } of kept) {
    const next = layout.matching.newOf(first);
    if (next === null || next.url === first.url) continue;
    const clip = clipStep(next, layout.rate);
    if (clip === null) return null;
    steps.push({ op: 'overwrite', track: label, at: next.record.in, clip });
  }
  return steps;
}
