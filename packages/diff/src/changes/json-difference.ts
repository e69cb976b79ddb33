import { canonicalJson, type Json } from '@patchwork/kernel';
import type { ValueChange } from './change.ts';

/** More than this of one node is told by its number. */
const most = 20;

/** The leaves in which two values differ, by path: `Resolve_OTIO.Link Group ID`. What one side has not is null there. */
export function jsonDifference(old: Json, next: Json, path: string = ''): ValueChange[] {
  if (isObject(old) && isObject(next)) {
    const names = [...new Set([...Object.keys(old), ...Object.keys(next)])];
    return names
      .flatMap((name) => jsonDifference(old[name] ?? null, next[name] ?? null, path === '' ? name : `${path}.${name}`))
      .slice(0, most);
  }
  return canonicalJson(old) === canonicalJson(next) ? [] : [{ name: path, old, new: next }];
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
