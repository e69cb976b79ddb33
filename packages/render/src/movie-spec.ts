import { PatchworkError, type Digest } from '@patchwork/kernel';
import type { MovieSpec, SoundSpec } from '@patchwork/splice';
import type { StoredChunk } from '@patchwork/store';
import type { Preparation } from './preparation.ts';

/** The movie that a preparation asks for, with chunks at hand: the one input of the canonical write. */
export function movieSpec(
  preparation: Preparation,
  atHand: ReadonlyMap<Digest, StoredChunk>,
  sound: SoundSpec | null,
): MovieSpec {
  const { profile, program, chunks } = preparation;
  return {
    format: profile.container.format,
    video: { profile: profile.video, pieces: chunks.map((chunk) => pieceOf(atHand, chunk.key)) },
    sound,
    timecode: profile.container.startTimecode ?? program.start,
    tags: {},
  };
}

function pieceOf(atHand: ReadonlyMap<Digest, StoredChunk>, key: Digest): StoredChunk {
  const chunk = atHand.get(key);
  if (chunk === undefined)
    throw new PatchworkError('PW_RENDER_CHUNK_LOST', `chunk ${key} was rendered and is gone`, {
      hint: 'Run the command again.',
    });
  return chunk;
}
