import { isJsonObject, sameValue, type JsonObject, type JsonValue } from '@patchwork/timeline';

/** A property that both sides changed, differently. */
export interface Clash {
  /** `metadata.scene`, `effects.opacity`. */
  readonly property: string;
  readonly base: unknown;
  readonly ours: unknown;
  readonly theirs: unknown;
}

/** One value as the three timelines have it; undefined where it is not. */
export interface Three<T> {
  readonly base: T;
  readonly ours: T;
  readonly theirs: T;
}

/** Gathers clashes. */
export type OnClash = (clash: Clash) => void;

/** What is told of a value when one side alone changed it, or both alike; null where both changed it differently. */
export function settled<T>({ base, ours, theirs }: Three<T>): { readonly value: T } | null {
  // The base's own object, so that the merge does not depend on who is ours.
  if (sameValue(ours, theirs)) return { value: sameValue(base, ours) ? base : ours };
  if (sameValue(base, ours)) return { value: theirs };
  if (sameValue(base, theirs)) return { value: ours };
  return null;
}

/** Merges a value that is changed as a whole. Where it clashes ours stands, and where ours took it away, theirs. */
export function mergeWhole<T>(three: Three<T>, property: string, onClash: OnClash): T {
  const easy = settled(three);
  if (easy !== null) return easy.value;
  onClash({ property, ...three });
  return three.ours === undefined ? three.theirs : three.ours;
}

/** Merges JSON member by member, to any depth; arrays are changed as a whole. */
export function mergeJson(
  three: Three<JsonValue | undefined>,
  property: string,
  onClash: OnClash,
): JsonValue | undefined {
  const easy = settled(three);
  if (easy !== null) return easy.value;
  const { base, ours, theirs } = three;
  if (!isPlainObject(ours) || !isPlainObject(theirs) || !(base === undefined || isPlainObject(base)))
    return mergeWhole(three, property, onClash);
  return mergeObject({ base: base ?? { type: 'object', entries: [] }, ours, theirs }, property, onClash);
}

/** Merges objects member by member. Members keep the base's order; new ones of both sides stand sorted behind it. */
export function mergeObject(three: Three<JsonObject>, property: string, onClash: OnClash): JsonObject {
  const easy = settled(three);
  if (easy !== null) return easy.value;
  const [base, ours, theirs] = [entriesOf(three.base), entriesOf(three.ours), entriesOf(three.theirs)];
  const entries: [string, JsonValue][] = [];
  for (const key of keysInOrder([...base.keys()], [...ours.keys()], [...theirs.keys()])) {
    const member = { base: base.get(key), ours: ours.get(key), theirs: theirs.get(key) };
    const merged = mergeJson(member, `${property}.${key}`, onClash);
    if (merged !== undefined) entries.push([key, merged]);
  }
  return { type: 'object', entries };
}

function keysInOrder(base: readonly string[], ours: readonly string[], theirs: readonly string[]): string[] {
  const known = new Set(base);
  const [added, others] = [ours, theirs].map((keys) => keys.filter((key) => !known.has(key)));
  if (others?.length === 0) return [...new Set([...ours, ...base])];
  if (added?.length === 0) return [...new Set([...theirs, ...base])];
  return [...base, ...new Set([...(added ?? []), ...(others ?? [])].toSorted())];
}

function entriesOf(object: JsonObject): Map<string, JsonValue> {
  const found = new Map<string, JsonValue>();
  // Of repeated keys the first counts.
  for (const [key, value] of object.entries) if (!found.has(key)) found.set(key, value);
  return found;
}

function isPlainObject(value: JsonValue | undefined): value is JsonObject {
  return isJsonObject(value) && new Set(value.entries.map(([key]) => key)).size === value.entries.length;
}
