import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * Bytes by which a MOV, MP4 or Matroska file is shorter than its own index says: 0 for a whole file, for one that does
 * not say, and for any other kind of file. A demuxer would only see an early end.
 */
export function missingBytes(path: string): number {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const head = Buffer.alloc(64);
    const count = readSync(descriptor, head, 0, head.length, 0);
    const isMatroska = count >= 12 && head.readUInt32BE(0) === 0x1a45dfa3;
    return isMatroska ? missingOfMatroska(head, size) : missingOfBoxes(descriptor, size);
  } finally {
    closeSync(descriptor);
  }
}

/** RFC 8794: an EBML head, then one Segment (18 53 80 67); sizes are variable-length numbers, all ones for unknown. */
function missingOfMatroska(head: Buffer, size: number): number {
  const [headSize, headLength] = vint(head, 4);
  const segment = 4 + headLength + headSize;
  if (segment + 12 > head.length || head.readUInt32BE(segment) !== 0x18538067) return 0;
  const [length, width] = vint(head, segment + 4);
  if (length === 2 ** (7 * width) - 1) return 0;
  return Math.max(0, segment + 4 + width + length - size);
}

/** A variable-length number and its width: as many bytes as the first one has leading zeros, and one. */
function vint(bytes: Buffer, at: number): [value: number, width: number] {
  const first = bytes[at] ?? 0;
  const width = first === 0 ? 8 : Math.clz32(first) - 23;
  let value = first & (0xff >> width);
  for (let index = 1; index < width; index += 1) value = value * 256 + (bytes[at + index] ?? 0);
  return [value, width];
}

/** ISO/IEC 14496-12 4.2: size (4), type (4), and where size is 1 a 64-bit size (8); size 0 runs to the end. */
function missingOfBoxes(descriptor: number, size: number): number {
  const head = Buffer.alloc(16);
  let at = 0;
  while (at + 8 <= size) {
    const count = readSync(descriptor, head, 0, 16, at);
    const type = head.toString('latin1', 4, 8);
    if (!/^[\x20-\x7e\xa9]{4}$/.test(type)) return 0;
    let length = head.readUInt32BE(0);
    if (length === 0) return 0;
    if (length === 1) {
      if (count < 16) return 8;
      length = Number(head.readBigUInt64BE(8));
    }
    if (length < 8) return 0;
    at += length;
  }
  return Math.max(0, at - size);
}
