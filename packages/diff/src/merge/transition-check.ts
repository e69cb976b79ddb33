import { compare, secondsFromTime, type Rational } from '@patchwork/time';
import { isItem, roomOf, sameValue, trimmedRange, type Composable, type Transition } from '@patchwork/timeline';
import type { MergedList, Placed } from './assembly.ts';
import type { MergePlan } from './plan.ts';
import type { Stretch } from './stretch.ts';
import type { SideList } from './side.ts';
import type { Element } from './element.ts';

/** A transition that does not fit where the merge put it. */
export interface LostTransition {
  readonly stretch: Stretch;
  readonly id: string | null;
}

/**
 * Finds transitions that stand between other neighbours than on either side, or that their neighbours are now too short for, in
 * length or in media beyond the cut. What was already so on the side it comes from is left alone.
 */
export function lostTransitions(plan: MergePlan, lists: readonly MergedList[]): LostTransition[] {
  return lists.flatMap(({ plan: list, placed }) =>
    placed.flatMap((one, at): LostTransition[] => {
      const [node] = one.nodes;
      if (node.kind !== 'Transition' || plan.chosenAt(one.stretch) !== null) return [];
      const [left, right] = [placed[at - 1], placed[at + 1]];
      const sides = (['ours', 'theirs'] as const).filter((side) => list[side] !== null);
      const isAsSide = sides.some((side) => isBetween(list[side] as SideList, one, left, right));
      if (
        isAsSide &&
        (fits(left?.nodes.at(-1), node, right?.nodes[0]) || sides.some((side) => !fitsOn(list[side] as SideList, one)))
      )
        return [];
      return [{ stretch: one.stretch, id: one.element.base }];
    }),
  );
}

function isBetween(list: SideList, one: Placed, left: Placed | undefined, right: Placed | undefined): boolean {
  const at = indexOf(list, one);
  if (at === -1) return false;
  return isSame(list.elements[at - 1], left?.element) && isSame(list.elements[at + 1], right?.element);
}

function indexOf(list: SideList, { element }: Placed): number {
  return list.elements.findIndex((each) =>
    element.base === null ? each.nodes[0] === element.nodes[0] : each.base === element.base,
  );
}

function isSame(a: Element | undefined, b: Element | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.base === null ? b.base === null && sameValue(a.nodes, b.nodes) : a.base === b.base;
}

/** Whether a transition fits on a side that has it; true where it has not. */
function fitsOn(list: SideList, one: Placed): boolean {
  const at = indexOf(list, one);
  const node = list.elements[at]?.nodes[0];
  if (node?.kind !== 'Transition') return true;
  return fits(list.elements[at - 1]?.nodes.at(-1), node, list.elements[at + 1]?.nodes[0]);
}

function fits(
  left: Composable | undefined,
  { inOffset, outOffset }: Transition,
  right: Composable | undefined,
): boolean {
  if (left === undefined || right === undefined || !isItem(left) || !isItem(right))
    return left === undefined || right === undefined;
  const [before, after] = [secondsFromTime(inOffset), secondsFromTime(outOffset)];
  const lengthOf = (item: Composable): Rational =>
    isItem(item) ? secondsFromTime(trimmedRange(item).duration) : before;
  return (
    compare(lengthOf(left), before) >= 0 &&
    compare(lengthOf(right), after) >= 0 &&
    reaches(roomOf(left).tail, after) &&
    reaches(roomOf(right).head, before)
  );
}

function reaches(room: Rational | null, wanted: Rational): boolean {
  return room === null || compare(room, wanted) >= 0;
}
