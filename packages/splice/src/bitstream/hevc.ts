import { BitReader } from './bits.ts';
import { configError, rewritten } from './h264.ts';
import { unescaped } from './nal.ts';
import type { PictureFormat } from './picture-format.ts';

/** NAL unit types of HEVC (ITU-T H.265, table 7-1). */
export const hevcTypes = {
  radlN: 6,
  raslR: 9,
  blaWLp: 16,
  blaNLp: 18,
  idrWRadl: 19,
  idrNLp: 20,
  cra: 21,
  lastSlice: 31,
  vps: 32,
  sps: 33,
  pps: 34,
  prefixSei: 39,
} as const;

/** Type of an HEVC NAL unit, from its first byte. */
export function hevcType(nal: Uint8Array): number {
  return ((nal[0] ?? 0) >> 1) & 63;
}

/** The same unit with another type: one header byte. */
export function retypedHevc(nal: Uint8Array, type: number): Uint8Array {
  const copy = nal.slice();
  copy[0] = ((copy[0] ?? 0) & 0x81) | (type << 1);
  return copy;
}

/** Content of an `hvcC` box (ISO 14496-15, 8.3.3). */
export interface HevcConfig {
  readonly lengthBytes: number;
  /** Everything before the arrays: 22 bytes. */
  readonly head: Uint8Array;
  readonly arrays: readonly HevcArray[];
}

/** The units of one type in an `hvcC`. */
export interface HevcArray {
  /** Completeness bit and type, as written. */
  readonly kind: number;
  readonly units: readonly Uint8Array[];
}

/** Reads an `hvcC`. @throws PW_STREAM_CONFIG */
export function readHevcConfig(bytes: Uint8Array): HevcConfig {
  if (bytes.length < 23 || bytes[0] !== 1) throw configError('hvcC', bytes.length);
  let at = 23;
  const u16 = (): number => {
    if (at + 2 > bytes.length) throw configError('hvcC', bytes.length);
    at += 2;
    return ((bytes[at - 2] ?? 0) << 8) | (bytes[at - 1] ?? 0);
  };
  const arrays: HevcArray[] = [];
  for (let i = 0; i < (bytes[22] ?? 0); i++) {
    if (at >= bytes.length) throw configError('hvcC', bytes.length);
    const kind = bytes[at] ?? 0;
    at += 1;
    const count = u16();
    const units: Uint8Array[] = [];
    for (let k = 0; k < count; k++) {
      const length = u16();
      if (at + length > bytes.length) throw configError('hvcC', bytes.length);
      units.push(bytes.slice(at, at + length));
      at += length;
    }
    arrays.push({ kind, units });
  }
  return { lengthBytes: ((bytes[21] ?? 0) & 3) + 1, head: bytes.slice(0, 22), arrays };
}

/** Writes an `hvcC`. */
export function writeHevcConfig(config: HevcConfig): Uint8Array {
  const parts: number[] = [...config.head, config.arrays.length];
  for (const { kind, units } of config.arrays) {
    parts.push(kind, units.length >> 8, units.length & 255);
    for (const unit of units) parts.push(unit.length >> 8, unit.length & 255, ...unit);
  }
  return Uint8Array.from(parts);
}

/** The units of a type. */
export function hevcUnits(config: HevcConfig, type: number): readonly Uint8Array[] {
  return config.arrays.filter((array) => (array.kind & 63) === type).flatMap((array) => array.units);
}

/** Id of a video parameter set: the first 4 bits behind the header. */
export function hevcVpsId(nal: Uint8Array): number {
  return (nal[2] ?? 0) >> 4;
}

/** The same VPS under another id. */
export function renumberedHevcVps(nal: Uint8Array, id: number): Uint8Array {
  return rewritten(nal, 2, (from, to) => {
    from.bits(4);
    to.bits(id, 4);
  });
}

/** The same SPS under another id, naming another VPS. */
export function renumberedHevcSps(nal: Uint8Array, id: number, vps: number): Uint8Array {
  return rewritten(nal, 2, (from, to) => {
    from.bits(4);
    to.bits(vps, 4);
    const layers = from.bits(3);
    to.bits(layers, 3);
    to.copy(from, 1);
    const start = from.position;
    const probe = new BitReader(unescaped(nal.subarray(2)));
    probe.skip(start);
    skipProfileTierLevel(probe, layers);
    to.copy(from, probe.position - start);
    from.ue();
    to.ue(id);
  });
}

/** The same PPS under another id, naming another SPS. */
export function renumberedHevcPps(nal: Uint8Array, id: number, sps: number): Uint8Array {
  return rewritten(nal, 2, (from, to) => {
    from.ue();
    from.ue();
    to.ue(id);
    to.ue(sps);
  });
}

/** Ids in a picture parameter set: its own and its SPS's. */
export function readHevcPpsIds(nal: Uint8Array): { readonly id: number; readonly sps: number } {
  const bits = new BitReader(unescaped(nal.subarray(2)));
  return { id: bits.ue(), sps: bits.ue() };
}

/** An SPS as read. */
export interface HevcSps {
  readonly id: number;
  readonly vps: number;
  readonly format: PictureFormat;
}

