import { PatchworkError } from '@patchwork/kernel';
import { compare, max, subtract, zero, type Rational, type RationalTime } from '@patchwork/time';
import type { Composable, Item, NodeId, Transition } from '../model.ts';
import { isItem } from '../ranges.ts';
import { lengthOfItem, type Piece } from './piece.ts';
import { roomOf } from './room.ts';
import { secondsAsTime, secondsOfTime, smallest } from './seconds.ts';

/**
 * What becomes of transitions at changed cuts: `adjust` shortens them to the media and the clips they now have and drops
 * what is left of none; `remove` drops them; `error` refuses the edit. One whose cut is gone is always dropped (or refused).
 */
export type TransitionPolicy = 'adjust' | 'remove' | 'error';

/** A region of a track before and after, between two items that stay as they are (null: the track's end). */
export interface Region {
  readonly before: Item | null;
  readonly children: readonly Composable[];
  readonly after: Item | null;
}

/** A region as rebuilt. */
export interface RebuiltRegion {
  readonly children: readonly Composable[];
  readonly droppedTransitions: readonly Transition[];
  readonly adjustedTransitions: readonly Transition[];
}

/** A place between two items and what stood there. */
interface Cut {
  readonly left: Item | null;
  readonly right: Item | null;
  readonly nodes: Composable[];
}

/** Puts new items into a region and each transition back at its own cut, if that still exists. @throws PW_EDIT_TRANSITION */
export function rebuildRegion(region: Region, pieces: readonly Piece[], policy: TransitionPolicy): RebuiltRegion {
  const cuts = cutsOf(region);
  if (cuts.every((cut) => cut.nodes.length === 0)) {
    return { children: pieces.map((piece) => piece.item), droppedTransitions: [], adjustedTransitions: [] };
  }
  const left = new Map(cuts.map((cut) => [cutKey(cut.left?.id ?? null, cut.right?.id ?? null), cut]));
  const children: Composable[] = [];
  const adjusted: Transition[] = [];
  const dropped: Transition[] = [];
  for (let at = 0; at <= pieces.length; at += 1) {
    const [from, to] = [pieces[at - 1], pieces[at]];
    const key = cutKey(
      at === 0 ? (region.before?.id ?? null) : (from?.tailOf ?? 'new'),
      at === pieces.length ? (region.after?.id ?? null) : (to?.headOf ?? 'new'),
    );
    const cut = left.get(key);
    if (cut !== undefined) {
      left.delete(key);
      const sides = {
        left: at === 0 ? region.before : (from?.item ?? null),
        right: at === pieces.length ? region.after : (to?.item ?? null),
      };
      for (const node of cut.nodes) {
        const kept = node.kind === 'Transition' ? keepTransition(node, cut, sides, children, region, policy) : node;
        if (kept === null) dropped.push(node as Transition);
        else children.push(kept);
        if (kept !== node && kept?.kind === 'Transition') adjusted.push(kept);
      }
    }
    if (to !== undefined) children.push(to.item);
  }
  for (const cut of left.values()) {
    for (const node of cut.nodes) {
      if (node.kind === 'Transition') dropped.push(node);
      // What is no transition and takes no time is none of the edit's business: it is kept.
      else children.push(node);
    }
  }
  if (policy === 'error' && dropped.length + adjusted.length > 0)
    throw transitionError(dropped[0] ?? adjusted[0], region);
  return { children, droppedTransitions: dropped, adjustedTransitions: adjusted };
}

function cutKey(left: NodeId | null, right: NodeId | null): string {
  return `${left ?? '^'}|${right ?? '$'}`;
}

function cutsOf(region: Region): Cut[] {
  const cuts: Cut[] = [];
  let left = region.before;
  let nodes: Composable[] = [];
  for (const child of region.children) {
    if (!isItem(child)) {
      nodes.push(child);
      continue;
    }
    cuts.push({ left, right: child, nodes });
    left = child;
    nodes = [];
  }
  cuts.push({ left, right: region.after, nodes });
  return cuts;
}

/** The items on either side of a cut; null at a track's end. */
export interface Sides {
  readonly left: Item | null;
  readonly right: Item | null;
}

/** The transition as it may stay at its cut; null when nothing is left of it. */
function keepTransition(
  transition: Transition,
  cut: Cut,
  now: Sides,
  placed: readonly Composable[],
  region: Region,
  policy: TransitionPolicy,
): Transition | null {
  if (now.left === cut.left && now.right === cut.right) return transition;
  if (policy === 'remove') return null;
  // A track that begins or ends with a transition fades there; without a neighbour only the other side limits it.
  const taken = offsetBefore(placed, now.left, region);
  const inOffset = limited(transition.inOffset, inLimit(cut, zero), inLimit(now, taken));
  const outOffset = limited(transition.outOffset, outLimit(cut), outLimit(now));
  if (inOffset.value.num === 0 && outOffset.value.num === 0) return null;
  if (inOffset === transition.inOffset && outOffset === transition.outOffset) return transition;
  return { ...transition, inOffset, outOffset };
}

/** How much of the left item an earlier transition already uses. */
function offsetBefore(placed: readonly Composable[], left: Item | null, region: Region): Rational {
  const before = placed.at(left !== null && placed.at(-1) === left ? -2 : -1);
  if (left === null || left === region.before || before?.kind !== 'Transition') return zero;
  return secondsOfTime(before.outOffset);
}

/** Before the cut the incoming item shows its head handle, over the outgoing item's own length. Null is without limit. */
export function inLimit(sides: Sides, taken: Rational): Rational | null {
  const own = sides.left === null ? null : max(zero, subtract(lengthOfItem(sides.left), taken));
  return smallest(own, sides.right === null ? null : roomOf(sides.right).head);
}

/** After the cut the outgoing item shows its tail handle, over the incoming item's own length. */
export function outLimit(sides: Sides): Rational | null {
  return smallest(
    sides.right === null ? null : lengthOfItem(sides.right),
    sides.left === null ? null : roomOf(sides.left).tail,
  );
}

/** An offset cut to what there now is. One that was too long before is not this edit's fault, unless there now is less. */
function limited(offset: RationalTime, before: Rational | null, now: Rational | null): RationalTime {
  if (now === null) return offset;
  const seconds = secondsOfTime(offset);
  if (compare(seconds, now) <= 0) return offset;
  if (before !== null && compare(seconds, before) > 0 && compare(now, before) >= 0) return offset;
  return secondsAsTime(now, offset.rate);
}

function transitionError(transition: Transition | undefined, region: Region): PatchworkError {
  const name = transition?.name === '' ? transition.transitionType : (transition?.name ?? '');
  return new PatchworkError(
    'PW_EDIT_TRANSITION',
    `the edit would change the transition "${name}" after "${region.before?.name ?? 'the start'}"`,
    {
      hint: 'Allow it with the transition policy "adjust" or "remove".',
      details: { transition: name },
    },
  );
}
