import { add, zero } from '@patchwork/time';
import { trimmedRange } from '../../ranges.ts';
import type { EditContext } from '../context.ts';
import type { SlipEdit } from '../edit.ts';
import { expectValidLength } from '../lane.ts';
import { wholePiece } from '../piece.ts';
import { slipRoomOf } from '../room.ts';
import { secondsAsTime, secondsOfTime } from '../seconds.ts';

/**
 * Moves what an item shows, not where it stands. Key frames and markers stay on their picture, so they move with it.
 * A gap has nothing to slip.
 *
 * ```text
 *          | GAP 20 |5 A 50|0 B 10|                  media of A [0,100)
 * +10 ->   | GAP 20 |15 A 60|0 B 10|
 * −10 ->   | GAP 20 |0  A 45|0 B 10|                 A had 5 frames to give
 * ```
 */
export function slip(context: EditContext, edit: SlipEdit): void {
  const { lane, index, item } = context.transaction.locate(edit.item);
  expectValidLength(item);
  const room = item.kind === 'Gap' ? { head: zero, tail: zero } : slipRoomOf(item);
  const by = context.clamp(context.delta(edit.delta, lane), room.head, room.tail, {
    op: 'slip',
    edge: 'delta',
    item,
    lane,
    index,
  });
  if (by.num === 0) return;
  const range = trimmedRange(item);
  const start = secondsAsTime(add(secondsOfTime(range.start), by), range.start.rate);
  const slipped = { ...item, sourceRange: { start, duration: range.duration } };
  context.transaction.rewrite(lane, { first: index, last: index }, [{ ...wholePiece(item), item: slipped }]);
}
