import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * Bytes by which an ISO-BMFF file's top boxes reach past its end: 0 for a whole file, and for any other kind of file.
 * ISO/IEC 14496-12 4.2: size (4), type (4), and where size is 1 a 64-bit size (8); size 0 runs to the end.
 */
export function missingBytes(path: string): number {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
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
  } finally {
    closeSync(descriptor);
  }
}
