import { isDigest } from '@patchwork/kernel';
import type { ChunkPlace, EncodedChunk } from '@patchwork/plan';

/** A chunk, and where its bytes are. */
export type StoredChunk = EncodedChunk & ChunkPlace;

/** Bytes of all samples of a chunk. */
export function byteLength(chunk: Pick<EncodedChunk, 'sizes'>): number {
  let bytes = 0;
  for (const size of chunk.sizes) bytes += size;
  return bytes;
}

/** Refuses what is no chunk. @throws TypeError that begins with `argument` and names the member */
export function requireChunk(chunk: EncodedChunk, argument: string): void {
  const { key, digest, sizes, order, sync } = chunk;
  if (!isDigest(key)) throw new TypeError(`${argument}: a chunk's key is no digest: ${String(key)}`);
  if (!isDigest(digest)) throw new TypeError(`${argument}: the digest of chunk ${key} is none: ${String(digest)}`);
  if (sizes.length === 0 || order.length !== sizes.length || sync.length !== sizes.length) {
    throw new TypeError(`${argument}: sizes, order and sync of chunk ${key} must be equally long, and not empty`);
  }
  if (!sizes.every(isSize) || !order.every(isSize)) {
    throw new TypeError(`${argument}: sizes and order of chunk ${key} must be whole numbers below 2^32`);
  }
}

function isSize(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 32;
}
