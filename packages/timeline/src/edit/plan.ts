import {
  ceil,
  endOfRange,
  floor,
  multiply,
  secondsFromTime,
  type Rate,
  type Rational,
  type RationalTime,
  type TimeRange,
} from '@patchwork/time';
import type { NodeId, Timeline, Transition } from '../model.ts';
import { EditContext } from './context.ts';
import type { DirtyRange } from './dirty.ts';
import type { Edit, EditLimit, EditOptions, GroupableEdit } from './edit.ts';
import { applyEvents, invertEvents, type EditEvent } from './event.ts';
import { planGroup } from './group.ts';
import { fill } from './ops/fill.ts';
import { insert } from './ops/insert.ts';
import { join } from './ops/join.ts';
import { removeEffect, replace, setEffect } from './ops/look.ts';
import { removeMarker, setMarker } from './ops/marker.ts';
import { extract, lift, overwrite } from './ops/overwrite.ts';
import { move, remove } from './ops/remove.ts';
import { retime } from './ops/retime.ts';
import { roll, slide } from './ops/roll.ts';
import { set } from './ops/set.ts';
import { slice } from './ops/slice.ts';
import { slip } from './ops/slip.ts';
import { addTrack, moveTrack, removeTrack } from './ops/track.ts';
import { removeTransition, setTransition } from './ops/transition.ts';
import { ripple, trim } from './ops/trim.ts';
import { isSynced, performSynced } from './sync.ts';
import { Transaction } from './transaction.ts';
import { expectTimes } from './valid-times.ts';

/** A planned edit: what it will do, done to nothing yet. */
export interface EditPlan {
  /** The timeline that was planned on; untouched. */
  readonly before: Timeline;
  /** The timeline as it will be; shares all that does not change with `before`. */
  readonly after: Timeline;
  /** The way there, and by {@link invertEvents} back. Empty when the edit changes nothing. */
  readonly events: readonly EditEvent[];
  /** Where something else will show than before, in the record as it will be. */
  readonly dirty: readonly DirtyRange[];
  /** Deltas of which only a part was possible; empty when all was done as asked. */
  readonly limits: readonly EditLimit[];
  /** Transitions that lost their cut or their media, and those that were shortened. */
  readonly droppedTransitions: readonly Transition[];
  readonly adjustedTransitions: readonly Transition[];
}

/**
 * Plans an edit, or a list as one transaction: each sees what the ones before did; any that fails fails all. Nothing is
 * touched: take `after`, or apply `events` later.
 *
 * @throws PW_EDIT_ITEM, PW_EDIT_TRACK for what the timeline does not hold
 * @throws PW_EDIT_LIMIT in strict mode, naming how far it could go
 * @throws PW_EDIT_TIME, PW_EDIT_NEGATIVE_TIME, PW_EDIT_RATE, PW_EDIT_LENGTH, PW_EDIT_FILL, PW_EDIT_NO_GAP, PW_EDIT_SPEED
 * @throws PW_EDIT_NO_CUT, PW_EDIT_JOIN, PW_EDIT_EFFECT, PW_EDIT_MARKER, PW_EDIT_SET, PW_EDIT_SYNC
 * @throws PW_EDIT_TRANSITION under the transition policy `error`
 */
export function planEdit(timeline: Timeline, edit: Edit | readonly Edit[], options: EditOptions = {}): EditPlan {
  const transaction = new Transaction(timeline, options.transitions ?? 'adjust');
  const context = new EditContext(transaction, options);
  const edits = isList(edit) ? edit : [edit];
  for (const one of edits) perform(context, one, options);
  const isCompound = edits.length > 1 || options.group !== undefined || edits.some(isSynced);
  return planOf(timeline, transaction, context.limits, isCompound);
}

/** What a finished transaction planned. Of several edits, later ones may have moved what earlier ones made dirty. */
export function planOf(
  before: Timeline,
  transaction: Transaction,
  limits: readonly EditLimit[],
  isCompound: boolean,
): EditPlan {
  return {
    before,
    after: transaction.timeline,
    events: transaction.events,
    dirty: isCompound ? transaction.dirtySince(before) : transaction.dirty,
    limits,
    droppedTransitions: transaction.droppedTransitions,
    adjustedTransitions: transaction.adjustedTransitions,
  };
}

/** Plans an edit and returns the edited timeline. See {@link planEdit}. */
export function applyEdit(timeline: Timeline, edit: Edit | readonly Edit[], options: EditOptions = {}): Timeline {
  return planEdit(timeline, edit, options).after;
}

