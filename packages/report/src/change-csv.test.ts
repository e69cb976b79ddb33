import { expect, test } from 'vitest';
import fc from 'fast-check';
import { changesOf, cut, otherContent, shot, twoCuts } from '../test/cut.ts';
import { changesCsv } from './change-csv.ts';

const heading =
  'No.,Change,Department,Track,Clip,Description,Delta,Record In,Record Out (exclusive),Duration,Source In,Source Out (exclusive),Media,Values,Frames Differing,Frames To Render';

test('a row a clip, the old value in parentheses, a push in one row', () => {
  expect(changesCsv(twoCuts().changes).split('\r\n')).toEqual([
    `\uFEFF${heading}`,
    '1,metadata,metadata,,,timeline renamed v1 → v2,,,,,,,,timeline.name v2 (v1),,',
    '2,ripple-trim,picture,V1+A1,B,ripple trim out −8,-8,01:00:02:00,01:00:03:16 (01:00:04:00),40 (48),00:00:01:00,00:00:02:16 (00:00:03:00),file:///vol/B.mov,,,',
    '3,insert,picture,V1+A1,NEW,insert (12 frames),,01:00:03:16,01:00:04:04,12,00:00:00:00,00:00:00:12,file:///vol/NEW.mov,,,',
    '4,shift,picture,V1+A1,,1 clip shifted +4,4,01:00:04:04 (01:00:04:00),,,,,,,,',
    '5,delete,picture,V1+A1,(D),delete (48 frames),,(01:00:06:00),(01:00:08:00),(48),(00:00:01:00),(00:00:03:00),(file:///vol/D.mov),,,',
    '6,shift,picture,V1+A1,,downstream 1 clip shifted −44,-44,01:00:06:04 (01:00:08:00),,,,,,,,',
    '',
  ]);
});

test('frames that differ are counted where pictures were compared, else nothing is claimed', () => {
  const changes = changesOf(cut('v', [shot('A', 0, 24)]), cut('v', [shot('A', 4, 24)]));
  const cells = (unknown: readonly string[]): string[] | undefined =>
    changesCsv({ ...changes, unknown })
      .split('\r\n')[1]
      ?.split(',')
      .slice(-2);
  expect([cells([]), cells(changes.unknown)]).toEqual([
    ['0', ''],
    ['', ''],
  ]);
});

test('what a spreadsheet would run or break at is quoted', () => {
  const renamed = (name: string): ReturnType<typeof cut> => cut('v', [{ ...shot('A', 0, 24), name }]);
  const [, row] = changesCsv(changesOf(renamed('A'), renamed('=cmd|" /C calc"!A0'))).split('\r\n');
  expect(row).toBe(
    `1,metadata,metadata,V1,"'=cmd|"" /C calc""!A0 (A)","renamed A → =cmd|"" /C calc""!A0",,01:00:00:00,01:00:01:00,24,00:00:00:00,00:00:01:00,file:///vol/A.mov,"name =cmd|"" /C calc""!A0 (A)",,`,
  );
});

test('a digest is shown by its first 12 digits', () => {
  const [, row] = changesCsv(otherContent('9a00d1dc79ba'.padEnd(64, '0'), 'f'.repeat(64))).split('\r\n');
  expect(row).toContain(',content ffffffffffff… (9a00d1dc79ba…),');
});

test('whatever clips are called, the table reads back, and no cell is a formula', () => {
  const anyName = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '"', "'", ',', ';', '\t', '\r', '\n', ' ', '0', '(') }),
  );
  fc.assert(
    fc.property(anyName, anyName, (old, next) => {
      const named = (name: string): ReturnType<typeof cut> =>
        cut('v', [{ ...shot('A', 0, 24), name }, shot('B', name === old ? 0 : 3, 24)]);
      const text = changesCsv(changesOf(named(old), named(next)));
      const rows = parsed(text.slice(1));
      expect(rows.every((row) => row.length === heading.split(',').length)).toBe(true);
      const cells = rows.flat().filter((cell) => !/^[+-]?\d+$/.test(cell));
      expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
      if (old !== next) expect(rows.flat().join(' ')).toContain(next);
    }),
    { numRuns: 200 },
  );
});

/** Cells of a table as RFC 4180 has them. */
function parsed(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
