import fc from 'fast-check';
import { expect, test } from 'vitest';
import { adoptedStretches, withoutSingles, type KeyedFrames, type Stretch } from './adopted-plan.ts';

const runs = Number(process.env['PW_RUNS'] ?? 300);
const keyed = (keys: readonly string[]): KeyedFrames => ({
  frames: keys.length,
  frameKeyAt: (frame) => keys[frame] ?? '',
});
const chunksOf = (lengths: readonly number[]): { order: readonly number[] }[] =>
  lengths.map((length) => ({ order: Array.from({ length }, (_, i) => i) }));
/** `k1@40` a kept piece, `f40-52` fresh frames. */
const told = (stretches: readonly Stretch[]): string[] =>
  stretches.map((each) =>
    each.kind === 'kept' ? `k${each.chunk}@${each.range.in}` : `f${each.range.in}-${each.range.out}`,
  );
const anywhere = { isForced: (): boolean => false, lost: new Set<number>(), mayMove: true };

test('pieces that show what is wanted are kept wherever they stand', () => {
  const film = keyed('abcdefgh'.split(''));
  const chunks = chunksOf([3, 2, 3]);
  expect(told(adoptedStretches(film, chunks, film, anywhere))).toEqual(['k0@0', 'k1@3', 'k2@5']);
  // A trim of the first piece's tail; a piece twice; a piece with another picture in it.
  expect(told(adoptedStretches(film, chunks, keyed('abdefgh'.split('')), anywhere))).toEqual(['f0-2', 'k1@2', 'k2@4']);
  expect(told(adoptedStretches(film, chunks, keyed('dexde'.split('')), anywhere))).toEqual(['k1@0', 'f2-3', 'k1@3']);
  expect(told(adoptedStretches(film, chunks, keyed('abcdefxh'.split('')), anywhere))).toEqual(['k0@0', 'k1@3', 'f5-8']);
  const still = { ...anywhere, mayMove: false };
  expect(told(adoptedStretches(film, chunks, keyed('deabcfgh'.split('')), still))).toEqual(['f0-5', 'k2@5']);
  const forced = { ...anywhere, isForced: (frame: number): boolean => frame === 4 };
  expect(told(adoptedStretches(film, chunks, film, forced))).toEqual(['k0@0', 'f3-5', 'k2@5']);
  // A damaged piece is not kept, but another one that shows the same is.
  const damaged = { ...anywhere, lost: new Set([1]) };
  expect(told(adoptedStretches(film, chunks, film, damaged))).toEqual(['k0@0', 'f3-5', 'k2@5']);
  const twice = keyed('abcabcde'.split(''));
  const pieces = chunksOf([3, 3, 2]);
  expect(told(adoptedStretches(twice, pieces, twice, damaged))).toEqual(['k0@0', 'k0@3', 'k2@6']);
});

test('a single fresh frame is joined with a neighbour', () => {
  const film = keyed('abcdefgh'.split(''));
  const chunks = chunksOf([3, 2, 3]);
  const joined = (wanted: string): string[] =>
    told(withoutSingles(adoptedStretches(film, chunks, keyed(wanted.split('')), anywhere)));
  expect(joined('abcxdefgh')).toEqual(['k0@0', 'f3-6', 'k2@6']);
  expect(joined('abcdex')).toEqual(['k0@0', 'f3-6']);
  expect(joined('x')).toEqual(['f0-1']);
});

test('law: stretches cover the new version once, and what is kept shows what is wanted', () => {
  const letters = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 9 }),
      letters,
      letters,
      (lengths, pool, wanted) => {
        const total = lengths.reduce((sum, length) => sum + length, 0);
        const film = Array.from({ length: total }, (_, i) => pool[i % pool.length] ?? 'a');
        for (const stretches of [
          adoptedStretches(keyed(film), chunksOf(lengths), keyed(wanted), anywhere),
          withoutSingles(adoptedStretches(keyed(film), chunksOf(lengths), keyed(wanted), anywhere)),
        ]) {
          let at = 0;
          for (const stretch of stretches) {
            expect(stretch.range.in).toBe(at);
            at = stretch.range.out;
            if (stretch.kind === 'fresh') continue;
            const start = lengths.slice(0, stretch.chunk).reduce((sum, length) => sum + length, 0);
            expect(film.slice(start, start + (lengths[stretch.chunk] ?? 0))).toEqual(
              wanted.slice(stretch.range.in, at),
            );
          }
          expect(at).toBe(wanted.length);
        }
      },
    ),
    { numRuns: runs },
  );
});
