import { PatchworkError } from '@patchwork/kernel';
import { add, compare, min, subtract, zero, type Rational } from '@patchwork/time';
import type { Item, NodeId, Stack, Track } from '../model.ts';
import { TimelineIndex } from '../snapshot/timeline-index.ts';
import { endOf, spell, type EditContext } from './context.ts';
import type { Edit, EditOptions, ExtractEdit, InsertEdit, RemoveEdit, RetimeEdit, RippleEdit } from './edit.ts';
import type { Lane } from './lane.ts';
import { insertAt } from './ops/insert.ts';
import { overwriteRange } from './ops/overwrite.ts';
import { freshGap, lengthOfItem, wholePiece, withEdges } from './piece.ts';

/** Edits that move all that comes after them. */
export type RipplingEdit = InsertEdit | ExtractEdit | RippleEdit | RemoveEdit | RetimeEdit;

type Perform = (context: EditContext, edit: RipplingEdit, options: EditOptions) => void;

/** Time that comes or goes on the other tracks. */
interface Shift {
  readonly at: Rational;
  /** Negative: taken out from there on. */
  readonly length: Rational;
  /** Whether clips that lie whole in time that is taken out go with it: only where the edit names that time. */
  readonly takesWhole: boolean;
}

/**
 * Performs a rippling edit and moves the other tracks along, as one edit.
 *
 * ```text
 * ripple m02 out −10                           V2  | GAP 150 |0 title 40|   ->   | GAP 140 |0 title 40|
 *                                              V1  |m01 100|m02 100|m03 100|     |m01 100|m02 90|m03 100|
 * a title over the cut, from 180 to 220:       refused by name; split: |GAP 180|0 title 10|20 title 40|
 * ```
 *
 * @throws PW_EDIT_SYNC naming what would be torn
 */
export function performSynced(context: EditContext, edit: RipplingEdit, options: EditOptions, perform: Perform): void {
  const { sync, ...plain } = edit;
  if (sync === undefined) return;
  for (const part of partsOf(plain)) {
    const leader = leaderOf(context, part);
    const before = context.transaction.events.length;
    const stack = stackOf(context, leader.id);
    perform(context, part, options);
    const shift = shiftOf(context, part, leader);
    if (shift === null) continue;
    const led = new Set(context.transaction.events.slice(before).map(({ parent }) => parent));
    const others = stack.children.filter(
      (child): child is Track =>
        child.kind === 'Track' &&
        !led.has(child.id) &&
        sync.except?.includes(child.id) !== true &&
        (sync.tracks === 'all' || sync.tracks.includes(child.id)),
    );
    for (const { id } of others) moveAlong(context, context.transaction.lane(id), shift, sync.torn ?? 'refuse');
  }
}

/** An edit of both edges, one after the other; what needs room comes behind what makes it. */
function partsOf(edit: RipplingEdit): readonly RipplingEdit[] {
  if (edit.op !== 'ripple' || edit.deltaIn === undefined || edit.deltaOut === undefined) return [edit];
  const { deltaIn, deltaOut, ...rest } = edit;
  const parts = [
    { ...rest, deltaIn },
    { ...rest, deltaOut },
  ];
  return deltaIn.value.num < 0 ? parts : parts.toReversed();
}

interface Leader {
  readonly id: NodeId;
  /** Length of the track, and where the item stands, before the edit. */
  readonly length: Rational;
  readonly start: Rational;
  readonly end: Rational;
}

function leaderOf({ transaction }: EditContext, edit: RipplingEdit): Leader {
  if (edit.op === 'insert' || edit.op === 'extract') {
    const lane = transaction.lane(edit.track);
    return { id: lane.track.id, length: lane.length, start: lane.length, end: lane.length };
  }
  const { lane, index } = transaction.locate(edit.item);
  return { id: lane.track.id, length: lane.length, start: lane.startOf(index), end: endOf(lane, index) };
}

/** @throws PW_EDIT_TRACK */
function stackOf({ transaction }: EditContext, track: NodeId): Stack {
  const { parent, node } = TimelineIndex.of(transaction.timeline).placeOf(track);
  if (parent?.kind === 'Stack') return parent;
  throw new PatchworkError('PW_EDIT_TRACK', `"${node.name}" stands in no stack: there are no tracks beside it`, {
    hint: 'Leave "sync" out.',
    details: { track },
  });
}

