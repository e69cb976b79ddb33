import { PatchworkError } from '@patchwork/kernel';
import { childBoxes, IndexBytes, moovBox, type Box } from './box-reader.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { writeChunkRuns, writeComposition, writeOffsets, writeSizes, writeSync } from './table-writer.ts';
import type { Movie, SampleColumns, SampleEntry, SampleTables, Track } from './movie.ts';

/** What changes of a track's index. Everything that is not named is kept byte for byte. */
export interface TrackChange {
  /** New places of the storage chunks, and their samples when those change too. */
  readonly chunkOffsets: Float64Array;
  /** Samples of each storage chunk, where chunks are cut otherwise and all samples stay. Default: as they were. */
  readonly chunkSamples?: Uint32Array;
  /** Null keeps sizes, times and sync marks: only the offsets move. */
  readonly samples: {
    readonly columns: SampleColumns;
    readonly chunkSamples: Uint32Array;
    /** First and last replaced sample: [from, to). */
    readonly from: number;
    readonly to: number;
    /** Content of the configuration box; null keeps the sample entry. */
    readonly config: Uint8Array | null;
  } | null;
}

/** Tables that say something of single samples and cannot be kept when samples change: hints, all of them optional. */
const droppedTables: readonly string[] = ['sgpd', 'sbgp', 'cslg', 'stps', 'subs', 'stdp', 'padb', 'stsh'];

/** Tables that are built anew or copied. */
const knownTables: readonly string[] = ['stsd', 'stts', 'ctts', 'stss', 'stsc', 'stsz', 'stz2', 'stco', 'co64', 'sdtp'];

/**
 * Writes a movie's index with changes to some tracks (by their place in `movie.tracks`). Names, edit lists, metadata,
 * other tracks: byte for byte. Storage chunk offsets take 64 bits where they had them or where one needs them.
 *
 * @throws PW_PATCH_TABLE for a sample table that is not known
 */
export function rewrittenMoov(
  movie: Movie,
  changes: ReadonlyMap<number, TrackChange>,
  largeOffsets: boolean,
): Uint8Array {
  const { bytes, offset } = movie.moov;
  const index = new IndexBytes(bytes, offset, movie.path);
  const out = new ByteWriter(bytes.length + 65536);
  let track = -1;
  out.box('moov', () => {
    for (const box of childBoxes(index, moovBox(index))) {
      const isTrack = box.type === 'trak';
      if (isTrack) track += 1;
      const change = isTrack ? changes.get(track) : undefined;
      const which = movie.tracks[track];
      if (change === undefined || which === undefined) out.bytes(bytes.subarray(box.start, box.end));
      else
        writeContainer(index, out, box, ['mdia', 'minf', 'stbl'], (stbl) =>
          writeTables(index, out, stbl, which, change, largeOffsets),
        );
    }
  });
  return out.toBytes();
}

/** Copies a container; goes down the path to `stbl`, which `tables` writes. */
function writeContainer(
  index: IndexBytes,
  out: ByteWriter,
  container: Box,
  path: readonly string[],
  tables: (stbl: Box) => void,
): void {
  out.box(container.type, () => {
    for (const box of childBoxes(index, container)) {
      if (box.type !== path[0]) out.bytes(index.bytes.subarray(box.start, box.end));
      else if (path.length === 1) tables(box);
      else writeContainer(index, out, box, path.slice(1), tables);
    }
  });
}

function writeTables(
  index: IndexBytes,
  out: ByteWriter,
  stbl: Box,
  track: Track,
  change: TrackChange,
  largeOffsets: boolean,
): void {
  const { samples } = change;
  out.box('stbl', () => {
    for (const box of childBoxes(index, stbl)) {
      const copy = (): void => out.bytes(index.bytes.subarray(box.start, box.end));
      if (box.type === 'stco' || box.type === 'co64')
        writeOffsets(out, change.chunkOffsets, largeOffsets || box.type === 'co64');
      else if (box.type === 'stsc' && change.chunkSamples !== undefined) writeChunkRuns(out, change.chunkSamples);
      else if (samples === null) copy();
      else if (box.type === 'stsd') writeEntry(out, track, samples.config);
      else if (box.type === 'stsc') writeChunkRuns(out, samples.chunkSamples);
      else if (box.type === 'stsz' || box.type === 'stz2') writeSizes(out, samples.columns.sizes);
      else if (box.type === 'sdtp') writeDependencies(out, track.tables, samples.from, samples.to);
      else if (box.type === 'stts') copy();
      else if (knownTables.includes(box.type) || droppedTables.includes(box.type)) continue;
      else if (['free', 'skip', 'wide'].includes(box.type)) copy();
      else throw unknownTable(box);
    }
    if (samples === null) return;
    writeComposition(out, samples.columns.compositionOffsets, track.tables.compositionRuns?.version ?? 0);
    writeSync(out, samples.columns.sync);
  });
}

function writeEntry(out: ByteWriter, track: Track, config: Uint8Array | null): void {
  const entry = track.entries[0];
  if (entry === undefined) throw new TypeError('writeEntry: a track without sample entry');
  out.fullBox('stsd', 0, 0, () => {
    out.u32(1);
    out.bytes(entryWithConfig(entry, config));
  });
}

/** The bytes of a picture's sample entry with another configuration (null keeps it); all other boxes of it are kept. */
export function entryWithConfig(entry: SampleEntry, config: Uint8Array | null): Uint8Array {
  const type = entry.video?.config?.type;
  if (config === null || type === undefined) return entry.bytes;
  const index = new IndexBytes(entry.bytes, 0, 'entry');
  const box: Box = { type: entry.format, path: entry.format, start: 0, body: 8, end: entry.bytes.length };
  const out = new ByteWriter(entry.bytes.length + config.length);
  out.box(entry.format, () => {
    out.bytes(entry.bytes.subarray(8, 86));
    for (const child of childBoxes(index, box, 86)) {
      if (child.type === type) out.box(type, () => out.bytes(config));
      else out.bytes(entry.bytes.subarray(child.start, child.end));
    }
  });
  return out.toBytes();
}

/** What is said of the replaced samples' dependencies becomes "not known". */
function writeDependencies(out: ByteWriter, tables: SampleTables, from: number, to: number): void {
  const dependencies = tables.dependencies?.slice() ?? new Uint8Array(0);
  dependencies.fill(0, from, to);
  out.fullBox('sdtp', 0, 0, () => out.bytes(dependencies));
}

function unknownTable(box: Box): PatchworkError {
  return new PatchworkError(
    'PW_PATCH_TABLE',
    `the sample table ${box.path} is not known; a patch could make it wrong`,
    {
      hint: 'Remux the file without it, or render it anew.',
      details: { box: box.path },
    },
  );
}
