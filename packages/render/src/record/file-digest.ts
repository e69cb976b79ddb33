import { basename } from 'node:path';
import { PatchworkError, type Digest } from '@patchwork/kernel';
import type { SoundPlace } from '@patchwork/splice';
import type { RenderContext } from '../run/context.ts';

const blockBytes = 4 << 20;

/** SHA-256 of a whole file, with progress. @throws PW_FILE_*, and what the signal gives */
export async function fileDigest(
  context: Pick<RenderContext, 'files' | 'hashing' | 'onProgress' | 'signal'>,
  path: string,
): Promise<Digest> {
  const hash = context.hashing.startSha256();
  const file = await context.files.open(path, 'read');
  try {
    const { size } = await file.stat();
    const block = new Uint8Array(blockBytes);
    for (let at = 0; ;) {
      context.signal.throwIfAborted();
      const count = await file.read(block, at);
      if (count === 0) return hash.digest();
      hash.update(block.subarray(0, count));
      at += count;
      context.onProgress({ phase: 'hash', done: at, total: size, unit: 'bytes', file: basename(path) });
    }
  } finally {
    await file.close();
  }
}

/** SHA-256 of a run of a file. @throws PW_MOVIE_CHANGED where the file ends within it, PW_FILE_* */
export async function runDigest(
  { files, hashing }: Pick<RenderContext, 'files' | 'hashing'>,
  { path, offset, sizeBytes }: SoundPlace,
): Promise<Digest> {
  const hash = hashing.startSha256();
  const block = new Uint8Array(Math.min(blockBytes, sizeBytes));
  const file = await files.open(path, 'read');
  try {
    for (let done = 0; done < sizeBytes;) {
      const count = await file.read(block.subarray(0, Math.min(block.length, sizeBytes - done)), offset + done);
      if (count === 0) throw shortened(path);
      hash.update(block.subarray(0, count));
      done += count;
    }
    return hash.digest();
  } finally {
    await file.close();
  }
}

/** Builds the error for a film that ends before what is to be read of it. */
export function shortened(path: string): PatchworkError {
  return new PatchworkError('PW_MOVIE_CHANGED', `${JSON.stringify(path)} became shorter while it was read`, {
    hint: 'Wait until the program that writes it is done, then run again.',
    details: { path },
  });
}
