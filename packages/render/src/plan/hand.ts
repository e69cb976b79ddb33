import { PatchworkError, type Digest } from '@patchwork/kernel';
import type { Chunk } from '@patchwork/plan';
import type { StoredChunk } from '@patchwork/store';
import { chunksOfBase, type Base } from '../record/base.ts';
import type { RenderContext } from '../run/context.ts';
import type { MixedChunk, MixedPlan } from './mixture.ts';
import type { RenderRequest } from '../run/request.ts';

/** What a programme's chunks may be taken from. */
export interface Hand {
  readonly chunks: readonly Chunk[];
  readonly mixed: readonly MixedChunk[] | null;
  readonly good: Map<Digest, StoredChunk>;
  readonly failed: ReadonlySet<Digest>;
}

/** Looks for wanted chunks in the base, then in the store. @throws PW_FULL_REQUIRED for a damaged base without any */
export async function atHand(
  context: RenderContext,
  request: RenderRequest,
  base: Base,
  wish: { readonly chunks: readonly Chunk[]; readonly mixed: MixedPlan | null },
): Promise<Hand> {
  const wanted = wish.mixed?.wanted() ?? new Set(wish.chunks.map(({ key }) => key));
  const fromBase = await chunksOfBase(context, request.deliverablePath, base, wanted);
  if (base.kind === 'damaged' && fromBase.good.size === 0) {
    throw new PatchworkError('PW_FULL_REQUIRED', `${request.deliverablePath} holds no chunk that its sidecar names`, {
      hint: 'If the file may go, render everything anew with --full.',
      details: { path: request.deliverablePath },
    });
  }
  const mixed = wish.mixed?.choose(fromBase.good) ?? null;
  const chunks = mixed ?? wish.chunks;
  const good = new Map(context.store.find(new Set(chunks.map(({ key }) => key))));
  for (const [key, chunk] of fromBase.good) good.set(key, chunk);
  return { chunks, mixed, good, failed: new Set([...fromBase.failed].filter((key) => !good.has(key))) };
}
