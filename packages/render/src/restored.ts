import type { Digest } from '@patchwork/kernel';

/** A revision that was brought back. */
export interface Restored {
  readonly path: string;
  readonly entry: Digest;
  readonly sha256: Digest | null;
}
