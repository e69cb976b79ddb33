import { PatchworkError } from '@patchwork/kernel';
import { BitReader, BitWriter } from './bits.ts';
import { escaped, unescaped } from './nal.ts';
import type { PictureFormat } from './picture-format.ts';

/** NAL unit types of H.264 (ITU-T H.264, table 7-1). */
export const h264Types = {
  slice: 1,
  partitionA: 2,
  partitionC: 4,
  idrSlice: 5,
  sei: 6,
  sps: 7,
  pps: 8,
  aud: 9,
  auxiliarySlice: 19,
  extensionSlice: 20,
} as const;

/** Type of an H.264 NAL unit, from its first byte. */
export function h264Type(nal: Uint8Array): number {
  return (nal[0] ?? 0) & 31;
}

/** Content of an `avcC` box (ISO 14496-15, 5.3.3). */
export interface AvcConfig {
  readonly lengthBytes: number;
  /** Whole NAL units. */
  readonly sps: readonly Uint8Array[];
  readonly pps: readonly Uint8Array[];
  /** Chroma format, depths and SPS extensions, as written for the high profiles; kept. */
  readonly trailer: Uint8Array;
  /** Profile, compatibility, level. */
  readonly head: Uint8Array;
}

/** Reads an `avcC`. @throws PW_STREAM_CONFIG */
export function readAvcConfig(bytes: Uint8Array): AvcConfig {
  let at = 5;
  const need = (count: number): void => {
    if (at + count > bytes.length) throw configError('avcC', bytes.length);
  };
  const lists: Uint8Array[][] = [];
  need(0);
  if (bytes[0] !== 1) throw configError('avcC', bytes.length);
  for (const mask of [31, 255]) {
    need(1);
    const count = (bytes[at] ?? 0) & mask;
    at += 1;
    const list: Uint8Array[] = [];
    for (let i = 0; i < count; i++) {
      need(2);
      const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
      at += 2;
      need(length);
      list.push(bytes.slice(at, at + length));
      at += length;
    }
    lists.push(list);
  }
  return {
    lengthBytes: ((bytes[4] ?? 0) & 3) + 1,
    sps: lists[0] ?? [],
    pps: lists[1] ?? [],
    trailer: bytes.slice(at),
    head: bytes.slice(1, 4),
  };
}

/** Writes an `avcC`. @throws PW_STREAM_CONFIG for more than 31 SPS or 255 PPS */
export function writeAvcConfig(config: AvcConfig): Uint8Array {
  if (config.sps.length > 31 || config.pps.length > 255)
    throw configError('avcC', config.sps.length + config.pps.length);
  const parts: number[] = [1, ...config.head, 0xfc | (config.lengthBytes - 1), 0xe0 | config.sps.length];
  for (const set of config.sps) parts.push(set.length >> 8, set.length & 255, ...set);
  parts.push(config.pps.length);
  for (const set of config.pps) parts.push(set.length >> 8, set.length & 255, ...set);
  return Uint8Array.from([...parts, ...config.trailer]);
}

/** Builds the error for a decoder configuration that cannot be read. */
export function configError(box: string, size: number): PatchworkError {
  return new PatchworkError('PW_STREAM_CONFIG', `the decoder configuration (${box}, ${size}) cannot be read`, {
    hint: 'The file is damaged, or its codec is none that can be patched.',
    details: { box, size },
  });
}

/** Profiles whose SPS says chroma format and bit depth. */
const highProfiles: readonly number[] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/** An SPS as read: its id and what it says of the pictures. */
export interface H264Sps {
  readonly id: number;
  readonly format: PictureFormat;
}

/** Reads a sequence parameter set (7.3.2.1.1 and E.1). @throws PW_STREAM_SHORT, PW_STREAM_VALUE */
export function readH264Sps(nal: Uint8Array): H264Sps {
  const bits = new BitReader(unescaped(nal.subarray(1)));
  const { id, format } = readSpsBody(bits);
  return { id, format: { ...format, ...readVui(bits) } };
}

/** Bits of an SPS, its NAL header left out, in front of `vui_parameters_present_flag`. @throws PW_STREAM_SHORT, PW_STREAM_VALUE */
export function vuiPosition(rbsp: Uint8Array): number {
  const bits = new BitReader(rbsp);
  readSpsBody(bits);
  return bits.position;
}

/** All of an SPS in front of its VUI. */
function readSpsBody(bits: BitReader): { readonly id: number; readonly format: Omit<PictureFormat, keyof Vui> } {
  const profile = bits.bits(8);
  bits.bits(8);
  const level = bits.bits(8);
  const id = bits.ue();
  const depths = highProfiles.includes(profile) ? readDepths(bits) : { chroma: 1, bitDepth: 8, separate: false };
  bits.ue(); // log2_max_frame_num
  skipPictureOrder(bits);
  const references = bits.ue();
  bits.bit();
  const widthInBlocks = bits.ue() + 1;
  const heightInUnits = bits.ue() + 1;
  const progressive = bits.flag();
  if (!progressive) bits.bit();
  bits.bit();
  const unitX = depths.chroma === 1 || depths.chroma === 2 ? 2 : 1;
  const unitY = (depths.chroma === 1 ? 2 : 1) * (progressive ? 1 : 2);
  let cropX = 0;
  let cropY = 0;
  if (bits.flag()) {
    cropX = (bits.ue() + bits.ue()) * unitX;
    cropY = (bits.ue() + bits.ue()) * unitY;
  }
  return {
    id,
    format: {
      codec: 'h264',
      profile,
      level,
      width: widthInBlocks * 16 - cropX,
      height: heightInUnits * 16 * (progressive ? 1 : 2) - cropY,
      chroma: depths.chroma,
      bitDepth: depths.bitDepth,
      progressive,
      references,
    },
  };
}

