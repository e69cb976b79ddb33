import type { CodedGroup, EncoderOutput } from './encoder-output.ts';
import { encoderFault } from './encoder-name.ts';
import { rasterFormat } from '../frame/raster.ts';

/** OBU types that matter here. AV1 6.2.2. */
const obuType = { sequenceHeader: 1, temporalDelimiter: 2, padding: 15 } as const;

/** A chunk of SVT-AV1's packets: temporal units without their delimiters. @throws PW_MEDIA_ENCODER */
export function av1Group({ packets, video }: EncoderOutput): CodedGroup {
  const units = packets.map((packet) => obusOf(packet.data));
  const header = units[0]?.find((obu) => obu.type === obuType.sequenceHeader);
  if (header === undefined) throw encoderFault('av1', 'a chunk does not begin with a sequence header');
  const samples = units.map((list, index) => ({
    data: Buffer.concat(
      list
        .filter((obu) => obu.type !== obuType.temporalDelimiter && obu.type !== obuType.padding)
        .map((obu) => obu.bytes),
    ),
    starts: packets[index]?.key === true,
  }));
  return { config: av1Config(header, video.pixelFormat), samples };
}

interface Obu {
  readonly type: number;
  /** Header and size included. */
  readonly bytes: Uint8Array;
  /** Content alone. */
  readonly content: Uint8Array;
}

/** The OBUs of a temporal unit. Every one must say its size. */
function obusOf(unit: Uint8Array): readonly Obu[] {
  const list: Obu[] = [];
  let at = 0;
  while (at < unit.length) {
    const start = at;
    const header = unit[at] ?? 0;
    at += (header & 4) === 0 ? 1 : 2;
    if ((header & 2) === 0) throw encoderFault('av1', 'an OBU does not say its size');
    let size = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = unit[at] ?? 0;
      at += 1;
      size += (byte & 127) << shift;
      if (byte < 128) break;
    }
    if (at + size > unit.length) throw encoderFault('av1', 'an OBU is longer than its packet');
    list.push({
      type: (header >> 3) & 15,
      bytes: unit.subarray(start, at + size),
      content: unit.subarray(at, at + size),
    });
    at += size;
  }
  return list;
}

/**
 * The decoder configuration record (`av1C` content) of a sequence header; AV1-ISOBMFF 2.3.3. Profile and level are read at
 * their fixed places, which the first seven bits vouch for: no still picture, no reduced header, no timing, no delays, one
 * operating point.
 */
function av1Config(header: Obu, pixelFormat: string): Buffer {
  const [first = 0, second = 0, , fourth = 0] = header.content;
  if ((first & 0b0001_1110) !== 0 || (((first & 1) << 4) | (second >> 4)) !== 0) {
    throw encoderFault('av1', 'the sequence header is of a kind that was not asked for');
  }
  const profile = first >> 5;
  // profile 3, still 1, reduced 1, timing 1, delay 1, points 5, idc 12: the level's five bits begin at bit 24.
  const level = fourth >> 3;
  const tier = level > 7 ? (fourth >> 2) & 1 : 0;
  const { depth, xShift, yShift } = rasterFormat(pixelFormat);
  // The chroma samples stand left, as every encoder here is told.
  const shape = (tier << 7) | (depth > 8 ? 0x40 : 0) | (xShift << 3) | (yShift << 2) | 1;
  return Buffer.concat([Buffer.from([0x81, (profile << 5) | level, shape, 0]), header.bytes]);
}
