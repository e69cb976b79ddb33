import { PatchworkError } from '@patchwork/kernel';
import { effectKind } from '../../known-effect.ts';
import type { Clip, Effect, Item, NodeId } from '../../model.ts';
import { trimmedRange } from '../../ranges.ts';
import { withUnmodelled } from '../../unmodelled.ts';
import type { EditContext } from '../context.ts';
import type { RemoveEffectEdit, ReplaceEdit, SetEdit, SetEffectEdit } from '../edit.ts';
import type { Lane } from '../lane.ts';
import { withFreshIds } from '../piece.ts';
import { isTimeEffect } from '../retime.ts';
import { putAtLength } from './retime.ts';

/** Gives an item an effect, behind those that it has; one of the same kind is replaced where it stands. */
export function setEffect(context: EditContext, edit: SetEffectEdit): void {
  const { lane, index, item } = found(context, edit.item);
  expectLook(item, edit.effect);
  const fresh = withFreshIds(edit.effect);
  const at = placeOf(item, effectKind(edit.effect), edit.number ?? 1);
  const old = item.effects[at];
  const effects = old === undefined ? [...item.effects, fresh] : item.effects.with(at, { ...fresh, id: old.id });
  context.transaction.replaceItem(lane, index, { ...item, effects });
}

/** Takes an effect away. @throws PW_EDIT_EFFECT where there is none of its kind */
export function removeEffect(context: EditContext, edit: RemoveEffectEdit): void {
  const { lane, index, item } = found(context, edit.item);
  const at = placeOf(item, edit.effect, edit.number ?? 1);
  if (at === -1) {
    const kinds = item.effects.map(effectKind).join(', ');
    throw new PatchworkError('PW_EDIT_EFFECT', `"${item.name}" has no effect ${JSON.stringify(edit.effect)}`, {
      hint: kinds === '' ? 'It has no effects.' : `Its effects are: ${kinds}.`,
      details: { item: item.id, effect: edit.effect },
    });
  }
  context.transaction.replaceItem(lane, index, { ...item, effects: item.effects.toSpliced(at, 1) });
}

/** Sets what an item is beside its place and effects. */
export function set(context: EditContext, edit: SetEdit): void {
  const { lane, index, item } = found(context, edit.item);
  const { enabled = item.enabled, name = item.name, unmodelled } = edit;
  const changed = { ...item, enabled, name };
  context.transaction.replaceItem(
    lane,
    index,
    unmodelled === undefined ? changed : withUnmodelled(changed, unmodelled),
  );
}

/**
 * Puts other media into a clip: a new version, another take. Place, length, effects, markers and transitions stay; media that
 * are too short leave a gap.
 */
export function replace(context: EditContext, edit: ReplaceEdit): void {
  const { lane, index, item } = found(context, edit.item);
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

function found(context: EditContext, id: NodeId): { readonly lane: Lane; readonly index: number; readonly item: Item } {
  return context.transaction.locate(id);
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
