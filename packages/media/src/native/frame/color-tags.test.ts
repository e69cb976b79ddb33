import { colorNames } from '@patchwork/plan';
import { expect, test } from 'vitest';
import { colorNumbers, colorTags } from './color-tags.ts';

test('every colour that a profile may name has a number in libav, and the number has that name', () => {
  const plain = { primaries: 'unknown', transfer: 'unknown', matrix: 'unknown', range: 'unknown' };
  for (const tag of ['primaries', 'transfer', 'matrix', 'range'] as const) {
    for (const name of colorNames[tag]) {
      const wanted = { ...plain, [tag]: name };
      const { primaries, transfer, matrix, range } = colorNumbers(wanted);
      expect(
        colorTags({ colorPrimaries: primaries, colorTrc: transfer, colorSpace: matrix, colorRange: range }),
      ).toEqual(wanted);
    }
  }
});
