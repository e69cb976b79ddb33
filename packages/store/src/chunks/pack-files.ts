import { join } from 'node:path';
import { isDigest, type Digest } from '@patchwork/kernel';
import { readWhole } from '../disk/file-bytes.ts';
import { readIndexCache, worthCaching, writeIndexCache } from './index-cache.ts';
import { decodePackIndex, type PackIndex } from './pack-index.ts';
import type { Clash, PackShelf } from './pack-shelf.ts';
import { indexPath, packPath, packsFolder, type StoreContext } from '../disk/store-context.ts';
import { listTemps } from '../disk/temp-files.ts';

/** What stands in the folders of the packs, by name alone. */
export interface PackListing {
  /** Packs with an index. */
  readonly whole: ReadonlySet<Digest>;
  /** A pack whose index is missing, or the other way round. */
  readonly halves: readonly { readonly id: Digest; readonly missing: 'pack' | 'index' }[];
  /** Paths of files that are none of ours. */
  readonly strange: readonly string[];
}

/** Indexes read at once. */
const readTogether = 16;

/** Lists the packs. */
export async function listPacks(context: StoreContext): Promise<PackListing> {
  const packs = new Set<Digest>();
  const indexes = new Set<Digest>();
  const strange: string[] = [];
  const top = packsFolder(context.folder);
  for (const folder of await context.files.list(top)) {
    for (const name of await context.files.list(join(top, folder))) {
      const [, id = '', kind] = /^([0-9a-f]{64})\.(pack|index)$/.exec(name) ?? [];
      if (!isDigest(id) || !id.startsWith(folder)) strange.push(join(top, folder, name));
      else if (kind === 'pack') packs.add(id);
      else indexes.add(id);
    }
  }
  const halves: { id: Digest; missing: 'pack' | 'index' }[] = [];
  for (const id of packs) if (!indexes.has(id)) halves.push({ id, missing: 'index' });
  for (const id of indexes) if (!packs.has(id)) halves.push({ id, missing: 'pack' });
  return { whole: new Set([...packs].filter((id) => indexes.has(id))), halves, strange };
}

/** What was odd when packs were loaded. */
export interface LoadedPacks {
  /** Ids whose index is broken; they are left out. */
  readonly broken: readonly Digest[];
  readonly clashes: readonly Clash[];
}

/** Brings the shelf to what stands in the folders: packs that other processes added or removed. */
export async function loadPacks(context: StoreContext, shelf: PackShelf, listing: PackListing): Promise<LoadedPacks> {
  for (const id of shelf.ids) if (!listing.whole.has(id)) shelf.drop(id);
  const absent = [...listing.whole].filter((id) => shelf.pack(id) === null);
  if (absent.length === 0) return { broken: [], clashes: [] };
  const cache =
    absent.length < readTogether
      ? new Map<Digest, PackIndex>()
      : await readIndexCache(context.files, context.folder, context.sha256);
  const uncached = absent.filter((id) => !cache.has(id));
  const read = new Map<Digest, PackIndex>();
  for (let i = 0; i < uncached.length; i += readTogether) {
    const ids = uncached.slice(i, i + readTogether);
    for (const index of await Promise.all(ids.map((id) => readIndex(context, id)))) {
      if (index !== null) read.set(index.id, index);
    }
  }
  const broken: Digest[] = [];
  const clashes: Clash[] = [];
  // In order of id, so that every process that opens the store prefers the same copy of a key.
  for (const id of absent.toSorted()) {
    const index = cache.get(id) ?? read.get(id);
    if (index === undefined) broken.push(id);
    else clashes.push(...shelf.add(index));
  }
  if (uncached.length >= worthCaching) await writeIndexCache(context, shelf.packs);
  return { broken, clashes };
}

/** Reads a pack's index; null when it is missing, broken, or another pack's. */
export async function readIndex(context: StoreContext, id: Digest): Promise<PackIndex | null> {
  const bytes = await readWhole(context.files, indexPath(context.folder, id));
  const index = bytes === null ? null : decodePackIndex(bytes, context.sha256);
  return index?.id === id ? index : null;
}

/**
 * Finds packs without an index and indexes without a pack that nobody will complete: what a crash left between two renames.
 * A pack that a live process is adopting right now also lacks its index for a moment; it is known by that index waiting in
 * `tmp/`. The order of the looks matters: pack seen, then no waiting index, then still no index in place.
 */
export async function abandonedHalves(context: StoreContext, listing: PackListing): Promise<PackListing['halves']> {
  if (listing.halves.length === 0) return [];
  const temps = await listTemps(context);
  const waiting = new Set(temps.filter(({ owner }) => owner !== 'dead').map(({ purpose }) => purpose));
  const abandoned: { id: Digest; missing: 'pack' | 'index' }[] = [];
  for (const half of listing.halves) {
    if (waiting.has(indexPurpose(half.id))) continue;
    const { folder, files } = context;
    const other = half.missing === 'index' ? indexPath(folder, half.id) : packPath(folder, half.id);
    if ((await files.stat(other)) === null) abandoned.push(half);
  }
  return abandoned;
}

/** Removes what {@link abandonedHalves} finds. Returns how many files. */
export async function sweepHalves(context: StoreContext, listing: PackListing): Promise<number> {
  const halves = await abandonedHalves(context, listing);
  for (const { id, missing } of halves) {
    await context.files.remove(missing === 'index' ? packPath(context.folder, id) : indexPath(context.folder, id));
  }
  return halves.length;
}

/** The purpose of the temporary file in which an index waits for its pack. */
export function indexPurpose(id: Digest): string {
  return `${id}.index`;
}
