import type { Preparation } from './preparation.ts';
import { profileDifference } from '@patchwork/plan';

/**
 * Tells whether the file that stands there is the one that would be written: the same chunks in the same order, the same
 * sound, container and start timecode. Its bytes must be trusted or hashed; a damaged file is never up to date.
 */
export function isUpToDate(preparation: Preparation): boolean {
  const { base, baseStat, previous, plan, chunks, profile, program } = preparation;
  if (base.kind !== 'ours' || previous === null || plan.rendered > 0 || plan.sound === 'render') return false;
  const { entry } = previous;
  // Bytes behind the movie fit the same index.
  if (baseStat?.size !== entry.fileSize) return false;
  if ((entry.sound === null) !== (preparation.soundKey === null)) return false;
  if (profileDifference(entry.profile, profile).length > 0) return false;
  const before = previous.program.start;
  if (before.frame !== program.start.frame || before.dropFrame !== program.start.dropFrame) return false;
  return (
    entry.chunks.length === chunks.length && entry.chunks.every((chunk, index) => chunk.key === chunks[index]?.key)
  );
}
