import { PatchworkError } from '@patchwork/kernel';
import { max, subtract, zero, type Rational } from '@patchwork/time';
import { makeTransition } from '../../builders.ts';
import type { Composable, Transition } from '../../model.ts';
import { spell, type EditContext } from '../context.ts';
import { inLimit, outLimit, type Sides } from '../cuts.ts';
import type { EditLimit, RemoveTransitionEdit, SetTransitionEdit } from '../edit.ts';
import type { Lane } from '../lane.ts';
import { secondsAsTime, secondsOfTime } from '../seconds.ts';

/** A place between two items, by their child indexes: −1 where there is none. */
interface Cut {
  readonly lane: Lane;
  readonly left: number;
  readonly right: number;
  readonly at: Rational;
  readonly between: readonly Composable[];
}

/**
 * Puts a transition at a cut, or changes the one that is there. It is as long as the items and their media allow.
 *
 * ```text
 * at 50, 5 before and 5 behind    |0 A 50|10 B 40|   ->   |0 A 50<5/5>10 B 40|
 * ```
 */
export function setTransition(context: EditContext, edit: SetTransitionEdit): void {
  const cut = cutAt(context, edit);
  const { lane, between } = cut;
  const old = between.find((node): node is Transition => node.kind === 'Transition');
  const inOffset = offsetOf(context, cut, edit, 'in');
  const outOffset = offsetOf(context, cut, edit, 'out');
  if (inOffset.num === 0 && outOffset.num === 0) {
    throw new PatchworkError('PW_EDIT_LENGTH', `${described(cut)}: no frame is left for a transition`, {
      hint: 'Its clips need frames of their own, and media beyond the cut.',
      details: { track: lane.track.id },
    });
  }
  const type = edit.transitionType ?? old?.transitionType;
  // Parameters of one type mean nothing to another.
  const base =
    old !== undefined && old.transitionType === type
      ? old
      : makeTransition({
          ...(type === undefined ? {} : { transitionType: type }),
          inOffset: edit.inOffset,
          outOffset: edit.outOffset,
        });
  const changed: Transition = {
    ...base,
    inOffset: secondsAsTime(inOffset, lane.rate),
    outOffset: secondsAsTime(outOffset, lane.rate),
    enabled: edit.enabled ?? old?.enabled ?? true,
    name: edit.name ?? base.name,
    metadata: edit.metadata ?? base.metadata,
  };
  const others = between.filter((node) => node.kind !== 'Transition');
  context.transaction.replaceBetween(lane, cut.left, cut.right, [...others, changed]);
}

/** Takes the transition away from a cut. @throws PW_EDIT_NO_CUT where there is none */
export function removeTransition(context: EditContext, edit: RemoveTransitionEdit): void {
  const cut = cutAt(context, edit);
  const others = cut.between.filter((node) => node.kind !== 'Transition');
  if (others.length === cut.between.length) throw noCut(cut, 'no transition stands there');
  context.transaction.replaceBetween(cut.lane, cut.left, cut.right, others);
}

/** The place between two items of a track. @throws PW_EDIT_NO_CUT inside of an item */
export function cutAt(context: EditContext, edit: Pick<SetTransitionEdit, 'track' | 'at'>): Cut {
  const lane = context.transaction.lane(edit.track, edit.at.rate);
  const at = context.place(edit.at, lane);
  const playing = lane.indexAt(at);
  // Behind the last item stands the track's end.
  const right = playing;
  const left = right === -1 ? lane.before(lane.count) : lane.before(right);
  const cut = { lane, left, right, at, between: lane.index.slice(left + 1, right === -1 ? lane.count : right) };
  if (!lane.isCut(at) || (left === -1 && right === -1)) throw noCut(cut, 'no cut stands there');
  return cut;
}

function offsetOf(context: EditContext, cut: Cut, edit: SetTransitionEdit, edge: 'in' | 'out'): Rational {
  const { lane } = cut;
  const asked = context.delta(edge === 'in' ? edit.inOffset : edit.outOffset, lane);
  if (asked.num < 0) throw noCut(cut, 'a transition cannot reach less than nothing');
  const limit = edge === 'in' ? inLimit(sidesOf(cut), takenBefore(cut)) : roomBehind(cut);
  const about = { op: 'setTransition', edge: edge as EditLimit['edge'], lane, ...aboutItem(cut) };
  return context.clamp(asked, zero, limit, about);
}

/** Whose limit it is: the item behind the cut, else the one before it. */
function aboutItem({ lane, left, right }: Cut): { readonly item: ReturnType<Lane['item']>; readonly index: number } {
  const index = right === -1 ? left : right;
  return { item: lane.item(index), index };
}

function sidesOf({ lane, left, right }: Cut): Sides {
  return { left: left === -1 ? null : lane.item(left), right: right === -1 ? null : lane.item(right) };
}

/** How much of the left item the transition at its head uses. */
function takenBefore({ lane, left }: Cut): Rational {
  const before = left === -1 ? undefined : lane.index.child(left - 1);
  return before?.kind === 'Transition' ? secondsOfTime(before.outOffset) : zero;
}

/** What the right item has for it, less what the transition at its tail uses. */
function roomBehind(cut: Cut): Rational | null {
  const { lane, right } = cut;
  const limit = outLimit(sidesOf(cut));
  const behind = right === -1 ? undefined : lane.index.child(right + 1);
  if (limit === null || behind?.kind !== 'Transition') return limit;
  const own = outLimit({ left: null, right: lane.item(right) });
  const spare = own === null ? limit : max(zero, subtract(own, secondsOfTime(behind.inOffset)));
  return outSmaller(limit, spare);
}

function outSmaller(a: Rational, b: Rational): Rational {
  return subtract(a, b).num > 0 ? b : a;
}

function described({ lane, at }: Cut): string {
  return `frame ${spell(at, lane.rate)} of track "${lane.track.name}"`;
}

function noCut(cut: Cut, why: string): PatchworkError {
  return new PatchworkError('PW_EDIT_NO_CUT', `${described(cut)}: ${why}`, {
    hint: 'Give the frame at which an item begins or the track ends.',
    details: { track: cut.lane.track.id, frame: spell(cut.at, cut.lane.rate) },
  });
}
