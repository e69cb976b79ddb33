import { join } from 'node:path';
import type { Digest, FilePort, Sha256 } from '@patchwork/kernel';
import type { ProcessPort } from './process-port.ts';

/** What every part of an open store works with. */
export interface StoreContext {
  readonly files: FilePort;
  /** The store's own folder. */
  readonly folder: string;
  readonly sha256: Sha256;
  /** What the store may hold, in bytes. Enforced by `gc` and `keepReplaced`; a render in progress may pass it. */
  readonly capBytes: number;
  /** Milliseconds since 1970. */
  readonly clockMs: () => number;
  readonly processes: ProcessPort;
}

/*
 * The folders of a store:
 *
 *   packs/ab/<id>.pack, .index   chunks (`pack-index.ts`)
 *   packs.cache                  copies of many indexes in one file, to open quickly (`index-cache.ts`)
 *   ledgers/ab/<moov digest>     copies of ledgers (`ledger-copies.ts`)
 *   journals/<name>/             alarms, use of packs, identities and probes of media (`journal.ts`)
 *   tmp/                         files being made, named by the process that makes them (`temp-files.ts`)
 *   quarantine/                  packs in which a damaged chunk was found, until the next gc
 *   gc.lock
 */

/** Where the packs are. */
export function packsFolder(folder: string): string {
  return join(folder, 'packs');
}

/** The folder of a pack: by the first two digits of its id, so that no folder grows large. */
export function packFolder(folder: string, id: Digest): string {
  return join(packsFolder(folder), id.slice(0, 2));
}

/** A pack's bytes. */
export function packPath(folder: string, id: Digest): string {
  return join(packFolder(folder, id), `${id}.pack`);
}

/** A pack's index. */
export function indexPath(folder: string, id: Digest): string {
  return join(packFolder(folder, id), `${id}.index`);
}

/** Where packs with damaged chunks are put aside. */
export function quarantineFolder(folder: string): string {
  return join(folder, 'quarantine');
}

/**
 * Makes a folder and its name durable. The parent must exist. Syncs also when the folder is there: another process may
 * have made it this moment.
 */
export async function makeDurableFolder(files: FilePort, parent: string, name: string): Promise<string> {
  const path = join(parent, name);
  await files.makeFolder(path);
  await files.syncFolder(parent);
  return path;
}
