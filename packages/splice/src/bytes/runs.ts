import type { ByteWriter } from './byte-writer.ts';

/** A column of values as runs: `counts[i]` times `values[i]`. */
export interface Runs {
  readonly counts: Uint32Array;
  readonly values: Int32Array;
}

/** Packs a column into runs. Two passes, so that 100 hours of pictures cost no more than their runs. */
export function packedRuns(column: Int32Array): Runs {
  let length = 0;
  for (let i = 0; i < column.length; i++) if (i === 0 || column[i] !== column[i - 1]) length += 1;
  const counts = new Uint32Array(length);
  const values = new Int32Array(length);
  let run = -1;
  for (let i = 0; i < column.length; i++) {
    if (i === 0 || column[i] !== column[i - 1]) {
      run += 1;
      values[run] = column[i] ?? 0;
    }
    counts[run] = (counts[run] ?? 0) + 1;
  }
  return { counts, values };
}

/** A column of one value. */
export function oneRun(count: number, value: number): Runs {
  return { counts: Uint32Array.of(count), values: Int32Array.of(value) };
}

/** Writes runs as the content of `stts` and `ctts`: their number, then count and value of each. */
export function writeRuns(out: ByteWriter, runs: Runs): void {
  out.u32(runs.counts.length);
  for (let i = 0; i < runs.counts.length; i++) {
    out.u32(runs.counts[i] ?? 0);
    out.u32(runs.values[i] ?? 0);
  }
}
