import { sha256, startSha256 } from '@patchwork/files';
import type { Hashing } from '../bytes/hashing.ts';

/** The digests of `files` behind this package's port. */
export const hashing: Hashing = { sha256, startSha256 };
