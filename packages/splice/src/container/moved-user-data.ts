import { ByteWriter } from '../bytes/byte-writer.ts';
import { movedTick, type PictureMove } from './picture-move.ts';

/**
 * Tells whether bytes hold an item location box, at whatever depth. The four letters alone also stand in words
 * (`kilocycles`): before a box stands its size, which fits, and behind its type a version and flags, which are zero.
 */
export function holdsItems(bytes: Uint8Array): boolean {
  const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = found.indexOf('iloc', 4, 'latin1'); at !== -1; at = found.indexOf('iloc', at + 1, 'latin1')) {
    const size = found.readUInt32BE(at - 4);
    // The size follows in 64 bits.
    if (size === 1) return true;
    if (size >= 14 && at - 4 + size <= found.length && found.readUIntBE(at + 5, 3) === 0) return true;
  }
  return false;
}

/** Chapters that would change their order are not sure to mean what they meant. */
export function ascending(frameAt: (frame: number) => number | null): (frame: number) => number | null {
  let last = -1;
  return (frame) => {
    const now = frameAt(frame);
    if (now === null || now <= last) return null;
    last = now;
    return now;
  };
}

/** User data with its list of chapters (`chpl`) moved, or without it where that cannot be. */
export function movedUserData(
  content: Uint8Array,
  move: PictureMove,
): { readonly bytes: Uint8Array; readonly isLost: boolean } {
  const out = new ByteWriter(content.length + 8);
  let isLost = false;
  out.box('udta', () => {
    const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
    let at = 0;
    while (content.length - at >= 8) {
      const size = view.getUint32(at);
      // An end mark, or something that is no box: kept as it is.
      if (size < 8 || at + size > content.length) break;
      const box = content.subarray(at, at + size);
      const moved = Buffer.from(box).toString('latin1', 4, 8) === 'chpl' ? movedList(box, move) : box;
      if (moved === null) isLost = true;
      else out.bytes(moved);
      at += size;
    }
    out.bytes(content.subarray(at));
  });
  return { bytes: out.toBytes(), isLost };
}

/** Version and flags; in version 1 four bytes more; a count; of each chapter a time in 100 ns, a length and a title. */
function movedList(box: Uint8Array, { rate, frames, frameAt }: PictureMove): Uint8Array | null {
  const copy = box.slice();
  const view = new DataView(copy.buffer);
  let at = 8 + 4 + (copy[8] === 0 ? 0 : 4);
  const count = copy[at] ?? 0;
  at += 1;
  for (let i = 0; i < count; i++) {
    if (at + 9 > copy.length) return null;
    const start = movedTick(view.getBigUint64(at), 10_000_000, rate, i === 0 ? () => 0 : frameAt);
    if (start === null || start * BigInt(rate.num) >= BigInt(frames) * BigInt(rate.den) * 10_000_000n) return null;
    view.setBigUint64(at, start);
    at += 9 + (copy[at + 8] ?? 0);
  }
  return at <= copy.length ? copy : null;
}
