import type { KeptItem, TrackStep, TrackWalk } from './track-walk.ts';
import type { TrackItem } from '../items/track-item.ts';

/** An edit on one track, in the words editors have for it. `at` counts kept items; clips that came or went stand before `at`. */
export type TrackEdit =
  | {
      readonly kind: 'insert' | 'overwrite' | 'delete' | 'lift';
      readonly at: number;
      readonly items: readonly TrackItem[];
    }
  /** One end of a move, which is told once for all tracks. */
  | {
      readonly kind: 'move-from' | 'move-to';
      readonly at: number;
      readonly items: readonly TrackItem[];
      readonly ripple: boolean;
    }
  | { readonly kind: 'ripple-trim' | 'trim'; readonly at: number; readonly edge: 'in' | 'out'; readonly delta: number }
  | { readonly kind: 'roll'; readonly at: number; readonly delta: number }
  | { readonly kind: 'slip' | 'slide' | 'gap'; readonly at: number; readonly delta: number };

/**
 * Folds steps into edits: a tail that the next head gives back is a roll, a clip between two such halves slid, a head and a
 * tail that moved alike slipped.
 *
 *     | a | b |  ->  | a   |b|    roll: tail of a +, head of b + (`at` is b)
 *     |a|   b   | ->  |  a |  b |  …
 */
export function trackEdits(walk: TrackWalk): TrackEdit[] {
  const edits: TrackEdit[] = [];
  const steps = [...walk.steps];
  for (let i = 0; i < steps.length;) {
    const folded =
      rollAt(steps, i) ?? slideAt(walk.kept, steps, i) ?? slipAt(steps, i) ?? single(steps[i] as TrackStep);
    edits.push(folded.edit);
    i += folded.count;
  }
  return edits;
}

interface Folded {
  readonly edit: TrackEdit;
  readonly count: number;
}

function rollAt(steps: readonly TrackStep[], i: number): Folded | null {
  const [a, b] = [steps[i], steps[i + 1]];
  if (a?.kind !== 'tail' || b?.kind !== 'head' || !a.ripple || !b.ripple) return null;
  return b.at === a.at + 1 && a.delta === b.delta
    ? { edit: { kind: 'roll', at: b.at, delta: a.delta }, count: 2 }
    : null;
}

function slideAt(kept: readonly KeptItem[], steps: readonly TrackStep[], i: number): Folded | null {
  const [a, b] = [steps[i], steps[i + 1]];
  if (a === undefined || b === undefined) return null;
  const self = a.kind === 'gap' ? a.at : a.kind === 'tail' && a.ripple ? a.at + 1 : -1;
  const giving = b.kind === 'gap' ? -b.delta : b.kind === 'head' && b.ripple ? b.delta : 0;
  if (self < 0 || self >= kept.length || !('at' in b) || b.at !== self + 1 || !('delta' in a) || a.delta !== giving)
    return null;
  return { edit: { kind: 'slide', at: self, delta: a.delta }, count: 2 };
}

function slipAt(steps: readonly TrackStep[], i: number): Folded | null {
  const [a, b] = [steps[i], steps[i + 1]];
  if (a?.kind !== 'head' || b?.kind !== 'tail' || a.at !== b.at || a.delta !== b.delta) return null;
  return { edit: { kind: 'slip', at: a.at, delta: a.delta }, count: 2 };
}

function single(step: TrackStep): Folded {
  switch (step.kind) {
    case 'added':
      return { edit: { kind: step.ripple ? 'insert' : 'overwrite', at: step.at, items: step.items }, count: 1 };
    case 'removed':
      return { edit: { kind: step.ripple ? 'delete' : 'lift', at: step.at, items: step.items }, count: 1 };
    case 'left':
      return { edit: { kind: 'move-from', at: step.at, items: step.items, ripple: step.ripple }, count: 1 };
    case 'arrived':
      return { edit: { kind: 'move-to', at: step.at, items: step.items, ripple: step.ripple }, count: 1 };
    case 'head':
      return {
        edit: { kind: step.ripple ? 'ripple-trim' : 'trim', at: step.at, edge: 'in', delta: step.delta },
        count: 1,
      };
    case 'tail':
      return {
        edit: { kind: step.ripple ? 'ripple-trim' : 'trim', at: step.at, edge: 'out', delta: step.delta },
        count: 1,
      };
    case 'gap':
      return { edit: { kind: 'gap', at: step.at, delta: step.delta }, count: 1 };
  }
}
