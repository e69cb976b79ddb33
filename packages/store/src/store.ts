import { basename, dirname, resolve } from 'node:path';
import type { Digest, FilePort, Sha256 } from '@patchwork/kernel';
import type { EncodedChunk } from '@patchwork/plan';
import { openAlarms, type Alarm } from './chunks/alarm.ts';
import { ChunkPacks } from './chunks/chunk-packs.ts';
import type { StoredChunk } from './chunks/encoded-chunk.ts';
import { checkStore, type FsckReport } from './fsck.ts';
import { collectGarbage, makeRoom, type GcReport } from './gc.ts';
import { findLedgerCopy, keepLedgerCopy, keysOfKnownLedgers } from './ledger/ledger-copies.ts';
import type { Ledger } from './ledger/ledger.ts';
import { nodeProcesses } from './disk/node-processes.ts';
import { openUsage } from './chunks/pack-usage.ts';
import type { ProcessPort } from './disk/process-port.ts';
import { makeDurableFolder, type StoreContext } from './disk/store-context.ts';
import { nameTemp, sweepTemps } from './disk/temp-files.ts';

/** What {@link openStore} is given. */
export interface StoreSettings {
  readonly sha256: Sha256;
  /** What the store may hold, in bytes. */
  readonly capBytes: number;
  /** Milliseconds since 1970. */
  readonly clockMs: () => number;
  /** Default: this machine's. */
  readonly processes?: ProcessPort;
}

/** An open store. Any number of processes may have one folder open. */
export interface Store {
  readonly context: StoreContext;
  /**
   * Finds chunks by key, in memory: as of the opening, the last {@link refresh}, and what was adopted here.
   * A place can be gone by the time it is read; that is a miss.
   */
  find(keys: Iterable<Digest>): Map<Digest, StoredChunk>;
  /** Sees what other processes added and removed. */
  refresh(): Promise<void>;
  /** Names a new file on the store's file system, which is removed when this process has died. @param purpose a plain word */
  tempPath(purpose: string): string;
  /**
   * Takes a file of chunks, one after another, into the store. When this returns they survive a power cut, and the file is
   * no longer at `tempPath`.
   *
   * @throws PW_STORE_NONDETERMINISTIC when a key is stored with other bytes: the stored ones stay, the other chunks are
   *   adopted, an alarm is recorded; PW_STORE_PACK_SIZE, PW_STORE_PACK_DIGEST: nothing is adopted; PW_STORE_LOST; PW_FILE_*
   */
  adoptPack(tempPath: string, chunks: readonly EncodedChunk[]): Promise<StoredChunk[]>;
  /**
   * Holds fresh chunks, before they are adopted, against the digests under which a history holds their keys.
   *
   * @throws PW_STORE_NONDETERMINISTIC where one differs; an alarm is recorded
   */
  requireSame(chunks: readonly EncodedChunk[], recorded: ReadonlyMap<Digest, Digest>): Promise<void>;
  /** Reads a chunk, of a pack or a deliverable, and checks its digest; null when it is gone or damaged, and then forgotten. */
  read(chunk: StoredChunk): Promise<Uint8Array | null>;
  /** Removes packs of which every chunk is among these: a published deliverable holds them now. Returns the bytes freed. */
  release(keys: ReadonlySet<Digest>): Promise<number>;
  /** Brings the store under its cap; `pinned` chunks stay. @throws PW_STORE_BUSY */
  gc(pinned: ReadonlySet<Digest>): Promise<GcReport>;
  /** Makes room for so many bytes without touching `pinned` chunks; returns how many there is room for. */
  makeRoom(bytes: number, pinned: ReadonlySet<Digest>): Promise<number>;
  /** Hashes everything. @throws PW_STORE_BUSY */
  fsck(repair: 'report' | 'repair'): Promise<FsckReport>;
  /** Keys that were encoded to different bytes. */
  alarms(): readonly Alarm[];
  /** Copies a ledger, by the moov digest of its newest entry. */
  keepLedger(ledger: Ledger): Promise<void>;
  /** Finds the ledger of a deliverable that lost its sidecar; an append to it writes the sidecar anew, with all its history. */
  findLedger(moovDigest: Digest, deliverablePath: string): Promise<Ledger | null>;
  /** What gc is to keep: the chunks of the newest entry of every ledger the store holds. */
  pins(): Promise<Set<Digest>>;
  /** Writes down what was used. The store is not used after this. */
  close(): Promise<void>;
}

/** Opens the store in a folder, making it where it is absent, and sweeps what dead processes left. @throws PW_FILE_* */
export async function openStore(files: FilePort, folder: string, settings: StoreSettings): Promise<Store> {
  const { sha256, capBytes, clockMs } = settings;
  const processes = settings.processes ?? nodeProcesses();
  const context: StoreContext = { files, folder, sha256, capBytes, clockMs, processes };
  await makeFolders(context);
  await sweepTemps(context);
  const usage = await openUsage(context);
  const alarms = await openAlarms(context);
  const packs = new ChunkPacks(context, usage, alarms);
  await packs.refresh();
  return {
    context,
    find: (keys) => packs.find(keys),
    refresh: () => packs.refresh(),
    tempPath: (purpose) => nameTemp(context, purpose),
    adoptPack: (path, chunks) => packs.adopt(path, chunks),
    requireSame: (chunks, recorded) => packs.requireSame(chunks, recorded),
    read: (chunk) => packs.read(chunk),
    release: (keys) => packs.release(keys),
    gc: (pinned) => collectGarbage(context, packs, usage, pinned),
    makeRoom: (bytes, pinned) => makeRoom(context, packs, usage, bytes, pinned),
    fsck: (repair) => checkStore(context, packs, alarms, repair),
    alarms: () => alarms.list(),
    keepLedger: (ledger) => keepLedgerCopy(context, ledger),
    findLedger: (moovDigest, deliverablePath) => findLedgerCopy(context, moovDigest, deliverablePath),
    pins: () => keysOfKnownLedgers(context),
    close: () => usage.flush(),
  };
}

/** Every folder that is new gets a durable name, else a power cut takes the store with all it was promised to keep. */
async function makeFolders({ files, folder }: StoreContext): Promise<void> {
  const fresh: string[] = [];
  for (let at = resolve(folder); (await files.stat(at)) === null; at = dirname(at)) fresh.unshift(at);
  for (const path of fresh) await makeDurableFolder(files, dirname(path), basename(path));
  await makeDurableFolder(files, folder, 'packs');
  await makeDurableFolder(files, folder, 'tmp');
}
