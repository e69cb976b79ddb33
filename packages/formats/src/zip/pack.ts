import { deflateSync } from 'fflate';
import { crc32 } from './crc32.ts';

/** A file to be packed. `read` is called twice: once for the checksum, once for the bytes. */
export interface PackSource {
  /** Path in the archive, forward slashes. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** Text is worth packing, media is not. */
  readonly isDeflated: boolean;
  read(): AsyncIterable<Uint8Array>;
}

const encoder = { encode: (text: string): Uint8Array => Uint8Array.from(utf8(text)) };

function* utf8(text: string): Generator<number> {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) yield code;
    else if (code < 0x800) yield* [0xc0 | (code >> 6), 0x80 | (code & 0x3f)];
    else if (code < 0x10000) yield* [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)];
    else yield* [0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)];
  }
}

/** UTF-8 of a text. */
export function bytesOfText(text: string): Uint8Array {
  return encoder.encode(text);
}

interface Packed {
  readonly name: Uint8Array;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly offset: number;
}

const limit = 0xffffffff;

function little(parts: readonly (readonly [bytes: 2 | 4 | 8, value: number])[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, [width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of parts) {
    if (width === 2) view.setUint16(at, value, true);
    else if (width === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  return bytes;
}

/** The zip64 field: in a local header both sizes, in the directory what does not fit. */
function wideField(entry: Packed, isDirectory: boolean): Uint8Array {
  const isWide = entry.size >= limit || entry.compressedSize >= limit;
  const values = [
    ...(isWide ? [entry.size, entry.compressedSize] : []),
    ...(isDirectory && entry.offset >= limit ? [entry.offset] : []),
  ];
  return values.length === 0
    ? new Uint8Array(0)
    : little([[2, 1], [2, values.length * 8], ...values.map((value) => [8, value] as const)]);
}

/** Dates are fixed (1 January 1980): equal contents give equal archives. */
function commonFields(entry: Packed, extra: number): (readonly [2 | 4 | 8, number])[] {
  const isWide = entry.size >= limit || entry.compressedSize >= limit;
  return [
    [2, 45],
    [2, 0x0800],
    [2, entry.method],
    [2, 0],
    [2, 0x21],
    [4, entry.crc],
    [4, isWide ? limit : entry.compressedSize],
    [4, isWide ? limit : entry.size],
    [2, entry.name.length],
    [2, extra],
  ];
}

/** Writes an archive piece by piece, in the order given. Memory stays bounded but for deflated files, which are held whole. */
export async function* packArchive(sources: readonly PackSource[]): AsyncGenerator<Uint8Array> {
  const written: Packed[] = [];
  let offset = 0;
  for (const source of sources) {
    const { crc, size, deflated } = await measured(source);
    const entry: Packed = {
      name: bytesOfText(source.name),
      method: deflated === null ? 0 : 8,
      crc,
      size,
      compressedSize: deflated?.length ?? size,
      offset,
    };
    const extra = wideField(entry, false);
    const head = [little([[4, 0x04034b50], ...commonFields(entry, extra.length)]), entry.name, extra];
    yield* head;
    if (deflated === null) yield* source.read();
    else yield deflated;
    offset += head.reduce((sum, part) => sum + part.length, 0) + entry.compressedSize;
    written.push(entry);
  }
  yield* directoryOf(written, offset);
}

async function measured(source: PackSource): Promise<{ crc: number; size: number; deflated: Uint8Array | null }> {
  let crc = 0;
  let size = 0;
  const kept: Uint8Array[] = [];
  for await (const piece of source.read()) {
    crc = crc32(piece, crc);
    size += piece.length;
    if (source.isDeflated) kept.push(piece);
  }
  if (!source.isDeflated) return { crc, size, deflated: null };
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of kept) {
    whole.set(piece, at);
    at += piece.length;
  }
  return { crc, size, deflated: deflateSync(whole, { level: 6 }) };
}

function* directoryOf(entries: readonly Packed[], offset: number): Generator<Uint8Array> {
  let size = 0;
  for (const entry of entries) {
    const extra = wideField(entry, true);
    const parts = [
      little([
        [4, 0x02014b50],
        [2, 45],
        ...commonFields(entry, extra.length),
        [2, 0],
        [2, 0],
        [2, 0],
        [4, 0],
        [4, Math.min(entry.offset, limit)],
      ]),
      entry.name,
      extra,
    ];
    size += parts.reduce((sum, part) => sum + part.length, 0);
    yield* parts;
  }
  const isWide = offset >= limit || entries.length >= 0xffff;
  if (isWide) {
    yield little([
      [4, 0x06064b50],
      [8, 44],
      [2, 45],
      [2, 45],
      [4, 0],
      [4, 0],
      [8, entries.length],
      [8, entries.length],
      [8, size],
      [8, offset],
    ]);
    yield little([
      [4, 0x07064b50],
      [4, 0],
      [8, offset + size],
      [4, 1],
    ]);
  }
  const count = Math.min(entries.length, 0xffff);
  yield little([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, Math.min(size, limit)],
    [4, Math.min(offset, limit)],
    [2, 0],
  ]);
}
