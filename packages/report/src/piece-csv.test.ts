import { expect, test } from 'vitest';
import { pieceCsv } from './piece-csv.ts';

test('a line a piece, with in, out and last', () => {
  const row = {
    file: 'piece-000024-000048-1a2b3c4d',
    in: 24,
    out: 48,
    inTimecode: '01:00:01:00',
    outTimecode: '01:00:02:00',
    lastTimecode: '01:00:01:23',
  };
  expect(pieceCsv([row]).split('\r\n')).toEqual([
    'file,frames,in,out (exclusive),last (inclusive),timecode in,timecode out (exclusive),timecode last (inclusive)',
    'piece-000024-000048-1a2b3c4d,24,24,48,47,01:00:01:00,01:00:02:00,01:00:01:23',
    '',
  ]);
  expect(pieceCsv([{ ...row, file: 'a,"b"' }]).split('\r\n')[1]).toMatch(/^"a,""b""",24,/);
});
