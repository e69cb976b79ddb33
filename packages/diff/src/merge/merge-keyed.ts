import { sameValue } from '@patchwork/timeline';
import type { OnClash, Three } from './merge-value.ts';

/** How the members of a list are told apart and merged. */
export interface KeyedList<T> {
  readonly property: string;
  /** What a member is, whatever it says: its type, its place. Members of one key are numbered. */
  readonly keyOf: (member: T) => string;
  readonly merge: (three: Three<T>, property: string, onClash: OnClash) => T;
  /** Tells whether members that both sides put at one place may stand in any order. */
  readonly isFree: (member: T) => boolean;
}

/**
 * Merges lists of things that have a name of their own (effects, markers, media references). New members stand behind what
 * they stood behind; where both sides put some, they are sorted by key.
 */
export function mergeKeyed<T>(three: Three<readonly T[]>, list: KeyedList<T>, onClash: OnClash): readonly T[] {
  const { base, ours, theirs } = three;
  if (sameValue(ours, theirs)) return sameValue(base, ours) ? base : ours;
  if (sameValue(base, ours)) return theirs;
  if (sameValue(base, theirs)) return ours;
  const [b, o, t] = [keyed(base, list), keyed(ours, list), keyed(theirs, list)] as const;
  const merged: T[] = [];
  for (const key of keysInOrder(b, o, t, list, onClash)) {
    const member = mergeMember(key, { base: b.get(key), ours: o.get(key), theirs: t.get(key) }, list, onClash);
    if (member !== undefined) merged.push(member);
  }
  return merged;
}

function keyed<T>(members: readonly T[], list: KeyedList<T>): Map<string, T> {
  const found = new Map<string, T>();
  for (const member of members) {
    const key = list.keyOf(member);
    let name = key;
    for (let number = 2; found.has(name); number += 1) name = `${key} #${number}`;
    found.set(name, member);
  }
  return found;
}

function mergeMember<T>(
  key: string,
  { base, ours, theirs }: Three<T | undefined>,
  list: KeyedList<T>,
  onClash: OnClash,
): T | undefined {
  const property = `${list.property}.${key}`;
  if (ours !== undefined && theirs !== undefined) {
    if (base !== undefined) return list.merge({ base, ours, theirs }, property, onClash);
    if (!sameValue(ours, theirs)) onClash({ property, base, ours, theirs });
    return ours;
  }
  if (base === undefined) return ours ?? theirs;
  const left = ours ?? theirs;
  if (left === undefined || sameValue(base, left)) return undefined;
  onClash({ property, base, ours, theirs });
  return left;
}

function keysInOrder<T>(
  base: ReadonlyMap<string, T>,
  ours: ReadonlyMap<string, T>,
  theirs: ReadonlyMap<string, T>,
  list: KeyedList<T>,
  onClash: OnClash,
): readonly string[] {
  const common = (keys: ReadonlyMap<string, T>): string[] => [...keys.keys()].filter((key) => base.has(key));
  const inBase = (keys: ReadonlyMap<string, T>): string[] => [...base.keys()].filter((key) => keys.has(key));
  const [oursMoved, theirsMoved] = [ours, theirs].map((keys) => !sameValue(common(keys), inBase(keys)));
  if (oursMoved === true && theirsMoved === true && !sameValue(common(ours), common(theirs)))
    onClash({ property: `${list.property} order`, base: null, ours: null, theirs: null });
  const skeleton = oursMoved === true ? common(ours) : theirsMoved === true ? common(theirs) : [...base.keys()];
  const [added, others] = [newBehind(ours, base), newBehind(theirs, base)] as const;
  return ['', ...new Set([...skeleton, ...base.keys()])].flatMap((key) => {
    const [a, b] = [added.get(key) ?? [], others.get(key) ?? []];
    const members = a.length > 0 && b.length > 0 ? [...new Set([...a, ...b])].toSorted() : [...a, ...b];
    const isBound = (name: string): boolean => {
      const member = ours.get(name) ?? theirs.get(name);
      return member !== undefined && !list.isFree(member);
    };
    if (a.length > 0 && b.length > 0 && !sameValue(a, b) && members.some(isBound))
      onClash({ property: `${list.property} order`, base: null, ours: a, theirs: b });
    return key === '' ? members : [key, ...members];
  });
}

/** New members by the base member they stand behind; '' for those in front. */
function newBehind<T>(side: ReadonlyMap<string, T>, base: ReadonlyMap<string, T>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let behind = '';
  for (const key of side.keys()) {
    if (base.has(key)) behind = key;
    else found.set(behind, [...(found.get(behind) ?? []), key]);
  }
  return found;
}
