import { compare, negate, subtract, zero, type Rational } from '@patchwork/time';
import type { EditContext } from '../context.ts';
import type { RippleEdit, TrimEdit } from '../edit.ts';
import { expectValidLength, type Lane } from '../lane.ts';
import { lengthOfItem, wholePiece, withEdges, type Piece } from '../piece.ts';
import { roomOf } from '../room.ts';
import { smallest } from '../seconds.ts';

/**
 * Moves an item's edges; nothing else moves. Only gaps give way; freed time extends the gap it meets or becomes fill. At the
 * track's end the tail is free: the track gets shorter or longer.
 *
 * ```text
 *            | GAP 20 |5 A 50|0 B 10|
 * in  +5 ->  | GAP 25 |10 A 50|0 B 10|
 * in  −5 ->  | GAP 15 |0  A 50|0 B 10|
 * out +5 ->  | GAP 20 |5 A 50|0 B 10|             B is no gap: blocked
 * out −5 ->  | GAP 20 |5 A 45| FILL 5 |0 B 10|
 * ```
 */
export function trim(context: EditContext, edit: TrimEdit): void {
  const { lane, index, item } = context.transaction.locate(edit.item);
  expectValidLength(item);
  const [previous, next] = [lane.before(index), lane.after(index)];
  const room = roomOf(item);
  const about = { op: 'trim', item, lane, index } as const;
  const head = context.clamp(
    context.delta(edit.deltaIn, lane),
    smallest(room.head, gapLength(lane, previous)),
    context.sparable(item, lane),
    { ...about, edge: 'in' },
  );
  const shortened = withEdges(item, head, zero, lane.rate);
  const tail = context.clamp(
    context.delta(edit.deltaOut, lane),
    context.sparable(shortened, lane),
    next === -1 ? room.tail : smallest(room.tail, gapLength(lane, next)),
    { ...about, edge: 'out' },
  );
  if (head.num === 0 && tail.num === 0) return;
  const { before, first } = sideOfTrim(context, lane, previous, index, head, edit, 'in');
  const { before: after, first: last } = sideOfTrim(context, lane, next, index, negate(tail), edit, 'out');
  const trimmed = { ...wholePiece(item), item: withEdges(shortened, zero, tail, lane.rate) };
  const middle = lengthOfItem(trimmed.item).num === 0 ? [] : [trimmed];
  context.transaction.rewrite(lane, { first, last }, [...before, ...middle, ...after]);
}

/**
 * Moves an item's edges; all later items move along, none before it does.
 *
 * ```text
 *             | GAP 20 |5 A 30|5 B 20|              media of A from 0
 * in  +10 ->  | GAP 20 |15 A 30|5 B 20|
 * in  −10 ->  | GAP 20 |0  A  30|5 B 20|            A had 5 frames to give
 * out +10 ->  | GAP 20 |5   A  40|5 B 20|
 * out −10 ->  | GAP 20 |5 A 20|5 B 20|
 * ```
 */
export function ripple(context: EditContext, edit: RippleEdit): void {
  const { lane, index, item } = context.transaction.locate(edit.item);
  expectValidLength(item);
  const room = roomOf(item);
  const about = { op: 'ripple', item, lane, index } as const;
  const head = context.clamp(context.delta(edit.deltaIn, lane), room.head, context.sparable(item, lane), {
    ...about,
    edge: 'in',
  });
  const shortened = withEdges(item, head, zero, lane.rate);
  const tail = context.clamp(context.delta(edit.deltaOut, lane), context.sparable(shortened, lane), room.tail, {
    ...about,
    edge: 'out',
  });
  if (head.num === 0 && tail.num === 0) return;
  const changed = { ...wholePiece(item), item: withEdges(shortened, zero, tail, lane.rate) };
  context.transaction.rewrite(
    lane,
    { first: index, last: index },
    lengthOfItem(changed.item).num === 0 ? [] : [changed],
  );
}

/** How much a neighbour gives way: all of a gap, nothing of anything else. */
function gapLength(lane: Lane, index: number): Rational {
  if (index === -1) return zero;
  const neighbour = lane.item(index);
  return neighbour.kind === 'Gap' ? lengthOfItem(neighbour) : zero;
}

/** What stands beside the trimmed item then, and which old child that replaces. `freed` is negative where time is taken. */
function sideOfTrim(
  context: EditContext,
  lane: Lane,
  neighbour: number,
  index: number,
  freed: Rational,
  edit: TrimEdit,
  edge: 'in' | 'out',
): { readonly before: readonly Piece[]; readonly first: number } {
  if (freed.num === 0) return { before: [], first: index };
  if (neighbour === -1) {
    // Nothing follows: the tail is free. At the head, the freed time must stay.
    return edge === 'out'
      ? { before: [], first: index }
      : { before: [context.filler(edit.fill, freed, lane)], first: index };
  }
  const beside = lane.item(neighbour);
  if (beside.kind !== 'Gap') return { before: [context.filler(edit.fill, freed, lane)], first: index };
  if (compare(subtract(zero, freed), lengthOfItem(beside)) >= 0) return { before: [], first: neighbour };
  const item =
    edge === 'in' ? withEdges(beside, zero, freed, lane.rate) : withEdges(beside, negate(freed), zero, lane.rate);
  return { before: [{ ...wholePiece(beside), item }], first: neighbour };
}
