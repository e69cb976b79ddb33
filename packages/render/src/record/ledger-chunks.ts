import type { EncodedChunk } from '@patchwork/plan';
import type { LedgerChunk } from '@patchwork/store';

/**
 * Names chunks as a ledger does: without the path they came from.
 *
 * @param offsets where each stands in the deliverable, in bytes. Default: nowhere; of a film of another program the index
 *   says it.
 */
export function ledgerChunks(chunks: readonly EncodedChunk[], offsets: readonly number[] = []): readonly LedgerChunk[] {
  return chunks.map(({ key, digest, sizes, order, sync, config }, index) => ({
    key,
    digest,
    sizes,
    order,
    sync,
    config,
    offset: offsets[index] ?? 0,
  }));
}
