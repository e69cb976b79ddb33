import { add, compare, subtract, zero, type Rational } from '@patchwork/time';
import { trimmedRange } from '../../ranges.ts';
import { isRange, type EditContext } from '../context.ts';
import type { ExtractEdit, LiftEdit, OverwriteEdit } from '../edit.ts';
import type { Lane } from '../lane.ts';
import { divided, headOf, lengthOfItem, newPiece, withoutHead, withEdges, wholePiece, type Piece } from '../piece.ts';
import { roomOf } from '../room.ts';
import { smallest } from '../seconds.ts';
import type { Item } from '../../model.ts';

/**
 * Lays an item over what is there. What it covers in part is trimmed or divided, what it covers whole is removed; every
 * frame outside keeps showing what it showed.
 *
 * ```text
 * C, 40 long, at 10                     | GAP 20 |0 B 10|0 A 30 |
 *                                   ->  | GAP 10 |0    C    40|20 A 30 |
 *
 * C, 40 long, at 10, inside A           |0            A             60|
 *                                   ->  |0 A 10|0    C    40|50 A' 60 |
 *
 * C, 40 long, at 10, empty track        |
 *                                   ->  | FILL 10 |0    C    40|
 * ```
 */
export function overwrite(context: EditContext, edit: OverwriteEdit): void {
  const lane = context.transaction.lane(edit.track, trimmedRange(edit.item).duration.rate);
  const item = context.incoming(edit.item, lane);
  if (!isRange(edit.at))
    return overwriteRange(context, lane, context.place(edit.at, lane), lengthOfItem(item), [newPiece(item)], edit.fill);
  const at = context.place(edit.at.start, lane);
  const fitted = ofLength(context, lane, item, context.length(edit.at.duration, lane, 'the range'));
  overwriteRange(context, lane, at, lengthOfItem(fitted), [newPiece(fitted)], edit.fill);
}

/** Empties a range: `|0 A 30|0 B 30|`, lift [20,40) `->  |0 A 20| FILL 20 |10 B 30|`. What lies past the end stays absent. */
export function lift(context: EditContext, edit: LiftEdit): void {
  const lane = context.transaction.lane(edit.track, edit.range.start.rate);
  const stretch = inside(context, lane, edit);
  if (stretch === null) return;
  overwriteRange(
    context,
    lane,
    stretch.at,
    stretch.length,
    [context.filler(edit.fill, stretch.length, lane)],
    undefined,
  );
}

/** Takes a range out: `|0 A 30|0 B 30|`, extract [20,40) `->  |0 A 20|10 B 30|`. */
export function extract(context: EditContext, edit: ExtractEdit): void {
  const lane = context.transaction.lane(edit.track, edit.range.start.rate);
  const stretch = inside(context, lane, edit);
  if (stretch !== null) overwriteRange(context, lane, stretch.at, stretch.length, [], undefined);
}

/** Replaces [at, at + length) of a lane by pieces; a hole before them is filled. */
export function overwriteRange(
  context: EditContext,
  lane: Lane,
  at: Rational,
  length: Rational,
  pieces: readonly Piece[],
  fill: Item | undefined,
): void {
  const { transaction } = context;
  const hole = subtract(at, lane.length);
  if (hole.num >= 0) {
    const before = hole.num > 0 ? [context.filler(fill, hole, lane)] : [];
    return transaction.rewrite(lane, { before: lane.count }, [...before, ...pieces]);
  }
  const end = add(at, length);
  const first = lane.indexAt(at);
  const last = lastCovered(lane, end);
  const opening = wholePiece(lane.item(first));
  const kept = subtract(at, lane.startOf(first));
  const left = headOf(opening, kept, lane.rate);
  const cut = subtract(end, lane.startOf(last));
  const isInside = first === last && kept.num > 0 && compare(cut, lengthOfItem(opening.item)) < 0;
  const [head, tail] = isInside
    ? splitAround(opening, kept, length, lane)
    : [left, withoutHead(wholePiece(lane.item(last)), cut, lane.rate)];
  const rest = [head, ...pieces, tail].filter((piece) => piece !== null);
  transaction.rewrite(lane, { first, last }, rest);
}

/** An item of another length: its tail is cut, or its handle used. Without media for all of it, it is as long as there is. */
export function ofLength(context: EditContext, lane: Lane, item: Item, length: Rational): Item {
  const whole = lengthOfItem(item);
  const about = { op: 'stretch', edge: 'length', item, lane, index: 0 } as const;
  const change = context.clamp(subtract(length, whole), whole, smallest(roomOf(item).tail), about);
  return withEdges(item, zero, change, lane.rate);
}

function splitAround(piece: Piece, offset: Rational, length: Rational, lane: Lane): [Piece, Piece | null] {
  const [left, right] = divided(piece, offset, lane.rate);
  return [left, withoutHead(right, length, lane.rate)];
}

/** The last item that lies before a moment, in part at least. */
function lastCovered(lane: Lane, end: Rational): number {
  const at = lane.indexAt(end);
  if (at === -1) return lane.before(lane.count);
  return compare(lane.startOf(at), end) === 0 ? lane.before(at) : at;
}

/** The part of a range that lies within the track; null for none. */
function inside(
  context: EditContext,
  lane: Lane,
  edit: LiftEdit | ExtractEdit,
): { readonly at: Rational; readonly length: Rational } | null {
  const at = context.place(edit.range.start, lane);
  const length = context.length(edit.range.duration, lane, 'the range');
  const left = subtract(lane.length, at);
  if (left.num <= 0) return null;
  return { at, length: smallest(length, left) ?? length };
}
