import { expect, test } from 'vitest';
import { columnsOf, shortenedTo } from './columns.ts';

test('columns: letters of East Asia and pictures count twice, accents nothing', () => {
  expect(['abc', '場面', '🎬', 'e\u0301', ''].map(columnsOf)).toEqual([3, 4, 2, 1, 0]);
  expect(['abcdef', 'ab', '場面十二', '🎬🎬'].map((text) => shortenedTo(text, 4))).toEqual([
    'abc…',
    'ab',
    '場…',
    '🎬🎬',
  ]);
});
