import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '@patchwork/files';
import { decodePackIndex, encodePackIndex, placedInPack } from './pack-index.ts';
import { byteLength } from './encoded-chunk.ts';
import { sampleChunk } from '../testing/sample-chunks.ts';

const runs = Number(process.env['PW_RUNS'] ?? 100);

function indexOf(names: readonly (readonly [number, number])[]): {
  placed: ReturnType<typeof placedInPack>;
  id: string;
  bytes: Uint8Array;
} {
  const placed = placedInPack(names.map(([name, frames]) => sampleChunk(sha256, `${name}`, frames).chunk));
  const packBytes = placed.reduce((sum, chunk) => sum + byteLength(chunk), 0);
  return { placed, ...encodePackIndex(placed, packBytes, sha256) };
}

const names = fc.uniqueArray(fc.tuple(fc.nat({ max: 1000 }), fc.constantFrom(1, 2, 5)), {
  selector: ([name]) => name,
  minLength: 1,
  maxLength: 60,
});

test('P4: an index gives back every chunk, sorted by key, whatever order it was given', () => {
  fc.assert(
    fc.property(names, (given) => {
      const { placed, id, bytes } = indexOf(given);
      const index = decodePackIndex(bytes, sha256);
      expect(index?.id).toBe(id);
      const chunks = Array.from({ length: index?.count ?? 0 }, (_, record) => index?.chunkAt(record));
      expect(chunks).toEqual(placed.toSorted((a, b) => (a.key < b.key ? -1 : 1)));
      const total = placed.reduce((sum, chunk) => sum + byteLength(chunk), 0);
      expect(encodePackIndex(placed.toReversed(), total, sha256), 'equal content, equal bytes').toEqual({ id, bytes });
    }),
    { numRuns: runs },
  );
});

test('P8: an index with any byte changed, or any cut, is none', () => {
  const { bytes } = indexOf([
    [1, 1],
    [2, 3],
    [3, 1],
  ]);
  fc.assert(
    fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ change;
      expect(decodePackIndex(changed, sha256)).toBe(null);
      expect(decodePackIndex(bytes.subarray(0, at), sha256)).toBe(null);
    }),
    { numRuns: 5 * runs },
  );
});

test('P8: an index with a right digest and numbers that do not fit is none', () => {
  const { bytes } = indexOf([
    [1, 1],
    [2, 3],
    [3, 1],
  ]);
  const body = bytes.subarray(0, -32);
  fc.assert(
    fc.property(fc.nat({ max: body.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Buffer.from(body);
      changed[at] = (changed[at] ?? 0) ^ change;
      const index = decodePackIndex(Buffer.concat([changed, Buffer.from(sha256(changed), 'hex')]), sha256);
      for (let record = 0; index !== null && record < index.count; record += 1) {
        const chunk = index.chunkAt(record);
        expect(chunk.offset + byteLength(chunk), 'a chunk lies in its pack').toBeLessThanOrEqual(index.packBytes);
        expect(chunk.sizes.length).toBe(chunk.sync.length);
      }
    }),
    { numRuns: 5 * runs },
  );
});

test('an index of 48 one-frame chunks is compact', () => {
  const { bytes } = indexOf(Array.from({ length: 48 }, (_, i) => [i, 1] as const));
  expect(bytes.length).toBe(40 + 48 * (84 + 4) + 9 + 4 + 32);
});
