import { join } from 'node:path';
import { isPatchworkError, PatchworkError, type Digest } from '@patchwork/kernel';
import type { EncodedChunk } from '@patchwork/plan';
import type { Alarms } from './alarm.ts';
import { byteLength, requireChunk, type StoredChunk } from './encoded-chunk.ts';
import { openOrNull, readExactly } from '../disk/file-bytes.ts';
import { listPacks, loadPacks, sweepHalves } from './pack-files.ts';
import { placedInPack, type PackedChunk, type PackIndex } from './pack-index.ts';
import { PackShelf, type Clash, type PackRecord } from './pack-shelf.ts';
import type { PackUsage } from './pack-usage.ts';
import { copyChunks, publishPack, removePack, verifyPackFile } from './pack-writer.ts';
import { indexPath, makeDurableFolder, packPath, quarantineFolder, type StoreContext } from '../disk/store-context.ts';

/**
 * The chunks of a store: found by key, read with their digest checked, added a pack at a time.
 * See SPEC.md; the order of the steps that makes adding crash-safe is in `pack-writer.ts`.
 */
export class ChunkPacks {
  readonly shelf: PackShelf = new PackShelf();
  readonly #context: StoreContext;
  readonly #usage: PackUsage;
  readonly #alarms: Alarms;
  readonly #paths = new Map<Digest, string>();

  constructor(context: StoreContext, usage: PackUsage, alarms: Alarms) {
    this.#context = context;
    this.#usage = usage;
    this.#alarms = alarms;
  }

