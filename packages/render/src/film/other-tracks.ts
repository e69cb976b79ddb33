import type { Digest } from '@patchwork/kernel';
import { trackDigests, type Movie } from '@patchwork/splice';
import type { LedgerSound } from '@patchwork/store';
import type { RenderContext } from '../run/context.ts';

/** The tracks that are no pictures, each as one piece named by its bytes; null where there are none. */
export async function otherTracks(context: RenderContext, movie: Movie): Promise<LedgerSound | null> {
  const digests = await trackDigests(context.files, movie, context.hashing, {
    wanted: ({ handler, tables }) => handler !== 'vide' && tables.count > 0,
  });
  return namedTracks(
    context,
    digests.filter((digest) => digest !== null),
  );
}

/** Tracks that are no pictures as a history names them, by the digests of their bytes; null for none. */
export function namedTracks({ sha256 }: Pick<RenderContext, 'sha256'>, known: readonly Digest[]): LedgerSound | null {
  if (known.length === 0) return null;
  const digest = sha256(known.join('\n'));
  const pieces = known.map((each) => ({
    key: each,
    digest: each,
    sizes: [0],
    order: [0],
    sync: [true],
    config: '',
    offset: 0,
  }));
  return { key: digest, digest, config: '', samplesPerPacket: 1, priming: 0, samples: 0, pieces };
}
