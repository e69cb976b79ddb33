import { compare, subtract, type Rational } from '@patchwork/time';
import type { Item } from '../../model.ts';
import { trimmedRange } from '../../ranges.ts';
import type { EditContext } from '../context.ts';
import type { InsertEdit } from '../edit.ts';
import type { Lane } from '../lane.ts';
import { divided, newPiece, wholePiece, type Piece } from '../piece.ts';

/**
 * Puts an item between what is there; what it hits is divided, later items move.
 *
 * ```text
 * C, 40 long, at 10    | GAP 20 |0 B 10|0 A 30|
 *                  ->  | GAP 10 |0    C    40|10 GAP 20 |0 B 10|0 A 30|
 *
 * past the end         |
 *                  ->  | FILL 10 |0    C    40|
 * ```
 */
export function insert(context: EditContext, edit: InsertEdit): void {
  const lane = context.transaction.lane(edit.track, trimmedRange(edit.item).duration.rate);
  const item = context.incoming(edit.item, lane);
  insertAt(context, lane, context.place(edit.at, lane), [newPiece(item)], edit.fill);
}

/** Puts pieces at a moment of a lane. */
export function insertAt(
  context: EditContext,
  lane: Lane,
  at: Rational,
  pieces: readonly Piece[],
  fill: Item | undefined,
): void {
  const { transaction } = context;
  const hole = subtract(at, lane.length);
  if (hole.num >= 0) {
    const before = hole.num > 0 ? [context.filler(fill, hole, lane)] : [];
    return transaction.rewrite(lane, { before: lane.count }, [...before, ...pieces]);
  }
  const index = lane.indexAt(at);
  const start = lane.startOf(index);
  if (compare(start, at) === 0) return transaction.rewrite(lane, { before: index }, pieces);
  const [left, right] = divided(wholePiece(lane.item(index)), subtract(at, start), lane.rate);
  transaction.rewrite(lane, { first: index, last: index }, [left, ...pieces, right]);
}
