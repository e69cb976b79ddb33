import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '@patchwork/files';
import type { Json } from '@patchwork/kernel';
import { packRuns, packSequences, unpackRuns, unpackSequences } from './number-runs.ts';
import { encodeRecord, joinBytes, scanRecords } from './record-line.ts';

const runs = Number(process.env['PW_RUNS'] ?? 100);
const values = fc
  .array(fc.jsonValue({ maxDepth: 2, noUnicodeString: false }), { maxLength: 8 })
  .map((list) => JSON.parse(JSON.stringify(list)) as Json[]);

test('records are read back in order, with their lines', () => {
  fc.assert(
    fc.property(values, (written) => {
      const encoded = written.map((value) => encodeRecord(value, sha256));
      const bytes = joinBytes(encoded.map((each) => each.bytes));
      expect(scanRecords(bytes, sha256)).toEqual({
        records: written.map((value, i) => ({ value, digest: encoded[i]?.digest, line: i + 1 })),
        validBytes: bytes.length,
        tornBytes: 0,
        damagedLine: null,
      });
    }),
    { numRuns: runs },
  );
});

test('a file cut anywhere gives the records before the cut; what follows them is torn', () => {
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (written, share) => {
      const parts = written.map((value) => encodeRecord(value, sha256).bytes);
      const bytes = joinBytes(parts);
      const cut = Math.floor(share * bytes.length);
      const scan = scanRecords(bytes.subarray(0, cut), sha256);
      let whole = 0;
      let end = 0;
      while (whole < parts.length && end + (parts[whole]?.length ?? 0) <= cut) end += parts[whole++]?.length ?? 0;
      expect(scan).toMatchObject({ validBytes: end, tornBytes: cut - end, damagedLine: null });
      expect(scan.records.map(({ value }) => value)).toEqual(written.slice(0, whole));
    }),
    { numRuns: runs },
  );
});

test('any bytes at all are read without an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.string(), (noise, text) => {
      const scan = scanRecords(joinBytes([noise, Buffer.from(`\n${text}\n3 ${sha256(text)} ${text}\n`)]), sha256);
      expect(scan.records).toEqual([]);
    }),
    { numRuns: runs },
  );
});

test('number runs and sequences are read back, and nonsense is not', () => {
  const numbers = fc
    .array(fc.tuple(fc.integer({ min: -3, max: 9 }), fc.integer({ min: 1, max: 5 })))
    .map((pairs) => pairs.flatMap(([n, times]) => Array<number>(times).fill(n)));
  fc.assert(
    fc.property(numbers, (list) => {
      expect(unpackRuns(packRuns(list))).toEqual(list);
    }),
    { numRuns: runs },
  );
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 30 })), (list) => {
      expect(unpackSequences(packSequences(list), 31)).toEqual(list);
    }),
    { numRuns: runs },
  );
  for (const pairs of [[1], [1, 0], [1, -1], [1, 1.5], ['1', 1], [1, 2 ** 40], [null]])
    expect(unpackRuns(pairs)).toBe(null);
  for (const pairs of [[1], [0, 0], [-1, 1], [30, 2], [0, 2 ** 40], ['0', 1]])
    expect(unpackSequences(pairs, 31)).toBe(null);
});