/** By how much what comes later moved, and where; null where it did not. */
function shiftOf(context: EditContext, edit: RipplingEdit, leader: Leader): Shift | null {
  const lane = context.transaction.lane(leader.id);
  if (edit.op === 'insert')
    return { at: context.place(edit.at, lane), length: lengthOfItem(edit.item), takesWhole: false };
  if (edit.op === 'extract') {
    const length = context.length(edit.range.duration, lane, 'the range');
    return { at: context.place(edit.range.start, lane), length: negated(length), takesWhole: true };
  }
  const length = subtract(lane.length, leader.length);
  if (length.num === 0) return null;
  const isHead = edit.op === 'remove' || (edit.op === 'ripple' && edit.deltaIn !== undefined);
  const at = isHead ? leader.start : length.num < 0 ? add(leader.end, length) : leader.end;
  return { at, length, takesWhole: false };
}

function moveAlong(context: EditContext, lane: Lane, shift: Shift, torn: 'refuse' | 'split'): void {
  const { transaction } = context;
  if (compare(shift.at, lane.length) >= 0) return;
  if (torn === 'refuse') expectWhole(lane, shift);
  const changed = transaction.droppedTransitions.length + transaction.adjustedTransitions.length;
  if (!stretchedGap(context, lane, shift)) cutThrough(context, lane, shift);
  const now = transaction.droppedTransitions.length + transaction.adjustedTransitions.length;
  if (torn === 'refuse' && now > changed) {
    throw refusal(lane, shift, `a transition at frame ${spell(shift.at, lane.rate)} of track "${lane.track.name}"`);
  }
}

/** A gap that holds all of the change takes it up, and stays one gap; false where there is none. */
function stretchedGap({ transaction }: EditContext, lane: Lane, { at, length }: Shift): boolean {
  const index = lane.indexAt(at);
  const gap = lane.item(index);
  const end = length.num < 0 ? subtract(at, length) : at;
  if (gap.kind !== 'Gap' || compare(end, endOf(lane, index)) > 0) return false;
  const item = withEdges(gap, zero, length, lane.rate);
  const left = lengthOfItem(item).num === 0 ? [] : [{ ...wholePiece(gap), item }];
  transaction.rewrite(lane, { first: index, last: index }, left);
  return true;
}

function cutThrough(context: EditContext, lane: Lane, { at, length }: Shift): void {
  if (length.num > 0) return insertAt(context, lane, at, [freshGap(length, lane.rate)], undefined);
  const end = min(subtract(at, length), lane.length);
  overwriteRange(context, lane, at, subtract(end, at), [], undefined);
}

/** @throws PW_EDIT_SYNC */
function expectWhole(lane: Lane, shift: Shift): void {
  const from = shift.at;
  const to = shift.length.num < 0 ? subtract(from, shift.length) : from;
  for (let at = lane.indexAt(from); at !== -1; at = lane.after(at)) {
    const [start, end] = [lane.startOf(at), endOf(lane, at)];
    if (compare(start, to) >= 0) return;
    const isInside = compare(start, from) >= 0 && compare(end, to) <= 0;
    const isCut = shift.length.num < 0 ? !(isInside && shift.takesWhole) : compare(start, from) < 0;
    if (isCut && lane.item(at).kind !== 'Gap') throw refusal(lane, shift, described(lane, at));
  }
}

function described(lane: Lane, at: number): string {
  const item: Item = lane.item(at);
  const [start, end] = [lane.startOf(at), endOf(lane, at)].map((place) => spell(place, lane.rate));
  return `"${item.name}", frames ${start} to ${end} of track "${lane.track.name}"`;
}

function refusal(lane: Lane, { at, length }: Shift, what: string): PatchworkError {
  const frames = spell(length.num < 0 ? negated(length) : length, lane.rate);
  const does =
    length.num < 0
      ? `taking ${frames} frames out at ${spell(at, lane.rate)}`
      : `putting ${frames} frames in at ${spell(at, lane.rate)}`;
  return new PatchworkError('PW_EDIT_SYNC', `${what}: ${does} would tear it`, {
    hint: 'Name its track in "also" (or use --linked), leave the track out of "sync", or let it be cut with "torn": "split".',
    details: { track: lane.track.id, at: spell(at, lane.rate) },
  });
}

function negated(length: Rational): Rational {
  return { num: -length.num, den: length.den };
}

const ripplingOps: ReadonlySet<string> = new Set(['insert', 'extract', 'ripple', 'remove', 'retime']);

/** Tells whether an edit can move what comes after it. */
export function canRipple(edit: Edit): edit is RipplingEdit {
  return ripplingOps.has(edit.op);
}

/** Tells whether other tracks move along with an edit. */
export function isSynced(edit: Edit): edit is RipplingEdit {
  return canRipple(edit) && edit.sync !== undefined;
}
