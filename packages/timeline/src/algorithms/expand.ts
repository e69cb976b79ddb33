import { negate, one, subtract, zero, type Rational } from '@patchwork/time';
import { Lane } from '../edit/lane.ts';
import { lengthOfItem, withEdges, withFreshIds } from '../edit/piece.ts';
import { secondsOfTime } from '../edit/seconds.ts';
import type { Composable, Item, Track, Transition } from '../model.ts';

/** A transition with the two stretches of media that it mixes, both as long as the transition. */
export interface ExpandedTransition {
  readonly transition: Transition;
  /** Null where the track begins or ends with the transition. */
  readonly outgoing: Item | null;
  readonly incoming: Item | null;
}

/**
 * The track with each transition drawn out to the time it covers: items beside it are shortened by what it takes of them.
 *
 * ```text
 * |10 A 40<4/6>10 B 40|  ->  |10 A 36| 36 A 46 ⨯ 6 B 16 |16 B 40|
 * ```
 */
export function expandedTransitions(track: Track): readonly (Composable | ExpandedTransition)[] {
  const { children } = track;
  const { rate } = new Lane(track, one);
  return children.map((child, at) => {
    const [before, after] = [children[at - 1], children[at + 1]];
    if (child.kind === 'Unknown') return child;
    if (child.kind === 'Transition') return expanded(child, before, after, rate);
    const head = before?.kind === 'Transition' ? secondsOfTime(before.outOffset) : zero;
    const tail = after?.kind === 'Transition' ? secondsOfTime(after.inOffset) : zero;
    return head.num === 0 && tail.num === 0 ? child : withEdges(child, head, negate(tail), rate);
  });
}

function expanded(
  transition: Transition,
  before: Composable | undefined,
  after: Composable | undefined,
  rate: Rational,
): ExpandedTransition {
  const [back, forth] = [secondsOfTime(transition.inOffset), secondsOfTime(transition.outOffset)];
  const outgoing = asItem(before);
  const incoming = asItem(after);
  return {
    transition,
    outgoing:
      outgoing === null ? null : withEdges(withFreshIds(outgoing), subtract(lengthOfItem(outgoing), back), forth, rate),
    incoming:
      incoming === null
        ? null
        : withEdges(withFreshIds(incoming), negate(back), subtract(forth, lengthOfItem(incoming)), rate),
  };
}

function asItem(node: Composable | undefined): Item | null {
  return node === undefined || node.kind === 'Transition' || node.kind === 'Unknown' ? null : node;
}
