import { PatchworkError } from '@patchwork/kernel';

/** H.264 NAL unit types that matter here. ITU-T H.264 table 7-1. */
export const nalType = { slice: 1, idr: 5, sei: 6, sps: 7, pps: 8, delimiter: 9 } as const;

/** The type of a NAL unit. */
export function typeOfNal(nal: Uint8Array): number {
  return (nal[0] ?? 0) & 31;
}

/** Splits a byte stream with start codes (H.264 annex B) into its NAL units, in place. */
export function splitAnnexB(bytes: Uint8Array): Uint8Array[] {
  const starts: { code: number; body: number }[] = [];
  for (let at = 0; at + 2 < bytes.length; at += 1) {
    if (bytes[at] === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 1) {
      starts.push({ code: at, body: at + 3 });
      at += 2;
    }
  }
  return starts.map(({ body }, index) => {
    let end = starts[index + 1]?.code ?? bytes.length;
    // trailing_zero_8bits, among them the first byte of a four-byte start code.
    while (end > body && bytes[end - 1] === 0) end -= 1;
    return bytes.subarray(body, end);
  });
}

/** Joins NAL units behind 4-byte big-endian lengths, as MP4 samples hold them. ISO/IEC 14496-15 5.3.2. */
export function lengthPrefixed(nals: readonly Uint8Array[]): Buffer {
  const size = nals.reduce((sum, nal) => sum + 4 + nal.length, 0);
  const sample = Buffer.allocUnsafe(size);
  let at = 0;
  for (const nal of nals) {
    sample.writeUInt32BE(nal.length, at);
    sample.set(nal, at + 4);
    at += 4 + nal.length;
  }
  return sample;
}

/** A NAL unit's payload behind its header, without emulation prevention bytes (00 00 03 becomes 00 00). */
export function unescapedNal(nal: Uint8Array, headerBytes: number): number[] {
  const bytes: number[] = [];
  let zeros = 0;
  for (const byte of nal.subarray(headerBytes)) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    bytes.push(byte);
  }
  return bytes;
}

/** A message of an SEI NAL unit. */
export interface SeiMessage {
  readonly type: number;
  readonly payload: Uint8Array;
}

/** The messages of an SEI NAL unit of H.264. */
export function seiMessages(nal: Uint8Array): SeiMessage[] {
  return seiMessagesOf(unescapedNal(nal, 1));
}

/** The messages in an unescaped SEI payload. H.264 7.3.2.3, H.265 7.3.2.4. */
export function seiMessagesOf(bytes: readonly number[]): SeiMessage[] {
  const messages: SeiMessage[] = [];
  let at = 0;
  const readCount = (): number => {
    let count = 0;
    while (bytes[at] === 255) {
      count += 255;
      at += 1;
    }
    count += bytes[at] ?? 0;
    at += 1;
    return count;
  };
  // The last byte is the stop bit.
  while (at + 1 < bytes.length) {
    const type = readCount();
    const size = readCount();
    messages.push({ type, payload: Uint8Array.from(bytes.slice(at, at + size)) });
    at += size;
  }
  return messages;
}

/** user_data_unregistered: where x264 writes its options. */
export const userDataUnregistered = 5;

/**
 * The text that x264 writes of itself into its first packet, empty where there is none: a 16-byte UUID, then
 * `x264 - core 165 … - options: cabac=1 ref=3 …`.
 */
export function x264Settings(nals: readonly Uint8Array[]): string {
  for (const nal of nals) {
    if (typeOfNal(nal) !== nalType.sei) continue;
    for (const { type, payload } of seiMessages(nal)) {
      const text = type === userDataUnregistered ? Buffer.from(payload.subarray(16)).toString('latin1') : '';
      if (text.startsWith('x264 - ')) return text;
    }
  }
  return '';
}

/**
 * The NAL units that a chunk keeps of a packet: no parameter sets, delimiters or user data. The user data names the
 * encoder's options, among them machine-dependent ones; parameter sets stand in the configuration.
 *
 * @throws PW_MEDIA_ENCODER for an SEI unit that mixes user data with other messages: x264 writes none
 */
export function keptNals(nals: readonly Uint8Array[]): Uint8Array[] {
  return nals.filter((nal) => {
    const type = typeOfNal(nal);
    if (type === nalType.sps || type === nalType.pps || type === nalType.delimiter) return false;
    if (type !== nalType.sei) return true;
    const messages = seiMessages(nal);
    const user = messages.filter((message) => message.type === userDataUnregistered).length;
    if (user > 0 && user < messages.length) {
      throw new PatchworkError('PW_MEDIA_ENCODER', 'the encoder mixed user data with other messages in one SEI unit', {
        hint: 'This build of libx264 is not known to this program; report it.',
      });
    }
    return user === 0;
  });
}

/**
 * The decoder configuration record (`avcC` content) of one SPS and one PPS. ISO/IEC 14496-15 5.3.3.1.
 * `depth` and `chroma` (chroma_format_idc) are written for the high profiles.
 */
export function avcConfig(sps: Uint8Array, pps: Uint8Array, depth: number, chroma: number): Buffer {
  const profile = sps[1] ?? 0;
  const head = Buffer.from([1, profile, sps[2] ?? 0, sps[3] ?? 0, 0xff, 0xe1, sps.length >> 8, sps.length & 255]);
  const middle = Buffer.from([1, pps.length >> 8, pps.length & 255]);
  const high = [100, 110, 122, 144, 244].includes(profile)
    ? Buffer.from([0xfc | chroma, 0xf8 | (depth - 8), 0xf8 | (depth - 8), 0])
    : Buffer.alloc(0);
  return Buffer.concat([head, sps, middle, pps, high]);
}