function readDepths(bits: BitReader): { readonly chroma: number; readonly bitDepth: number } {
  const chroma = bits.ue();
  if (chroma === 3) bits.bit();
  const bitDepth = bits.ue() + 8;
  bits.ue();
  bits.bit();
  if (bits.flag()) {
    for (let i = 0; i < (chroma === 3 ? 12 : 8); i++) if (bits.flag()) skipScalingList(bits, i < 6 ? 16 : 64);
  }
  return { chroma, bitDepth };
}

function skipScalingList(bits: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let i = 0; i < size; i++) {
    if (next !== 0) next = (last + bits.se() + 256) % 256;
    last = next === 0 ? last : next;
  }
}

function skipPictureOrder(bits: BitReader): void {
  const kind = bits.ue();
  if (kind === 0) bits.ue();
  else if (kind === 1) {
    bits.bit();
    bits.se();
    bits.se();
    const count = bits.ue();
    for (let i = 0; i < count; i++) bits.se();
  }
}

type Vui = Pick<PictureFormat, 'primaries' | 'transfer' | 'matrix' | 'fullRange' | 'reorder'>;

function readVui(bits: BitReader): Vui {
  let vui: Vui = { primaries: 2, transfer: 2, matrix: 2, fullRange: null, reorder: null };
  if (!bits.flag()) return vui;
  if (bits.flag() && bits.bits(8) === 255) bits.skip(32);
  if (bits.flag()) bits.bit();
  if (bits.flag()) {
    bits.bits(3);
    vui = { ...vui, fullRange: bits.flag() };
    if (bits.flag()) vui = { ...vui, primaries: bits.bits(8), transfer: bits.bits(8), matrix: bits.bits(8) };
  }
  if (bits.flag()) {
    bits.ue();
    bits.ue();
  }
  if (bits.flag()) bits.skip(65);
  const nalHrd = bits.flag();
  if (nalHrd) skipHrd(bits);
  const vclHrd = bits.flag();
  if (vclHrd) skipHrd(bits);
  if (nalHrd || vclHrd) bits.bit();
  bits.bit();
  if (bits.flag()) {
    bits.bit();
    for (let i = 0; i < 4; i++) bits.ue();
    vui = { ...vui, reorder: bits.ue() };
  }
  return vui;
}

function skipHrd(bits: BitReader): void {
  const count = bits.ue() + 1;
  bits.skip(8);
  for (let i = 0; i < count; i++) {
    bits.ue();
    bits.ue();
    bits.bit();
  }
  bits.skip(20);
}

/** Ids in a picture parameter set: its own and its SPS's. */
export function readH264PpsIds(nal: Uint8Array): { readonly id: number; readonly sps: number } {
  const bits = new BitReader(unescaped(nal.subarray(1)));
  return { id: bits.ue(), sps: bits.ue() };
}

/** The same SPS under another id. */
export function renumberedH264Sps(nal: Uint8Array, id: number): Uint8Array {
  return rewritten(nal, 1, (from, to) => {
    to.copy(from, 24);
    from.ue();
    to.ue(id);
  });
}

/** The same PPS under another id, naming another SPS. */
export function renumberedH264Pps(nal: Uint8Array, id: number, sps: number): Uint8Array {
  return rewritten(nal, 1, (from, to) => {
    from.ue();
    from.ue();
    to.ue(id);
    to.ue(sps);
  });
}

/**
 * Rewrites the beginning of a parameter set and moves the rest, bit by bit, up to and with its stop bit.
 * `headerBytes` of NAL header are kept.
 */
export function rewritten(
  nal: Uint8Array,
  headerBytes: number,
  head: (from: BitReader, to: BitWriter) => void,
): Uint8Array {
  const rbsp = unescaped(nal.subarray(headerBytes));
  const from = new BitReader(rbsp);
  const to = new BitWriter();
  head(from, to);
  to.copy(from, lastOneBit(rbsp) + 1 - from.position);
  return Uint8Array.from([...nal.subarray(0, headerBytes), ...escaped(to.toBytes())]);
}

/** Position of the stop bit. */
function lastOneBit(bytes: Uint8Array): number {
  for (let i = bytes.length - 1; i >= 0; i--) {
    const byte = bytes[i] ?? 0;
    if (byte !== 0) return i * 8 + 7 - Math.log2(byte & -byte);
  }
  return -1;
}
