import type { Sha256 } from '@patchwork/kernel';

/**
 * Parts of an undo journal. `HEAD` begins a change · `OLD ` holds bytes that are about to be overwritten · `ARM ` says that
 * all of them are durable · `DONE` names the entry of the new version · `BACK` says that it is being taken back.
 */
export const frameTypes = ['HEAD', 'OLD ', 'ARM ', 'DONE', 'BACK'] as const;
/** One of {@link frameTypes}. */
export type FrameType = (typeof frameTypes)[number];

/** Type and length of the payload. */
export const frameHeadBytes = 8;
/** SHA-256 of head and payload. */
export const frameSumBytes = 32;

/** Writes a frame: type, length, payload, and a checksum of all three. */
export function encodeFrame(type: FrameType, payload: Uint8Array, sha256: Sha256): Uint8Array {
  const frame = new Uint8Array(frameHeadBytes + payload.length + frameSumBytes);
  frame.set(new TextEncoder().encode(type), 0);
  new DataView(frame.buffer).setUint32(4, payload.length);
  frame.set(payload, frameHeadBytes);
  const sum = sha256(frame.subarray(0, frameHeadBytes + payload.length));
  frame.set(Buffer.from(sum, 'hex'), frameHeadBytes + payload.length);
  return frame;
}

/** A frame whose payload is JSON. */
export function jsonFrame(
  type: FrameType,
  value: { readonly [key: string]: string | number },
  sha256: Sha256,
): Uint8Array {
  return encodeFrame(type, new TextEncoder().encode(JSON.stringify(value)), sha256);
}
