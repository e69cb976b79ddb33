import { type ChildProcess, fork } from 'node:child_process';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { WorkerOptions } from './media-workers.ts';
import { type AnswerMessage, type JobKind, type JobMessage, receivedError } from './protocol.ts';

/** A job on its way through a child. */
export interface Task {
  readonly kind: JobKind;
  readonly job: unknown;
  readonly onProgress: ((done: number, total: number) => void) | null;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** What the pool hears of a child. */
interface ChildEvents {
  onIdle(): void;
  /** `task` is the job that was running, null when it was idle. */
  onExit(task: Task | null, how: string): void;
}

/**
 * glibc: give large blocks back at once. FFmpeg's aligned picture buffers otherwise leave holes in the heap that are not
 * filled again (measured: 500 freed 1080p frames leave 1.1 GB, with this 78 MB). Elsewhere these names mean nothing.
 */
const memoryHabits = { MALLOC_MMAP_THRESHOLD_: '262144', MALLOC_ARENA_MAX: '2' };

/** SVT-AV1 tells its settings on stderr at every start, unless it is told to write errors alone. */
const quietEncoders = { SVT_LOG: '1' };

/** It speaks with nobody: reading a machine's own certificates took 38 ms of every start. Empty is as good as not set. */
const noCertificates = { NODE_EXTRA_CA_CERTS: '' };

/** Lines of the child's stderr kept for the log. */
const errorLines = 20;

/** The built child program, also when this file runs from its source in a test. */
function childPath(): string {
  const here = import.meta.url;
  return fileURLToPath(new URL(here.endsWith('.ts') ? '../dist/worker.js' : './worker.js', here));
}

/** One child process, and the job it is doing. An idle child keeps nobody alive. */
export class WorkerChild {
  task: Task | null = null;
  private readonly process: ChildProcess;
  private readonly events: ChildEvents;
  private readonly exited: Promise<void>;
  private count = 0;
  private stderr = '';

  constructor(options: WorkerOptions, events: ChildEvents) {
    this.events = events;
    const cacheBytes = options.frameCacheBytes ?? 64 * 1024 * 1024;
    this.process = fork(childPath(), [String(cacheBytes)], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
      env: { ...process.env, ...memoryHabits, ...quietEncoders, ...noCertificates },
    });
    this.process.on('message', (message) => this.hear(message as AnswerMessage));
    this.process.stderr?.on('data', (data: Buffer) => {
      this.stderr = `${this.stderr}${data.toString()}`.split('\n').slice(-errorLines).join('\n');
    });
    this.process.on('error', (error) => {
      this.stderr += String(error);
    });
    this.exited = new Promise((resolve) => {
      // `close` comes after stderr has been read to its end; `error` alone (no such program) gives no exit.
      this.process.once('close', (code, signal) => {
        const how = signal ?? `exit ${code ?? '?'}`;
        const words = this.stderr.trim();
        const { task } = this;
        this.task = null;
        this.events.onExit(task, words === '' ? how : `${how}: ${words}`);
        resolve();
      });
    });
    this.rest();
  }

  /** Gives the child a job. It must be idle. */
  begin(task: Task): void {
    this.task = task;
    this.count += 1;
    this.wake();
    const message: JobMessage = { id: this.count, kind: task.kind, job: task.job };
    try {
      this.process.send(message, (error) => {
        // A child that died before it took the job: its exit settles the task.
        if (error !== null) this.kill();
      });
    } catch (error) {
      this.task = null;
      task.reject(error instanceof Error ? error : new TypeError(String(error)));
      this.kill();
    }
  }

  private hear(message: AnswerMessage): void {
    const { task } = this;
    if (task === null || message.id !== this.count) return;
    if (message.type === 'progress') {
      task.onProgress?.(message.done, message.total);
      return;
    }
    this.task = null;
    this.rest();
    if (message.type === 'done') task.resolve(message.result);
    else task.reject(receivedError(message.error));
    this.events.onIdle();
  }

  /**
   * Keeps the program alive for this child. Its stderr too: `close` comes when that has ended, and a program that waited for
   * nothing else would leave before it (Node's exit code 13).
   */
  private wake(): void {
    this.process.ref();
    this.process.channel?.ref();
    if (this.process.stderr instanceof Socket) this.process.stderr.ref();
  }

  private rest(): void {
    this.process.unref();
    this.process.channel?.unref();
    // A pipe's stream is a socket; its type only says that it can be read.
    if (this.process.stderr instanceof Socket) this.process.stderr.unref();
  }

  /** Ends the child at once. */
  kill(): void {
    this.process.kill('SIGKILL');
  }

  /** Ends the child and waits until it is gone. */
  async end(): Promise<void> {
    this.wake();
    this.kill();
    await this.exited;
  }
}
