import { PatchworkError } from '@patchwork/kernel';
import type { BitReader, BitWriter } from '../bitstream/bits.ts';
import { h264Type, h264Types } from '../bitstream/h264.ts';
import { hevcType, hevcTypes, retypedHevc } from '../bitstream/hevc.ts';
import { nalUnits, writeSample } from '../bitstream/nal.ts';
import { renumberedSlice } from '../bitstream/renumber.ts';
import type { ByteWriter } from '../bytes/byte-writer.ts';
import type { PictureStream } from './picture-stream.ts';

/** Bytes of NAL lengths in our own chunks. */
const ownLengthBytes = 4;

/** Tells whether fresh samples go into a stream byte for byte as they are. */
export function fitsAsItIs(stream: PictureStream, pps: ReadonlyMap<number, number> | null): boolean {
  if (stream.family === 'intra' || stream.family === 'av1') return true;
  return pps === null && stream.config.lengthBytes === ownLengthBytes;
}

/**
 * Fits the samples of a fresh chunk into a stream and writes them: slices name their parameter sets by the new ids, units
 * that belong in the sample entry or name a set by its old id (parameter sets, buffering period) are left out, lengths get
 * the stream's width. Costs a look at the head of each unit; the rest is copied, once. Returns the sizes.
 *
 * @param sizes of the samples that `bytes` holds, one behind the other.
 * @throws PW_STREAM_NAL, PW_STREAM_SET, PW_PATCH_SLICES for data partitions and layered streams
 */
export function writeFitted(
  out: ByteWriter,
  stream: PictureStream,
  bytes: Uint8Array,
  sizes: readonly number[],
  pps: ReadonlyMap<number, number> | null,
): readonly number[] {
  let at = 0;
  return sizes.map((size) => {
    const before = out.length;
    writeFittedSample(out, stream, bytes.subarray(at, at + size), pps);
    at += size;
    return out.length - before;
  });
}

function writeFittedSample(
  out: ByteWriter,
  stream: PictureStream,
  sample: Uint8Array,
  pps: ReadonlyMap<number, number> | null,
): void {
  if (stream.family === 'intra' || stream.family === 'av1' || fitsAsItIs(stream, pps)) return out.bytes(sample);
  const units: (readonly Uint8Array[])[] = [];
  for (const { start, end } of nalUnits(sample, ownLengthBytes)) {
    const nal = sample.subarray(start, end);
    const fitted = stream.family === 'h264' ? fittedH264(nal, pps) : fittedHevc(nal, pps);
    if (fitted !== null) units.push(fitted);
  }
  writeSample(out, units, stream.config.lengthBytes);
}

/**
 * Turns the CRA pictures of a sample into BLA_N_LP: decoding starts there, nothing before it is needed and no leading
 * pictures follow. One header byte a slice; the size stays.
 */
export function brokenLink(sample: Uint8Array, lengthBytes: number): Uint8Array {
  const copy = sample.slice();
  for (const { start, end } of nalUnits(sample, lengthBytes)) {
    const nal = sample.subarray(start, end);
    const type = hevcType(nal);
    if (type === hevcTypes.cra || type === hevcTypes.blaWLp || type === hevcTypes.blaWLp + 1) {
      copy.set(retypedHevc(nal.subarray(0, 2), hevcTypes.blaNLp), start);
    }
  }
  return copy;
}

/** A unit in parts; null for one that is left out. */
function fittedH264(nal: Uint8Array, pps: ReadonlyMap<number, number> | null): readonly Uint8Array[] | null {
  const type = h264Type(nal);
  if (type === h264Types.sps || type === h264Types.pps) return null;
  if (type === h264Types.sei && nal[1] === 0) return null;
  const isPartition = type >= h264Types.partitionA && type <= h264Types.partitionC;
  if (isPartition || type === h264Types.auxiliarySlice || type === h264Types.extensionSlice) {
    throw new PatchworkError('PW_PATCH_SLICES', `the piece holds H.264 units of type ${type}`, {
      hint: 'Encode it without data partitions, alpha and layers.',
      details: { type },
    });
  }
  if (pps === null || (type !== h264Types.slice && type !== h264Types.idrSlice)) return [nal];
  return renumberedSlice(nal, 1, pps, copyH264Start);
}

/** Before the id: first_mb_in_slice, slice_type. */
function copyH264Start(from: BitReader, to: BitWriter): void {
  to.ue(from.ue());
  to.ue(from.ue());
}

function fittedHevc(nal: Uint8Array, pps: ReadonlyMap<number, number> | null): readonly Uint8Array[] | null {
  const type = hevcType(nal);
  if (type >= hevcTypes.vps && type <= hevcTypes.pps) return null;
  // Buffering period and active parameter sets name an SPS and a VPS.
  if (type === hevcTypes.prefixSei && (nal[2] === 0 || nal[2] === 129)) return null;
  if (pps === null || type > hevcTypes.lastSlice) return [nal];
  return renumberedSlice(nal, 2, pps, (from, to) => {
    // Before the id: first_slice_segment_in_pic_flag, and in pictures that start decoding no_output_of_prior_pics_flag.
    to.copy(from, 1);
    if (type >= hevcTypes.blaWLp && type <= 23) to.copy(from, 1);
  });
}
