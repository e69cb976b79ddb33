import { PatchworkError } from '@patchwork/kernel';
import { effectKind } from '../../known-effect.ts';
import type { Clip, Effect, Item, NodeId } from '../../model.ts';
import { trimmedRange } from '../../ranges.ts';
import type { EditContext } from '../context.ts';
import type { RemoveEffectEdit, ReplaceEdit, SetEffectEdit } from '../edit.ts';
import { withFreshIds } from '../piece.ts';
import { isTimeEffect } from '../retime.ts';
import { putAtLength } from './retime.ts';

/** Gives an item an effect, behind those that it has; one of the same kind is replaced where it stands. */
export function setEffect(context: EditContext, edit: SetEffectEdit): void {
  const item = shown(context, edit.item);
  expectLook(item, edit.effect);
  const fresh = withFreshIds(edit.effect);
  const at = placeOf(item, effectKind(edit.effect), edit.number ?? 1);
  const old = item.effects[at];
  const effects = old === undefined ? [...item.effects, fresh] : item.effects.with(at, { ...fresh, id: old.id });
  context.transaction.replaceTarget(item, { ...item, effects });
}

/** Takes an effect away. @throws PW_EDIT_EFFECT where there is none of its kind */
export function removeEffect(context: EditContext, edit: RemoveEffectEdit): void {
  const item = shown(context, edit.item);
  const at = placeOf(item, edit.effect, edit.number ?? 1);
  if (at === -1) {
    const kinds = item.effects.map(effectKind).join(', ');
    throw new PatchworkError('PW_EDIT_EFFECT', `"${item.name}" has no effect ${JSON.stringify(edit.effect)}`, {
      hint: kinds === '' ? 'It has no effects.' : `Its effects are: ${kinds}.`,
      details: { item: item.id, effect: edit.effect },
    });
  }
  context.transaction.replaceTarget(item, { ...item, effects: item.effects.toSpliced(at, 1) });
}

/**
 * Puts other media into a clip: a new version, another take. Place, length, effects, markers and transitions stay; media that
 * are too short leave a gap.
 */
export function replace(context: EditContext, edit: ReplaceEdit): void {
  const { lane, index, item } = context.transaction.locate(edit.item);
  if (item.kind !== 'Clip') {
    throw new PatchworkError('PW_EDIT_ITEM', `"${item.name}" is a ${item.kind}: there is no media to replace`, {
      hint: 'Name a clip; overwrite anything else.',
      details: { item: item.id },
    });
  }
  const { start, duration } = trimmedRange(item);
  const key = item.activeMediaReferenceKey;
  const media = [key, withFreshIds(edit.media)] as const;
  const at = item.mediaReferences.findIndex(([name]) => name === key);
  const changed: Clip = {
    ...item,
    name: edit.name ?? item.name,
    sourceRange: { start: edit.from ?? start, duration },
    mediaReferences: at === -1 ? [...item.mediaReferences, media] : item.mediaReferences.with(at, media),
  };
  putAtLength(context, { lane, index, item, op: 'replace' }, changed, false);
}

/** What can have effects: an item, a track, the timeline's stack. */
function shown(context: EditContext, id: NodeId): Item {
  const target = context.transaction.target(id);
  if (target.kind !== 'Timeline') return target;
  throw new PatchworkError('PW_EDIT_ITEM', `effects of timeline "${target.name}" stand on its stack`, {
    hint: 'Name the stack: timeline.tracks.',
    details: { item: id },
  });
}

/** Index of the n-th effect of a kind; −1 for none. */
function placeOf(item: Item, kind: string, number: number): number {
  const places = item.effects.flatMap((effect, at) => (effectKind(effect) === kind ? [at] : []));
  return places[number - 1] ?? -1;
}

function expectLook(item: Item, effect: Effect): void {
  if (!isTimeEffect(effect)) return;
  throw new PatchworkError('PW_EDIT_EFFECT', `${effectKind(effect)} of "${item.name}" is a speed, not a look`, {
    hint: 'Set the speed of a clip with retime: its length and its media hang on it.',
    details: { item: item.id },
  });
}
