import { basename } from 'node:path';
import type { Digest } from '@patchwork/kernel';
import type { RenderContext } from './context.ts';

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
