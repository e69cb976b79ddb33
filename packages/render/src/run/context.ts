import type { FilePort, Sha256 } from '@patchwork/kernel';
import type { Hashing } from '@patchwork/splice';
import type { MediaWorkers } from '@patchwork/media';
import type { MediaCache, Store } from '@patchwork/store';
import type { ProgressListener } from './progress.ts';

/** What every use case needs from outside: files, chunks, workers, a clock. Built once by the command line. */
export interface RenderContext {
  readonly files: FilePort;
  readonly sha256: Sha256;
  readonly hashing: Hashing;
  readonly store: Store;
  readonly mediaCache: MediaCache;
  /** Starts the media workers at first need and returns the same ones after that. */
  readonly workers: () => MediaWorkers;
  /** Milliseconds since the epoch. Only for history entries: no key and no byte of a deliverable depends on it. */
  readonly clockMs: () => number;
  readonly onProgress: ProgressListener;
  /** Hears in words of what a command did beside its task, as mending what a killed run left. Default: nobody does. */
  readonly onNote?: (text: string) => void;
  /** Stops the run at the next chunk; finished chunks stay in the store. */
  readonly signal: AbortSignal;
}
