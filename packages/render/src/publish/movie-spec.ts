import { PatchworkError, type Digest } from '@patchwork/kernel';
import type { MovieSpec, SoundSpec } from '@patchwork/splice';
import { deliverableChunks, type LedgerEntry, type StoredChunk } from '@patchwork/store';
import type { ChunkBench } from '../pictures/chunk-bench.ts';
import { videoSpec } from '../plan/mixture.ts';
import type { Preparation } from '../plan/preparation.ts';
import type { RenderContext } from '../run/context.ts';
import { keptSound } from '../sound/kept-sound.ts';
import { compileEntry } from '../timeline/snapshot.ts';

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

/** The movie that an entry describes, its bytes taken from the deliverable itself. @throws PW_LEDGER_SNAPSHOT */
export function ownSpec(context: Pick<RenderContext, 'sha256'>, path: string, entry: LedgerEntry): MovieSpec {
  const sound = entry.sound === null ? null : keptSound(entry.sound, entry.profile.sound, path);
  return specOfEntry(context, entry, deliverableChunks(entry, path), sound);
}

/** The movie that an entry describes, its bytes taken from wherever they are. @throws PW_LEDGER_SNAPSHOT */
export function specOfEntry(
  context: Pick<RenderContext, 'sha256'>,
  entry: LedgerEntry,
  pieces: readonly StoredChunk[],
  sound: SoundSpec | null,
): MovieSpec {
  const { container, video } = entry.profile;
  return {
    format: container.format,
    video: videoSpec(container.format, video, entry.mixed, pieces),
    sound,
    timecode: container.startTimecode ?? compileEntry(context, entry).program.start,
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
