import { isPatchworkError, PatchworkError, type FilePort } from '@patchwork/kernel';
import {
  absentContext,
  absentStore,
  forgetfulMediaCache,
  openMediaCache,
  openStore,
  type HashFile,
  type MediaCache,
  type Store,
  type StoreSettings,
} from '@patchwork/store';

/** `store` a command that cannot do without · `maybe` one that is slower or knows less without · `none` one that never asks. */
export type StoreNeed = 'store' | 'maybe' | 'none';

/** Commands that do not need a store; all others do. */
const needs: ReadonlyMap<string, StoreNeed> = new Map([
  ['inspect', 'none'],
  ['convert', 'maybe'],
  ['edit', 'maybe'],
  ['apply', 'none'],
  ['revert', 'none'],
  ['merge', 'none'],
  ['install', 'none'],
  ['uninstall', 'none'],
  ['config', 'none'],
  ['doctor', 'maybe'],
  ['diff', 'maybe'],
  ['log', 'maybe'],
  ['show', 'maybe'],
  ['blame', 'maybe'],
  ['explain', 'maybe'],
  ['verify', 'maybe'],
  ['probe', 'maybe'],
]);

/** What a command, by its name, needs of the store. */
export function storeNeedOf(command: string): StoreNeed {
  return needs.get(command) ?? 'store';
}

/** A store for a command, real or absent. */
export interface CommandStore {
  readonly store: Store;
  readonly mediaCache: MediaCache;
  /** Why the store cannot be used though it might have been; null where it can, or is not needed. */
  readonly problem: PatchworkError | null;
}

/** Opens the store as far as a command needs it. @throws PW_FILE_* where it cannot do without */
export async function storeFor(
  need: StoreNeed,
  files: FilePort,
  folder: string,
  settings: StoreSettings,
  hashFile: HashFile,
): Promise<CommandStore> {
  const absent = (why: PatchworkError, problem: PatchworkError | null): CommandStore => {
    const context = absentContext(files, folder, settings);
    return { store: absentStore(context, why), mediaCache: forgetfulMediaCache(context, hashFile), problem };
  };
  if (need === 'none') {
    return absent(
      new PatchworkError('PW_STORE_UNUSED', 'this command works without the chunk store', {
        hint: 'Please report this: it asked for the store all the same.',
      }),
      null,
    );
  }
  try {
    const store = await openStore(files, folder, settings);
    return { store, mediaCache: await openMediaCache(store.context, hashFile), problem: null };
  } catch (error) {
    if (need === 'store' || !isPatchworkError(error)) throw error;
    return absent(error, error);
  }
}
