import { expect, test } from 'vitest';
import { decimalRateNotes } from './decimal-rate.ts';

test.each([
  ['{"rate":23.976}', ['the rate 23.976 is read as 24000/1001']],
  ['{"rate" : 23.98, "x": {"rate":23.98}}', ['the rate 23.98 is read as 24000/1001']],
  [
    '{"rate":29.97,"y":{"rate":59.94}}',
    ['the rate 29.97 is read as 30000/1001', 'the rate 59.94 is read as 60000/1001'],
  ],
  // As OTIO writes the exact fraction, whole numbers, and another decimal.
  ['{"rate":23.976023976023978,"a":{"rate":29.97002997}}', []],
  ['{"rate":24,"a":{"rate":24.0},"b":{"rate":12.5}}', []],
])('%s', (text, messages) => {
  expect(decimalRateNotes('film.otio', text).map(({ message }) => message)).toEqual(messages);
});
