/**
 * Tells whether two values of a node's field say the same, ids aside. Shared parts are recognised by identity, so the
 * cost is that of what differs.
 */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, at) => sameValue(item, b[at]));
  }
  const left = a as { readonly [key: string]: unknown };
  const right = b as { readonly [key: string]: unknown };
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every(
    (key) => (key === 'id' && 'kind' in left) || (Object.hasOwn(right, key) && sameValue(left[key], right[key])),
  );
}
