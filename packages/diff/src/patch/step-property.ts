import { effectKind, isTimeEffect, makePlainEffect, unmodelledOf } from '@patchwork/timeline';
import { canonicalJson, type Json } from '@patchwork/kernel';
import type { ScriptStep } from '../changes/change.ts';
import { effectText, type TrackItem, type TrackView } from '../items/track-item.ts';

/**
 * What a step changes away from, where that is no place: one effect, switches and names, a transition. Null where there is none of
 * it; undefined for other steps. Two are equal where the step would change the same.
 */
export function propertyOf(
  step: ScriptStep,
  view: TrackView,
  item: TrackItem | undefined,
  frame: number | undefined,
): string | null | undefined {
  switch (step.op) {
    case 'setTransition':
    case 'removeTransition': {
      const cut = view.cuts.find(({ at }) => at === frame);
      return cut === undefined ? null : `${cut.node.transitionType} ${cut.before}+${cut.after} ${cut.node.enabled}`;
    }
    case 'setEffect':
    case 'removeEffect':
      return item === undefined ? null : effectIn(item, step);
    case 'set':
      return item === undefined ? null : stateOf(item, step);
    default:
      return undefined;
  }
}

function effectIn({ node }: TrackItem, { effect, number }: ScriptStep): string | null {
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

function stateOf({ node, name }: TrackItem, { enabled, rename, unmodelled }: ScriptStep): string {
  return canonicalJson({
    ...(enabled === undefined ? {} : { enabled: node.enabled }),
    ...(rename === undefined ? {} : { name }),
    ...(unmodelled === undefined ? {} : { unmodelled: unmodelledOf(node).map(({ content }) => content) }),
  });
}
