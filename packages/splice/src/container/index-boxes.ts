import { childBoxes, IndexBytes, moovBox, type Box } from './box-reader.ts';
import type { Movie } from './movie.ts';

/** The boxes of a movie's index, and the bytes that they stand in. */
export function indexBoxes({ moov, path }: Movie): { readonly index: IndexBytes; readonly boxes: readonly Box[] } {
  const index = new IndexBytes(moov.bytes, moov.offset, path);
  return { index, boxes: childBoxes(index, moovBox(index)) };
}
