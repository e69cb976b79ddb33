import { expect, test } from 'vitest';
import fc from 'fast-check';
import { longestCommon } from './common-run.ts';

/** The table that everybody knows, n × m. */
function longestLength(old: readonly number[], next: readonly number[]): number {
  const best = Array.from({ length: old.length + 1 }, () => Array.from({ length: next.length + 1 }, () => 0));
  const cell = (i: number, j: number): number => best[i]?.[j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = next.length - 1; j >= 0; j -= 1)
      best[i]?.splice(j, 1, old[i] === next[j] ? cell(i + 1, j + 1) + 1 : Math.max(cell(i + 1, j), cell(i, j + 1)));
  return best[0]?.[0] ?? 0;
}

const anyList = fc.array(fc.nat(4), { maxLength: 24 });

test('M6: as long as the table’s, ascending, of equal members', () => {
  fc.assert(
    fc.property(anyList, anyList, (old, next) => {
      const pairs = longestCommon(old, next, 100) ?? [];
      expect(pairs).toHaveLength(longestLength(old, next));
      pairs.forEach(([i, j], at) => {
        expect(old[i]).toBe(next[j]);
        const [x, y] = pairs[at - 1] ?? [-1, -1];
        expect(i > x && j > y).toBe(true);
      });
    }),
    { numRuns: Number(process.env['PW_RUNS'] ?? 300) },
  );
});

test('M6: more differences than allowed are none', () => {
  expect(longestCommon([1, 2, 3], [4, 5, 6], 5)).toBe(null);
  expect(longestCommon([1, 2, 3], [4, 5, 6], 6)).toEqual([]);
  expect(longestCommon([1, 2], [1, 2], 0)).toEqual([
    [0, 0],
    [1, 1],
  ]);
});
