import type { CodedGroup, CodedSample, EncoderOutput } from './encoder-output.ts';
import { encoderFault } from './encoder-name.ts';
import { lengthPrefixed, seiMessagesOf, splitAnnexB, unescapedNal, userDataUnregistered } from './nal.ts';
import { chromaFormat, rasterFormat } from '../frame/raster.ts';
import type { EncodedPacket } from './video-encoder.ts';
import { x265Pins } from './x265-names.ts';

/** HEVC NAL unit types that matter here. ITU-T H.265 table 7-1. */
const hevcType = { idrWithLeading: 19, idr: 20, cra: 21, vps: 32, sps: 33, pps: 34, delimiter: 35, sei: 39 } as const;

const parameterSets: readonly number[] = [hevcType.vps, hevcType.sps, hevcType.pps];
/** Bytes of a NAL unit's header. */
const headerBytes = 2;

function typeOf(nal: Uint8Array): number {
  return ((nal[0] ?? 0) >> 1) & 63;
}

/** A chunk of x265's packets. @throws PW_MEDIA_ENCODER */
export function hevcGroup({ extradata, packets, video }: EncoderOutput): CodedGroup {
  const nals = splitAnnexB(extradata);
  checkPins(nals);
  const [vps, sps, pps] = parameterSets.map((type) => onlyOne(nals, type));
  if (vps === undefined || sps === undefined || pps === undefined) throw new TypeError('three kinds of sets');
  const format = rasterFormat(video.pixelFormat);
  const config = hevcConfig([vps, sps, pps], format.depth, chromaFormat(format));
  return { config, samples: packets.map((packet) => hevcSample(packet, config)) };
}

function onlyOne(nals: readonly Uint8Array[], type: number): Uint8Array {
  const found = nals.filter((nal) => typeOf(nal) === type);
  const [one] = found;
  if (found.length === 1 && one !== undefined) return one;
  throw encoderFault('hevc', `${found.length} parameter sets of type ${type} instead of one`);
}

/**
 * The decoder configuration record (`hvcC` content) of one set each. ISO/IEC 14496-15 8.3.3.1: version · the 12 bytes of
 * profile, tier and level as in the SPS · no word on segmentation and parallelism · chroma and depths · no word on the
 * frame rate · layers, nesting and 4-byte lengths · an array a type, complete.
 */
function hevcConfig(sets: readonly [Uint8Array, Uint8Array, Uint8Array], depth: number, chroma: number): Buffer {
  const sps = unescapedNal(sets[1], headerBytes);
  const [first = 0] = sps;
  const layers = ((first >> 1) & 7) + 1;
  const nested = first & 1;
  const bits = 0xf8 | (depth - 8);
  const head = [
    1,
    ...sps.slice(1, 13),
    0xf0,
    0,
    0xfc,
    0xfc | chroma,
    bits,
    bits,
    0,
    0,
    (layers << 3) | (nested << 2) | 3,
  ];
  const arrays = sets.map((nal) =>
    Buffer.concat([Buffer.from([0x80 | typeOf(nal), 0, 1, nal.length >> 8, nal.length & 255]), nal]),
  );
  return Buffer.concat([Buffer.from([...head, sets.length]), ...arrays]);
}

/** Without parameter sets (they must be the configuration's own), delimiters and the encoder's words. */
function hevcSample(packet: EncodedPacket, config: Buffer): CodedSample {
  const kept: Uint8Array[] = [];
  let starts = false;
  for (const nal of splitAnnexB(packet.data)) {
    const type = typeOf(nal);
    if (parameterSets.includes(type)) {
      if (config.includes(Buffer.from(nal))) continue;
      throw encoderFault('hevc', 'a packet carries parameter sets that differ from the configuration');
    }
    if (type === hevcType.cra) throw encoderFault('hevc', 'a chunk has an open group of pictures');
    if (type === hevcType.idrWithLeading || type === hevcType.idr) starts = true;
    if (type !== hevcType.delimiter && !isUserData(nal)) kept.push(nal);
  }
  return { data: lengthPrefixed(kept), starts };
}

function isUserData(nal: Uint8Array): boolean {
  if (typeOf(nal) !== hevcType.sei) return false;
  const messages = seiMessagesOf(unescapedNal(nal, headerBytes));
  const user = messages.filter((message) => message.type === userDataUnregistered).length;
  if (user === 0 || user === messages.length) return user > 0;
  throw encoderFault('hevc', 'one SEI unit mixes user data with other messages');
}

/**
 * The text that x265 writes of itself, empty where there is none: a 16-byte UUID, then
 * `x265 (build 215) - 4.1:[Linux][GCC][64 bit] … - options: cpuid=1111039 frame-threads=1 …`.
 */
export function x265Settings(nals: readonly Uint8Array[]): string {
  for (const nal of nals) {
    if (typeOf(nal) !== hevcType.sei) continue;
    for (const { type, payload } of seiMessagesOf(unescapedNal(nal, headerBytes))) {
      const text = type === userDataUnregistered ? Buffer.from(payload.subarray(16)).toString('latin1') : '';
      if (text.startsWith('x265 ')) return text;
    }
  }
  return '';
}

/** The options that x265 says it ran with, as far as they decide whether the same pictures are the same bytes. */
function checkPins(nals: readonly Uint8Array[]): void {
  const words = x265Settings(nals).split(' ');
  for (const pin of x265Pins) {
    if (!words.includes(pin)) throw encoderFault('hevc', `it does not say that it ran with ${pin}`);
  }
}
