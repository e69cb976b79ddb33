import { PatchworkError } from '@patchwork/kernel';
import { withMember } from '../../json/json-member.ts';
import type { Item, Timeline } from '../../model.ts';
import { withUnmodelled } from '../../unmodelled.ts';
import type { EditContext } from '../context.ts';
import type { MetadataValue, SetEdit } from '../mark-edit.ts';

/** Sets what a node is beside its place and effects. */
export function set(context: EditContext, edit: SetEdit): void {
  const target = context.transaction.target(edit.item);
  const named = { ...target, name: edit.name ?? target.name };
  const said = edit.unmodelled === undefined ? named : withUnmodelled(named, edit.unmodelled);
  const marked = withMetadata(said, edit.metadata ?? []);
  context.transaction.replaceTarget(
    target,
    marked.kind === 'Timeline' ? timelineSet(marked, edit) : itemSet(marked, edit),
  );
}

function withMetadata<T extends Item | Timeline>(node: T, values: readonly MetadataValue[]): T {
  let metadata = node.metadata;
  for (const { path, value } of values) {
    if (path.length === 0) throw refused(node, 'metadata', 'has no path: name at least one key');
    metadata = withMember(metadata, path, value);
  }
  return { ...node, metadata };
}

function itemSet(item: Item, { enabled = item.enabled, color = item.color, start }: SetEdit): Item {
  if (start !== undefined) throw refused(item, 'start', 'is of the timeline alone');
  return { ...item, enabled, color };
}

function timelineSet(timeline: Timeline, { enabled, color, start = timeline.globalStartTime }: SetEdit): Timeline {
  if (enabled !== undefined) throw refused(timeline, 'enabled', 'is of tracks and items alone');
  if (color !== undefined) throw refused(timeline, 'color', 'is of tracks and items alone');
  return { ...timeline, globalStartTime: start };
}

function refused(node: Item | Timeline, key: string, why: string): PatchworkError {
  return new PatchworkError('PW_EDIT_SET', `${node.kind} "${node.name}": "${key}" ${why}`, {
    hint: 'Timelines have a name, metadata and a start; tracks and items a name, metadata, a colour and a switch.',
    details: { item: node.id, key },
  });
}
