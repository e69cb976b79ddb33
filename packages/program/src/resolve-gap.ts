import type { Gap, Transition, UnknownNode } from '@patchwork/timeline';
import { anchorOfRest } from './anchor-map.ts';
import type { Expression } from './expression.ts';
import { itemEffects } from './item-effects.ts';
import type { Place, Resolver, Segment } from './resolver.ts';

/**
 * A gap shows nothing. One with effects (an adjustment layer) may change what lies below, which nobody of ours draws: its
 * unmodelled things are told as a layer of their own, over nothing.
 */
export function resolveGap(gap: Gap, place: Pick<Place, 'from' | 'to' | 'track' | 'ownTime'>): readonly Segment[] {
  if (!gap.enabled || place.from >= place.to) return [];
  const { wraps } = itemEffects(gap, place.ownTime, `${place.track} / ${gap.name === '' ? 'gap' : gap.name}`);
  if (wraps.length === 0) return [];
  const expression = wraps.reduce((input, wrap) => wrap(input), nothingAtAll);
  return [{ in: place.from, out: place.to, expression: onlyUnmodelled(expression) }];
}

const nothingAtAll: Expression = {
  classAt: null,
  at: () => ({
    picture: { op: 'solid', color: [0, 0, 0, 0] },
    opaque: false,
    resized: false,
    anchor: anchorOfRest('solid 0 0 0 0'),
    clips: [],
    lead: null,
    unmodelled: [],
  }),
};

/** A transform or opacity of nothing is nothing. */
function onlyUnmodelled(input: Expression): Expression {
  return {
    classAt: input.classAt,
    at: (frame, trace) => {
      const shown = input.at(frame, trace);
      return shown === null || shown.unmodelled.length === 0 ? null : shown;
    },
  };
}

/** Says that a node of a schema that we do not know is not drawn. */
export function tellUnknown(node: UnknownNode | Transition, track: string, resolver: Resolver): void {
  if (node.kind === 'Transition') return;
  const where = `${track} / ${node.name}`;
  resolver.remarks.add({
    code: 'PW_TIMELINE_UNKNOWN',
    severity: 'warning',
    message: `${where} is a ${node.schemaName}, which is not known here; it is not drawn`,
    where,
    hint: 'Replace it in the editing program by something that it can export.',
  });
}
