import type { Chunk } from '@patchwork/plan';
import type { LedgerEntry } from '@patchwork/store';

/** The chunks of an entry as ranges of its programme. */
export function chunkRanges(entry: LedgerEntry): readonly Chunk[] {
  let at = 0;
  return entry.chunks.map(({ key, order }) => {
    const range = { in: at, out: at + order.length, key };
    at = range.out;
    return range;
  });
}
