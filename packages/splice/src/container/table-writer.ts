import type { ByteWriter } from '../bytes/byte-writer.ts';
import { packedRuns, writeRuns } from '../bytes/runs.ts';

/** Writes `stco`, or `co64` where one place needs 64 bits. */
export function writeOffsets(out: ByteWriter, offsets: Float64Array, large: boolean): void {
  const needs = large || offsets.some((offset) => offset > 0xffffffff);
  out.fullBox(needs ? 'co64' : 'stco', 0, 0, () => {
    out.u32(offsets.length);
    for (const offset of offsets) {
      if (needs) out.u64(offset);
      else out.u32(offset);
    }
  });
}

/** Writes `stsz`: one size for all where they are equal. */
export function writeSizes(out: ByteWriter, sizes: Uint32Array): void {
  const [first] = sizes;
  const isConstant = first !== undefined && sizes.every((size) => size === first);
  out.fullBox('stsz', 0, 0, () => {
    out.u32(isConstant ? first : 0);
    out.u32(sizes.length);
    if (!isConstant) for (const size of sizes) out.u32(size);
  });
}

/** Writes `stsc` from the number of samples of each storage chunk. */
export function writeChunkRuns(out: ByteWriter, chunkSamples: Uint32Array): void {
  const starts: number[] = [];
  chunkSamples.forEach((samples, i) => {
    if (samples !== chunkSamples[i - 1]) starts.push(i);
  });
  out.fullBox('stsc', 0, 0, () => {
    out.u32(starts.length);
    for (const start of starts) {
      out.u32(start + 1);
      out.u32(chunkSamples[start] ?? 0);
      out.u32(1);
    }
  });
}

/** Writes `ctts`: no table where every picture is shown in decoding order; version 1 where an offset is negative. */
export function writeComposition(out: ByteWriter, offsets: Int32Array, version: number): void {
  const runs = packedRuns(offsets);
  if (runs.values.every((value) => value === 0)) return;
  const signed = version === 1 || runs.values.some((value) => value < 0);
  out.fullBox('ctts', signed ? 1 : 0, 0, () => writeRuns(out, runs));
}

/** Writes `stss`; no table where every sample is a sync sample. */
export function writeSync(out: ByteWriter, sync: Uint8Array): void {
  if (sync.every((mark) => mark === 1)) return;
  const numbers: number[] = [];
  sync.forEach((mark, i) => {
    if (mark === 1) numbers.push(i + 1);
  });
  out.fullBox('stss', 0, 0, () => {
    out.u32(numbers.length);
    for (const number of numbers) out.u32(number);
  });
}
