import { compare, subtract, type Rational } from '@patchwork/time';
import { transformedTime } from '../transformed-time.ts';
import type { EditContext } from '../context.ts';
import type { SliceEdit } from '../edit.ts';
import { expectValidLength, type Lane } from '../lane.ts';
import { divided, lengthOfItem, wholePiece } from '../piece.ts';
import { TimelineIndex } from '../../snapshot/timeline-index.ts';

/**
 * Divides an item in two that together show what it showed. At a cut that already stands nothing happens; so does outside
 * the item.
 *
 * ```text
 *               | GAP 20 |0          A          50|
 * local 25  ->  | GAP 20 |0   A   25|25   A'   50|
 * parent 25 ->  | GAP 20 |0 A 5|5       A'     50|
 * ```
 *
 * @returns id of the right half; null when nothing was divided
 */
export function slice(context: EditContext, edit: SliceEdit): string | null {
  const found = find(context, edit);
  if (found === null) return null;
  const { lane, index, at } = found;
  const item = lane.item(index);
  expectValidLength(item);
  const offset = subtract(at, lane.startOf(index));
  if (offset.num <= 0 || compare(offset, lengthOfItem(item)) >= 0) return null;
  const halves = divided(wholePiece(item), offset, lane.rate);
  context.transaction.rewrite(lane, { first: index, last: index }, halves);
  return halves[1].item.id;
}

/** The item meant, and the moment in its track's time. */
function find(
  context: EditContext,
  edit: SliceEdit,
): { readonly lane: Lane; readonly index: number; readonly at: Rational } | null {
  const { transaction } = context;
  const { timeline } = transaction;
  const coordinates = edit.coordinates ?? 'parent';
  if (coordinates !== 'local' && TimelineIndex.of(timeline).find(edit.target)?.node.kind === 'Track') {
    const lane = transaction.lane(edit.target, edit.at.rate);
    const time =
      coordinates === 'global' ? transformedTime(timeline, edit.at, timeline.tracks.id, edit.target) : edit.at;
    const at = context.place(time, lane);
    const index = lane.indexAt(at);
    return index === -1 ? null : { lane, index, at };
  }
  const { lane, index } = transaction.locate(edit.target);
  const from = { local: edit.target, parent: lane.track.id, global: timeline.tracks.id }[coordinates];
  const time = from === lane.track.id ? edit.at : transformedTime(timeline, edit.at, from, lane.track.id);
  return { lane, index, at: context.place(time, lane) };
}
