import { expect, test } from 'vitest';
import fc from 'fast-check';
import { parseFcpTime, parseSpelledTime } from './time.ts';

const runs = Number(process.env['PW_RUNS'] ?? 2000);
const digits = fc.oneof(
  fc.constantFrom('0', '1', '24', '1001', '00', '', '999999999999999', '1000000000000000', '9007199254740993'),
  fc.nat().map(String),
  fc.bigInt({ min: 0n, max: 10n ** 20n }).map(String),
);

test('F0: a time read the short way is the time read by its grammar', () => {
  const spelled = fc
    .tuple(
      fc.constantFrom('', '-', '+', ' '),
      digits,
      fc.constantFrom('', '/', '.', '//'),
      digits,
      fc.constantFrom('s', '', ' s', 'ss', 'S'),
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(spelled, (text) => {
      expect(parseFcpTime(text)).toEqual(parseSpelledTime(text));
    }),
    { numRuns: runs },
  );
});
