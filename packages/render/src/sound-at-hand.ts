import type { Digest } from '@patchwork/kernel';
import type { LedgerChunk, LedgerSound } from '@patchwork/store';
import type { Base } from './base.ts';
import type { RenderContext } from './context.ts';

/**
 * The base's sound track when it is the wanted one and its bytes are whole; else null. As with chunks, the bytes of a
 * trusted file are taken at their word.
 */
export async function soundAtHand(
  context: RenderContext,
  path: string,
  base: Base,
  key: Digest | null,
): Promise<LedgerSound | null> {
  if (key === null || (base.kind !== 'ours' && base.kind !== 'damaged')) return null;
  const { sound } = base.entry;
  if (sound === null || sound.key !== key) return null;
  if (base.kind === 'ours' && base.trusted) return sound;
  return (await allWhole(context, path, sound.pieces)) ? sound : null;
}

async function allWhole(context: RenderContext, path: string, pieces: readonly LedgerChunk[]): Promise<boolean> {
  const file = await context.files.open(path, 'read');
  try {
    for (const piece of pieces) {
      const bytes = new Uint8Array(piece.sizes.reduce((sum, size) => sum + size, 0));
      const count = await file.read(bytes, piece.offset);
      if (count !== bytes.length || context.sha256(bytes) !== piece.digest) return false;
    }
    return true;
  } finally {
    await file.close();
  }
}