/** Reads a sequence parameter set (7.3.2.2 and E.2.1, up to the colours). @throws PW_STREAM_SHORT, PW_STREAM_VALUE */
export function readHevcSps(nal: Uint8Array): HevcSps {
  const bits = new BitReader(unescaped(nal.subarray(2)));
  const { id, vps, format } = readSpsBody(bits);
  return { id, vps, format: { ...format, ...readVui(bits) } };
}

/** Where in an SPS without header and escapes `vui_parameters_present_flag` stands, in bits. @throws as {@link readHevcSps} */
export function hevcVuiPosition(rbsp: Uint8Array): number {
  const bits = new BitReader(rbsp);
  readSpsBody(bits);
  return bits.position;
}

/** All of an SPS in front of its VUI. */
function readSpsBody(
  bits: BitReader,
): Pick<HevcSps, 'id' | 'vps'> & { readonly format: Omit<PictureFormat, keyof ReturnType<typeof readVui>> } {
  const vps = bits.bits(4);
  const layers = bits.bits(3);
  bits.bit();
  const general = skipProfileTierLevel(bits, layers);
  const id = bits.ue();
  const chroma = bits.ue();
  if (chroma === 3) bits.bit();
  let width = bits.ue();
  let height = bits.ue();
  if (bits.flag()) {
    width -= (bits.ue() + bits.ue()) * (chroma === 1 || chroma === 2 ? 2 : 1);
    height -= (bits.ue() + bits.ue()) * (chroma === 1 ? 2 : 1);
  }
  const bitDepth = bits.ue() + 8;
  bits.ue();
  const orderBits = bits.ue() + 4;
  const orderings = bits.flag() ? layers + 1 : 1;
  let references = 0;
  let reorder = 0;
  for (let i = 0; i < orderings; i++) {
    references = bits.ue();
    reorder = bits.ue();
    bits.ue();
  }
  skipCoding(bits, chroma);
  skipReferences(bits, orderBits);
  bits.bits(2);
  const format = { codec: 'hevc' as const, ...general, width, height, chroma, bitDepth, references, reorder };
  return { id, vps, format };
}

/** profile_tier_level (7.3.3): 88 bits of profile, 8 of level, then what sub-layers add. */
function skipProfileTierLevel(
  bits: BitReader,
  layers: number,
): { readonly profile: number; readonly level: number; readonly progressive: boolean } {
  bits.bits(3);
  const profile = bits.bits(5);
  bits.skip(32);
  const progressive = bits.flag();
  const interlaced = bits.flag();
  bits.skip(46);
  const level = bits.bits(8);
  const present: boolean[][] = [];
  for (let i = 0; i < layers; i++) present.push([bits.flag(), bits.flag()]);
  if (layers > 0) bits.skip((8 - layers) * 2);
  for (const [hasProfile, hasLevel] of present) bits.skip((hasProfile === true ? 88 : 0) + (hasLevel === true ? 8 : 0));
  return { profile, level, progressive: progressive || !interlaced };
}

function skipCoding(bits: BitReader, chroma: number): void {
  for (let i = 0; i < 6; i++) bits.ue();
  if (bits.flag() && bits.flag()) skipScalingLists(bits, chroma);
  bits.bits(2);
  if (bits.flag()) {
    bits.bits(8);
    bits.ue();
    bits.ue();
    bits.bit();
  }
}

function skipScalingLists(bits: BitReader, chroma: number): void {
  for (let size = 0; size < 4; size++) {
    for (let matrix = 0; matrix < 6; matrix += size === 3 && chroma !== 3 ? 3 : 1) {
      if (!bits.flag()) {
        bits.ue();
        continue;
      }
      if (size > 1) bits.se();
      for (let i = 0; i < Math.min(64, 1 << (4 + 2 * size)); i++) bits.se();
    }
  }
}

/** Short-term sets (7.3.7) and long-term pictures. */
function skipReferences(bits: BitReader, orderBits: number): void {
  const count = bits.ue();
  let before = 0;
  for (let i = 0; i < count; i++) {
    if (i > 0 && bits.flag()) {
      bits.bit();
      bits.ue();
      let kept = 0;
      for (let k = 0; k <= before; k++) if (bits.flag() || bits.flag()) kept += 1;
      before = kept;
    } else {
      before = bits.ue() + bits.ue();
      for (let k = 0; k < before; k++) {
        bits.ue();
        bits.bit();
      }
    }
  }
  if (bits.flag()) {
    const pictures = bits.ue();
    for (let i = 0; i < pictures; i++) bits.skip(orderBits + 1);
  }
}

function readVui(bits: BitReader): Pick<PictureFormat, 'primaries' | 'transfer' | 'matrix' | 'fullRange'> {
  const unsaid = { primaries: 2, transfer: 2, matrix: 2, fullRange: null };
  if (!bits.flag()) return unsaid;
  if (bits.flag() && bits.bits(8) === 255) bits.skip(32);
  if (bits.flag()) bits.bit();
  if (!bits.flag()) return unsaid;
  bits.bits(3);
  const fullRange = bits.flag();
  if (!bits.flag()) return { ...unsaid, fullRange };
  return { primaries: bits.bits(8), transfer: bits.bits(8), matrix: bits.bits(8), fullRange };
}
