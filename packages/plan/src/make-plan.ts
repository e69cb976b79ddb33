import type { Digest } from '@patchwork/kernel';
import type { Chunk } from './chunk.ts';
import type { MissingChunk, Plan } from './plan.ts';
import type { PlanInput } from './plan-input.ts';
import { reasonFinder } from './reason-finder.ts';

/**
 * Decides what must be rendered, and says why. A run renders exactly `missing`, each key once; a dry run shows this plan
 * and stops. Linear in chunks, and in the frames of missing chunks for the reasons.
 */
export function makePlan(input: PlanInput): Plan {
  // By key, in record order of first use. What is at hand is not written down: with single-frame chunks that would be a
  // table as long as the film for what the caller has a table of already.
  const missing = new Map<Digest, Chunk>();
  let rendered = 0;
  for (const chunk of input.chunks) {
    if (missing.has(chunk.key) || input.isAtHand(chunk.key)) continue;
    missing.set(chunk.key, chunk);
    rendered += chunk.out - chunk.in;
  }
  return {
    frames: input.program.frames,
    chunks: input.chunks,
    missing: withReasons(missing, input),
    rendered,
    reused: input.program.frames - rendered,
    sound: input.soundAtHand ? 'reuse' : 'render',
  };
}

function withReasons(missing: ReadonlyMap<Digest, Chunk>, input: PlanInput): MissingChunk[] {
  if (missing.size === 0) return [];
  const reasonsFor = reasonFinder(input, missing);
  const result: MissingChunk[] = [];
  for (const [key, chunk] of missing) {
    result.push({ key, range: { in: chunk.in, out: chunk.out }, reasons: reasonsFor(chunk) });
  }
  return result;
}
