import { unzlibSync } from 'fflate';
import { decompress } from 'fzstd';
import { makeDecoder } from '../text/globals.ts';
import { withoutFields } from './wire.ts';

/** Largest blob that is unpacked, in bytes; a grade has some kilobytes. */
const maxBlobBytes = 64 * 1024 * 1024;

/** Bytes of hexadecimal text; null for any other text. */
export function bytesOfHex(text: string): Uint8Array | null {
  const hex = text.trim();
  if (hex.length === 0 || hex.length % 2 !== 0 || !/^[0-9a-fA-F]+$/.test(hex)) return null;
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16);
  return bytes;
}

/** Microsecond stamps that change whenever a grade is touched, grabbed or exported, in a clip's grade. */
const clipStamps: ReadonlySet<string> = new Set(['/1/12', '/1/7/12', '/3/12', '/4']);
/** A timeline's grade also holds the timeline's extent. */
const timelineStamps: ReadonlySet<string> = new Set([...clipStamps, '/1/4']);

/** Content size that a zstd frame declares, or null where it declares none (RFC 8878, 3.1.1.1). */
function declaredSize(frame: Uint8Array): number | null {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < 6 || view.getUint32(0, true) !== 0xfd2fb528) return null;
  const descriptor = frame[4] ?? 0;
  const isSingle = (descriptor & 0x20) !== 0;
  const width = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const at = 5 + (isSingle ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  if (width === 0 || at + width > frame.length) return null;
  if (width === 1) return frame[at] ?? 0;
  if (width === 2) return view.getUint16(at, true) + 256;
  return width === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

/** A blob's message: `81` and zstd, or `80` and plain. Null for other forms and for what claims too much. */
export function messageOfBlob(bytes: Uint8Array): Uint8Array | null {
  if (bytes[0] === 0x80) return bytes.subarray(1);
  if (bytes[0] !== 0x81) return null;
  const frame = bytes.subarray(1);
  const size = declaredSize(frame);
  if (size === null || size > maxBlobBytes) return null;
  try {
    return decompress(frame, new Uint8Array(size));
  } catch (error) {
    // Damaged data: the packed bytes count as they stand.
    if (error instanceof Error) return null;
    throw error;
  }
}

/** Letters of bytes, one to one. */
function lettersOf(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

/** Ids that OFX plug-ins are given anew each time. */
const contextId = /OfxImageEffectContext[A-Za-z]*_[0-9A-Fa-f{}-]+_\d+/g;

/**
 * A grade in canonical form: unpacked, stamps left out, plug-in ids masked. A blob of an unknown form is its own bytes:
 * what nobody understands counts as changed when it changes.
 */
export function canonicalGrade(hex: string, level: 'clip' | 'timeline'): string {
  const bytes = bytesOfHex(hex);
  if (bytes === null) return `text ${hex}`;
  const message = messageOfBlob(bytes);
  if (message === null) return `bytes ${hex}`;
  return lettersOf(withoutFields(message, level === 'clip' ? clipStamps : timelineStamps)).replaceAll(
    contextId,
    'OfxContext',
  );
}

/** A Fusion composition's tools as text, without what only its window shows; null where the blob has another form. */
export function canonicalFusion(hex: string): string | null {
  const bytes = bytesOfHex(hex);
  const outer = bytes === null ? null : unzlibAt(bytes, 4);
  if (outer === null) return null;
  const text = makeDecoder('windows-1252', false).decode(outer);
  const at = text.indexOf('Compressed');
  for (let offset = Math.max(at, 0); offset < outer.length - 2; offset += 1) {
    if (outer[offset] !== 0x78) continue;
    const tools = unzlibAt(outer, offset);
    if (tools !== null) return withoutViews(makeDecoder('utf-8', false).decode(tools));
  }
  return null;
}

function unzlibAt(bytes: Uint8Array, offset: number): Uint8Array | null {
  try {
    const unpacked = unzlibSync(bytes.subarray(offset));
    return unpacked.length > 0 && unpacked.length <= maxBlobBytes ? unpacked : null;
  } catch (error) {
    // No stream begins here.
    if (error instanceof Error) return null;
    throw error;
  }
}

/** Removes `ViewInfo = … { … }`: where a tool stands on the canvas. */
function withoutViews(text: string): string {
  let result = '';
  let from = 0;
  for (const match of text.matchAll(/ViewInfo\s*=\s*\w*\s*\{/g)) {
    if (match.index < from) continue;
    let depth = 1;
    let at = match.index + match[0].length;
    while (at < text.length && depth > 0) {
      if (text[at] === '{') depth += 1;
      else if (text[at] === '}') depth -= 1;
      at += 1;
    }
    result += text.slice(from, match.index);
    from = at;
  }
  return (result + text.slice(from)).replaceAll(/\s+/g, ' ');
}
