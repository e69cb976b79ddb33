import { createHash } from 'node:crypto';
import { sha256 } from '@patchwork/files';
import type { Hashing } from '../hashing.ts';

/** The digests of `node:crypto` behind the package's port. */
export const hashing: Hashing = {
  sha256,
  startSha256: () => {
    const hash = createHash('sha256');
    return { update: (data) => void hash.update(data), digest: () => hash.digest('hex') };
  },
};
