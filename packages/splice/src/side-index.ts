import { childBoxes, IndexBytes, moovBox, type Box } from './box-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import type { Movie } from './movie.ts';

/** What the index of an adopted movie says beside its media, for a movie that is written anew. */
export interface SideIndex {
  /** Whole boxes (`udta`, `meta`, `uuid`), written behind the tracks in place of tags. */
  readonly boxes: readonly Uint8Array[];
  /** The texts of the chapters, of which players make a menu; null for none. */
  readonly chapters: ChapterTrack | null;
}

/** A track of chapter texts, whole but for its place in the file. */
export interface ChapterTrack {
  /** The whole `trak`, under the id {@link chapterTrackId}. */
  readonly trak: Uint8Array;
  /** Where in it the 64-bit offset of its one storage chunk stands. */
  readonly offsetAt: number;
  /** Its samples, one behind the other. */
  readonly samples: Uint8Array;
}

/** Behind picture, sound and timecode. */
export const chapterTrackId = 4;

/** Writes the chapters' track with its place in the file, then the kept boxes. */
export function writeSideIndex(out: ByteWriter, { boxes, chapters }: SideIndex, chaptersOffset: number): void {
  if (chapters !== null) {
    const place = new ByteWriter(8);
    place.u64(chaptersOffset);
    out.bytes(chapters.trak.subarray(0, chapters.offsetAt));
    out.bytes(place.toBytes());
    out.bytes(chapters.trak.subarray(chapters.offsetAt + 8));
  }
  for (const box of boxes) out.bytes(box);
}

/** Tells whether a movie's index ends with what {@link writeSideIndex} writes, the chapters standing where it says. */
export function holdsSideIndex(movie: Movie, side: SideIndex): boolean {
  const track = movie.tracks.find(({ id }) => id === chapterTrackId);
  const isTold = side.chapters === null || track !== undefined;
  const out = new ByteWriter();
  writeSideIndex(out, side, track?.tables.chunkOffsets[0] ?? 0);
  const expected = out.toBytes();
  const { bytes } = movie.moov;
  return isTold && Buffer.compare(bytes.subarray(bytes.length - expected.length), expected) === 0;
}

/** The boxes of a movie's index, and the bytes that they stand in. */
export function indexBoxes({ moov, path }: Movie): { readonly index: IndexBytes; readonly boxes: readonly Box[] } {
  const index = new IndexBytes(moov.bytes, moov.offset, path);
  return { index, boxes: childBoxes(index, moovBox(index)) };
}
