import type { Json } from '@patchwork/kernel';
import type { ScriptStep } from '../changes/change.ts';

/** The frames of a track that a step names by number; null where it names none, or in fractions. */
export interface StepPlaces {
  /** Where its clip plays. */
  readonly atFrame: number | null;
  /** One place, or the two ends of a range. */
  readonly places: readonly number[];
  /** How long what it puts over others is; 0 for what puts nothing over anything. */
  readonly covers: number;
}

/** What a step names by numbers of the record, which mean nothing on another timeline. */
export function stepPlaces(step: ScriptStep): StepPlaces {
  const { atFrame, at, range, clip, op } = step;
  const ends = Array.isArray(range) ? range.filter((value): value is number => typeof value === 'number') : [];
  const places = typeof at === 'number' ? [at] : ends;
  const over = op === 'overwrite' && places.length === 1 ? lengthOf(clip) : 0;
  return { atFrame: typeof atFrame === 'number' ? atFrame : null, places, covers: over };
}

function lengthOf(clip: Json | undefined): number {
  if (typeof clip !== 'object' || clip === null || Array.isArray(clip)) return 0;
  const { gap, source, source_range: own } = clip as { readonly [key: string]: Json };
  if (typeof gap === 'number') return gap;
  // As OTIO: its length counts frames of the record.
  if (typeof own === 'object' && own !== null && !Array.isArray(own)) {
    const { duration } = own as { readonly [key: string]: Json };
    const { value } =
      typeof duration === 'object' && duration !== null && !Array.isArray(duration)
        ? (duration as { readonly [key: string]: Json })
        : {};
    return typeof value === 'number' ? value : 0;
  }
  const [from, to] = Array.isArray(source) ? (source as readonly Json[]) : [];
  return typeof from === 'number' && typeof to === 'number' ? to - from : 0;
}

/** Whether a step moves the head, and the tail, of the clip that it names. */
export function editedEdges({ op, edge, in: head, out: tail }: ScriptStep): readonly [head: boolean, tail: boolean] {
  switch (op) {
    case 'slip':
    case 'slide':
    case 'retime':
    case 'replace':
      return [true, true];
    case 'trim':
    case 'ripple':
    case 'rippleTrim':
    case 'roll':
    case 'rollTrim':
      return [edge === 'in' || head !== undefined, edge === 'out' || tail !== undefined];
    default:
      return [false, false];
  }
}

/** Whether a step moves a cut, and with it the neighbour. */
export function isCutEdit({ op }: ScriptStep): boolean {
  return op === 'roll' || op === 'rollTrim' || op === 'slide';
}

/** The step with other numbers. */
export function withPlaces(step: ScriptStep, atFrame: number | null, places: readonly number[]): ScriptStep {
  const moved: { [key: string]: Json } = { ...step };
  delete moved['anchor'];
  if (atFrame !== null) moved['atFrame'] = atFrame;
  if (typeof step['at'] === 'number' && places[0] !== undefined) moved['at'] = places[0];
  if (Array.isArray(step['range']) && places.length === 2) moved['range'] = [...places];
  return moved as ScriptStep;
}
