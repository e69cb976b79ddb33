import { movieError } from './box-reader.ts';
import type { SampleColumns, SampleTables } from './movie.ts';

/** Most samples of one size that are expanded: a tiny hostile `stsz` must not ask for gigabytes. 100 h at 50 fps is 18 M. */
const mostConstantSamples = 2 ** 24;

/**
 * Expands sample tables to columns. Costs 29 bytes a sample; 170,000 samples take about 10 ms.
 *
 * @throws PW_MOVIE_SAMPLE_OUTSIDE when a sample does not lie in the file, PW_MOVIE_TOO_LARGE
 */
export function expandSamples(tables: SampleTables, fileBytes: number, file: string, box: string): SampleColumns {
  const { count } = tables;
  if (typeof tables.sizes === 'number' && count > mostConstantSamples) {
    throw movieError('PW_MOVIE_TOO_LARGE', file, box, 0, `${count} samples of one size`);
  }
  const sizes = typeof tables.sizes === 'number' ? new Uint32Array(count).fill(tables.sizes) : tables.sizes;
  const offsets = new Float64Array(count);
  let sample = 0;
  const { chunkOffsets, chunkSamples } = tables;
  for (let chunk = 0; chunk < chunkOffsets.length; chunk++) {
    let at = chunkOffsets[chunk] ?? 0;
    const end = sample + (chunkSamples[chunk] ?? 0);
    for (; sample < end; sample++) {
      offsets[sample] = at;
      at += sizes[sample] ?? 0;
    }
    if (at > fileBytes) throw outside(file, box, at, fileBytes);
  }
  return { count, sizes, offsets, ...expandTimes(tables), sync: expandSync(tables) };
}

/** Checks the storage chunks of uniform sound, which is never expanded. @throws PW_MOVIE_SAMPLE_OUTSIDE */
export function checkUniform(tables: SampleTables, size: number, fileBytes: number, file: string, box: string): void {
  for (let chunk = 0; chunk < tables.chunkOffsets.length; chunk++) {
    const end = (tables.chunkOffsets[chunk] ?? 0) + (tables.chunkSamples[chunk] ?? 0) * size;
    if (end > fileBytes) throw outside(file, box, end, fileBytes);
  }
}

function outside(file: string, box: string, end: number, fileBytes: number): Error {
  return movieError(
    'PW_MOVIE_SAMPLE_OUTSIDE',
    file,
    box,
    fileBytes,
    `samples reach to byte ${end}, the file ends before`,
  );
}

function expandTimes(tables: SampleTables): Pick<SampleColumns, 'dts' | 'durations' | 'compositionOffsets'> {
  const dts = new Float64Array(tables.count);
  const durations = new Uint32Array(tables.count);
  const compositionOffsets = new Int32Array(tables.count);
  const runs = tables.durationRuns;
  let sample = 0;
  let time = 0;
  for (let i = 0; i < runs.counts.length; i++) {
    const duration = runs.durations[i] ?? 0;
    const end = sample + (runs.counts[i] ?? 0);
    for (; sample < end; sample++) {
      dts[sample] = time;
      durations[sample] = duration;
      time += duration;
    }
  }
  const composition = tables.compositionRuns;
  if (composition !== null) {
    let at = 0;
    for (let i = 0; i < composition.counts.length; i++) {
      const end = at + (composition.counts[i] ?? 0);
      compositionOffsets.fill(composition.offsets[i] ?? 0, at, end);
      at = end;
    }
  }
  return { dts, durations, compositionOffsets };
}

function expandSync(tables: SampleTables): Uint8Array {
  if (tables.syncNumbers === null) return new Uint8Array(tables.count).fill(1);
  const sync = new Uint8Array(tables.count);
  for (const number of tables.syncNumbers) sync[number - 1] = 1;
  return sync;
}
