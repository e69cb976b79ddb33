import type { Json } from '@patchwork/kernel';
import { effectKind, isTimeEffect, knownEffect, member, plainJson, type Effect } from '@patchwork/timeline';
import { isSameNode } from './exact-node.ts';
import { otioStep } from './step-writer.ts';

/** A step's part that says an effect. */
export type EffectPart = { readonly [key: string]: Json } & { readonly op: 'setEffect' | 'removeEffect' };

/** Takes away, changes and adds effects; where that leaves another order, all are set anew. Null where one has no spelling. */
export function effectSteps(old: readonly Effect[], next: readonly Effect[]): readonly EffectPart[] | null {
  const [before, after] = [numbered(old), numbered(next)];
  if (before.length === 0 && after.length === 0) return [];
  const keyOf = ({ kind, number }: Numbered): string => `${kind} ${number}`;
  const [oldKeys, newKeys] = [before.map(keyOf), after.map(keyOf)];
  const kept = oldKeys.filter((key) => newKeys.includes(key));
  const result = [...kept, ...newKeys.filter((key) => !oldKeys.includes(key))];
  const isInOrder = result.every((key, at) => key === newKeys[at]);
  // From the last one: the numbers of those before it stay.
  const removed = before.filter((one) => !isInOrder || !newKeys.includes(keyOf(one))).toReversed();
  const steps: EffectPart[] = removed.map(({ kind, number }) => ({
    op: 'removeEffect',
    effect: kind,
    ...numberPart(number),
  }));
  for (const one of after) {
    const was = isInOrder ? before[oldKeys.indexOf(keyOf(one))] : undefined;
    if (was !== undefined && isSameNode(was.effect, one.effect)) continue;
    const effect = effectStep(one.effect);
    if (effect === null) return null;
    steps.push({ op: 'setEffect', effect, ...numberPart(one.number) });
  }
  return steps;
}

interface Numbered {
  readonly effect: Effect;
  readonly kind: string;
  readonly number: number;
}

function numbered(effects: readonly Effect[]): readonly Numbered[] {
  const counts = new Map<string, number>();
  return effects
    .filter((effect) => !isTimeEffect(effect))
    .map((effect) => {
      const kind = effectKind(effect);
      const number = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, number);
      return { effect, kind, number };
    });
}

function numberPart(number: number): { readonly number?: number } {
  return number === 1 ? {} : { number };
}

/** An effect of the vocabulary by its value, any other one as OTIO. */
function effectStep(effect: Effect): Json | null {
  const value = member(effect.metadata, 'patchwork');
  const isPlain =
    knownEffect(effect) !== null &&
    effect.enabled &&
    effect.metadata.entries.length === 1 &&
    effect.schemaName === 'Effect' &&
    effect.effectName === knownEffect(effect)?.type;
  return isPlain && value !== undefined ? plainJson(value) : otioStep(effect);
}
