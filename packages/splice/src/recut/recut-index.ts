import { PatchworkError } from '@patchwork/kernel';
import { childBoxes, IndexBytes, moovBox, type Box } from '../container/box-reader.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { holdsItems } from '../container/moved-user-data.ts';
import type { Edit, Movie } from '../container/movie.ts';
import { writeRuns } from '../bytes/runs.ts';
import { writeComposition, writeOffsets, writeSizes, writeSync, writeChunkRuns } from '../container/table-writer.ts';
import type { Recut, RecutTrack } from './recut-model.ts';

/** Where the storage chunks of each track stand, by place in `movie.tracks`. */
export type ChunkPlaces = ReadonlyMap<number, Float64Array>;

/** Tables of single samples that hold for others no longer. All of them are hints. */
const droppedTables: readonly string[] = ['cslg', 'stps', 'subs', 'stdp', 'padb', 'stsh', 'sdtp', 'sbgp', 'sgpd'];
/** Boxes in which items may stand. */
const itemBoxes: readonly string[] = ['meta', 'udta'];
const writtenTables: readonly string[] = ['stts', 'ctts', 'stss', 'stsc', 'stsz', 'stz2', 'stco', 'co64', 'stsd'];

/**
 * Writes the index of a movie with other samples in some tracks. Durations and edits follow; every other box is kept byte for
 * byte, and stands where it stood.
 *
 * @throws PW_PATCH_TABLE for a sample table that is not known
 */
export function recutMoov(recut: Recut, places: ChunkPlaces, largeOffsets: boolean): Uint8Array {
  const { movie, tracks } = recut;
  const { bytes, offset } = movie.moov;
  const index = new IndexBytes(bytes, offset, movie.path);
  const out = new ByteWriter(bytes.length + 65536);
  const keep = (box: Box): void => out.bytes(bytes.subarray(box.start, box.end));
  const durations = movie.tracks.map((_, i) => trackDuration(movie, i, tracks.get(i)));
  let track = -1;
  out.box('moov', () => {
    for (const box of childBoxes(index, moovBox(index))) {
      if (box.type === 'mvhd') writeHeader(index, out, box, { duration: Math.max(...durations), before: 4 });
      else if (recut.withoutItems && itemBoxes.includes(box.type) && holdsItems(bytes.subarray(box.start, box.end)))
        continue;
      else if (box.type === 'udta' && recut.userData !== null) out.bytes(recut.userData);
      else if (box.type === 'trak') {
        track += 1;
        const change = tracks.get(track);
        const offsets = places.get(track) ?? new Float64Array(0);
        writeTrack({ index, out, keep }, box, { change, offsets, duration: durations[track] ?? 0, largeOffsets });
      } else keep(box);
    }
  });
  return out.toBytes();
}

interface Copying {
  readonly index: IndexBytes;
  readonly out: ByteWriter;
  readonly keep: (box: Box) => void;
}

interface NewTrack {
  /** Undefined: only the places are others. */
  readonly change: RecutTrack | undefined;
  readonly offsets: Float64Array;
  /** In the movie's ticks. */
  readonly duration: number;
  readonly largeOffsets: boolean;
}

function trackDuration(movie: Movie, index: number, change: RecutTrack | undefined): number {
  const track = movie.tracks[index];
  if (track === undefined) return 0;
  const { edits, mediaDuration } = change ?? { edits: track.edits, mediaDuration: track.duration };
  const shown = edits.reduce((sum, { duration }) => sum + duration, 0);
  return shown > 0 ? shown : Math.round((mediaDuration * movie.timescale) / track.timescale);
}

function writeTrack(copying: Copying, box: Box, track: NewTrack): void {
  const { index, out, keep } = copying;
  const { change } = track;
  out.box(box.type, () => {
    const children = childBoxes(index, box);
    const hasEdits = children.some(({ type }) => type === 'edts');
    for (const child of children) {
      if (child.type === 'tkhd' && change !== undefined) {
        writeHeader(index, out, child, { duration: track.duration, before: 8 });
        if (!hasEdits && change.edits.length > 0) out.box('edts', () => writeEdits(out, change.edits));
      } else if (child.type === 'edts' && change !== undefined) {
        if (change.edits.length > 0) out.box('edts', () => writeEdits(out, change.edits));
      } else if (child.type === 'mdia') writeMedia(copying, child, track);
      else keep(child);
    }
  });
}

function writeMedia(copying: Copying, box: Box, track: NewTrack): void {
  const { index, out, keep } = copying;
  out.box(box.type, () => {
    for (const child of childBoxes(index, box)) {
      if (child.type === 'mdhd' && track.change !== undefined)
        writeHeader(index, out, child, { duration: track.change.mediaDuration, before: 4 });
      else if (child.type === 'minf') writeMedia(copying, child, track);
      else if (child.type === 'stbl') writeTables(copying, child, track);
      else keep(child);
    }
  });
}

