import { sha256 } from '@patchwork/files';
import type { LedgerChunk, LedgerEntry } from '@patchwork/store';
import { expect, test } from 'vitest';
import { blamed } from './blame.ts';

function chunk(name: string, sizes: readonly number[]): LedgerChunk {
  const key = sha256(name);
  const [order, sync] = [sizes.map((_, i) => i), sizes.map((_, i) => i === 0)];
  return { key, digest: key, sizes, order, sync, config: '', offset: 0 };
}

type Told = Pick<LedgerEntry, 'id' | 'renderer' | 'chunks' | 'counts'>;

function version(id: string, renderer: string, rendered: number, chunks: readonly LedgerChunk[]): LedgerEntry {
  const told: Told = { id, renderer, counts: { rendered, reused: 0 }, chunks };
  return told as LedgerEntry;
}

/** Oldest first. */
function told(...versions: readonly LedgerEntry[]): readonly string[] {
  return blamed(versions.toReversed()).map(({ range, entry }) => `${range.in}-${range.out} ${entry.id}`);
}

const [a, b, c] = [chunk('a', [9, 1, 1, 2]), chunk('b', [8, 1, 3, 1]), chunk('c', [7, 2, 1, 1])];
const found = version('found', 'found', 0, [a, b, c]);
const fresh = chunk('fresh', [30, 4]);
const patch = version('patch', 'patch', 2, [a, chunk('head of b', [8, 1]), fresh, c]);

test('a patch is blamed for the frames that it put in, not for what is left of a chunk that it cut apart', () => {
  expect(told(found)).toEqual(['0-12 found']);
  expect(told(found, patch)).toEqual(['0-6 found', '6-8 patch', '8-12 found']);
  // Both sides of one chunk, its first picture now a broken link.
  const middle = version('middle', 'patch', 1, [a, b, chunk('c1', [7]), chunk('x', [50]), chunk('rest', [1, 1])]);
  expect(told(found, middle)).toEqual(['0-9 found', '9-10 middle', '10-12 found']);
  // A whole chunk is replaced by one of as many frames.
  expect(told(found, version('whole', 'patch', 4, [a, chunk('y', [40, 1, 3, 1]), c]))).toEqual([
    '0-4 found',
    '4-8 whole',
    '8-12 found',
  ]);
  const again = version('again', 'patch', 1, [a, chunk('head of b', [8, 1]), chunk('f1', [30]), chunk('z', [60]), c]);
  expect(told(found, patch, again)).toEqual(['0-6 found', '6-7 patch', '7-8 again', '8-12 found']);
});

test('the same piece put in twice is two patches', () => {
  const [x, y] = [chunk('x', [40, 1, 3, 1]), chunk('b', [8, 1, 3, 1])];
  const one = version('one', 'patch', 4, [x, b, c]);
  expect(told(found, one, version('two', 'patch', 4, [x, y, x]))).toEqual(['0-4 one', '4-8 found', '8-12 two']);
});

test('what a later run lost and made again is its own; what a restore brings back is not', () => {
  const one = version('one', 'ffmpeg', 12, [a, b, c]);
  const two = version('two', 'ffmpeg', 4, [a, fresh, c]);
  expect(told(one, two, version('three', 'ffmpeg', 4, [a, b, c]))).toEqual(['0-4 one', '4-8 three', '8-12 one']);
  expect(told(one, two, version('back', 'ffmpeg', 0, [a, b, c]))).toEqual(['0-12 one']);
  // Moved, and compacted.
  expect(told(one, two, version('moved', 'ffmpeg', 0, [c, a, fresh]))).toEqual(['0-8 one', '8-10 two']);
});
