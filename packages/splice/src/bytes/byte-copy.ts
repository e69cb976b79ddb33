import { setImmediate } from 'node:timers/promises';
import type { FilePort, OpenFile } from '@patchwork/kernel';

/** A run of bytes in a file. */
export interface ByteRun {
  readonly path: string;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** Gets each block of a copy while it is being written; `run` is the index of the run that the bytes belong to. */
export type SeenBytes = (data: Uint8Array, run: number) => void;

/** Gets each whole block while it is being written. It must not be changed, and lives until the promise is fulfilled. */
export type SeenBlock = (block: Uint8Array) => Promise<void>;

/** Called when a file ends before a run does. Throws what the caller wants to be known. */
export type ShortRead = (run: number) => never;

const blockBytes = 2 * 1024 * 1024;
const blockCount = 8;

interface Block {
  readonly bytes: Uint8Array;
  filled: number;
  /** Which run each part of the block belongs to. */
  parts: { run: number; from: number; to: number }[];
}

/**
 * Copies runs one behind the other into `into` from `position`. Runs that touch in one source are read together. Reading,
 * writing and `seenBlock` each go at their own pace, up to 8 blocks apart: a slow moment of one does not stop the others.
 * The next block is read while `seen` looks at this one.
 * Writes follow one another in order. Memory: 16 MiB at most, whatever the sizes.
 *
 * @throws PW_FILE_* from the port, whatever `shortRead` throws
 */
export async function copyRuns(
  files: FilePort,
  runs: readonly ByteRun[],
  into: Pick<OpenFile, 'write'>,
  position: number,
  seen: SeenBytes,
  shortRead: ShortRead,
  seenBlock: SeenBlock = async (): Promise<void> => undefined,
): Promise<void> {
  const source = new Sources(files);
  const cursor = new Cursor(runs, source, shortRead);
  const free = spareBlocks.splice(0);
  const under: Promise<void>[] = [];
  let made = free.length;
  let failure: { readonly error: unknown } | null = null;
  let written = Promise.resolve();
  let at = position;
  const use = async (block: Block, writing: Promise<void>, looking: Promise<void>): Promise<void> => {
    const results = await Promise.allSettled([writing, looking]);
    for (const result of results) if (result.status === 'rejected') failure ??= { error: result.reason };
    free.push(block);
  };
  const check = (): void => {
    if (failure !== null) throw failure.error;
  };
  const next = async (): Promise<Block> => {
    // Whoever is done by now gives its block back: a copy takes no more memory than its slowest part is behind.
    if (free.length === 0 && made > 0) await setImmediate();
    while (free.length === 0 && made >= blockCount) await under.shift();
    check();
    let block = free.pop();
    if (block === undefined) {
      block = freshBlock();
      made += 1;
    }
    await cursor.fill(block);
    return block;
  };
  let filling = next();
  try {
    for (;;) {
      const block = await filling;
      if (block.filled === 0) {
        free.push(block);
        break;
      }
      const bytes = block.bytes.subarray(0, block.filled);
      const place = at;
      at += block.filled;
      written = written.then(async () => await into.write(bytes, place));
      const { parts } = block;
      under.push(use(block, written, seenBlock(bytes)));
      filling = next();
      // Told when it is waited for; `seen` may throw before that.
      filling.catch(() => undefined);
      for (const { run, from, to } of parts) seen(block.bytes.subarray(from, to), run);
    }
    await Promise.all(under);
    check();
  } finally {
    // Whoever still reads or writes a block ends before the caller goes on.
    await Promise.allSettled([filling]);
    await Promise.all(under);
    spareBlocks.push(...free.slice(0, blockCount - spareBlocks.length));
    await source.close();
  }
}

/** Blocks of copies that are done: one copy after another uses the same memory. */
const spareBlocks: Block[] = [];

/** Shared memory, so that a thread can look at a block without a copy. */
function freshBlock(): Block {
  return { bytes: new Uint8Array(new SharedArrayBuffer(blockBytes)), filled: 0, parts: [] };
}

/** Reads runs one behind the other and shows each block to `seen`; as {@link copyRuns}, without writing. */
export async function readRuns(
  files: FilePort,
  runs: readonly ByteRun[],
  seen: SeenBytes,
  shortRead: ShortRead,
): Promise<void> {
  await copyRuns(files, runs, { write: async () => undefined }, 0, seen, shortRead);
}

/** Walks the runs and fills blocks from them. */
class Cursor {
  readonly #runs: readonly ByteRun[];
  readonly #sources: Sources;
  readonly #shortRead: ShortRead;
  #run = 0;
  #inRun = 0;

  constructor(runs: readonly ByteRun[], sources: Sources, shortRead: ShortRead) {
    this.#runs = runs;
    this.#sources = sources;
    this.#shortRead = shortRead;
  }

  async fill(block: Block): Promise<void> {
    block.filled = 0;
    block.parts = [];
    while (block.filled < blockBytes) {
      const first = this.#runs[this.#run];
      if (first === undefined) return;
      const start = first.offset + this.#inRun;
      const from = block.filled;
      const firstPart = block.parts.length;
      let wanted = 0;
      // Takes this run and those that follow on in the same file, up to the end of the block.
      for (;;) {
        const run = this.#runs[this.#run];
        if (run === undefined || run.path !== first.path || run.offset + this.#inRun !== start + wanted) break;
        const length = Math.min(run.sizeBytes - this.#inRun, blockBytes - from - wanted);
        if (length > 0) block.parts.push({ run: this.#run, from: from + wanted, to: from + wanted + length });
        wanted += length;
        this.#inRun += length;
        if (this.#inRun < run.sizeBytes) break;
        this.#run += 1;
        this.#inRun = 0;
      }
      const file = await this.#sources.open(first.path);
      const got = wanted === 0 ? 0 : await file.read(block.bytes.subarray(from, from + wanted), start);
      if (got < wanted) {
        const part = block.parts.slice(firstPart).find((p) => p.to > from + got);
        this.#shortRead(part?.run ?? this.#run);
      }
      block.filled += wanted;
    }
  }
}

/** Keeps a few source files open: a copy goes back and forth between packs and the old deliverable. */
class Sources {
  readonly #files: FilePort;
  readonly #open = new Map<string, OpenFile>();

  constructor(files: FilePort) {
    this.#files = files;
  }

  async open(path: string): Promise<OpenFile> {
    const known = this.#open.get(path);
    if (known !== undefined) {
      this.#open.delete(path);
      this.#open.set(path, known);
      return known;
    }
    const oldest = this.#open.entries().next();
    if (this.#open.size >= 32 && oldest.done !== true) {
      this.#open.delete(oldest.value[0]);
      await oldest.value[1].close();
    }
    const file = await this.#files.open(path, 'read');
    this.#open.set(path, file);
    return file;
  }

  async close(): Promise<void> {
    for (const file of this.#open.values()) await file.close();
    this.#open.clear();
  }
}
