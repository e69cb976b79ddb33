import type { Digest } from '@patchwork/kernel';
import { corruptChunks } from '@patchwork/splice';
import { deliverableSound, type LedgerSound } from '@patchwork/store';
import type { Base } from '../record/base.ts';
import type { RenderContext } from '../run/context.ts';

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
  const pieces = deliverableSound(base.entry, path);
  return (await corruptChunks(context.files, pieces, context.hashing)).length === 0 ? sound : null;
}
