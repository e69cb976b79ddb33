import type { Diagnostic, Json } from '@patchwork/kernel';
import { formatRate, formatRational, one, type RationalTime } from '@patchwork/time';
import { dirtyFrames, drawEdit, gridOf, type EditLimit, type EditPlan } from '@patchwork/timeline';
import { diagnosticLines } from './words.ts';

/** What `edit` did. */
export interface EditReport {
  readonly plan: EditPlan;
  /** Null when nothing was written. */
  readonly path: string | null;
  /** What the written format could not say. */
  readonly notSaid: readonly Diagnostic[];
}

/** The document of `edit --json`. Frames count from the timeline's start, at its rate. */
export function editJson({ plan, path, notSaid }: EditReport): {
  readonly [key: string]: Json;
  readonly schema: string;
} {
  const rate = gridOf(plan.after) ?? one;
  return {
    schema: 'patchwork.edit/1',
    path,
    rate: formatRate(rate),
    events: plan.events.length,
    dirty: dirtyFrames(plan, rate).map(([first, end]): Json => [first, end]),
    limits: plan.limits.map((limit): Json => ({
      item: limit.name,
      edge: limit.edge,
      asked: framesJson(limit.asked),
      applied: framesJson(limit.applied),
    })),
    transitions: {
      dropped: plan.droppedTransitions.map(({ name }): Json => name),
      adjusted: plan.adjustedTransitions.map(({ name }): Json => name),
    },
    picture: drawEdit(plan).split('\n'),
    notSaid: notSaid.map((each): Json => ({ ...each })),
  };
}

/** What `edit` says in the terminal: the changed tracks before and after, then what to know about it. */
export function editText({ plan, path, notSaid }: EditReport): string {
  const rate = gridOf(plan.after) ?? one;
  const dirty = dirtyFrames(plan, rate).map(([first, end]) => `[${first}, ${end})`);
  return [
    plan.events.length === 0 ? 'no change' : drawEdit(plan),
    ...(dirty.length === 0 ? [] : [`  shows something else in ${dirty.join(' ')}`]),
    ...plan.limits.map((limit) => `  ${limitText(limit)}`),
    ...transitionLines(plan),
    ...diagnosticLines(notSaid),
    path ?? 'nothing written',
  ].join('\n');
}

function limitText({ name, edge, asked, applied }: EditLimit): string {
  const what = edge === 'delta' ? 'moved' : edge === 'length' ? 'length changed' : `${edge} moved`;
  return `"${name}": ${what} by ${signed(applied)} of the ${signed(asked)} asked: no more media or room`;
}

function transitionLines({ droppedTransitions: dropped, adjustedTransitions: adjusted }: EditPlan): string[] {
  return [
    ...(dropped.length === 0 ? [] : [`  transitions dropped with their cut: ${dropped.length}`]),
    ...(adjusted.length === 0 ? [] : [`  transitions shortened to the media they have: ${adjusted.length}`]),
  ];
}

function signed({ value }: RationalTime): string {
  return value.num > 0 ? `+${formatRational(value)}` : formatRational(value).replace('-', '−');
}

function framesJson({ value }: RationalTime): Json {
  return value.den === 1 ? value.num : formatRational(value);
}