/** Takes a plan back: the timeline that it was planned on, exactly. @throws PW_EDIT_CONFLICT when other edits came between */
export function undoPlan(timeline: Timeline, plan: EditPlan): Timeline {
  return applyEvents(timeline, invertEvents(plan.events));
}

/** Does a plan again. @throws PW_EDIT_CONFLICT when the timeline is not as it was planned on */
export function redoPlan(timeline: Timeline, plan: EditPlan): Timeline {
  return applyEvents(timeline, plan.events);
}

/** Performs one edit of one item (or, with `group`, of all that belong to it) within a transaction. */
export function perform(context: EditContext, edit: Edit, options: EditOptions): void {
  expectTimes(edit);
  if (isSynced(edit)) performSynced(context, edit, options, perform);
  else if (options.group !== undefined && isGroupable(edit, context)) planGroup(context, edit, options, performOne);
  else performOne(context, edit);
}

function performOne(context: EditContext, edit: Edit): string | null {
  switch (edit.op) {
    case 'overwrite':
      overwrite(context, edit);
      return null;
    case 'insert':
      insert(context, edit);
      return null;
    case 'trim':
      trim(context, edit);
      return null;
    case 'slice':
      return slice(context, edit);
    case 'slip':
      slip(context, edit);
      return null;
    case 'slide':
      slide(context, edit);
      return null;
    case 'ripple':
      ripple(context, edit);
      return null;
    case 'roll':
      roll(context, edit);
      return null;
    case 'fill':
      fill(context, edit);
      return null;
    case 'remove':
      remove(context, edit);
      return null;
    case 'move':
      move(context, edit);
      return null;
    case 'lift':
      lift(context, edit);
      return null;
    case 'extract':
      extract(context, edit);
      return null;
    case 'join':
      join(context, edit);
      return null;
    case 'retime':
      retime(context, edit);
      return null;
    case 'setTransition':
      setTransition(context, edit);
      return null;
    case 'removeTransition':
      removeTransition(context, edit);
      return null;
    case 'replace':
      replace(context, edit);
      return null;
    case 'setEffect':
      setEffect(context, edit);
      return null;
    case 'removeEffect':
      removeEffect(context, edit);
      return null;
    case 'set':
      set(context, edit);
      return null;
    case 'setMarker':
      setMarker(context, edit);
      return null;
    case 'removeMarker':
      removeMarker(context, edit);
      return null;
    case 'addTrack':
      addTrack(context, edit);
      return null;
    case 'removeTrack':
      removeTrack(context, edit);
      return null;
    case 'moveTrack':
      moveTrack(context, edit);
      return null;
    default:
      throw new TypeError(`planEdit: op ${JSON.stringify((edit as { readonly op: unknown }).op)} is none`);
  }
}

/** Edits of an item of a track; a mark is set on the one that is named, and tracks have no links. */
export function isGroupable(edit: Edit, { transaction }: EditContext): edit is GroupableEdit {
  if (edit.op === 'setMarker' || edit.op === 'removeMarker') return false;
  if ('target' in edit) return true;
  if (!('item' in edit) || typeof edit.item !== 'string') return false;
  const target = transaction.target(edit.item);
  return target.kind !== 'Timeline' && target.kind !== 'Track' && target.id !== transaction.timeline.tracks.id;
}

function isList(edit: Edit | readonly Edit[]): edit is readonly Edit[] {
  return Array.isArray(edit);
}

/** Dirty ranges in whole frames of a rate, over all tracks: what a renderer has to look at again. */
export function dirtyFrames(plan: EditPlan, rate: Rate): readonly (readonly [first: number, end: number])[] {
  const frames = plan.dirty.map(({ range }) => framesOf(range, rate)).toSorted((a, b) => a[0] - b[0]);
  const united: [number, number][] = [];
  for (const [first, end] of frames) {
    const last = united.at(-1);
    if (last !== undefined && first <= last[1]) last[1] = Math.max(last[1], end);
    else united.push([first, end]);
  }
  return united;
}

function framesOf(range: TimeRange, rate: Rate): [number, number] {
  const frames = (time: RationalTime): Rational => multiply(secondsFromTime(time), rate);
  return [floor(frames(range.start)), ceil(frames(endOfRange(range)))];
}

/** Ids of the tracks in which a plan changes something. */
export function changedTracks(plan: EditPlan): readonly NodeId[] {
  return [...new Set(plan.events.map((event) => event.parent))];
}
