import { PatchworkError } from '@patchwork/kernel';
import { add, subtract, type RationalTime } from '@patchwork/time';
import { jsonFrom, isJsonNumber, member, plainJson, withMember } from '../json/json-member.ts';
import type { JsonValue } from '../json-value.ts';
import type { Composable, Item, NodeId, Timeline } from '../model.ts';
import { clipsIn } from '../tracks.ts';
import { EditContext } from './context.ts';
import type { Edit, EditOptions, GroupableEdit } from './edit.ts';
import { secondsAsTime, secondsOfTime } from './seconds.ts';
import { Transaction } from './transaction.ts';

const linkPaths = [
  ['patchwork', 'link'],
  ['Resolve_OTIO', 'Link Group ID'],
] as const;

/** The link id of an item: items with equal ones belong together (picture and its sound); null for none. */
export function linkOf(node: Composable): string | null {
  for (const path of linkPaths) {
    const value = member(node.metadata, ...path);
    if (value === undefined || value === null) continue;
    return `${path[0]}:${isJsonNumber(value) ? value.lexeme : JSON.stringify(plainJson(value))}`;
  }
  return null;
}

/** All clips that are linked with an item, itself first. Costs a walk over the timeline. */
export function linkedWith(timeline: Timeline, item: Composable): readonly NodeId[] {
  const link = linkOf(item);
  if (link === null) return [item.id];
  const others = [...clipsIn(timeline)].filter((clip) => clip.id !== item.id && linkOf(clip) === link);
  return [item.id, ...others.map((clip) => clip.id)];
}

type Perform = (context: EditContext, edit: Edit) => string | null;

/**
 * Performs one edit on every item of a group, all by the same amount: what the tightest of them allows. So it is tried on
 * each first; where one is clamped, all are.
 */
export function planGroup(context: EditContext, edit: GroupableEdit, options: EditOptions, perform: Perform): void {
  const { transaction } = context;
  const target = edit.op === 'slice' ? edit.target : edit.item;
  const leader = transaction.locate(target);
  const members =
    options.group === 'linked'
      ? linkedWith(transaction.timeline, leader.item)
      : [target, ...(options.group ?? []).filter((id) => id !== target)];
  if (members.length === 1) {
    perform(context, edit);
    return;
  }
  const agreed = agreedEdit(context, edit, members, options, perform);
  // Members are told where to go before the first of them has moved.
  const edits = members.map((id) => forMember(context, agreed, id, leader));
  const rights = edits.map((one) => perform(context, one)).filter((right) => right !== null);
  if (edit.op === 'slice' && rights.length > 1) relink(transaction, rights);
}

/** The edit with each delta cut to what all members allow. @throws PW_EDIT_LIMIT in strict mode, from the member that is tightest */
function agreedEdit(
  context: EditContext,
  edit: GroupableEdit,
  members: readonly NodeId[],
  options: EditOptions,
  perform: Perform,
): GroupableEdit {
  const leader = context.transaction.locate(edit.op === 'slice' ? edit.target : edit.item);
  let agreed = edit;
  for (const id of members) {
    const trial = new EditContext(new Transaction(context.transaction.timeline, 'adjust'), {
      ...options,
      limits: 'clamp',
    });
    perform(trial, forMember(context, agreed, id, leader));
    for (const limit of trial.limits) {
      const { lane, index, item } = context.transaction.locate(id);
      context.note(secondsOfTime(limit.asked), secondsOfTime(limit.applied), {
        op: edit.op,
        edge: limit.edge,
        item,
        lane,
        index,
      });
      agreed = withLimit(agreed, limit.edge, limit.applied);
    }
  }
  return agreed;
}

function withLimit(edit: GroupableEdit, edge: 'in' | 'out' | 'delta' | 'length', applied: RationalTime): GroupableEdit {
  switch (edit.op) {
    case 'trim':
    case 'ripple':
    case 'roll':
      return edge === 'in' ? { ...edit, deltaIn: applied } : { ...edit, deltaOut: applied };
    case 'slip':
    case 'slide':
      return { ...edit, delta: applied };
    default:
      return edit;
  }
}

/** The same edit for another item: a move keeps the distance in time, and each item its track. */
function forMember(context: EditContext, edit: GroupableEdit, id: NodeId, leader: Placed): GroupableEdit {
  if (id === leader.item.id) return edit;
  switch (edit.op) {
    case 'slice':
      if (edit.coordinates !== 'local') return { ...edit, target: id };
      throw new PatchworkError(
        'PW_EDIT_GROUP',
        'a group cannot be sliced at a source time: its members have different sources',
        {
          hint: 'Give the time in the track (coordinates "parent").',
          details: { item: id },
        },
      );
    case 'move': {
      const { track: _, ...rest } = edit;
      const own = context.transaction.locate(id);
      const distance = subtract(own.lane.startOf(own.index), leader.lane.startOf(leader.index));
      return { ...rest, item: id, at: secondsAsTime(add(secondsOfTime(edit.at), distance), own.lane.rate) };
    }
    default:
      return { ...edit, item: id };
  }
}

type Placed = ReturnType<Transaction['locate']>;

/** The right halves of a divided group belong to each other, no longer to the left ones. */
function relink(transaction: Transaction, rights: readonly NodeId[]): void {
  const number = nextGroupNumber(transaction.timeline);
  for (const id of rights) {
    const { lane, index, item } = transaction.locate(id);
    transaction.replaceItem(lane, index, relinked(item, number));
  }
}

function relinked(item: Item, number: number): Item {
  let metadata = item.metadata;
  for (const path of linkPaths) {
    const value = member(metadata, ...path);
    if (value === undefined || value === null) continue;
    metadata = withMember(metadata, path, jsonFrom(isJsonNumber(value) ? number : `${spelled(value)}+${number}`));
  }
  return { ...item, metadata };
}

/** Resolve's link groups are numbers: the next one that no clip has. */
function nextGroupNumber(timeline: Timeline): number {
  let highest = 0;
  for (const clip of clipsIn(timeline)) {
    for (const path of linkPaths) {
      const value = member(clip.metadata, ...path);
      const number = isJsonNumber(value) ? Number(value.lexeme) : Number(/\+(\d+)$/.exec(spelled(value))?.[1] ?? 0);
      if (Number.isSafeInteger(number)) highest = Math.max(highest, number);
    }
  }
  return highest + 1;
}

function spelled(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
