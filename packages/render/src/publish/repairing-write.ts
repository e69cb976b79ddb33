import { isPatchworkError, type Digest } from '@patchwork/kernel';
import type { SoundSpec, WrittenMovie } from '@patchwork/splice';
import type { ChunkBench } from '../pictures/chunk-bench.ts';
import type { RenderContext } from '../run/context.ts';
import { movieSpec } from './movie-spec.ts';
import type { MovieWriter } from './own-publication.ts';
import type { Preparation } from '../plan/preparation.ts';

/** How many chunks of one file may fail their hash before the run gives up: more is a disk that is dying. */
const mostRepairs = 200;

/**
 * Writes the movie. A chunk whose bytes turn out wrong while they are copied, or whose pack is gone, is rendered again and the
 * file begun anew.
 * Bytes of a trusted base are taken at their word (`--paranoid` trusts nothing).
 *
 * @throws as the writer and `ChunkBench.replace`
 */
export async function writeRepairing(
  context: RenderContext,
  preparation: Preparation,
  bench: ChunkBench,
  sound: SoundSpec | null,
  writer: MovieWriter,
  notes: string[],
): Promise<WrittenMovie> {
  // The whole file is hashed all the same; trusted bytes are only not hashed a second time, chunk by chunk.
  const isTrustedBase = preparation.base.kind === 'ours' && preparation.base.trusted;
  for (let repairs = 0; ; repairs += 1) {
    try {
      const spec = movieSpec(preparation, bench, sound);
      return await writer(spec, (source) => isTrustedBase && source === preparation.deliverablePath);
    } catch (error) {
      if (repairs >= mostRepairs) throw error;
      if (isAbsence(error)) {
        const gone = await bench.replaceGone();
        if (gone === 0) throw error;
        notes.push(`chunks that another run took out of the store meanwhile and that were replaced: ${gone}`);
        continue;
      }
      const key = corruptKey(error);
      if (key === null) throw error;
      await bench.replace(key, error);
      notes.push(`chunk ${key.slice(0, 12)}: reused span failed hash, rendered again`);
    }
  }
}

function isAbsence(error: unknown): boolean {
  return isPatchworkError(error) && error.code === 'PW_FILE_ABSENT';
}

function corruptKey(error: unknown): Digest | null {
  if (!isPatchworkError(error) || error.code !== 'PW_SPLICE_CHUNK_CORRUPT') return null;
  const key = error.details['key'];
  return typeof key === 'string' ? key : null;
}
