import { expect, test } from 'vitest';
import { sha256 } from '@patchwork/files';
import { readChunks } from './chunk-run.ts';
import type { PackedChunk } from './pack-index.ts';

/** A file of this many bytes, each its own place modulo 251; tells the reads it was asked for. */
function countingFile(size: number, reads: [number, number][]): Parameters<typeof readChunks>[0] {
  const refuse = async (): Promise<never> => await Promise.reject(new TypeError('only reads are expected'));
  return {
    read: async (into, position) => {
      reads.push([position, into.length]);
      const count = Math.max(0, Math.min(into.length, size - position));
      for (let i = 0; i < count; i += 1) into[i] = (position + i) % 251;
      return count;
    },
    write: refuse,
    sync: refuse,
    truncate: refuse,
    stat: refuse,
    close: refuse,
  };
}

function chunkAt(offset: number, size: number): PackedChunk {
  return { key: sha256(`${offset}`), digest: sha256(''), sizes: [size], order: [0], sync: [true], config: '', offset };
}

test('neighbouring chunks are read in calls of at most 8 MiB, a larger chunk alone, each with its own bytes', async () => {
  const mebibyte = 1 << 20;
  const chunks = [
    chunkAt(5 * mebibyte, 3 * mebibyte),
    chunkAt(0, 5 * mebibyte),
    chunkAt(8 * mebibyte, 1),
    chunkAt(9 * mebibyte, 20 * mebibyte),
  ];
  const reads: [number, number][] = [];
  const read: [number, number | null, number | undefined][] = [];
  for await (const { chunk, bytes } of readChunks(countingFile(40 * mebibyte, reads), chunks)) {
    read.push([chunk.offset / mebibyte, bytes?.length ?? null, bytes?.[0]]);
  }
  expect(reads).toEqual([
    [0, 8 * mebibyte],
    [8 * mebibyte, 1],
    [9 * mebibyte, 20 * mebibyte],
  ]);
  expect(read).toEqual([
    [0, 5 * mebibyte, 0],
    [5, 3 * mebibyte, (5 * mebibyte) % 251],
    [8, 1, (8 * mebibyte) % 251],
    [9, 20 * mebibyte, (9 * mebibyte) % 251],
  ]);
});

test('a chunk that the file does not hold whole has no bytes', async () => {
  const lengths: (number | null)[] = [];
  for await (const { bytes } of readChunks(countingFile(25, []), [
    chunkAt(0, 10),
    chunkAt(10, 15),
    chunkAt(25, 1),
    chunkAt(20, 6),
  ])) {
    lengths.push(bytes?.length ?? null);
  }
  expect(lengths).toEqual([10, 15, null, null]);
});
