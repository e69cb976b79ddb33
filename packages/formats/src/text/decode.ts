import { PatchworkError, type Diagnostic } from '@patchwork/kernel';
import { makeDecoder } from './globals.ts';

/** A file's text and how sure we are of it. */
export interface DecodedText {
  /** Without byte order mark; line ends as in the file. */
  readonly text: string;
  /** Label of the encoding used: `utf-8`, `utf-16le`, `utf-16be` or `windows-1252`. */
  readonly encoding: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** Largest file that is decoded, in bytes. An hour-long reel's FCPXML is a few MB. */
export const maxTextBytes: number = 256 * 1024 * 1024;

/** Names that XML declarations give to 8-bit encodings which `windows-1252` reads right. */
const singleByteNames: ReadonlySet<string> = new Set([
  'iso-8859-1',
  'iso8859-1',
  'latin1',
  'latin-1',
  'windows-1252',
  'cp1252',
  'us-ascii',
  'ascii',
]);

function startsWith(bytes: Uint8Array, ...head: readonly number[]): boolean {
  return head.every((value, index) => bytes[index] === value);
}

/** The encoding that the first bytes give away, or null: byte order marks and the zero bytes of UTF-16 around `<`. */
function encodingFromHead(bytes: Uint8Array): string | null {
  if (startsWith(bytes, 0xef, 0xbb, 0xbf)) return 'utf-8';
  if (startsWith(bytes, 0xff, 0xfe)) return 'utf-16le';
  if (startsWith(bytes, 0xfe, 0xff)) return 'utf-16be';
  if (bytes.length >= 2 && bytes[0] !== 0 && bytes[1] === 0) return 'utf-16le';
  if (bytes.length >= 2 && bytes[0] === 0 && bytes[1] !== 0) return 'utf-16be';
  return null;
}

/** The encoding that an XML declaration names, lower case, or null. Reads the first 200 bytes as ASCII. */
function declaredEncoding(bytes: Uint8Array): string | null {
  let head = '';
  for (const byte of bytes.subarray(0, 200)) head += byte < 128 ? String.fromCharCode(byte) : '?';
  const match = /^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]+)["']/.exec(head);
  return match?.[1]?.toLowerCase() ?? null;
}

/**
 * Turns a file's bytes into text: UTF-8, UTF-16 of both orders (with and without mark), and the 8-bit encodings that old
 * programs write. Bytes that are no UTF-8 although nothing else was declared are read as Windows-1252, with a warning.
 *
 * @throws PW_TEXT_SIZE above {@link maxTextBytes}; PW_TEXT_ENCODING for a declared encoding that we do not read.
 */
export function decodeText(name: string, bytes: Uint8Array): DecodedText {
  if (bytes.length > maxTextBytes) {
    throw new PatchworkError('PW_TEXT_SIZE', `${name}: ${bytes.length} bytes are more than a timeline file can need`, {
      hint: `Files up to ${maxTextBytes} bytes are read; export the timelines one by one.`,
      details: { file: name, sizeBytes: bytes.length },
    });
  }
  const fromHead = encodingFromHead(bytes);
  if (fromHead !== null && fromHead !== 'utf-8') {
    return { text: makeDecoder(fromHead, false).decode(bytes), encoding: fromHead, diagnostics: [] };
  }
  const declared = fromHead === null ? declaredEncoding(bytes) : null;
  if (declared !== null && singleByteNames.has(declared)) {
    return { text: makeDecoder('windows-1252', false).decode(bytes), encoding: 'windows-1252', diagnostics: [] };
  }
  if (declared !== null && declared !== 'utf-8' && declared !== 'utf8') {
    throw new PatchworkError('PW_TEXT_ENCODING', `${name}: declares the encoding "${declared}", which is not read`, {
      hint: 'Save the file as UTF-8.',
      details: { file: name, encoding: declared },
    });
  }
  return decodeUtf8(name, bytes);
}

function decodeUtf8(name: string, bytes: Uint8Array): DecodedText {
  try {
    return { text: makeDecoder('utf-8', true).decode(bytes), encoding: 'utf-8', diagnostics: [] };
  } catch (cause) {
    // The host throws a TypeError for malformed UTF-8 and for nothing else here.
    if (!(cause instanceof TypeError)) throw cause;
    const diagnostic: Diagnostic = {
      code: 'PW_TEXT_ENCODING',
      severity: 'warning',
      message: 'the file is not UTF-8; it was read as Windows-1252 (Latin-1)',
      where: name,
      hint: 'If names look wrong, save the file as UTF-8.',
    };
    return {
      text: makeDecoder('windows-1252', false).decode(bytes),
      encoding: 'windows-1252',
      diagnostics: [diagnostic],
    };
  }
}
