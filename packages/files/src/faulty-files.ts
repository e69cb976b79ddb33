import { PatchworkError, type FilePort, type OpenFile } from '@patchwork/kernel';

/** When and how {@link faultyFiles} breaks. */
export interface FaultPlan {
  /** How many steps are carried out before the fault: 0 breaks the first one, Infinity none. */
  readonly after: number;
  /**
   * `fail`: that one step throws `error`, later ones work: a full disk that is noticed.
   * `stop`: that step and everything later, reading included, throws: the process is dead, nothing tidies up.
   */
  readonly how: 'fail' | 'stop';
  /** Whether a write at the fault leaves the first half of its bytes behind. Default: `none`, it leaves nothing. */
  readonly write?: 'none' | 'half';
  /** What `fail` throws. Default: PW_FILE_NO_SPACE. */
  readonly error?: Error;
}

/** A {@link FilePort} that counts what it is asked to change, and breaks by plan. */
export interface FaultyFiles extends FilePort {
  /**
   * The steps so far, the broken one included: `create`, `write`, `sync`, `truncate`, `rename`, `remove`, `makeFolder`,
   * `syncFolder` and `copy`, each with its path. A run with `after: Infinity` tells how many there are to break.
   */
  readonly steps: readonly string[];
  /** Whether a `stop` has happened. */
  readonly stopped: boolean;
}

/** For tests: passes everything to `inner`, and breaks at one step that changes something. */
export function faultyFiles(inner: FilePort, plan: FaultPlan): FaultyFiles {
  const steps: string[] = [];
  let stopped = false;

  function refuseWhenStopped(): void {
    if (stopped) throw stopError();
  }

  /** Counts a step; `broken` is what a broken one still does before it throws. */
  async function step<T>(name: string, work: () => Promise<T>, broken: () => Promise<void> = nothing): Promise<T> {
    refuseWhenStopped();
    steps.push(name);
    if (steps.length !== plan.after + 1) return await work();
    if (plan.how === 'stop') stopped = true;
    await broken();
    throw plan.how === 'stop' ? stopError() : (plan.error ?? fullDiskError(name));
  }

  async function look<T>(work: () => Promise<T>): Promise<T> {
    refuseWhenStopped();
    return await work();
  }

  function faultyFile(file: OpenFile, path: string): OpenFile {
    return {
      read: (into, position) => look(() => file.read(into, position)),
      write: (data, position) =>
        step(
          `write ${path}`,
          () => file.write(data, position),
          async () => {
            if (plan.write === 'half') await file.write(data.subarray(0, data.length >> 1), position);
          },
        ),
      sync: () => step(`sync ${path}`, () => file.sync()),
      truncate: (size) => step(`truncate ${path}`, () => file.truncate(size)),
      stat: () => look(() => file.stat()),
      // A dead process closes its files: never refused, or the test itself would leak them.
      close: () => file.close(),
    };
  }

  return {
    open: async (path, mode) => {
      const open = (): Promise<OpenFile> => inner.open(path, mode);
      return faultyFile(await (mode === 'create' ? step(`create ${path}`, open) : look(open)), path);
    },
    stat: (path) => look(() => inner.stat(path)),
    rename: (from, to) => step(`rename ${from} -> ${to}`, () => inner.rename(from, to)),
    remove: (path) => step(`remove ${path}`, () => inner.remove(path)),
    makeFolder: (path) => step(`makeFolder ${path}`, () => inner.makeFolder(path)),
    list: (path) => look(() => inner.list(path)),
    syncFolder: (path) => step(`syncFolder ${path}`, () => inner.syncFolder(path)),
    copy: (from, to) => step(`copy ${from} -> ${to}`, () => inner.copy(from, to)),
    freeBytes: (path) => look(() => inner.freeBytes(path)),
    get steps() {
      return steps;
    },
    get stopped() {
      return stopped;
    },
  };
}

async function nothing(): Promise<void> {}

function stopError(): PatchworkError {
  return new PatchworkError('PW_FILE_STOPPED', 'the process is stopped by the test plan');
}

function fullDiskError(step: string): PatchworkError {
  return new PatchworkError('PW_FILE_NO_SPACE', `cannot ${step}: the disk is full (by the test plan)`);
}
