import type { Digest, Sha256 } from '@patchwork/kernel';
import type { EncodedChunk } from '@patchwork/plan';

/** A chunk together with its bytes. */
export interface SampleChunk {
  readonly chunk: EncodedChunk;
  readonly bytes: Uint8Array;
}

/**
 * Makes a chunk whose bytes depend on its name alone: of `frames` samples in a B-frame order, or one.
 * @param variant other bytes for the same key: what a nondeterministic encoder would give.
 */
export function sampleChunk(sha256: Sha256, name: string, frames = 1, variant = ''): SampleChunk {
  const seed = Buffer.from(sha256(`${name}/${variant}`), 'hex');
  const sizes = Array.from({ length: frames }, (_, i) => 5 + ((seed[i % 32] ?? 0) % 60));
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = ((seed[i % 32] ?? 0) + i * 7) & 0xff;
  const chunk: EncodedChunk = {
    key: keyOf(sha256, name),
    digest: sha256(bytes),
    sizes,
    order: sizes.map((_, i) => shownAt(i, frames)),
    sync: sizes.map((_, i) => i === 0),
    config: frames === 1 ? '' : 'AWQAH//hABhnZAAf',
  };
  return { chunk, bytes };
}

/** 0, 2, 1, 4, 3 …: each B-frame is decoded after the frame that follows it. */
function shownAt(sample: number, frames: number): number {
  if (sample === 0) return 0;
  if (sample % 2 === 0) return sample - 1;
  return sample + 1 < frames ? sample + 1 : sample;
}

/** The key of {@link sampleChunk}. */
export function keyOf(sha256: Sha256, name: string): Digest {
  return sha256(`key of ${name}`);
}
