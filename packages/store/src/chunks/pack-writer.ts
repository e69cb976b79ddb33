import { PatchworkError, type Digest } from '@patchwork/kernel';
import type { EncodedChunk } from '@patchwork/plan';
import { byteLength } from './encoded-chunk.ts';
import { readChunks } from './chunk-run.ts';
import { syncFile, writeNew } from '../disk/file-bytes.ts';
import { decodePackIndex, encodePackIndex, type PackedChunk, type PackIndex } from './pack-index.ts';
import { indexPurpose } from './pack-files.ts';
import {
  indexPath,
  makeDurableFolder,
  packFolder,
  packPath,
  packsFolder,
  type StoreContext,
} from '../disk/store-context.ts';
import { nameTemp } from '../disk/temp-files.ts';

/**
 * Checks that a file is exactly these chunks, one after another, each with its digest.
 *
 * @returns the file's size.
 * @throws PW_STORE_PACK_SIZE, PW_STORE_PACK_DIGEST, PW_FILE_*
 */
export async function verifyPackFile(
  context: StoreContext,
  path: string,
  chunks: readonly PackedChunk[],
): Promise<number> {
  const file = await context.files.open(path, 'read');
  try {
    const { size } = await file.stat();
    const expected = chunks.reduce((sum, chunk) => sum + byteLength(chunk), 0);
    if (size !== expected) {
      throw new PatchworkError(
        'PW_STORE_PACK_SIZE',
        `${JSON.stringify(path)} has ${size} bytes, its chunks ${expected}`,
        {
          hint: 'The encoder was interrupted or the disk is full; run again.',
          details: { path, size, expected },
        },
      );
    }
    for await (const { chunk, bytes } of readChunks(file, chunks)) {
      if (bytes !== null && context.sha256(bytes) === chunk.digest) continue;
      throw new PatchworkError(
        'PW_STORE_PACK_DIGEST',
        `a chunk in ${JSON.stringify(path)} at ${chunk.offset} is not what was encoded`,
        {
          hint: 'Memory or disk may be failing; run again, and check the machine if it happens twice.',
          details: { path, offset: chunk.offset, key: chunk.key, digest: chunk.digest },
        },
      );
    }
    return size;
  } finally {
    await file.close();
  }
}

/**
 * Moves a file of chunks into the store; when this returns, they survive a power cut. The order makes every instant safe:
 *
 *   sync the bytes -> write and sync the index in tmp/ -> rename the bytes -> rename the index -> sync the folder
 *
 * Until the last rename there is no index, and a pack without one does not exist for readers.
 *
 * @param chunks those that count, by place in the file; bytes between them are dead weight.
 * @throws PW_STORE_LOST when another process's gc took the pack away in the same moment, PW_FILE_*
 */
export async function publishPack(
  context: StoreContext,
  path: string,
  chunks: readonly PackedChunk[],
  packBytes: number,
): Promise<PackIndex> {
  const { files, folder, sha256 } = context;
  const { id, bytes } = encodePackIndex(chunks, packBytes, sha256);
  const waiting = nameTemp(context, indexPurpose(id));
  try {
    await syncFile(files, path);
    await writeNew(files, waiting, bytes);
    await makeDurableFolder(files, packsFolder(folder), id.slice(0, 2));
    await files.rename(path, packPath(folder, id));
  } catch (error) {
    // The first failure is the one to tell.
    await files.remove(waiting).catch(() => undefined);
    throw error;
  }
  await files.rename(waiting, indexPath(folder, id));
  await files.syncFolder(packFolder(folder, id));
  const index = decodePackIndex(bytes, sha256);
  if (index === null) throw new TypeError(`publishPack: the index of ${id} cannot be read back`);
  const [pack, described] = [await files.stat(packPath(folder, id)), await files.stat(indexPath(folder, id))];
  if (pack?.size === packBytes && described !== null) return index;
  throw new PatchworkError('PW_STORE_LOST', `pack ${id} was removed while it was being stored`, {
    hint: 'Another process cleaned the store in the same moment; run again.',
    details: { pack: id },
  });
}

/** Takes a pack out of the store, its index first: a crash between leaves a pack without an index, which is swept. */
export async function removePack(context: StoreContext, id: Digest): Promise<void> {
  await context.files.remove(indexPath(context.folder, id));
  await context.files.remove(packPath(context.folder, id));
}

/**
 * Writes the bytes of chunks from somewhere into a new temporary file, one after another, leaving out what is damaged.
 *
 * @returns the chunks that were good, at their new places; null and no file when there was none.
 */
export async function copyChunks(
  context: StoreContext,
  chunks: readonly EncodedChunk[],
  bytesOf: (index: number) => Promise<Uint8Array | null>,
): Promise<{ readonly path: string; readonly chunks: readonly PackedChunk[]; readonly bytes: number } | null> {
  const path = nameTemp(context, 'copied-pack');
  const good: PackedChunk[] = [];
  let at = 0;
  const file = await context.files.open(path, 'create');
  try {
    for (const [i, chunk] of chunks.entries()) {
      const bytes = await bytesOf(i);
      if (bytes === null || bytes.length !== byteLength(chunk) || context.sha256(bytes) !== chunk.digest) continue;
      await file.write(bytes, at);
      good.push({ ...chunk, offset: at });
      at += bytes.length;
    }
  } catch (error) {
    // The first failure is the one to tell; what stays lies in `tmp`, which the next opening clears.
    await context.files.remove(path).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
  if (good.length > 0) return { path, chunks: good, bytes: at };
  await context.files.remove(path);
  return null;
}
