import { PatchworkError } from '@patchwork/kernel';
import type { ByteWriter } from '../bytes/byte-writer.ts';

/** A place in a sample: one NAL unit, its length prefix left out. */
export interface NalPlace {
  readonly start: number;
  readonly end: number;
}

/**
 * Lists the NAL units of a sample whose units stand behind lengths of `lengthBytes`.
 *
 * @throws PW_STREAM_NAL when a length does not fit in the sample
 */
export function nalUnits(sample: Uint8Array, lengthBytes: number): readonly NalPlace[] {
  const list: NalPlace[] = [];
  let at = 0;
  while (at < sample.length) {
    let length = 0;
    for (let i = 0; i < lengthBytes; i++) length = length * 256 + (sample[at + i] ?? 0);
    const start = at + lengthBytes;
    if (start + length > sample.length || length === 0) {
      throw new PatchworkError(
        'PW_STREAM_NAL',
        `a NAL unit of ${length} bytes does not fit in its sample of ${sample.length}`,
        {
          hint: 'The file is damaged; take it from a backup.',
          details: { at, length, sample: sample.length },
        },
      );
    }
    list.push({ start, end: start + length });
    at = start + length;
  }
  return list;
}

/** Takes the emulation prevention bytes out: `00 00 03` becomes `00 00`. */
export function unescaped(nal: Uint8Array): Uint8Array {
  const out = new Uint8Array(nal.length);
  let length = 0;
  let zeros = 0;
  for (const byte of nal) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    out[length] = byte;
    length += 1;
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return out.subarray(0, length);
}

/** Puts emulation prevention bytes in, also the last one that keeps a unit from ending in zero. */
export function escaped(rbsp: Uint8Array): Uint8Array {
  const out: number[] = [];
  let zeros = 0;
  for (const byte of rbsp) {
    if (zeros >= 2 && byte <= 3) {
      out.push(3);
      zeros = 0;
    }
    out.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  if (out.at(-1) === 0) out.push(3);
  return Uint8Array.from(out);
}

/**
 * Where the head of a unit can be cut off for rewriting: at or behind `least`, behind a byte that is neither zero nor an
 * emulation prevention byte, so that neither side's escaping depends on the other.
 */
export function headCut(nal: Uint8Array, least: number): number {
  for (let cut = least; cut < nal.length; cut++) {
    const before = nal[cut - 1] ?? 0;
    const isPrevention = before === 3 && nal[cut - 2] === 0 && nal[cut - 3] === 0;
    if (before !== 0 && !isPrevention) return cut;
  }
  return nal.length;
}

/**
 * Writes units as a sample, each behind its length in `lengthBytes`. A unit is given in parts.
 *
 * @throws PW_STREAM_NAL when a unit is too long for its length field
 */
export function writeSample(out: ByteWriter, units: readonly (readonly Uint8Array[])[], lengthBytes: number): void {
  for (const parts of units) {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (length >= 2 ** (8 * lengthBytes)) {
      throw new PatchworkError(
        'PW_STREAM_NAL',
        `a NAL unit of ${length} bytes does not fit a ${lengthBytes}-byte length`,
        {
          hint: 'Encode the piece with more slices, or remux the deliverable with 4-byte lengths.',
          details: { length, lengthBytes },
        },
      );
    }
    for (let i = lengthBytes - 1; i >= 0; i--) out.u8(Math.floor(length / 2 ** (8 * i)));
    for (const part of parts) out.bytes(part);
  }
}
