import { createHash } from 'node:crypto';
import type { Digest } from '@patchwork/kernel';
import type { Frame } from 'node-av/lib';

/** SHA-256 over a picture's planes, rows without padding. The copy is ours, so nothing native is left to be released. */
export function frameDigest(frame: Frame): Digest {
  return createHash('sha256').update(frame.toBuffer()).digest('hex');
}
