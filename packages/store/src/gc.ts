import { join } from 'node:path';
import type { Digest } from '@patchwork/kernel';
import { bytesOf, type ChunkPacks } from './chunks/chunk-packs.ts';
import { listLedgerCopies } from './ledger/ledger-copies.ts';
import { isHeld, tryLock, withLockFile } from './disk/lock-file.ts';
import type { PackIndex } from './chunks/pack-index.ts';
import type { PackUsage } from './chunks/pack-usage.ts';
import { packPath, quarantineFolder, type StoreContext } from './disk/store-context.ts';
import { sweepTemps } from './disk/temp-files.ts';

/** What gc did. Sizes in bytes. */
export interface GcReport {
  readonly beforeBytes: number;
  readonly afterBytes: number;
  readonly capBytes: number;
  readonly removedPacks: number;
  /** Packs of which only the pinned chunks were kept. */
  readonly thinnedPacks: number;
  readonly removedLedgerCopies: number;
  /** Files of dead processes and quarantined packs. */
  readonly sweptFiles: number;
  /** Above zero: what is pinned alone is larger than the cap, by so much. */
  readonly overCapBytes: number;
}

interface Candidate {
  readonly lastUseMs: number;
  readonly bytes: number;
  /** Returns the bytes freed. */
  readonly evict: () => Promise<number>;
}

/** The lock of whoever removes things from a store. Adding needs none. */
export function gcLockPath(folder: string): string {
  return join(folder, 'gc.lock');
}

/**
 * Brings the store under its cap: packs without a pinned chunk go first, the longest unused before the others; then, of
 * packs with some pinned chunks, the rest. What is pinned stays, also above the cap.
 *
 * @throws PW_STORE_BUSY when another process cleans up.
 */
export async function collectGarbage(
  context: StoreContext,
  packs: ChunkPacks,
  usage: PackUsage,
  pinned: ReadonlySet<Digest>,
): Promise<GcReport> {
  return await withLockFile(context, gcLockPath(context.folder), async () => {
    const sweptFiles = (await sweepTemps(context)) + (await emptyQuarantine(context));
    await packs.refresh();
    await usage.flush();
    return { sweptFiles, ...(await evictUnderCap(context, packs, usage, pinned, context.capBytes)) };
  });
}

/**
 * Makes room for `bytes` by evicting as gc does. While another process cleans up, nothing is evicted.
 * Returns how many bytes there is room for: less than asked when what is pinned needs it.
 */
export async function makeRoom(
  context: StoreContext,
  packs: ChunkPacks,
  usage: PackUsage,
  bytes: number,
  pinned: ReadonlySet<Digest>,
): Promise<number> {
  const { capBytes } = context;
  const lock = await tryLock(context, gcLockPath(context.folder));
  // With nothing to gain (Infinity as the cap) this only measures.
  const target = isHeld(lock) ? Math.max(0, capBytes - bytes) : Infinity;
  try {
    const { afterBytes } = await evictUnderCap(context, packs, usage, pinned, target);
    return Math.max(0, capBytes - afterBytes);
  } finally {
    if (isHeld(lock)) await lock.release();
  }
}

async function evictUnderCap(
  context: StoreContext,
  packs: ChunkPacks,
  usage: PackUsage,
  pinned: ReadonlySet<Digest>,
  capBytes: number,
): Promise<Omit<GcReport, 'sweptFiles'>> {
  const free: Candidate[] = [];
  const mixed: Candidate[] = [];
  let beforeBytes = 0;
  for (const pack of packs.shelf.packs) {
    beforeBytes += bytesOf(pack);
    const pins = countPinned(pack, pinned);
    if (pins === pack.count) continue;
    const candidate = {
      lastUseMs: usage.lastUseMs(pack.id) ?? (await madeMs(context, packPath(context.folder, pack.id))),
      bytes: bytesOf(pack),
      evict: () => packs.thin(pack, (key) => pinned.has(key)),
    };
    (pins === 0 ? free : mixed).push(candidate);
  }
  const copies = await ledgerCopies(context);
  beforeBytes += copies.reduce((sum, { bytes }) => sum + bytes, 0);
  let bytes = beforeBytes;
  const counts = { packs: 0, thinned: 0, copies: 0 };
  const isCopy = new Set(copies);
  for (const candidate of [...free, ...copies].toSorted((a, b) => a.lastUseMs - b.lastUseMs)) {
    if (bytes <= capBytes) break;
    bytes -= await candidate.evict();
    if (isCopy.has(candidate)) counts.copies += 1;
    else counts.packs += 1;
  }
  for (const candidate of mixed.toSorted((a, b) => a.lastUseMs - b.lastUseMs)) {
    if (bytes <= capBytes) break;
    bytes -= await candidate.evict();
    counts.thinned += 1;
  }
  return {
    beforeBytes,
    afterBytes: bytes,
    capBytes,
    removedPacks: counts.packs,
    thinnedPacks: counts.thinned,
    removedLedgerCopies: counts.copies,
    overCapBytes: Math.max(0, bytes - capBytes),
  };
}

function countPinned(pack: PackIndex, pinned: ReadonlySet<Digest>): number {
  if (pinned.size === 0) return 0;
  let count = 0;
  for (let record = 0; record < pack.count; record += 1) if (pinned.has(pack.keyAt(record))) count += 1;
  return count;
}

async function ledgerCopies(context: StoreContext): Promise<readonly Candidate[]> {
  const { files } = context;
  const copies: Candidate[] = [];
  for (const path of await listLedgerCopies(context)) {
    const bytes = (await files.stat(path))?.size ?? 0;
    const evict = async (): Promise<number> => {
      await files.remove(path);
      return bytes;
    };
    copies.push({ lastUseMs: await madeMs(context, path), bytes, evict });
  }
  return copies;
}

/** When a file was written; nothing here is ever written a second time. */
async function madeMs(context: StoreContext, path: string): Promise<number> {
  const stat = await context.files.stat(path);
  return stat === null ? 0 : Number(BigInt(stat.mtimeNs) / 1_000_000n);
}

async function emptyQuarantine(context: StoreContext): Promise<number> {
  const folder = quarantineFolder(context.folder);
  const names = await context.files.list(folder);
  for (const name of names) await context.files.remove(join(folder, name));
  return names.length;
}
