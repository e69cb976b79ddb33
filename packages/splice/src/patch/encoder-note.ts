import type { FilePort } from '@patchwork/kernel';
import { h264Types } from '../bitstream/h264.ts';
import { hevcTypes, hevcUnits, type HevcConfig } from '../bitstream/hevc.ts';
import { unescaped } from '../bitstream/nal.ts';
import type { PatchableMovie } from './boundaries.ts';

/** Bytes of the first sample that are looked through: encoders introduce themselves in its first units. */
const headBytes = 16384;

/**
 * Reads what the pictures say of the program that made them: the text that x264 and x265 put before the first picture,
 * ProRes's encoder code. Null when they say nothing. For people and for matching settings; never for deciding equality.
 *
 * @throws PW_FILE_*
 */
export async function encoderNote(files: FilePort, base: PatchableMovie): Promise<string | null> {
  const { samples, stream, movie } = base;
  const file = await files.open(movie.path, 'read');
  try {
    const head = new Uint8Array(Math.min(samples.sizes[0] ?? 0, headBytes));
    const sample = head.subarray(0, await file.read(head, samples.offsets[0] ?? 0));
    if (stream.family === 'intra') return proresNote(sample);
    if (stream.family === 'av1') return null;
    const note = seiNote(sample, stream.config.lengthBytes, stream.family);
    return note ?? (stream.family === 'hevc' ? configNote(stream.config) : null);
  } finally {
    await file.close();
  }
}

/** `icpf` frames: size 4, `icpf`, header size 2, version 2, encoder 4 (SMPTE RDD 36, 5.1). */
function proresNote(sample: Uint8Array): string | null {
  const text = Buffer.from(sample.subarray(0, 16)).toString('latin1');
  return text.slice(4, 8) === 'icpf'
    ? text
        .slice(12, 16)
        .replace(/[^\x20-\x7e]/g, '')
        .trim() || null
    : null;
}

function seiNote(sample: Uint8Array, lengthBytes: number, family: 'h264' | 'hevc'): string | null {
  let at = 0;
  while (at + lengthBytes < sample.length) {
    let length = 0;
    for (let i = 0; i < lengthBytes; i++) length = length * 256 + (sample[at + i] ?? 0);
    const nal = sample.subarray(at + lengthBytes, at + lengthBytes + length);
    const [first = 0] = nal;
    const isSei = family === 'h264' ? (first & 31) === h264Types.sei : ((first >> 1) & 63) === hevcTypes.prefixSei;
    const note = isSei ? userText(unescaped(nal.subarray(family === 'h264' ? 1 : 2))) : null;
    if (note !== null) return note;
    at += lengthBytes + Math.max(1, length);
  }
  return null;
}

/** x265's words stand in the sample entry when the writer put its headers there. */
function configNote(config: HevcConfig): string | null {
  for (const unit of hevcUnits(config, hevcTypes.prefixSei)) {
    const note = userText(unescaped(unit.subarray(2)));
    if (note !== null) return note;
  }
  return null;
}

/** SEI type 5, unregistered user data: a UUID, then what the encoder likes to say. */
function userText(message: Uint8Array): string | null {
  let at = 0;
  const number = (): number => {
    let value = 0;
    while (message[at] === 255) {
      value += 255;
      at += 1;
    }
    value += message[at] ?? 0;
    at += 1;
    return value;
  };
  const type = number();
  const size = number();
  if (type !== 5 || size <= 16) return null;
  const text = Buffer.from(message.subarray(at + 16, at + size)).toString('utf8');
  return /^[\x20-\x7e]+/.exec(text)?.[0].trim() ?? null;
}
