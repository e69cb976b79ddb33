import { PatchworkError } from '@patchwork/kernel';
import type { CallOptions, MediaWorkers, WorkerOptions } from './media-workers.ts';
import type { JobKind, JobTypes } from './protocol.ts';
import { type Task, WorkerChild } from './worker-child.ts';

/** Attempts at one job: the first, and one more after its child died. */
const attempts = 2;

/** A job that waits for a child. */
interface Waiting extends Task {
  attempt: number;
  /** Settled: its child's death is no concern of anyone. */
  isOver: boolean;
}

/**
 * The pool behind {@link startWorkers}. A job goes through these states:
 *
 * - **waiting**: in the queue, first come first served. An abort takes it out.
 * - **running**: in the one child that was idle or could still be started. Its answer settles it. An abort kills the child.
 * - **orphaned**: its child died without an answer. The first time it goes back to the head of the queue, the second time
 *   it fails with `PW_MEDIA_WORKER_DIED`.
 */
class WorkerPool {
  private readonly options: WorkerOptions;
  private readonly children = new Set<WorkerChild>();
  private readonly idle: WorkerChild[] = [];
  private queue: Waiting[] = [];
  private closed = false;

  constructor(options: WorkerOptions) {
    if (!Number.isInteger(options.count) || options.count < 1)
      throw new TypeError(`options.count: ${options.count} is not a positive integer`);
    this.options = options;
  }

  run<K extends JobKind>(kind: K, job: JobTypes[K]['in'], call: CallOptions = {}): Promise<JobTypes[K]['out']> {
    return new Promise((resolve, reject) => {
      if (this.closed || call.signal?.aborted === true) {
        reject(aborted(kind));
        return;
      }
      const task: Waiting = {
        kind,
        job,
        attempt: 1,
        isOver: false,
        onProgress: call.onProgress ?? null,
        resolve: (result) => {
          call.signal?.removeEventListener('abort', onAbort);
          resolve(result as JobTypes[K]['out']);
        },
        reject: (error) => {
          call.signal?.removeEventListener('abort', onAbort);
          reject(error);
        },
      };
      const onAbort = (): void => {
        task.isOver = true;
        this.queue = this.queue.filter((one) => one !== task);
        for (const child of this.children) if (child.task === task) child.kill();
        task.reject(aborted(kind));
      };
      call.signal?.addEventListener('abort', onAbort, { once: true });
      this.queue.push(task);
      this.dispatch();
    });
  }

  private dispatch(): void {
    while (this.queue.length > 0) {
      const child = this.idle.pop() ?? this.start();
      if (child === null) return;
      const task = this.queue.shift();
      if (task === undefined) return;
      child.begin(task);
    }
  }

  /** Starts children that nobody waits for yet. */
  warm(children: number): void {
    while (this.children.size < children) {
      const child = this.start();
      if (child === null) return;
      this.idle.push(child);
    }
  }

  /** Children alive. */
  size(): number {
    return this.children.size;
  }

  private start(): WorkerChild | null {
    if (this.closed || this.children.size >= this.options.count) return null;
    const child = new WorkerChild(this.options, {
      onIdle: () => {
        this.idle.push(child);
        this.dispatch();
      },
      onExit: (task, how) => {
        this.children.delete(child);
        const place = this.idle.indexOf(child);
        if (place >= 0) this.idle.splice(place, 1);
        if (task !== null) this.orphan(task as Waiting, how);
        this.dispatch();
      },
    });
    this.children.add(child);
    return child;
  }

  private orphan(task: Waiting, how: string): void {
    if (this.closed || task.isOver) return;
    this.options.log?.(`a media process died (${how}) during ${task.kind}, attempt ${task.attempt} of ${attempts}`);
    if (task.attempt < attempts) {
      task.attempt += 1;
      this.queue.unshift(task);
      return;
    }
    task.reject(
      new PatchworkError(
        'PW_MEDIA_WORKER_DIED',
        `the media process died ${attempts} times during ${task.kind} (${how})`,
        {
          hint: 'A file may crash FFmpeg: probe the files of this range one by one. If memory is short, use fewer workers.',
          details: { job: task.kind, how },
        },
      ),
    );
  }

  async close(): Promise<void> {
    this.closed = true;
    const waiting = this.queue;
    this.queue = [];
    for (const task of waiting) task.reject(aborted(task.kind));
    await Promise.all(
      [...this.children].map((child) => {
        child.task?.reject(aborted(child.task.kind));
        return child.end();
      }),
    );
  }
}

function aborted(kind: string): PatchworkError {
  return new PatchworkError('PW_MEDIA_ABORTED', `${kind} was stopped`, {
    hint: 'Start it again; finished chunks are kept.',
  });
}

/** Makes a pool of child processes; they start when first needed. @throws TypeError for a count below 1 */
export function startWorkers(options: WorkerOptions): MediaWorkers {
  const pool = new WorkerPool(options);
  return {
    count: options.count,
    warm: (children) => pool.warm(children),
    probe: (path, call) => pool.run('probe', path, call),
    statedVideo: (job, call) => pool.run('statedVideo', job, call),
    encodePictures: (job, call) => pool.run('encodePictures', job, call),
    renderSound: (job, call) => pool.run('renderSound', job, call),
    decodeDigests: (job, call) => pool.run('decodeDigests', job, call),
    scanMovie: (path, call) => pool.run('scanMovie', path, call),
    thumbnails: (job, call) => pool.run('thumbnails', job, call),
    toolchain: (video, call) => pool.run('toolchain', video, call),
    writeTestMedia: async (spec, call) => {
      await pool.run('writeTestMedia', spec, call);
    },
    readCodes: (job, call) => pool.run('readCodes', job, call),
    decodeSound: (job, call) => pool.run('decodeSound', job, call),
    close: () => pool.close(),
  };
}

/** The pool with its test-only job, for this package's own tests. */
export function crashForTest(
  count: number,
  log: (line: string) => void,
): {
  crash(markerPath: string, always: boolean, call?: CallOptions): Promise<string>;
  warm(children: number): void;
  children(): number;
  close(): Promise<void>;
} {
  const pool = new WorkerPool({ count, log });
  return {
    crash: (markerPath, always, call) => pool.run('crash', { markerPath, always }, call),
    warm: (children) => pool.warm(children),
    children: () => pool.size(),
    close: () => pool.close(),
  };
}
