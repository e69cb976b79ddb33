import { join } from 'node:path';
import { sha256, sha256OfFile, startSha256 } from '@patchwork/files';
import type { FilePort } from '@patchwork/kernel';
import type { MediaWorkers } from '@patchwork/media';
import type { RenderContext } from '@patchwork/render';
import { openMediaCache, openStore, type ProcessPort } from '@patchwork/store';

/** Does work on a film in this process, with a store beside the film, files and processes as given. */
export async function atStore<Result>(
  workers: MediaWorkers,
  path: string,
  files: FilePort,
  work: (context: RenderContext) => Promise<Result>,
  processes?: ProcessPort,
): Promise<Result> {
  const store = await openStore(files, join(path, '..', 'store'), {
    sha256,
    capBytes: 1e9,
    clockMs: Date.now,
    ...(processes === undefined ? {} : { processes }),
  });
  try {
    return await work({
      files,
      sha256,
      store,
      onProgress: () => {},
      hashing: { sha256, startSha256 },
      mediaCache: await openMediaCache(store.context, (each) => sha256OfFile(each)),
      workers: () => workers,
      clockMs: Date.now,
      signal: new AbortController().signal,
    });
  } finally {
    await store.close();
  }
}
