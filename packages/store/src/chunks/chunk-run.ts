import type { OpenFile } from '@patchwork/kernel';
import { byteLength } from './encoded-chunk.ts';
import type { PackedChunk } from './pack-index.ts';

/** So much is read at once: one-frame chunks would otherwise cost a call each. A larger chunk is read alone. */
const windowBytes = 8 << 20;

/**
 * Reads chunks of one file in order of their places, neighbours in one call. Gives null for the bytes of a chunk that the
 * file does not hold whole.
 */
export async function* readChunks(
  file: OpenFile,
  chunks: readonly PackedChunk[],
): AsyncGenerator<{ readonly chunk: PackedChunk; readonly bytes: Uint8Array | null }> {
  const sorted = chunks.toSorted((a, b) => a.offset - b.offset);
  for (let next = 0; next < sorted.length;) {
    const start = sorted[next]?.offset ?? 0;
    let end = start;
    let last = next;
    for (; last < sorted.length; last += 1) {
      const chunk = sorted[last];
      if (chunk === undefined) break;
      const chunkEnd = chunk.offset + byteLength(chunk);
      if (last > next && chunkEnd - start > windowBytes) break;
      end = Math.max(end, chunkEnd);
    }
    const window = new Uint8Array(end - start);
    const count = await file.read(window, start);
    for (const chunk of sorted.slice(next, last)) {
      const [from, to] = [chunk.offset - start, chunk.offset - start + byteLength(chunk)];
      yield { chunk, bytes: to <= count ? window.subarray(from, to) : null };
    }
    next = last;
  }
}
