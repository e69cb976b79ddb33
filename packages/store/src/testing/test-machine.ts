import { faultyFiles, sha256, type FaultyFiles } from '@patchwork/files';
import { isPatchworkError, type Digest, type FilePort } from '@patchwork/kernel';
import type { ProcessPort } from '../disk/process-port.ts';
import { openStore, type Store } from '../store.ts';
import type { StoredChunk } from '../chunks/encoded-chunk.ts';
import { fakeProcesses, type FakeProcesses } from './fake-processes.ts';
import { memoryDisk, type MemoryDisk, type Mishap } from './memory-disk.ts';
import type { SampleChunk } from './sample-chunks.ts';

/** Where test stores are. */
export const storeFolder = '/cache/store';

/** A disk, processes and a clock. */
export interface TestMachine {
  readonly disk: MemoryDisk;
  readonly processes: FakeProcesses;
  /** Starts a process and opens the store in it. */
  openStore(options?: {
    readonly capBytes?: number;
    readonly files?: FilePort;
    readonly process?: ProcessPort;
  }): Promise<Store>;
  clock: { nowMs: number };
}

/** Makes a machine whose disk has a folder for films. */
export async function testMachine(): Promise<TestMachine> {
  const clock = { nowMs: 1_700_000_000_000 };
  const disk = memoryDisk(() => clock.nowMs);
  await disk.files.makeFolder('/films');
  await disk.files.syncFolder('/');
  return machineWith(disk, fakeProcesses(), clock);
}

function machineWith(disk: MemoryDisk, processes: FakeProcesses, clock: { nowMs: number }): TestMachine {
  return {
    disk,
    processes,
    clock,
    openStore: (options = {}) =>
      openStore(options.files ?? disk.files, storeFolder, {
        sha256,
        capBytes: options.capBytes ?? 1 << 30,
        clockMs: () => clock.nowMs,
        processes: options.process ?? processes.start(),
      }),
  };
}

/** Writes samples into a temporary file and adopts them. */
export async function adopt(store: Store, samples: readonly SampleChunk[]): Promise<StoredChunk[]> {
  const path = store.tempPath('chunks');
  await writeFile(store.context.files, path, Buffer.concat(samples.map(({ bytes }) => bytes)));
  return await store.adoptPack(
    path,
    samples.map(({ chunk }) => chunk),
  );
}

/** Creates a file; not synced. */
export async function writeFile(files: FilePort, path: string, bytes: Uint8Array): Promise<void> {
  const file = await files.open(path, 'create');
  try {
    await file.write(bytes, 0);
  } finally {
    await file.close();
  }
}

/** Reads a chunk by its key; null when it is not found or damaged. */
export async function readKey(store: Store, key: Digest): Promise<Uint8Array | null> {
  const chunk = store.find([key]).get(key);
  return chunk === undefined ? null : await store.read(chunk);
}

/** A machine after a crash. */
export interface Aftermath {
  /** After how many steps it crashed, in which way. */
  readonly label: string;
  readonly machine: TestMachine;
  /** Whether the act had returned before the crash. */
  readonly finished: boolean;
}

/**
 * Does something on a fresh copy of a machine, and crashes it after each of its steps in each way: killed or without power,
 * the last write whole, half or absent. A step is one write, sync, rename, remove, create, truncate or new folder.
 *
 * @param act gets the files that will fail, and a live process; what it returned to its caller must survive.
 */
export async function afterEveryCrash(
  prepared: TestMachine,
  act: (files: FilePort, process: ProcessPort, clock: { nowMs: number }) => Promise<void>,
  check: (aftermath: Aftermath) => Promise<void>,
): Promise<{ readonly steps: number; readonly crashes: number }> {
  let crashes = 0;
  let steps = Infinity;
  for (let after = 0; after <= steps; after += 1) {
    for (const mishap of ['kill', 'power cut', 'power cut, names kept'] as const) {
      for (const write of ['none', 'half'] as const) {
        const { machine, files, finished } = await crashOnce(prepared, act, after, mishap, write);
        if (finished) steps = after;
        const last = files.steps.at(-1) ?? 'nothing';
        await check({ label: `${mishap}, ${write} written, after ${after} steps, in ${last}`, machine, finished });
        crashes += 1;
      }
    }
  }
  return { steps, crashes };
}

async function crashOnce(
  prepared: TestMachine,
  act: (files: FilePort, process: ProcessPort, clock: { nowMs: number }) => Promise<void>,
  after: number,
  mishap: Mishap,
  write: 'none' | 'half',
): Promise<{ readonly machine: TestMachine; readonly files: FaultyFiles; readonly finished: boolean }> {
  // What was promised before is durable: the copy begins with no more than that.
  const disk = prepared.disk.after('power cut');
  const clock = { nowMs: prepared.clock.nowMs };
  const processes = fakeProcesses();
  const process = processes.start();
  const files = faultyFiles(disk.files, { after, how: 'stop', write });
  let finished = true;
  try {
    await act(files, process, clock);
  } catch (error) {
    if (!isPatchworkError(error) || error.code !== 'PW_FILE_STOPPED') throw error;
    finished = false;
  }
  processes.kill(process);
  // A machine takes its time to come back; locks that a power cut emptied are old by then.
  clock.nowMs += 60_000;
  return { machine: machineWith(disk.after(mishap), processes, clock), files, finished };
}
