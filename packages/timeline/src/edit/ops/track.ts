import { PatchworkError } from '@patchwork/kernel';
import type { NodeId, Stack, Track } from '../../model.ts';
import { TimelineIndex } from '../../snapshot/timeline-index.ts';
import type { EditContext } from '../context.ts';
import { withFreshIds } from '../piece.ts';
import type { AddTrackEdit, MoveTrackEdit, RemoveTrackEdit } from '../track-edit.ts';

/**
 * Puts a track into a stack. What it holds gets ids of its own where the timeline has them already.
 *
 * ```text
 * V2 at 1        V3            V4
 *                V2    ->      V3
 *                              V2  new
 *                V1            V1
 * ```
 */
export function addTrack(context: EditContext, edit: AddTrackEdit): void {
  const { transaction } = context;
  const stack = stackOf(context, edit.stack);
  const at = expectPlace(stack, edit.index ?? stack.children.length, stack.children.length);
  const isKnown = [edit.track, ...edit.track.children].some(({ id }) => transaction.holds(id));
  transaction.insertTrack(stack, at, isKnown ? withFreshIds(edit.track) : edit.track);
}

/** Takes a track out, with all it holds. */
export function removeTrack(context: EditContext, edit: RemoveTrackEdit): void {
  const { stack, index, track } = placeOf(context, edit.track);
  context.transaction.removeTrack(stack, index, track);
}

/** Moves a track to another place in its stack. */
export function moveTrack(context: EditContext, edit: MoveTrackEdit): void {
  const { stack, index, track } = placeOf(context, edit.track);
  const at = expectPlace(stack, edit.index, stack.children.length - 1);
  if (at !== index) context.transaction.moveTrack(stack, index, at, track);
}

/** @throws PW_EDIT_TRACK */
function placeOf(
  { transaction }: EditContext,
  id: NodeId,
): { readonly stack: Stack; readonly index: number; readonly track: Track } {
  const { track } = transaction.lane(id);
  const { parent, index } = TimelineIndex.of(transaction.timeline).placeOf(id);
  if (parent?.kind === 'Stack') return { stack: parent, index, track };
  throw new PatchworkError('PW_EDIT_TRACK', `"${track.name}" stands in a track itself, as one of its items`, {
    hint: 'Move or remove it as an item.',
    details: { track: id },
  });
}

function stackOf({ transaction }: EditContext, id: NodeId | undefined): Stack {
  if (id === undefined) return transaction.timeline.tracks;
  const node = TimelineIndex.of(transaction.timeline).find(id)?.node;
  if (node?.kind === 'Stack') return node;
  throw new PatchworkError('PW_EDIT_TRACK', `${node === undefined ? id : `"${node.name}"`} holds no tracks`, {
    hint: 'Only the timeline and a compound that is a stack hold tracks.',
    details: { stack: id },
  });
}

/** @throws PW_EDIT_TRACK */
function expectPlace(stack: Stack, at: number, last: number): number {
  if (Number.isSafeInteger(at) && at >= 0 && at <= last) return at;
  throw new PatchworkError('PW_EDIT_TRACK', `"${stack.name}" has no place ${at} for a track`, {
    hint: `Places count from 0, the lowest, to ${last}.`,
    details: { at, last },
  });
}
