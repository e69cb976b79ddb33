import type { EditContext } from '../context.ts';
import type { MoveEdit, RemoveEdit } from '../edit.ts';
import { expectValidLength } from '../lane.ts';
import { lengthOfItem, newPiece } from '../piece.ts';
import { overwriteRange } from './overwrite.ts';

/**
 * Takes an item out.
 *
 * ```text
 *                |0 A 30|0 B 10|0 C 30|      B
 * with fill  ->  |0 A 30| GAP 10 |0 C 30|
 * without    ->  |0 A 30|0 C 30|
 * ```
 */
export function remove(context: EditContext, edit: RemoveEdit): void {
  const { lane, index, item } = context.transaction.locate(edit.item);
  const length = lengthOfItem(item);
  const isFilled = edit.fill !== false && length.num > 0;
  const filling = isFilled ? [context.filler(edit.fill === true ? undefined : edit.fill, length, lane)] : [];
  context.transaction.rewrite(lane, { first: index, last: index }, filling);
}

/**
 * Takes an item out, leaving fill, and overwrites with it at another place: dragging a clip.
 *
 * ```text
 *           |0 A 10|0   B   40|         A to 20
 *       ->  | GAP 10 |0 B 10|0 A 10|20 B' 40|
 * ```
 */
export function move(context: EditContext, edit: MoveEdit): void {
  const { transaction } = context;
  const { lane, item } = transaction.locate(edit.item);
  expectValidLength(item);
  const target = transaction.lane(edit.track ?? lane.track.id);
  const at = context.place(edit.at, target);
  remove(context, { op: 'remove', item: item.id, fill: edit.fill ?? true });
  overwriteRange(context, transaction.lane(target.track.id), at, lengthOfItem(item), [newPiece(item)], edit.fill);
}
