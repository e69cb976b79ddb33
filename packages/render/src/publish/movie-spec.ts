import { PatchworkError, type Digest } from '@patchwork/kernel';
import type { MovieSpec, SoundSpec } from '@patchwork/splice';
import type { StoredChunk } from '@patchwork/store';
import type { ChunkBench } from '../pictures/chunk-bench.ts';
import { videoSpec } from '../plan/mixture.ts';
import type { Preparation } from '../plan/preparation.ts';

/** The movie that a preparation asks for, with the chunks on the bench: the one input of the canonical write. */
export function movieSpec(
  preparation: Preparation,
  bench: Pick<ChunkBench, 'atHand' | 'mixed'>,
  sound: SoundSpec | null,
): MovieSpec {
  const { profile, program } = preparation;
  const { format } = profile.container;
  return {
    format,
    video: videoSpec(format, profile.video, bench.mixed ?? undefined, piecesOf(preparation, bench)),
    sound,
    timecode: profile.container.startTimecode ?? program.start,
    tags: {},
  };
}

/** The chunks of the new deliverable, in record order, as they are to be written. */
export function piecesOf(
  { chunks }: Pick<Preparation, 'chunks'>,
  { atHand }: Pick<ChunkBench, 'atHand'>,
): readonly StoredChunk[] {
  return chunks.map((chunk) => pieceOf(atHand, chunk.key));
}

function pieceOf(atHand: ReadonlyMap<Digest, StoredChunk>, key: Digest): StoredChunk {
  const chunk = atHand.get(key);
  if (chunk === undefined)
    throw new PatchworkError('PW_RENDER_CHUNK_LOST', `chunk ${key} was rendered and is gone`, {
      hint: 'Run the command again.',
    });
  return chunk;
}
