import { PatchworkError } from '@patchwork/kernel';
import { negate, zero } from '@patchwork/time';
import { knownEffect, withKnownEffect } from '../../known-effect.ts';
import type { Effect, Item } from '../../model.ts';
import { sameValue } from '../../otio/node-equality.ts';
import { trimmedRange } from '../../ranges.ts';
import { unmodelledOf } from '../../unmodelled.ts';
import { spell, type EditContext } from '../context.ts';
import type { JoinEdit } from '../edit.ts';
import type { Lane } from '../lane.ts';
import { divided, lengthOfItem, wholePiece, withEdges } from '../piece.ts';
import { effectsOfHalf } from '../retime.ts';
import { cutAt } from './transition.ts';

/**
 * Takes a blade back. Only what a blade would divide into these two is joined, so that nothing looks different; the left one
 * keeps its name and identity, markers of both stay.
 *
 * ```text
 * at 25    |0 A 25|25 A 50|   ->   |0   A   50|
 * ```
 */
export function join(context: EditContext, edit: JoinEdit): void {
  const { lane, left, right, at } = cutAt(context, edit);
  if (left === -1 || right === -1) throw refusal(lane, spell(at, lane.rate), 'two items do not meet there');
  const [first, second] = [lane.item(left), lane.item(right)];
  const joined = joinedItem(first, second, lane);
  if (joined === null) {
    throw refusal(lane, spell(at, lane.rate), `"${first.name}" does not play on as "${second.name}"`);
  }
  context.transaction.rewrite(lane, { first: left, last: right }, [
    { item: joined, headOf: first.id, tailOf: second.id, isFresh: false },
  ]);
}

/** Both as one; null where a blade would not give these two back. */
function joinedItem(first: Item, second: Item, lane: Lane): Item | null {
  const { effects } = first;
  // No blade leaves a half without a frame; files hold such gaps.
  if (lengthOfItem(first).num === 0 || lengthOfItem(second).num === 0) return null;
  const open: Item = { ...first, markers: [], effects: withFades(effects, second.effects) };
  const long = withEdges(open, zero, lengthOfItem(second), lane.rate);
  const [left, right] = divided(wholePiece(long), lengthOfItem(first), lane.rate);
  if (!isSameItem(left.item, { ...first, markers: [] }) || !isSameItem(right.item, { ...second, markers: [] }))
    return null;
  // Backwards, a new edge moves the own time of all that is there.
  const before = withEdges(first, zero, lengthOfItem(second), lane.rate).markers;
  const behind = withEdges(second, negate(lengthOfItem(first)), zero, lane.rate).markers;
  return { ...long, markers: [...before, ...behind] };
}

function isSameItem(a: Item, b: Item): boolean {
  if (a.kind !== b.kind || a.enabled !== b.enabled) return false;
  // Nothing goes on in a gap, wherever it says that it begins.
  if (a.kind === 'Gap' && a.effects.length === 0 && b.effects.length === 0) return true;
  const isSameContent =
    a.kind === 'Clip' && b.kind === 'Clip'
      ? sameValue(a.mediaReferences, b.mediaReferences) && a.activeMediaReferenceKey === b.activeMediaReferenceKey
      : a.kind === 'Gap' || ('children' in a && 'children' in b && sameValue(a.children, b.children));
  return (
    isSameContent &&
    sameValue(trimmedRange(a), trimmedRange(b)) &&
    sameValue(effectValues(a), effectValues(b)) &&
    sameValue(unmodelledOf(a), unmodelledOf(b))
  );
}

function effectValues({ effects }: Item): readonly unknown[] {
  return effects.map((effect) => [
    effect.schemaName,
    effect.timeScalar,
    effect.enabled,
    knownEffect(effect) ?? effect.metadata,
  ]);
}

/** The left one's effects, with the right one's fades out: each half keeps the fade of its own edge. */
function withFades(left: readonly Effect[], right: readonly Effect[]): readonly Effect[] {
  const fades = right.map(knownEffect).filter((known) => known?.type === 'fade');
  let at = 0;
  return effectsOfHalf(left, 'left').map((effect) => {
    const known = knownEffect(effect);
    if (known?.type !== 'fade') return effect;
    const other = fades[at];
    at += 1;
    return other === undefined || other === null
      ? effect
      : withKnownEffect(effect, { ...known, outSeconds: other.outSeconds });
  });
}

function refusal(lane: Lane, frame: string, why: string): PatchworkError {
  return new PatchworkError('PW_EDIT_JOIN', `frame ${frame} of track "${lane.track.name}" cannot be joined: ${why}`, {
    hint: 'Two items are joined that a blade made of one: the same media playing on, with the same speed and effects.',
    details: { track: lane.track.id, frame },
  });
}
