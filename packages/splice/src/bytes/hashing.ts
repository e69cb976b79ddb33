import type { Digest, Sha256 } from '@patchwork/kernel';

/** A SHA-256 that is fed piece by piece. */
export interface RunningDigest {
  update(data: Uint8Array): void;
  /** The digest of everything fed; call it once, last. */
  digest(): Digest;
}

/** SHA-256 for this package: whole values and running ones. The adapter stands on `node:crypto`'s `createHash`. */
export interface Hashing {
  readonly sha256: Sha256;
  readonly startSha256: () => RunningDigest;
}
