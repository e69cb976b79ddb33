import type { Json } from '@patchwork/kernel';
import { emptyObject, type JsonNumber, type JsonObject, type JsonValue } from '../json-value.ts';

/** Tells whether a value is an object with members. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && value.type === 'object';
}

/** Tells whether a value is a number with its spelling. */
export function isJsonNumber(value: JsonValue | undefined): value is JsonNumber {
  return typeof value === 'object' && value !== null && value.type === 'number';
}

function memberOf(object: JsonObject, key: string): JsonValue | undefined {
  for (const entry of object.entries) if (entry[0] === key) return entry[1];
  return undefined;
}

/** Finds a member by its path of keys; undefined where any step is absent. Of repeated keys the first counts. */
export function member(object: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  let value = object;
  for (const key of path) {
    if (!isJsonObject(value)) return undefined;
    value = memberOf(value, key);
  }
  return value;
}

/**
 * The object with the member at `path` set, in its old place or else appended; undefined removes it. Objects missing on
 * the way are made; something else in the way is replaced by an object.
 */
export function withMember(object: JsonObject, path: readonly string[], value: JsonValue | undefined): JsonObject {
  const [key, ...rest] = path;
  if (key === undefined) throw new TypeError('withMember: path is empty');
  const at = object.entries.findIndex((entry) => entry[0] === key);
  const old = at === -1 ? undefined : object.entries[at]?.[1];
  if (rest.length > 0 && value === undefined && !isJsonObject(old)) return object;
  const changed = rest.length === 0 ? value : withMember(isJsonObject(old) ? old : emptyObject, rest, value);
  if (changed === undefined) {
    return at === -1 ? object : { type: 'object', entries: object.entries.toSpliced(at, 1) };
  }
  const entry = [key, changed] as const;
  return { type: 'object', entries: at === -1 ? [...object.entries, entry] : object.entries.with(at, entry) };
}

/** Spells a plain value. Members that are undefined are left out. @throws TypeError for NaN and Infinity. */
export function jsonFrom(plain: { readonly [key: string]: Json }): JsonObject;
export function jsonFrom(plain: Json): JsonValue;
export function jsonFrom(plain: Json): JsonValue {
  if (plain === null || typeof plain === 'boolean' || typeof plain === 'string') return plain;
  if (typeof plain === 'number') {
    if (!Number.isFinite(plain)) throw new TypeError(`jsonFrom: ${plain} is not a JSON number`);
    return { type: 'number', lexeme: String(plain === 0 ? 0 : plain) };
  }
  if (Array.isArray(plain)) return { type: 'array', items: plain.map((item: Json) => jsonFrom(item)) };
  // The arrays that `Object.entries` makes are of just the length needed, and ours: they become the entries.
  const entries: [string, Json | JsonValue][] = Object.entries(plain as { readonly [key: string]: Json });
  let isWhole = true;
  for (const entry of entries) {
    if (entry[1] === undefined) isWhole = false;
    else entry[1] = jsonFrom(entry[1] as Json);
  }
  const spelled = entries as [string, JsonValue][];
  return { type: 'object', entries: isWhole ? spelled : spelled.filter(([, value]) => value !== undefined) };
}

/**
 * The value without its spelling. A number that a double cannot hold (NaN, Infinity, an integer beyond 2^53) becomes
 * the text of its spelling, so that two different numbers never become equal.
 */
export function plainJson(value: JsonValue): Json {
  if (value === null || typeof value !== 'object') return value;
  switch (value.type) {
    case 'number':
      return plainNumber(value.lexeme);
    case 'array':
      return value.items.map(plainJson);
    case 'object': {
      const members = new Map<string, Json>();
      // Of repeated keys the first counts.
      for (const [key, item] of value.entries) if (!members.has(key)) members.set(key, plainJson(item));
      return Object.fromEntries(members);
    }
  }
}

function plainNumber(lexeme: string): Json {
  const number = Number(lexeme);
  if (!Number.isFinite(number)) return lexeme;
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? lexeme : number;
}
