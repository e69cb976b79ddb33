import { rational } from '@patchwork/time';
import { expect, test } from 'vitest';
import { watchList, type WatchedProgram } from './watch-list.ts';

/** Each item is a shot's name and its frames, first to last. */
function film(...shots: readonly (readonly [name: string, first: number, end: number])[]): WatchedProgram {
  const keys = shots.flatMap(([name, first, end]) =>
    Array.from({ length: end - first }, (_, index) => `${name} ${first + index}`),
  );
  return { frames: keys.length, frameKeyAt: (frame) => keys[frame] ?? '', canvas: { rate: rational(24) } };
}

const old = film(['a', 0, 500], ['b', 0, 500], ['c', 0, 500]);

test('a first delivery is watched whole, an unchanged one not at all', () => {
  expect(watchList(null, old)).toEqual([{ in: 0, out: 1500, about: [{ in: 0, out: 1500 }] }]);
  expect(watchList(old, old)).toEqual([]);
});

test('a ripple gives its join with ten seconds before and after, and nothing downstream', () => {
  const trimmed = film(['a', 0, 500], ['b', 0, 490], ['c', 0, 500]);
  expect(watchList(old, trimmed)).toEqual([{ in: 750, out: 1231, about: [{ in: 990, out: 991 }] }]);
});

test('new pictures and the join behind them are one stretch; stretches whose handles meet are one range', () => {
  const twice = film(['a', 0, 500], ['x', 0, 10], ['b', 10, 300], ['y', 0, 10], ['b', 310, 500], ['c', 0, 500]);
  const about = [
    { in: 500, out: 511 },
    { in: 800, out: 811 },
  ];
  expect(watchList(old, twice)).toEqual([{ in: 260, out: 1051, about }]);
});

test('handles end with the film, and a shorter end is no new picture', () => {
  const swapped = film(['x', 0, 10], ['a', 10, 500], ['b', 0, 500], ['c', 0, 500]);
  expect(watchList(old, swapped)).toEqual([{ in: 0, out: 251, about: [{ in: 0, out: 11 }] }]);
  expect(watchList(old, film(['a', 0, 500], ['b', 0, 500]))).toEqual([]);
  expect(watchList(old, film())).toEqual([]);
});
