import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeCells, codePlace, readTestCode } from './test-code.ts';

const rows = ['top', 'bottom'] as const;

/** Draws a code on gray, its white and black as given. */
function drawn(
  id: number,
  frame: number,
  row: 'top' | 'bottom',
  width: number,
  height: number,
  black: number,
  white: number,
): Uint8Array {
  const data = new Uint8Array(width * height).fill(90);
  const { cell, top } = codePlace(width, height, row);
  codeCells(id, frame).forEach((line, y) =>
    line.forEach((on, x) => {
      for (let j = Math.round(top + y * cell); j < Math.round(top + (y + 1) * cell); j += 1) {
        data.fill(on ? white : black, j * width + Math.round(x * cell), j * width + Math.round((x + 1) * cell));
      }
    }),
  );
  return data;
}

describe('the test code', () => {
  const some = fc.record({
    id: fc.nat(4095),
    frame: fc.nat((1 << 20) - 1),
    row: fc.constantFrom(...rows),
    width: fc.integer({ min: 80, max: 400 }),
  });

  test('reads back what was drawn, at any size, contrast and with noise', () => {
    fc.assert(
      fc.property(
        some,
        fc.integer({ min: 16, max: 100 }),
        fc.integer({ min: 150, max: 235 }),
        fc.integer(),
        ({ id, frame, row, width }, black, white, seed) => {
          const height = Math.round((width * 9) / 16);
          const data = drawn(id, frame, row, width, height, black, white);
          let state = seed | 1;
          for (let index = 0; index < data.length; index += 1) {
            state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
            data[index] = Math.max(0, Math.min(255, (data[index] ?? 0) + ((state >> 16) % 9)));
          }
          expect(readTestCode({ data, stride: width, width, height }, row)).toEqual({ id, frame });
        },
      ),
    );
  });

  test('two codes mixed half and half are unreadable, never misread', () => {
    fc.assert(
      fc.property(some, some, fc.constantFrom(0.3, 0.4, 0.5, 0.6), (a, b, share) => {
        fc.pre(a.id !== b.id || a.frame !== b.frame);
        const [one, two] = [
          drawn(a.id, a.frame, 'top', 320, 180, 16, 235),
          drawn(b.id, b.frame, 'top', 320, 180, 16, 235),
        ];
        const data = one.map((value, index) => Math.round(value * (1 - share) + (two[index] ?? 0) * share));
        const read = readTestCode({ data, stride: 320, width: 320, height: 180 }, 'top');
        const strongest = share <= 0.5 ? a : b;
        if (read !== null) expect(read).toEqual({ id: strongest.id, frame: strongest.frame });
        if (share >= 0.4) expect(read).toBeNull();
      }),
    );
  });

  test('a flipped cell fails the check; a plain picture holds no code', () => {
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 20 }), fc.nat(1), ({ id, frame }, column, line) => {
        const data = drawn(id, frame, 'top', 320, 180, 16, 235);
        const { cell, top } = codePlace(320, 180, 'top');
        for (let y = Math.round(top + line * cell); y < Math.round(top + (line + 1) * cell); y += 1) {
          for (let x = Math.round(column * cell); x < Math.round((column + 1) * cell); x += 1)
            data[y * 320 + x] = 251 - (data[y * 320 + x] ?? 0);
        }
        expect(readTestCode({ data, stride: 320, width: 320, height: 180 }, 'top')).toBeNull();
      }),
    );
    expect(
      readTestCode({ data: new Uint8Array(320 * 180).fill(16), stride: 320, width: 320, height: 180 }, 'bottom'),
    ).toBeNull();
  });

  test('ids and numbers out of range are a TypeError', () => {
    expect(() => codeCells(4096, 0)).toThrowError(TypeError);
    expect(() => codeCells(0, 1 << 20)).toThrowError(TypeError);
  });
});