  /** Takes in what other processes changed, and sweeps what dead ones left. */
  async refresh(): Promise<void> {
    const listing = await listPacks(this.#context);
    await sweepHalves(this.#context, listing);
    const { clashes } = await loadPacks(this.#context, this.shelf, listing);
    // Two processes may have stored one key with different bytes: neither saw the other. Both stay; the alarm is told.
    for (const { key, kept, refused } of clashes) await this.#alarms.raise(key, kept, refused);
  }

  find(keys: Iterable<Digest>): Map<Digest, StoredChunk> {
    const found = new Map<Digest, StoredChunk>();
    const used = new Set<Digest>();
    for (const key of keys) {
      const first = this.shelf.first(key);
      if (first === null) continue;
      used.add(first.pack.id);
      found.set(key, this.#stored(first, key));
    }
    for (const id of used) this.#usage.touch(id);
    return found;
  }

  async adopt(temporary: string, chunks: readonly EncodedChunk[]): Promise<StoredChunk[]> {
    for (const chunk of chunks) requireChunk(chunk, 'adoptPack: chunks');
    const placed = placedInPack(chunks);
    const packBytes = await verifyPackFile(this.#context, temporary, placed);
    const { accepted, refused } = await this.#judge(placed);
    const path =
      accepted.length === 0 ? await this.#discard(temporary) : await this.#publish(temporary, accepted, packBytes);
    const [first] = refused;
    if (first !== undefined) throw nondeterministic(first, refused.length);
    const places = new Map(accepted.map((chunk) => [chunk.key, chunk.offset]));
    return chunks.map((chunk) => ({ ...chunk, path, offset: places.get(chunk.key) ?? 0 }));
  }

  /** The bytes, or null when they are gone or damaged; then the chunk is no longer found. */
  async read(chunk: StoredChunk): Promise<Uint8Array | null> {
    const bytes = await readVerified(this.#context, chunk);
    if (bytes !== null) return bytes;
    const pack = this.shelf.packs.find(({ id }) => packPath(this.#context.folder, id) === chunk.path);
    if (pack !== undefined) await this.putAside(pack);
    // The key may stand in another pack, or the same chunk in one that another process wrote anew.
    if (pack !== undefined) await this.refresh();
    for (const record of this.shelf.find(chunk.key)) {
      const other = this.#stored(record);
      if (other.digest !== chunk.digest) continue;
      const again = await readVerified(this.#context, other);
      if (again !== null) return again;
    }
    return null;
  }

  /** Moves a damaged pack out of the way; its good chunks go into a new pack first. */
  async putAside(pack: PackIndex): Promise<void> {
    const { files, folder } = this.#context;
    const kept = await this.#keepOnly(pack, () => true);
    // Nothing wrong with it after all: the same content has the same id, and so the new pack is this one.
    if (kept?.id === pack.id) return;
    this.shelf.drop(pack.id);
    await files.remove(indexPath(folder, pack.id));
    await makeDurableFolder(files, folder, 'quarantine');
    if ((await files.stat(packPath(folder, pack.id))) === null) return;
    try {
      await files.rename(packPath(folder, pack.id), join(quarantineFolder(folder), `${pack.id}.pack`));
    } catch (error) {
      // Another process found the same damage and was quicker.
      if (!isPatchworkError(error) || error.code !== 'PW_FILE_ABSENT') throw error;
    }
  }

  /** Removes a pack; the chunks that `keep` names are written into a new one first. Returns the bytes freed. */
  async thin(pack: PackIndex, keep: (key: Digest) => boolean): Promise<number> {
    const before = new Set(this.shelf.ids);
    const kept = await this.#keepOnly(pack, keep);
    if (kept?.id === pack.id) return 0;
    this.shelf.drop(pack.id);
    await removePack(this.#context, pack.id);
    // What is kept may be a pack that stood here already.
    return bytesOf(pack) - (kept === null || before.has(kept.id) ? 0 : bytesOf(kept));
  }

  /** Removes packs of which every chunk is among these keys. Returns the bytes freed. */
  async release(keys: ReadonlySet<Digest>): Promise<number> {
    let freed = 0;
    for (const pack of this.shelf.packs) {
      let record = 0;
      while (record < pack.count && keys.has(pack.keyAt(record))) record += 1;
      if (record === pack.count) freed += await this.thin(pack, () => false);
    }
    return freed;
  }

  async #publish(temporary: string, chunks: readonly PackedChunk[], packBytes: number): Promise<string> {
    const pack = await publishPack(this.#context, temporary, chunks, packBytes);
    this.shelf.add(pack);
    this.#usage.touch(pack.id);
    return packPath(this.#context.folder, pack.id);
  }

  async #discard(temporary: string): Promise<string> {
    await this.#context.files.remove(temporary);
    return temporary;
  }

  async #keepOnly(pack: PackIndex, keep: (key: Digest) => boolean): Promise<PackIndex | null> {
    const chunks = chunksOf(pack)
      .filter(({ key }) => keep(key))
      .toSorted((a, b) => a.offset - b.offset);
    if (chunks.length === 0) return null;
    const path = packPath(this.#context.folder, pack.id);
    const file = await openOrNull(this.#context.files, path);
    if (file === null) return null;
    try {
      const copy = await copyChunks(this.#context, chunks, async (i) => {
        const chunk = chunks[i];
        return chunk === undefined ? null : await readExactly(file, chunk.offset, byteLength(chunk));
      });
      if (copy === null) return null;
      const written = await publishPack(this.#context, copy.path, copy.chunks, copy.bytes);
      this.#usage.inherit(written.id, pack.id);
      this.shelf.add(written);
      return written;
    } finally {
      await file.close();
    }
  }

  #stored({ pack, record }: PackRecord, known?: Digest): StoredChunk {
    let path = this.#paths.get(pack.id);
    if (path === undefined) {
      path = packPath(this.#context.folder, pack.id);
      this.#paths.set(pack.id, path);
    }
    const { key, digest, sizes, order, sync, config, offset } = pack.chunkAt(record, known);
    return { key, digest, sizes, order, sync, config, offset, path };
  }

  /** See `Store`. */
  async requireSame(chunks: readonly EncodedChunk[], recorded: ReadonlyMap<Digest, Digest>): Promise<void> {
    const refused = chunks.flatMap(({ key, digest }): Clash[] => {
      const kept = recorded.get(key);
      return kept === undefined || kept === digest ? [] : [{ key, kept, refused: digest }];
    });
    for (const { key, kept, refused: digest } of refused) await this.#alarms.raise(key, kept, digest);
    const [first] = refused;
    if (first !== undefined) throw nondeterministic(first, refused.length);
  }

  /** A key that is stored with other bytes is refused, unless the stored ones turn out to be damaged. */
  async #judge(chunks: readonly PackedChunk[]): Promise<{ accepted: PackedChunk[]; refused: Clash[] }> {
    const accepted = new Map<Digest, PackedChunk>();
    const refused: Clash[] = [];
    for (const chunk of chunks) {
      const kept = accepted.get(chunk.key)?.digest ?? (await this.#otherDigest(chunk));
      if (kept === null) accepted.set(chunk.key, chunk);
      else if (kept !== chunk.digest) refused.push({ key: chunk.key, kept, refused: chunk.digest });
    }
    for (const { key, kept, refused: digest } of refused) await this.#alarms.raise(key, kept, digest);
    return { accepted: [...accepted.values()], refused };
  }

  /** The digest under which a key is stored soundly, if it is another one. */
  async #otherDigest(chunk: EncodedChunk): Promise<Digest | null> {
    for (const record of this.shelf.find(chunk.key)) {
      const stored = this.#stored(record);
      if (stored.digest === chunk.digest) continue;
      if ((await this.read(stored)) !== null) return stored.digest;
    }
    return null;
  }
}

/** All chunks of a pack. */
export function chunksOf(pack: PackIndex): readonly PackedChunk[] {
  return Array.from({ length: pack.count }, (_, record) => pack.chunkAt(record));
}

/** What a pack and its index take on the disk. */
export function bytesOf(pack: PackIndex): number {
  return pack.packBytes + pack.bytes.length;
}

/** Reads a chunk where it says it is; null when the file is gone, short, or not what the digest says. */
export async function readVerified(
  context: Pick<StoreContext, 'files' | 'sha256'>,
  chunk: StoredChunk,
): Promise<Uint8Array | null> {
  const file = await openOrNull(context.files, chunk.path);
  if (file === null) return null;
  try {
    const bytes = await readExactly(file, chunk.offset, byteLength(chunk));
    return bytes !== null && context.sha256(bytes) === chunk.digest ? bytes : null;
  } finally {
    await file.close();
  }
}

function nondeterministic(first: Clash, count: number): PatchworkError {
  const others = count > 1 ? `, and ${count - 1} more` : '';
  return new PatchworkError(
    'PW_STORE_NONDETERMINISTIC',
    `the same frames were encoded again and gave other bytes (key ${first.key}${others})`,
    {
      hint: 'What is stored stays. Report this: something that changes the encoding is not in its key, or this machine computes wrongly.',
      details: { ...first, count },
    },
  );
}
