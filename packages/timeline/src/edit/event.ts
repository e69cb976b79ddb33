import { PatchworkError } from '@patchwork/kernel';
import type { Composable, NodeId, Stack, Timeline, Track } from '../model.ts';
import { sameValue } from '../otio/node-equality.ts';
import { withComposition } from '../snapshot/replace-node.ts';
import { TimelineIndex } from '../snapshot/timeline-index.ts';
import { TrackIndex } from '../snapshot/track-index.ts';

/** One atomic change of a track or stack. Indexes count in the state that the events before have made. */
export type EditEvent = InsertEvent | RemoveEvent | ModifyEvent | ReplaceEvent;

/** A node comes to stand at an index. */
export interface InsertEvent {
  readonly kind: 'insert';
  readonly parent: NodeId;
  readonly index: number;
  readonly node: Composable;
}

/** The node at an index goes. */
export interface RemoveEvent {
  readonly kind: 'remove';
  readonly parent: NodeId;
  readonly index: number;
  readonly node: Composable;
}

/**
 * The node at an index gets other values in some fields; its id stays. The parent of the timeline's stack is the timeline, at 0, as
 * it is for the timeline's own fields.
 */
export interface ModifyEvent {
  readonly kind: 'modify';
  readonly parent: NodeId;
  readonly index: number;
  readonly id: NodeId;
  readonly before: NodePatch;
  readonly after: NodePatch;
}

/** Another node takes the place of the one at an index. */
export interface ReplaceEvent {
  readonly kind: 'replace';
  readonly parent: NodeId;
  readonly index: number;
  readonly before: Composable;
  readonly after: Composable;
}

/** Fields that a modify event sets, by the model's names: `sourceRange`, `effects`, `markers`, `inOffset` … */
export interface NodePatch {
  readonly [property: string]: unknown;
}

/** The event that takes another one back. */
export function invertEvent(event: EditEvent): EditEvent {
  switch (event.kind) {
    case 'insert':
      return { ...event, kind: 'remove' };
    case 'remove':
      return { ...event, kind: 'insert' };
    case 'modify':
    case 'replace':
      return { ...event, before: event.after, after: event.before } as EditEvent;
  }
}

/** The events that take a list of events back. */
export function invertEvents(events: readonly EditEvent[]): readonly EditEvent[] {
  return events.toReversed().map(invertEvent);
}

/**
 * Applies events in order, all or none: the timeline given is never touched, so a failure leaves nothing to undo.
 *
 * @throws PW_EDIT_CONFLICT when an event does not fit: the node it is about is elsewhere or has other values
 * @throws PW_TIMELINE_NODE when a parent is not there
 */
export function applyEvents(timeline: Timeline, events: readonly EditEvent[]): Timeline {
  let current = timeline;
  let at = 0;
  while (at < events.length) {
    const first = events[at];
    if (first === undefined) break;
    let end = at + 1;
    while (events[end]?.parent === first.parent) end += 1;
    const own = events.slice(at, end);
    current = first.parent === timeline.id ? applyToRoot(current, own) : applyToParent(current, first.parent, own);
    at = end;
  }
  return current;
}

/** Runs of events mostly lie close together: their span of children is copied once, not for each event. */
function applyToParent(timeline: Timeline, parentId: NodeId, events: readonly EditEvent[]): Timeline {
  const index = TimelineIndex.of(timeline);
  const parent = index.nodeOf(parentId);
  if (parent.kind !== 'Track' && parent.kind !== 'Stack') throw conflict(events[0], `its parent is a ${parent.kind}`);
  const from = Math.max(0, Math.min(...events.map((event) => event.index)));
  // Each removal lets later events reach one further into the old children.
  const removals = events.reduce((sum, event) => sum + (event.kind === 'remove' ? 1 : 0), 0);
  const reach = Math.max(...events.map((event) => event.index)) + 1 - from;
  const span = [...childrenBetween(parent, from, from + reach + removals)];
  const count = span.length;
  for (const event of events) applyToSpan(span, from, event);
  return withChildren(timeline, parent, from, count, span);
}

/** Changes of the timeline's own fields, or those of its stack. */
function applyToRoot(timeline: Timeline, events: readonly EditEvent[]): Timeline {
  let current = timeline;
  for (const event of events) {
    if (event.kind !== 'modify') throw conflict(event, 'a timeline holds its stack and nothing else');
    const isStack = event.id === current.tracks.id;
    if (!isStack && event.id !== current.id) throw conflict(event, 'it is of another timeline');
    const changed = patched(isStack ? current.tracks : current, event);
    current = changed.kind === 'Timeline' ? changed : withComposition(current, changed);
  }
  return current;
}

/** @throws PW_EDIT_CONFLICT */
function patched<T extends Composable | Timeline>(node: T, event: ModifyEvent): T {
  const fields = node as unknown as NodePatch;
  const differs = Object.keys(event.before).find((key) => !sameValue(fields[key], event.before[key]));
  if (differs !== undefined) throw conflict(event, `"${node.name}" has another ${differs} than the edit found`);
  return { ...node, ...event.after };
}

function applyToSpan(span: Composable[], from: number, event: EditEvent): void {
  const at = event.index - from;
  switch (event.kind) {
    case 'insert':
      if (at < 0 || at > span.length) throw conflict(event, `there is no place ${event.index}`);
      span.splice(at, 0, event.node);
      break;
    case 'remove':
      expectNode(span[at], event.node, event);
      span.splice(at, 1);
      break;
    case 'replace':
      expectNode(span[at], event.before, event);
      span[at] = event.after;
      break;
    case 'modify': {
      const node = span[at];
      if (node === undefined || node.id !== event.id) throw conflict(event, `another item stands at ${event.index}`);
      span[at] = patched(node, event);
      break;
    }
  }
}

function expectNode(found: Composable | undefined, wanted: Composable, event: EditEvent): void {
  if (found === undefined || found.id !== wanted.id || !sameValue(found, wanted)) {
    throw conflict(event, `"${wanted.name}" does not stand at ${event.index} as the edit found it`);
  }
}

/** The timeline with `removed` children from an index replaced; the indexes of the new snapshot follow from the old ones. */
export function withChildren(
  timeline: Timeline,
  parent: Track | Stack,
  from: number,
  removed: number,
  added: readonly Composable[],
): Timeline {
  const changed =
    parent.kind === 'Track'
      ? TrackIndex.of(parent).splice(parent, from, removed, added)
      : { ...parent, children: parent.children.toSpliced(from, removed, ...added) };
  const after = withComposition(timeline, changed);
  TimelineIndex.of(timeline).derive(after, parent.id, from, added);
  return after;
}

function childrenBetween(parent: Track | Stack, from: number, to: number): readonly Composable[] {
  return parent.kind === 'Track' ? TrackIndex.of(parent).slice(from, to) : parent.children.slice(from, to);
}

function conflict(event: EditEvent | undefined, why: string): PatchworkError {
  return new PatchworkError('PW_EDIT_CONFLICT', `cannot ${event?.kind ?? 'apply'} at ${event?.index ?? 0}: ${why}`, {
    hint: 'The timeline was changed since this edit was made; plan it again.',
    details: { kind: event?.kind ?? '', parent: event?.parent ?? '', index: event?.index ?? 0 },
  });
}

/** A node's fields by name, for comparing and patching them. */
export function fieldsOfNode(node: Composable | Timeline): NodePatch {
  return { ...node };
}
