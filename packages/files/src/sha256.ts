import { createHash, hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Digest, Sha256 } from '@patchwork/kernel';
import { fileError } from './file-error.ts';

/** Buffers of {@link sha256OfFile}. Larger ones measure no faster, smaller ones cost calls. */
const bufferBytes = 4 << 20;

/** SHA-256 on `node:crypto` (OpenSSL): the project's one digest. Text is hashed as UTF-8. */
export const sha256: Sha256 = (data) => hash('sha256', data, 'hex');

/**
 * Hashes a whole file with two buffers of 4 MB: one is read while the other is hashed.
 * The caller compares the file's stat before and after when it may change meanwhile.
 *
 * @param onBytes told the total hashed so far after each buffer, for progress.
 * @throws PW_FILE_* naming the path.
 */
export async function sha256OfFile(path: string, onBytes?: (total: number) => void): Promise<Digest> {
  try {
    const file = await open(path, 'r');
    try {
      return await hashBuffers((into, position) => file.read(into, 0, into.length, position), onBytes);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(error, 'read', path);
  }
}

async function hashBuffers(
  read: (into: Uint8Array, position: number) => Promise<{ readonly bytesRead: number }>,
  onBytes: ((total: number) => void) | undefined,
): Promise<Digest> {
  const digest = createHash('sha256');
  let current = Buffer.allocUnsafe(bufferBytes);
  let next = Buffer.allocUnsafe(bufferBytes);
  let total = 0;
  let { bytesRead } = await read(current, 0);
  while (bytesRead > 0) {
    total += bytesRead;
    const reading = read(next, total);
    digest.update(current.subarray(0, bytesRead));
    [current, next] = [next, current];
    ({ bytesRead } = await reading);
    onBytes?.(total);
  }
  return digest.digest('hex');
}

/** Starts a SHA-256 that is fed piece by piece. `digest` ends it. */
export function startSha256(): { update(data: Uint8Array): void; digest(): Digest } {
  const hash = createHash('sha256');
  return { update: (data) => void hash.update(data), digest: () => hash.digest('hex') };
}
