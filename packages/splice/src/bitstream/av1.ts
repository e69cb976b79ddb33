import { BitReader } from './bits.ts';
import { configError } from './h264.ts';
import type { PictureFormat } from './picture-format.ts';

/** OBU types of AV1 (6.2.2). */
export const obuTypes = { sequenceHeader: 1, temporalDelimiter: 2, frameHeader: 3, frame: 6 } as const;

/** A place in a sample: one OBU. */
export interface Obu {
  readonly type: number;
  readonly start: number;
  /** Where the content begins. */
  readonly body: number;
  readonly end: number;
}

/**
 * Lists the OBUs of a sample; one without a size runs to the end. `sizeBytes` is the whole sample's when only its head is
 * at hand; the last OBU listed then begins in the head.
 *
 * @throws PW_STREAM_CONFIG when a size does not fit
 */
export function obus(sample: Uint8Array, sizeBytes: number = sample.length): readonly Obu[] {
  const list: Obu[] = [];
  let at = 0;
  while (at < sample.length) {
    const start = at;
    const header = sample[at] ?? 0;
    at += (header & 4) === 0 ? 1 : 2;
    let size = sizeBytes - at;
    if ((header & 2) !== 0) {
      size = 0;
      for (let shift = 0; shift < 56; shift += 7) {
        const byte = sample[at] ?? 0;
        at += 1;
        size += (byte & 127) * 2 ** shift;
        if (byte < 128) break;
      }
    }
    if (at + size > sizeBytes) throw configError('OBU', sizeBytes);
    list.push({ type: (header >> 3) & 15, start, body: at, end: at + size });
    at += size;
  }
  return list;
}

/** The sequence header in an `av1C`; null when the box holds none. */
export function sequenceHeaderOf(av1C: Uint8Array): Uint8Array | null {
  const content = av1C.subarray(4);
  const found = obus(content).find((obu) => obu.type === obuTypes.sequenceHeader);
  return found === undefined ? null : content.subarray(found.body, found.end);
}

/** Tells whether a sample is a key frame that shows itself and carries its sequence header: decoding can start there. */
export function isAv1KeySample(head: Uint8Array, sizeBytes: number): boolean {
  const list = obus(head, sizeBytes);
  const header = list.find((obu) => obu.type === obuTypes.sequenceHeader);
  const frame = list.find((obu) => obu.type === obuTypes.frame || obu.type === obuTypes.frameHeader);
  if (header === undefined || frame === undefined) return false;
  if (readsReducedHeader(head.subarray(header.body, header.end))) return true;
  // show_existing_frame 0, frame_type 0 (key), show_frame 1
  return (head[frame.body] ?? 0) >> 4 === 0b0001;
}

function readsReducedHeader(header: Uint8Array): boolean {
  return ((header[0] ?? 0) & 8) !== 0;
}

/** Reads a sequence header OBU's content (5.5.1). @throws PW_STREAM_SHORT */
export function readAv1Sequence(content: Uint8Array): PictureFormat {
  const bits = new BitReader(content);
  const profile = bits.bits(3);
  bits.bit();
  const reduced = bits.flag();
  const level = reduced ? bits.bits(5) : readOperatingPoints(bits);
  const widthBits = bits.bits(4) + 1;
  const heightBits = bits.bits(4) + 1;
  const width = bits.bits(widthBits) + 1;
  const height = bits.bits(heightBits) + 1;
  if (!reduced && bits.flag()) bits.bits(7);
  bits.bits(3);
  if (!reduced) skipTools(bits);
  bits.bits(3);
  return {
    codec: 'av1',
    profile,
    level,
    width,
    height,
    progressive: true,
    references: 8,
    reorder: 0,
    ...readColor(bits, profile),
  };
}

/** Returns the level of the first operating point. */
function readOperatingPoints(bits: BitReader): number {
  let delayBits = 0;
  if (bits.flag()) {
    bits.skip(64);
    if (bits.flag()) skipUvlc(bits);
    if (bits.flag()) {
      delayBits = bits.bits(5) + 1;
      bits.skip(42);
    }
  }
  const displayDelay = bits.flag();
  const points = bits.bits(5) + 1;
  let first = 0;
  for (let i = 0; i < points; i++) {
    bits.bits(12);
    const level = bits.bits(5);
    if (i === 0) first = level;
    if (level > 7) bits.bit();
    if (delayBits > 0 && bits.flag()) bits.skip(2 * delayBits + 1);
    if (displayDelay && bits.flag()) bits.bits(4);
  }
  return first;
}

function skipUvlc(bits: BitReader): void {
  let zeros = 0;
  while (!bits.flag()) zeros += 1;
  if (zeros < 32) bits.skip(zeros);
}

function skipTools(bits: BitReader): void {
  bits.bits(4);
  const orderHint = bits.flag();
  if (orderHint) bits.bits(2);
  const screenContent = bits.flag() ? 2 : bits.bit();
  if (screenContent > 0 && !bits.flag()) bits.bit();
  if (orderHint) bits.bits(3);
}

function readColor(
  bits: BitReader,
  profile: number,
): Pick<PictureFormat, 'chroma' | 'bitDepth' | 'primaries' | 'transfer' | 'matrix' | 'fullRange'> {
  const high = bits.flag();
  const bitDepth = profile === 2 && high ? (bits.flag() ? 12 : 10) : high ? 10 : 8;
  const mono = profile !== 1 && bits.flag();
  const said = bits.flag();
  const primaries = said ? bits.bits(8) : 2;
  const transfer = said ? bits.bits(8) : 2;
  const matrix = said ? bits.bits(8) : 2;
  const color = { bitDepth, primaries, transfer, matrix };
  if (mono) return { ...color, chroma: 0, fullRange: bits.flag() };
  if (primaries === 1 && transfer === 13 && matrix === 0) return { ...color, chroma: 3, fullRange: true };
  const fullRange = bits.flag();
  if (profile === 0) return { ...color, chroma: 1, fullRange };
  if (profile === 1) return { ...color, chroma: 3, fullRange };
  if (bitDepth < 12) return { ...color, chroma: 2, fullRange };
  return { ...color, chroma: bits.flag() ? (bits.flag() ? 1 : 2) : 3, fullRange };
}
