import { childBoxes, findBox, needBox, type Box, type IndexBytes } from './box-reader.ts';
import { readEntries } from './entry-parser.ts';
import type { Edit, Track, TrackReference } from './movie.ts';
import { checkUniform, expandSamples } from './sample-columns.ts';
import { readSampleTables } from './sample-table-parser.ts';

/** Reads a `trak`. @throws PW_MOVIE_BOX, PW_MOVIE_TABLE, PW_MOVIE_SAMPLE_OUTSIDE, PW_MOVIE_TOO_LARGE */
export function readTrack(index: IndexBytes, trak: Box, fileBytes: number, file: string): Track {
  const boxes = childBoxes(index, trak);
  const mdia = needBox(index, trak, boxes, 'mdia');
  const media = childBoxes(index, mdia);
  const header = readTrackHeader(index, needBox(index, trak, boxes, 'tkhd'));
  const clock = readMediaHeader(index, needBox(index, mdia, media, 'mdhd'));
  const hdlr = needBox(index, mdia, media, 'hdlr');
  const handler = index.fourCc(hdlr, hdlr.body + 8);
  const minf = needBox(index, mdia, media, 'minf');
  const information = childBoxes(index, minf);
  const stbl = needBox(index, minf, information, 'stbl');
  const tables = readSampleTables(index, stbl);
  const entries = readEntries(index, stbl, handler);
  if (tables.chunkEntries.some((entry) => entry >= entries.length)) {
    throw index.error(
      'PW_MOVIE_TABLE',
      stbl,
      stbl.start,
      `samples name an entry beyond the ${entries.length} there are`,
    );
  }
  const uniform = handler === 'soun' && typeof tables.sizes === 'number';
  if (handler === 'soun' && typeof tables.sizes === 'number') {
    checkUniform(tables, tables.sizes, fileBytes, file, stbl.path);
  }
  return {
    ...header,
    ...clock,
    handler,
    entries,
    edits: readEdits(index, boxes),
    references: readReferences(index, boxes),
    selfContained: isSelfContained(index, information),
    tables,
    samples: uniform ? null : expandSamples(tables, fileBytes, file, stbl.path),
  };
}

function readTrackHeader(index: IndexBytes, tkhd: Box): Pick<Track, 'id' | 'enabled' | 'width' | 'height'> {
  const wide = index.u8(tkhd, tkhd.body) === 1;
  const flags = index.u32(tkhd, tkhd.body) & 0xffffff;
  const at = tkhd.body + 4 + (wide ? 16 : 8);
  const end = tkhd.body + (wide ? 96 : 84);
  return {
    id: index.u32(tkhd, at),
    enabled: (flags & 1) !== 0,
    width: index.u32(tkhd, end - 8) / 65536,
    height: index.u32(tkhd, end - 4) / 65536,
  };
}

/** `mvhd` and `mdhd` begin alike. @throws PW_MOVIE_TABLE for a timescale of 0 */
export function readMediaHeader(
  index: IndexBytes,
  box: Box,
): { readonly timescale: number; readonly duration: number } {
  const wide = index.u8(box, box.body) === 1;
  const at = box.body + 4 + (wide ? 16 : 8);
  const timescale = index.u32(box, at);
  if (timescale === 0) throw index.error('PW_MOVIE_TABLE', box, at, 'a timescale of 0');
  // All ones means "not known" and would not pass as a 64-bit number.
  const unknown = wide && index.u32(box, at + 4) === 0xffffffff && index.u32(box, at + 8) === 0xffffffff;
  const duration = unknown ? 0 : wide ? index.u64(box, at + 4) : index.u32(box, at + 4);
  return { timescale, duration };
}

function readEdits(index: IndexBytes, boxes: readonly Box[]): readonly Edit[] {
  const edts = findBox(boxes, 'edts');
  const elst = edts === null ? null : findBox(childBoxes(index, edts), 'elst');
  if (elst === null) return [];
  const wide = index.u8(elst, elst.body) === 1;
  const count = index.u32(elst, elst.body + 4);
  const entryBytes = wide ? 20 : 12;
  index.need(elst, elst.body + 8, count * entryBytes);
  return Array.from({ length: count }, (_, i) => {
    const at = elst.body + 8 + i * entryBytes;
    return wide
      ? { duration: index.u64(elst, at), mediaTime: index.i64(elst, at + 8), rate: index.i32(elst, at + 16) }
      : { duration: index.u32(elst, at), mediaTime: index.i32(elst, at + 4), rate: index.i32(elst, at + 8) };
  });
}

function readReferences(index: IndexBytes, boxes: readonly Box[]): readonly TrackReference[] {
  const tref = findBox(boxes, 'tref');
  if (tref === null) return [];
  return childBoxes(index, tref).map((box) => ({
    type: box.type,
    ids: [...index.u32List(box, box.body, Math.floor((box.end - box.body) / 4))],
  }));
}

/** Flag 1 of every data reference means: in this file. */
function isSelfContained(index: IndexBytes, information: readonly Box[]): boolean {
  const dinf = findBox(information, 'dinf');
  const dref = dinf === null ? null : findBox(childBoxes(index, dinf), 'dref');
  if (dref === null) return true;
  return childBoxes(index, dref, dref.body + 8).every((box) => (index.u32(box, box.body) & 1) === 1);
}