/**
 * A header of a movie, a track or a media with another duration: 64 bits wide where it needs them. `before` bytes stand
 * between its times of day and its duration.
 */
function writeHeader(
  index: IndexBytes,
  out: ByteWriter,
  box: Box,
  { duration, before }: { readonly duration: number; readonly before: number },
): void {
  const wasWide = index.u8(box, box.body) === 1;
  const wide = wasWide || duration > 0xffffffff;
  const flags = index.u32(box, box.body) & 0xffffff;
  const times = box.body + 4;
  const after = times + (wasWide ? 16 : 8);
  out.fullBox(box.type, wide ? 1 : 0, flags, () => {
    if (wide && !wasWide) {
      for (const at of [times, times + 4]) out.u64(index.u32(box, at));
    } else out.bytes(index.copy(box, times, after));
    out.bytes(index.copy(box, after, after + before));
    if (wide) out.u64(duration);
    else out.u32(duration);
    out.bytes(index.copy(box, after + before + (wasWide ? 8 : 4), box.end));
  });
}

function writeEdits(out: ByteWriter, edits: readonly Edit[]): void {
  const wide = edits.some(({ duration, mediaTime }) => duration > 0xffffffff || mediaTime > 0x7fffffff);
  out.fullBox('elst', wide ? 1 : 0, 0, () => {
    out.u32(edits.length);
    for (const { duration, mediaTime, rate } of edits) {
      if (wide) out.u64(duration);
      else out.u32(duration);
      if (wide) out.i64(mediaTime);
      else out.u32(mediaTime);
      out.u32(rate);
    }
  });
}

function writeTables({ index, out, keep }: Copying, stbl: Box, track: NewTrack): void {
  const { change, offsets, largeOffsets } = track;
  const boxes = childBoxes(index, stbl);
  out.box('stbl', () => {
    for (const box of boxes) {
      const isOffsets = box.type === 'stco' || box.type === 'co64';
      if (isOffsets) writeOffsets(out, offsets, largeOffsets || box.type === 'co64');
      else if (change === undefined || ['free', 'skip', 'wide'].includes(box.type)) keep(box);
      else if (box.type === 'stsd') writeEntry(index, out, box, change.entry);
      else if (box.type === 'stts') out.fullBox('stts', 0, 0, () => writeRuns(out, change.durationRuns));
      else if (box.type === 'stsc')
        writeChunkRuns(
          out,
          Uint32Array.from(change.chunks, ({ samples }) => samples),
        );
      else if (box.type === 'stsz' || box.type === 'stz2') writeTrackSizes(out, change);
      else if (box.type === 'sgpd' && change.keepsRoll) keep(box);
      else if (box.type === 'sbgp' && change.keepsRoll) writeRoll(index, out, box, change.count);
      else if (!writtenTables.includes(box.type) && !droppedTables.includes(box.type)) throw unknownTable(box);
    }
    if (change === undefined) return;
    const version = boxes.find(({ type }) => type === 'ctts');
    if (change.composition !== null)
      writeComposition(out, change.composition, version === undefined ? 0 : index.u8(version, version.body));
    if (change.sync !== null) writeSync(out, change.sync);
  });
}

function writeEntry(index: IndexBytes, out: ByteWriter, stsd: Box, entry: Uint8Array | null): void {
  if (entry === null) return out.bytes(index.bytes.subarray(stsd.start, stsd.end));
  out.fullBox('stsd', index.u8(stsd, stsd.body), 0, () => {
    out.u32(1);
    out.bytes(entry);
  });
}

function writeTrackSizes(out: ByteWriter, { sizes, count }: RecutTrack): void {
  if (typeof sizes !== 'number') return writeSizes(out, sizes);
  out.fullBox('stsz', 0, 0, () => {
    out.u32(sizes);
    out.u32(count);
  });
}

/** The group of all samples, which are others now; a group of some of them is left out, as it says nothing of these. */
function writeRoll(index: IndexBytes, out: ByteWriter, box: Box, samples: number): void {
  const isWhole = index.u8(box, box.body) === 0 && index.u32(box, box.body + 8) === 1;
  if (!isWhole || index.fourCc(box, box.body + 4) !== 'roll') return;
  out.fullBox('sbgp', 0, 0, () => {
    out.latin1('roll');
    out.u32(1);
    out.u32(samples);
    out.u32(index.u32(box, box.body + 16));
  });
}

function unknownTable(box: Box): PatchworkError {
  return new PatchworkError(
    'PW_PATCH_TABLE',
    `the sample table ${box.path} is not known; an edit could make it wrong`,
    {
      hint: 'Remux the file without it, or render it anew.',
      details: { box: box.path },
    },
  );
}
