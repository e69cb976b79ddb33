import type { JsonValue } from '../json-value.ts';
import { formatDouble } from './double.ts';
import { bracket, type JsonStyle } from './json-style.ts';

/** `asRead` keeps order and spelling; `canonical` sorts keys bytewise and spells numbers as OTIO does. */
export type JsonSpelling = 'asRead' | 'canonical';

/** Writes a value at a depth of nesting. */
export function writeJson(value: JsonValue, spelling: JsonSpelling, style: JsonStyle, depth: number): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'string') return quoted(value);
  switch (value.type) {
    case 'number':
      return spelling === 'asRead' ? value.lexeme : canonicalNumber(value.lexeme);
    case 'array':
      return bracket(
        '[',
        value.items.map((item) => writeJson(item, spelling, style, depth + 1)),
        ']',
        style,
        depth,
      );
    case 'object': {
      const entries = spelling === 'asRead' ? value.entries : sortedByKey(value.entries);
      const members = entries.map(
        ([key, item]) => quoted(key) + style.colon + writeJson(item, spelling, style, depth + 1),
      );
      return bracket('{', members, '}', style, depth);
    }
  }
}

/** Quotes a text as OTIO does: only what must be escaped is. */
export function quoted(text: string): string {
  // OTIO's writer spells control characters with capital hex digits, the engine with small ones.
  return JSON.stringify(text).replace(/\\u00(1[a-f]|0[bef])/g, (escape) => `\\u${escape.slice(2).toUpperCase()}`);
}

/** Members by the bytes of their keys; of repeated keys only the first. */
export function sortedByKey<T>(
  entries: readonly (readonly [key: string, value: T])[],
): (readonly [key: string, value: T])[] {
  const first = new Map<string, readonly [string, T]>();
  for (const entry of entries) if (!first.has(entry[0])) first.set(entry[0], entry);
  return [...first.values()].sort((a, b) => compareBytes(a[0], b[0]));
}

const surrogate = /[\ud800-\udfff]/;

/** Order of the UTF-8 bytes, which is that of code points; UTF-16 differs where surrogates meet U+E000 and above. */
function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  if (!surrogate.test(a) && !surrogate.test(b)) return a < b ? -1 : 1;
  // At the first unit that differs, a surrogate stands for a code point above all of the basic plane.
  let at = 0;
  while (a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return rank(a.charCodeAt(at)) - rank(b.charCodeAt(at));
}

function rank(unit: number): number {
  if (Number.isNaN(unit)) return -1;
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function canonicalNumber(lexeme: string): string {
  if (lexeme === '-0') return '0';
  if (/^-?\d+$/.test(lexeme)) return lexeme;
  const number = Number(lexeme.replace(/Inf$/, 'Infinity'));
  // A finite spelling that overflows a double stays as it is: OTIO would refuse the file.
  return Number.isFinite(number) || /[IN]/.test(lexeme) ? formatDouble(number) : lexeme;
}
