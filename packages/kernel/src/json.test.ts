import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, type Json } from './json.ts';

const anyJson = fc.jsonValue() as fc.Arbitrary<Json>;
const runs = { numRuns: Number(process.env['PW_RUNS'] ?? 300) };

/** The same value with every object's keys written in the opposite order. */
function reordered(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(reordered);
  const entries = Object.entries(value as { readonly [key: string]: Json }).toReversed();
  return Object.fromEntries(entries.map(([key, member]) => [key, reordered(member)]));
}

describe('canonicalJson', () => {
  test('reads back as the value', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      runs,
    );
  });

  test('equal values give equal text, whatever the order of keys', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(canonicalJson(reordered(value))).toBe(canonicalJson(value));
      }),
      runs,
    );
  });

  test('has one spelling for everything', () => {
    expect(canonicalJson({ b: [1.5, -0, 1e21], a: { d: null, c: 'é\u2028"' } })).toBe(
      '{"a":{"c":"é\u2028\\"","d":null},"b":[1.5,0,1e+21]}',
    );
  });

  test('sorts keys by code unit, integer-like ones too', () => {
    expect(canonicalJson({ b: 1, 10: 2, 9: 3, B: 4, é: 5 })).toBe('{"10":2,"9":3,"B":4,"b":1,"é":5}');
  });

  test('spells a lone surrogate as an escape, so that hashing as UTF-8 keeps two of them apart', () => {
    expect(canonicalJson('\ud800')).toBe('"\\ud800"');
  });

  test('leaves undefined members out and refuses what has no one spelling', () => {
    expect(canonicalJson({ a: undefined, b: 1 } as unknown as Json)).toBe('{"b":1}');
    for (const value of [Number.NaN, Infinity, 1n, () => 0, Symbol('s'), [Number.NaN], { a: -Infinity }, undefined]) {
      expect(() => canonicalJson(value as unknown as Json)).toThrow(TypeError);
    }
  });
});
