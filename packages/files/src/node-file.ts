import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { FileStat, OpenFile } from '@patchwork/kernel';
import { fileError } from './file-error.ts';

/** One system call moves at most 2^31 − 1 bytes; stay well below. */
const maxCallBytes = 1 << 30;

/** Turns the system's facts about a file into ours. */
export function fileStatFrom(stats: BigIntStats): FileStat {
  return {
    dev: stats.dev.toString(),
    ino: stats.ino.toString(),
    size: Number(stats.size),
    mtimeNs: stats.mtimeNs.toString(),
    ctimeNs: stats.ctimeNs.toString(),
    isDirectory: stats.isDirectory(),
  };
}

/** Wraps an open handle of node. `path` is for messages only. */
export function nodeFile(handle: FileHandle, path: string): OpenFile {
  async function told<T>(action: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw fileError(error, action, path);
    }
  }

  /** A call may move less than asked (signals, quotas, pipes): goes on until all is read or the file ends. */
  async function readFully(into: Uint8Array, position: number): Promise<number> {
    let done = 0;
    while (done < into.length) {
      const length = Math.min(into.length - done, maxCallBytes);
      const { bytesRead } = await handle.read(into, done, length, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  async function writeFully(data: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (done < data.length) {
      const length = Math.min(data.length - done, maxCallBytes);
      const { bytesWritten } = await handle.write(data, done, length, position + done);
      done += bytesWritten;
    }
  }

  return {
    read: (into, position) => told('read', readFully(into, position)),
    write: (data, position) => told('write', writeFully(data, position)),
    sync: () => told('sync', handle.sync()),
    truncate: (size) => told('truncate', handle.truncate(size)),
    stat: async () => fileStatFrom(await told('stat', handle.stat({ bigint: true }))),
    close: () => told('close', handle.close()),
  };
}
