import type { PatchworkError } from '@patchwork/kernel';
import type { Journal } from './disk/journal.ts';
import { mediaCacheOver, type HashFile, type MediaCache } from './media-cache.ts';
import { nodeProcesses } from './disk/node-processes.ts';
import type { Store, StoreSettings } from './store.ts';
import type { StoreContext } from './disk/store-context.ts';

/**
 * The store of a command that needs none: empty, and whatever would write to it throws `why`. Nothing is made on disk.
 *
 * @param why the error that stood in the way of the real one, or one that says that this command has none
 */
export function absentStore(context: StoreContext, why: PatchworkError): Store {
  const refuse = async (): Promise<never> => {
    throw why;
  };
  return {
    context,
    find: () => new Map(),
    refresh: async () => undefined,
    tempPath: () => {
      throw why;
    },
    adoptPack: refuse,
    requireSame: refuse,
    read: async () => null,
    release: async () => 0,
    gc: refuse,
    makeRoom: refuse,
    fsck: refuse,
    alarms: () => [],
    keepLedger: refuse,
    findLedger: async () => null,
    pins: async () => new Set(),
    close: async () => undefined,
  };
}

/** A context for {@link absentStore}. */
export function absentContext(
  files: StoreContext['files'],
  folder: string,
  { sha256, capBytes, clockMs, processes }: StoreSettings,
): StoreContext {
  return { files, folder, sha256, capBytes, clockMs, processes: processes ?? nodeProcesses() };
}

/** A media cache that forgets with the process. As `openMediaCache` otherwise. */
export function forgetfulMediaCache(context: StoreContext, hashFile: HashFile): MediaCache {
  const journal: Journal = { records: [], damage: [], append: async () => undefined };
  return mediaCacheOver(context, hashFile, { identities: journal, probes: journal });
}
