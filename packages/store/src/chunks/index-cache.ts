import { join } from 'node:path';
import type { Digest, FilePort, Sha256 } from '@patchwork/kernel';
import { readWhole, writeNew } from '../disk/file-bytes.ts';
import { decodePackIndex, type PackIndex } from './pack-index.ts';
import { nameTemp } from '../disk/temp-files.ts';
import type { StoreContext } from '../disk/store-context.ts';

/*
 * `packs.cache`: copies of many indexes one after another, each behind its length (4 bytes, big-endian). Opening a store
 * of 5,000 packs reads one file instead of 5,000. Every copy proves itself by its own digest, which is also its id, and a
 * copy counts only while its pack and its index stand in the store: a stale, torn or missing cache costs time, nothing else.
 */

/** So many indexes outside the cache are worth writing it anew. */
export const worthCaching = 64;

function cachePath(folder: string): string {
  return join(folder, 'packs.cache');
}

/** Reads the cache up to its first broken copy. */
export async function readIndexCache(
  files: FilePort,
  folder: string,
  sha256: Sha256,
): Promise<ReadonlyMap<Digest, PackIndex>> {
  const bytes = (await readWhole(files, cachePath(folder))) ?? new Uint8Array(0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const indexes = new Map<Digest, PackIndex>();
  let at = 0;
  while (at + 4 <= bytes.length) {
    const length = view.getUint32(at);
    const index =
      at + 4 + length > bytes.length ? null : decodePackIndex(bytes.subarray(at + 4, at + 4 + length), sha256);
    if (index === null) break;
    indexes.set(index.id, index);
    at += 4 + length;
  }
  return indexes;
}

/** Replaces the cache. Not synced: it proves itself. */
export async function writeIndexCache(context: StoreContext, packs: readonly PackIndex[]): Promise<void> {
  const parts = packs.flatMap((pack) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(pack.bytes.length, 0);
    return [length, pack.bytes];
  });
  const temporary = nameTemp(context, 'packs-cache');
  await writeNew(context.files, temporary, Buffer.concat(parts));
  await context.files.rename(temporary, cachePath(context.folder));
}
