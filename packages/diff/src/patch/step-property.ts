import {
  effectKind,
  isTimeEffect,
  makePlainEffect,
  member,
  plainJson,
  unmodelledOf,
  type Item,
  type Timeline,
} from '@patchwork/timeline';
import { formatRational, secondsFromTime } from '@patchwork/time';
import { canonicalJson, type Json } from '@patchwork/kernel';
import type { ScriptStep } from '../changes/change.ts';
import { effectText, type TrackView } from '../items/track-item.ts';
import { nodeText } from '../script/exact-node.ts';

/**
 * What a step changes away from, where that is no place: one effect, switches, names and marks, a transition. Null where there is none of
 * it; undefined for other steps. Two are equal where the step would change the same.
 */
export function propertyOf(
  step: ScriptStep,
  view: TrackView | null,
  node: Item | Timeline | null,
  frame: number | undefined,
): string | null | undefined {
  switch (step.op) {
    case 'setTransition':
    case 'removeTransition': {
      const cut = view?.cuts.find(({ at }) => at === frame);
      if (cut === undefined) return null;
      const marks = step['rename'] === undefined && step['metadata'] === undefined ? '' : ` ${nodeText(cut.node)}`;
      return `${cut.node.transitionType} ${cut.before}+${cut.after} ${cut.node.enabled}${marks}`;
    }
    case 'setEffect':
    case 'removeEffect':
      return node === null || node.kind === 'Timeline' ? null : effectIn(node, step);
    case 'setMarker':
    case 'removeMarker':
      return node === null || node.kind === 'Timeline' ? null : markerIn(node, step);
    case 'set':
      return node === null ? null : stateOf(node, step);
    case 'removeTrack':
      return view === null ? null : canonicalJson([view.node.name, view.node.enabled, view.items.length]);
    default:
      return undefined;
  }
}

/** The marker that a step replaces or takes away; null for one that it adds. */
function markerIn({ markers }: Item, { op, number }: ScriptStep): string | null {
  const at = typeof number === 'number' ? number : op === 'removeMarker' ? 1 : 0;
  const marker = markers[at - 1];
  return marker === undefined ? null : nodeText(marker);
}

function effectIn(node: Item, { effect, number }: ScriptStep): string | null {
  const kind = typeof effect === 'string' ? effect : kindOf(effect);
  const found = node.effects.filter((one) => !isTimeEffect(one) && effectKind(one) === kind);
  const one = found[(typeof number === 'number' ? number : 1) - 1];
  return one === undefined ? null : effectText(one);
}

/** The kind of an effect as a step spells it: of the vocabulary, or OTIO. */
function kindOf(effect: Json | undefined): string {
  if (typeof effect !== 'object' || effect === null || Array.isArray(effect)) return '';
  const { type, effect_name: name, metadata } = effect as ScriptStep;
  if (typeof type === 'string') return type;
  const own =
    typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)
      ? (metadata as ScriptStep)['patchwork']
      : undefined;
  const known =
    typeof own === 'object' && own !== null && !Array.isArray(own) ? (own as ScriptStep)['type'] : undefined;
  return typeof known === 'string' ? known : effectKind(makePlainEffect(typeof name === 'string' ? name : ''));
}

function stateOf(node: Item | Timeline, step: ScriptStep): string {
  const { enabled, rename, unmodelled, color, metadata, start } = step;
  const paths = (Array.isArray(metadata) ? (metadata as readonly Json[]) : []).map(pathOf);
  const values = paths.map((path): Json => {
    const value = member(node.metadata, ...path);
    return value === undefined ? 'none' : [plainJson(value)];
  });
  return canonicalJson({
    ...(enabled === undefined || node.kind === 'Timeline' ? {} : { enabled: node.enabled }),
    ...(rename === undefined ? {} : { name: node.name }),
    ...(unmodelled === undefined ? {} : { unmodelled: unmodelledOf(node).map(({ content }) => content) }),
    ...(color === undefined || node.kind === 'Timeline'
      ? {}
      : { color: node.color === null ? null : plainJson(node.color) }),
    ...(values.length === 0 ? {} : { metadata: values }),
    ...(start === undefined || node.kind !== 'Timeline' ? {} : { start: startOf(node) }),
  });
}

function startOf({ globalStartTime }: Timeline): string {
  return globalStartTime === null ? '0' : formatRational(secondsFromTime(globalStartTime));
}

function pathOf(entry: Json): readonly string[] {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return [];
  const { path } = entry as ScriptStep;
  if (typeof path === 'string') return path.split('.');
  return Array.isArray(path) ? (path as readonly Json[]).map(String) : [];
}
