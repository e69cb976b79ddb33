import { PatchworkError } from '@patchwork/kernel';
import type { Item, NodeId } from '../../model.ts';
import type { EditContext } from '../context.ts';
import type { RemoveMarkerEdit, SetMarkerEdit } from '../mark-edit.ts';
import { withFreshIds } from '../piece.ts';

/** Adds a marker behind those that are there, or puts it in the place of one of them, whose id it takes over. */
export function setMarker(context: EditContext, edit: SetMarkerEdit): void {
  const item = marked(context, edit.item);
  const fresh = withFreshIds(edit.marker);
  const at = edit.number === undefined ? item.markers.length : placeOf(item, edit.number);
  const old = item.markers[at];
  const markers = old === undefined ? [...item.markers, fresh] : item.markers.with(at, { ...fresh, id: old.id });
  context.transaction.replaceTarget(item, { ...item, markers });
}

/** Takes a marker away. */
export function removeMarker(context: EditContext, edit: RemoveMarkerEdit): void {
  const item = marked(context, edit.item);
  context.transaction.replaceTarget(item, { ...item, markers: item.markers.toSpliced(placeOf(item, edit.number), 1) });
}

function marked(context: EditContext, id: NodeId): Item {
  const target = context.transaction.target(id);
  if (target.kind !== 'Timeline') return target;
  throw new PatchworkError('PW_EDIT_ITEM', `markers of timeline "${target.name}" stand on its stack`, {
    hint: 'Name the stack: timeline.tracks.',
    details: { item: id },
  });
}

/** @throws PW_EDIT_MARKER */
function placeOf(item: Item, number: number): number {
  if (Number.isSafeInteger(number) && number >= 1 && number <= item.markers.length) return number - 1;
  throw new PatchworkError('PW_EDIT_MARKER', `"${item.name}" has no marker ${number}`, {
    hint: item.markers.length === 0 ? 'It has none.' : `It has ${item.markers.length}, counted from 1.`,
    details: { item: item.id, number, markers: item.markers.length },
  });
}
