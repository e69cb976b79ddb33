import { formatRational, secondsFromTime } from '@patchwork/time';
import {
  isJsonObject,
  member,
  sameValue,
  type Composable,
  type Effect,
  type JsonObject,
  type Marker,
  type MediaReference,
  type Timeline,
} from '@patchwork/timeline';
import { mergeKeyed, type KeyedList } from './merge-keyed.ts';
import { mergeObject, mergeWhole, settled, type OnClash, type Three } from './merge-value.ts';

type Node = Composable | Timeline | Effect | Marker | MediaReference;

interface Fields {
  readonly [name: string]: unknown;
}

/** Fields that say where a node stands or what stands in it: merged as lists, not here. */
const structural: ReadonlySet<string> = new Set(['id', 'kind', 'children', 'tracks']);

/**
 * Merges what three versions of one node say, field by field; effects, markers and media references member by member, metadata and unknown
 * fields key by key. `skip` names fields that are settled elsewhere: they stay as in the base. Children too.
 */
export function mergeNode<T extends Node>(
  three: Three<T>,
  property: string,
  onClash: OnClash,
  skip: ReadonlySet<string> = new Set(),
): T {
  const { base, ours, theirs } = three;
  if (base.kind !== ours.kind || base.kind !== theirs.kind) return mergeWhole(three, `${property}kind`, onClash);
  const [b, o, t] = [base, ours, theirs] as unknown as readonly [Fields, Fields, Fields];
  const merged: { [name: string]: unknown } = { ...b };
  for (const name of Object.keys(b)) {
    if (structural.has(name) || skip.has(name)) continue;
    merged[name] = mergeField(name, { base: b[name], ours: o[name], theirs: t[name] }, `${property}${name}`, onClash);
  }
  return merged as unknown as T;
}

function mergeField(name: string, three: Three<unknown>, property: string, onClash: OnClash): unknown {
  const easy = settled(three);
  if (easy !== null) return easy.value;
  switch (name) {
    case 'effects':
      return mergeKeyed(three as Three<readonly Effect[]>, effectList(property), onClash);
    case 'markers':
      return mergeKeyed(three as Three<readonly Marker[]>, markerList(property), onClash);
    case 'mediaReferences':
      return mergeKeyed(three as Three<readonly ReferenceEntry[]>, referenceList(property), onClash);
    default:
      return isObjects(three) ? mergeObject(three, property, onClash) : mergeWhole(three, property, onClash);
  }
}

function isObjects(three: Three<unknown>): three is Three<JsonObject> {
  return [three.base, three.ours, three.theirs].every((value) => isJsonObject(value as JsonObject | undefined));
}

function effectList(property: string): KeyedList<Effect> {
  return {
    property,
    keyOf: effectKey,
    merge: (three, at, onClash) => mergeNode(three, `${at}.`, onClash),
    // The vocabulary's effects are drawn in an order of their own; plug-ins in the order of the list.
    isFree: (effect) => vocabularyType(effect) !== null,
  };
}

/** What an effect is, whatever it says. */
export function effectKey(effect: Effect): string {
  return vocabularyType(effect) ?? `${effect.schemaName} ${effect.effectName}`.trim();
}

function vocabularyType(effect: Effect): string | null {
  const type = member(effect.metadata, 'patchwork', 'type');
  return typeof type === 'string' ? type : null;
}

function markerList(property: string): KeyedList<Marker> {
  return {
    property,
    keyOf: (marker) => `${formatRational(secondsFromTime(marker.markedRange.start))} s ${marker.name}`.trim(),
    merge: (three, at, onClash) => mergeNode(three, `${at}.`, onClash),
    isFree: () => true,
  };
}

type ReferenceEntry = readonly [key: string, reference: MediaReference];

function referenceList(property: string): KeyedList<ReferenceEntry> {
  return {
    property,
    keyOf: ([key]) => key,
    merge: (three, at, onClash): ReferenceEntry => {
      const { base, ours, theirs } = three;
      if (sameValue(ours, theirs)) return ours;
      return [base[0], mergeNode({ base: base[1], ours: ours[1], theirs: theirs[1] }, `${at}.`, onClash)];
    },
    isFree: () => true,
  };
}
