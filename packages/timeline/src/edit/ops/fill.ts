import { PatchworkError } from '@patchwork/kernel';
import { compare, divide, subtract, toNumber, type Rational } from '@patchwork/time';
import { makeTimeWarp } from '../../builders.ts';
import type { Item } from '../../model.ts';
import { trimmedRange } from '../../ranges.ts';
import { isRange, spell, endOf, type EditContext } from '../context.ts';
import type { FillEdit } from '../edit.ts';
import type { Lane } from '../lane.ts';
import { lengthOfItem, newPiece } from '../piece.ts';
import { speedOf, stretchedParts } from '../retime.ts';
import { secondsAsTime, secondsOfTime } from '../seconds.ts';
import { ofLength, overwriteRange } from './overwrite.ts';

/**
 * A 3- or 4-point edit: an item goes into a gap, from a time on, or into a range.
 *
 * ```text
 * C, 40 long, at 0      | GAP 30 |0 B 20|
 * source           ->   |0      C      40|10 B 20|       the item as it is
 * sequence         ->   |0   C   30|0 B 20|              the gap as it is
 * fit              ->   |0   C   30|0 B 20|              C at 40/30 of its speed, all of it
 * ```
 *
 * `sequence` with an item that is too short leaves the rest as it is. `fit` keeps media, metadata, effects
 * and markers and adds a `LinearTimeWarp` of source ÷ destination.
 */
export function fill(context: EditContext, edit: FillEdit): void {
  const lane = context.transaction.lane(edit.track, trimmedRange(edit.item).duration.rate);
  const item = context.incoming(edit.item, lane);
  const { at, length } = destination(context, lane, edit);
  const fitted = fittedTo(context, lane, item, length, edit);
  overwriteRange(context, lane, at, lengthOfItem(fitted), [newPiece(fitted)], undefined);
}

function fittedTo(context: EditContext, lane: Lane, item: Item, length: Rational, edit: FillEdit): Item {
  switch (edit.reference) {
    case 'source':
      return item;
    case 'sequence':
      return compare(lengthOfItem(item), length) > 0 ? ofLength(context, lane, item, length) : item;
    case 'fit':
      return retimed(item, length);
  }
}

/** All of the item in another length: its media, key frames and markers stretched with it. */
function retimed(item: Item, length: Rational): Item {
  const source = lengthOfItem(item);
  if (compare(source, length) === 0) return item;
  const range = trimmedRange(item);
  const factor = divide(length, source);
  const warp = makeTimeWarp(toNumber(divide(source, length)));
  const { effects, markers } = stretchedParts(item, secondsOfTime(range.start), factor);
  return {
    ...item,
    sourceRange: { start: range.start, duration: secondsAsTime(length, range.duration.rate) },
    // Of a frozen clip there is nothing to stretch.
    effects: speedOf(item).num === 0 ? effects : [...effects, warp],
    markers,
  };
}

function destination(
  context: EditContext,
  lane: Lane,
  edit: FillEdit,
): { readonly at: Rational; readonly length: Rational } {
  if (isRange(edit.at)) {
    return { at: context.place(edit.at.start, lane), length: context.length(edit.at.duration, lane, 'the range') };
  }
  const at = context.place(edit.at, lane);
  const index = lane.indexAt(at);
  if (index !== -1 && lane.item(index).kind === 'Gap') return { at, length: subtract(endOf(lane, index), at) };
  const there = index === -1 ? 'nothing' : `"${lane.item(index).name}"`;
  throw new PatchworkError(
    'PW_EDIT_NO_GAP',
    `at frame ${spell(at, lane.rate)} of track "${lane.track.name}" stands ${there}, not a gap`,
    {
      hint: 'Give a time in a gap, or a range to fill whatever stands there.',
      details: { track: lane.track.id },
    },
  );
}
