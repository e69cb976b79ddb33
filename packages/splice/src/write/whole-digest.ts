import { Worker } from 'node:worker_threads';
import { PatchworkError, type Digest } from '@patchwork/kernel';
import type { Hashing } from '../bytes/hashing.ts';

/** The digest of a file while it is written. */
export interface WholeDigest {
  /** Takes the next bytes. They must not change before the promise is fulfilled. */
  update(data: Uint8Array): Promise<void>;
  digest(): Promise<Digest>;
  /** Ends whatever works in the background; call it in any case. */
  close(): Promise<void>;
}

/** From here on a thread of its own pays: it takes about 30 ms to start. */
const backgroundBytes = 64 * 1024 * 1024;

/**
 * The thread: hashes what it is sent, in order, and answers each message. A text, so that it needs no file of its own
 * beside the built package. Kept to the point: shared memory in, acknowledgements and one digest out.
 */
const threadSource = `
  const { parentPort } = require('node:worker_threads');
  const hash = require('node:crypto').createHash('sha256');
  parentPort.on('message', (message) => {
    if (message === null) return parentPort.postMessage(hash.digest('hex'));
    hash.update(new Uint8Array(message.buffer, message.offset, message.length));
    parentPort.postMessage('');
  });
`;

/**
 * Starts the digest of a file of `sizeBytes`. A large one is hashed by a thread of its own, beside the digests of the
 * chunks: twice the work on two cores takes little more time than once.
 */
export function startWholeDigest(sizeBytes: number, hashing: Pick<Hashing, 'startSha256'>): WholeDigest {
  return sizeBytes < backgroundBytes ? inlineDigest(hashing) : backgroundDigest();
}

function inlineDigest(hashing: Pick<Hashing, 'startSha256'>): WholeDigest {
  const running = hashing.startSha256();
  return {
    update: async (data) => running.update(data),
    digest: async () => running.digest(),
    close: async () => undefined,
  };
}

function backgroundDigest(): WholeDigest {
  const thread = new Worker(threadSource, { eval: true });
  /** Those who wait for an answer, in the order of their messages. */
  const waiting: { readonly resolve: (answer: string) => void; readonly reject: (error: unknown) => void }[] = [];
  let failure: PatchworkError | null = null;
  const fail = (cause: unknown): void => {
    failure = new PatchworkError('PW_SPLICE_HASH', 'the thread that hashes the new file failed', {
      hint: 'Run again; the old file is untouched.',
      cause,
    });
    for (const { reject } of waiting.splice(0)) reject(failure);
  };
  thread.on('message', (answer: string) => waiting.shift()?.resolve(answer));
  thread.on('error', fail);
  thread.on('exit', (code) => {
    if (waiting.length > 0) fail(`exit code ${code}`);
  });
  const ask = async (message: unknown): Promise<string> =>
    await new Promise((resolve, reject) => {
      if (failure !== null) return reject(failure);
      waiting.push({ resolve, reject });
      thread.postMessage(message);
    });
  return {
    // Shared memory is sent as it is; anything else would be copied by the message, which is right too.
    update: async ({ buffer, byteOffset, length }) => {
      await ask({ buffer, offset: byteOffset, length });
    },
    digest: async () => await ask(null),
    close: async () => {
      await thread.terminate();
    },
  };
}
