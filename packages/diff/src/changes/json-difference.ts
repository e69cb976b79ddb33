import { canonicalJson, type Json } from '@patchwork/kernel';
import type { ValueChange } from './change.ts';

/** More than this of one node is told by its number. */
const most = 20;

/** The leaves in which two values differ, by path: `Resolve_OTIO.Link Group ID`. What one side has not is null there. */
export function jsonDifference(old: Json, next: Json, path: string = ''): ValueChange[] {
  const [a, b] = [old ?? {}, next ?? {}];
  // An object that came or went is told by its leaves; one that is empty, as it is.
  if (isObject(a) && isObject(b) && (old !== null || next !== null) && Object.keys({ ...a, ...b }).length > 0) {
    const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return names
      .flatMap((name) => jsonDifference(a[name] ?? null, b[name] ?? null, path === '' ? name : `${path}.${name}`))
      .slice(0, most);
  }
  return canonicalJson(old) === canonicalJson(next) ? [] : [{ name: path, old, new: next }];
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
