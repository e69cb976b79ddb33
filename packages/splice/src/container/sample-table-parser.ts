import { childBoxes, findBox, needBox, type Box, type IndexBytes } from './box-reader.ts';
import type { SampleTables } from './movie.ts';

/**
 * Reads `stbl` save its sample descriptions. Counts are checked against the boxes that hold them and against each other.
 *
 * @throws PW_MOVIE_BOX, PW_MOVIE_TABLE
 */
export function readSampleTables(index: IndexBytes, stbl: Box): SampleTables {
  const boxes = childBoxes(index, stbl);
  const { count, sizes } = readSizes(index, stbl, boxes);
  const durationRuns = readDurations(index, needBox(index, stbl, boxes, 'stts'), count);
  const composition = findBox(boxes, 'ctts');
  const sync = findBox(boxes, 'stss');
  const dependencies = findBox(boxes, 'sdtp');
  return {
    count,
    sizes,
    durationRuns,
    compositionRuns: composition === null ? null : readComposition(index, composition, count),
    syncNumbers: sync === null ? null : readSync(index, sync, count),
    ...readChunks(index, stbl, boxes, count),
    dependencies: dependencies === null ? null : index.copy(dependencies, dependencies.body + 4, dependencies.end),
    boxTypes: boxes.map((box) => box.type),
  };
}

/** Entries of a table that begins with version, flags and a count. */
function entryCount(index: IndexBytes, box: Box, entryBytes: number): number {
  const count = index.u32(box, box.body + 4);
  index.need(box, box.body + 8, count * entryBytes);
  return count;
}

function readSizes(
  index: IndexBytes,
  stbl: Box,
  boxes: readonly Box[],
): { readonly count: number; readonly sizes: Uint32Array | number } {
  const compact = findBox(boxes, 'stz2');
  if (compact !== null && findBox(boxes, 'stsz') === null) return readCompactSizes(index, compact);
  const stsz = needBox(index, stbl, boxes, 'stsz');
  const constant = index.u32(stsz, stsz.body + 4);
  const count = index.u32(stsz, stsz.body + 8);
  if (constant !== 0) return { count, sizes: constant };
  return { count, sizes: index.u32List(stsz, stsz.body + 12, count) };
}

/** `stz2`: 4, 8 or 16 bits a size. */
function readCompactSizes(index: IndexBytes, stz2: Box): { readonly count: number; readonly sizes: Uint32Array } {
  const bits = index.u8(stz2, stz2.body + 7);
  const count = index.u32(stz2, stz2.body + 8);
  if (bits !== 4 && bits !== 8 && bits !== 16) {
    throw index.error('PW_MOVIE_TABLE', stz2, stz2.body + 7, `sizes of ${bits} bits`);
  }
  const at = stz2.body + 12;
  index.need(stz2, at, Math.ceil((count * bits) / 8));
  const sizes = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    if (bits === 16) sizes[i] = index.u16(stz2, at + i * 2);
    else if (bits === 8) sizes[i] = index.u8(stz2, at + i);
    else sizes[i] = (index.u8(stz2, at + (i >> 1)) >> (i % 2 === 0 ? 4 : 0)) & 15;
  }
  return { count, sizes };
}

function readDurations(index: IndexBytes, stts: Box, count: number): SampleTables['durationRuns'] {
  const [counts, durations] = index.u32Pairs(stts, stts.body + 8, entryCount(index, stts, 8));
  checkRunSum(index, stts, counts, count);
  let end = 0;
  for (let i = 0; i < counts.length; i++) end += (counts[i] ?? 0) * (durations[i] ?? 0);
  if (!Number.isSafeInteger(end))
    throw index.error('PW_MOVIE_TABLE', stts, stts.body, 'the track lasts beyond 2^53 ticks');
  return { counts, durations };
}

/** Offsets are read as signed in both versions: QuickTime writes negative ones in version 0. */
function readComposition(index: IndexBytes, ctts: Box, count: number): NonNullable<SampleTables['compositionRuns']> {
  const [counts, raw] = index.u32Pairs(ctts, ctts.body + 8, entryCount(index, ctts, 8));
  checkRunSum(index, ctts, counts, count);
  return { counts, offsets: new Int32Array(raw.buffer), version: index.u8(ctts, ctts.body) };
}

function checkRunSum(index: IndexBytes, box: Box, counts: Uint32Array, count: number): void {
  let sum = 0;
  for (const run of counts) sum += run;
  if (sum !== count)
    throw index.error('PW_MOVIE_TABLE', box, box.body, `it counts ${sum} samples, the track has ${count}`);
}

function readSync(index: IndexBytes, stss: Box, count: number): Uint32Array {
  const numbers = index.u32List(stss, stss.body + 8, entryCount(index, stss, 4));
  let before = 0;
  for (const number of numbers) {
    if (number <= before || number > count) {
      throw index.error('PW_MOVIE_TABLE', stss, stss.body, `sync sample ${number} after ${before} of ${count}`);
    }
    before = number;
  }
  return numbers;
}

/** `stsc` with `stco` or `co64`, expanded to one entry a storage chunk. */
function readChunks(
  index: IndexBytes,
  stbl: Box,
  boxes: readonly Box[],
  count: number,
): Pick<SampleTables, 'chunkOffsets' | 'largeOffsets' | 'chunkSamples' | 'chunkEntries'> {
  const large = findBox(boxes, 'co64');
  const offsetsBox = large ?? needBox(index, stbl, boxes, 'stco');
  const chunks = entryCount(index, offsetsBox, large === null ? 4 : 8);
  const chunkOffsets = new Float64Array(chunks);
  const base = offsetsBox.body + 8;
  for (let i = 0; i < chunks; i++) {
    chunkOffsets[i] = large === null ? index.u32(offsetsBox, base + i * 4) : index.u64(offsetsBox, base + i * 8);
  }
  const stsc = needBox(index, stbl, boxes, 'stsc');
  const runs = entryCount(index, stsc, 12);
  const chunkSamples = new Uint32Array(chunks);
  const chunkEntries = new Uint32Array(chunks);
  let total = 0;
  let from = 1;
  for (let i = 0; i < runs; i++) {
    const at = stsc.body + 8 + i * 12;
    const first = index.u32(stsc, at);
    const samples = index.u32(stsc, at + 4);
    const entry = index.u32(stsc, at + 8);
    const next = i + 1 < runs ? index.u32(stsc, at + 12) : chunks + 1;
    // A run past the last storage chunk is left over from an edit; one that runs backwards is nonsense.
    if (first !== from || next <= first || samples === 0 || entry === 0) {
      if (first > chunks && chunks === 0 && count === 0) break;
      throw index.error('PW_MOVIE_TABLE', stsc, at, `run ${i}: chunk ${first}, ${samples} samples, entry ${entry}`);
    }
    const until = Math.min(next, chunks + 1);
    chunkSamples.fill(samples, first - 1, until - 1);
    chunkEntries.fill(entry - 1, first - 1, until - 1);
    total += (until - first) * samples;
    from = next;
  }
  if (total !== count) {
    throw index.error('PW_MOVIE_TABLE', stsc, stsc.body, `its chunks hold ${total} samples, the track has ${count}`);
  }
  return { chunkOffsets, largeOffsets: large !== null, chunkSamples, chunkEntries };
}
