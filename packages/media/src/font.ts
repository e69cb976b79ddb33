import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Digest } from '@patchwork/kernel';

/** Path of the one font that text is drawn with: DejaVu Sans Mono, from the npm package. */
export function fontPath(): string {
  return createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf');
}

let known: Digest | null = null;

/** Digest of that font file: what text pictures are keyed with. */
export function fontDigest(): Digest {
  known ??= createHash('sha256').update(readFileSync(fontPath())).digest('hex');
  return known;
}
