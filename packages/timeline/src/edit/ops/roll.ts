import { zero, type Rational } from '@patchwork/time';
import type { Item } from '../../model.ts';
import type { EditContext } from '../context.ts';
import type { RollEdit, SlideEdit } from '../edit.ts';
import { expectValidLength, type Lane } from '../lane.ts';
import { lengthOfItem, wholePiece, withEdges, type Piece } from '../piece.ts';
import { roomOf } from '../room.ts';
import { smallest } from '../seconds.ts';

/**
 * Moves the cut between an item and its neighbour: what one gains the other gives. Nothing else moves, nothing is made. At
 * the track's ends there is no cut to move.
 *
 * ```text
 *             | GAP 20 |5 A 30|5 B 20|              media of A and B from 0
 * in  +10 ->  | GAP 30 |15 A 30|5 B 20|
 * in  −10 ->  | GAP 15 |0  A  30|5 B 20|            A had 5 frames to give
 * out +10 ->  | GAP 20 |5   A  40|15 B 20|
 * out −10 ->  | GAP 20 |5 A 25|0  B  20|            B had 5 frames to give
 * ```
 */
export function roll(context: EditContext, edit: RollEdit): void {
  const { lane, index, item } = context.transaction.locate(edit.item);
  expectValidLength(item);
  const [previous, next] = [neighbour(lane, lane.before(index)), neighbour(lane, lane.after(index))];
  const about = { op: 'roll', item, lane, index } as const;
  const head = context.clamp(
    context.delta(edit.deltaIn, lane),
    previous === null ? zero : smallest(roomOf(item).head, context.sparable(previous.item, lane)),
    previous === null ? zero : smallest(roomOf(previous.item).tail, context.sparable(item, lane)),
    { ...about, edge: 'in' },
  );
  const rolled = withEdges(item, head, zero, lane.rate);
  const tail = context.clamp(
    context.delta(edit.deltaOut, lane),
    next === null ? zero : smallest(roomOf(next.item).head, context.sparable(rolled, lane)),
    next === null ? zero : smallest(roomOf(item).tail, context.sparable(next.item, lane)),
    { ...about, edge: 'out' },
  );
  if (head.num === 0 && tail.num === 0) return;
  const pieces = [
    ...(previous === null ? [] : remaining(previous.item, zero, head, lane)),
    ...remaining(item, head, tail, lane),
    ...(next === null ? [] : remaining(next.item, tail, zero, lane)),
  ];
  context.transaction.rewrite(lane, { first: previous?.index ?? index, last: next?.index ?? index }, pieces);
}

/**
 * Moves an item between its neighbours: the one before grows as the one after shrinks, or the other way round. The item
 * itself and all else stay as they are; no clip vanishes. Both neighbours are needed.
 *
 * ```text
 *         | GAP 20 |5 A 50|5 B 20|                   media of B from 0
 * +5  ->  | GAP 25 |5 A 50|10 B 20|
 * −10 ->  | GAP 15 |5 A 50|0   B  20|                B had 5 frames to give
 * ```
 */
export function slide(context: EditContext, edit: SlideEdit): void {
  const { lane, index, item } = context.transaction.locate(edit.item);
  expectValidLength(item);
  const [previous, next] = [neighbour(lane, lane.before(index)), neighbour(lane, lane.after(index))];
  const isBetween = previous !== null && next !== null;
  const by = context.clamp(
    context.delta(edit.delta, lane),
    isBetween ? smallest(context.sparable(previous.item, lane), roomOf(next.item).head) : zero,
    isBetween ? smallest(roomOf(previous.item).tail, context.sparable(next.item, lane)) : zero,
    { op: 'slide', edge: 'delta', item, lane, index },
  );
  if (by.num === 0 || !isBetween) return;
  const pieces = [
    ...remaining(previous.item, zero, by, lane),
    wholePiece(item),
    ...remaining(next.item, by, zero, lane),
  ];
  context.transaction.rewrite(lane, { first: previous.index, last: next.index }, pieces);
}

/** The item with its edges moved, as a piece with its edit points; nothing when a gap is used up. */
function remaining(item: Item, head: Rational, tail: Rational, lane: Lane): readonly Piece[] {
  const changed = withEdges(item, head, tail, lane.rate);
  return lengthOfItem(changed).num === 0 ? [] : [{ ...wholePiece(item), item: changed }];
}

function neighbour(lane: Lane, index: number): { readonly index: number; readonly item: Item } | null {
  return index === -1 ? null : { index, item: lane.item(index) };
}
