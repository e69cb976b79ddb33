import { PatchworkError } from '@patchwork/kernel';
import { makeDecoder } from '../text/globals.ts';

/** A file in a zip archive, as the central directory tells it. */
export interface ZipEntry {
  /** With forward slashes; never absolute, never above the archive. */
  readonly name: string;
  readonly method: 'stored' | 'deflated';
  readonly crc: number;
  /** In bytes. */
  readonly compressedSize: number;
  readonly size: number;
  /** Of the local header. */
  readonly headerOffset: number;
}

/** Where the central directory stands. */
export interface DirectoryPlace {
  readonly offset: number;
  readonly size: number;
  readonly entries: number;
}

/** Bytes at the end of a file within which the end record must stand: its length, the longest comment, zip64's locator. */
export const tailBytes: number = 22 + 0xffff + 20 + 56;

/** More entries than this is no timeline bundle. */
const maxEntries = 100_000;

/** A refusal of an archive; `what` reads on from the file's name. */
export function zipError(fileName: string, what: string, code: string = 'PW_ZIP_DAMAGED'): PatchworkError {
  return new PatchworkError(code, `${fileName}: the archive ${what}`, {
    hint: 'Export or copy the file again.',
    details: { file: fileName },
  });
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function bigAt(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

/** Finds the central directory from the file's tail. `tail` ends with the file, which is `fileSize` bytes long. */
export function findDirectory(fileName: string, tail: Uint8Array, fileSize: number): DirectoryPlace {
  const view = viewOf(tail);
  for (let at = tail.length - 22; at >= 0; at -= 1) {
    if (view.getUint32(at, true) !== 0x06054b50 || at + 22 + view.getUint16(at + 20, true) > tail.length) continue;
    let place = {
      entries: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    };
    const needsWide = place.entries === 0xffff || place.size === 0xffffffff || place.offset === 0xffffffff;
    if (needsWide) place = widePlace(fileName, view, at, tail.length, fileSize) ?? place;
    if (place.entries > maxEntries) throw zipError(fileName, `holds ${place.entries} files`, 'PW_ZIP_SIZE');
    if (place.offset + place.size > fileSize) throw zipError(fileName, 'is truncated');
    return place;
  }
  throw zipError(fileName, 'has no directory: it is no zip file or is truncated');
}

/** zip64: the locator stands right before the end record and names the wide one. */
function widePlace(
  fileName: string,
  view: DataView,
  end: number,
  tailLength: number,
  fileSize: number,
): DirectoryPlace | null {
  const locator = end - 20;
  if (locator < 0 || view.getUint32(locator, true) !== 0x07064b50) return null;
  const at = bigAt(view, locator + 8) - (fileSize - tailLength);
  if (at < 0 || at + 56 > tailLength || view.getUint32(at, true) !== 0x06064b50)
    throw zipError(fileName, 'has a damaged zip64 directory');
  return { entries: bigAt(view, at + 32), size: bigAt(view, at + 40), offset: bigAt(view, at + 48) };
}

/** Refuses names that reach outside the archive's folder when unpacked. */
function safeName(fileName: string, name: string): string {
  const plain = name.replaceAll('\\', '/');
  const isUnsafe =
    plain === '' ||
    plain.startsWith('/') ||
    /^[A-Za-z]:/.test(plain) ||
    plain.includes('\0') ||
    plain.split('/').includes('..');
  if (isUnsafe)
    throw zipError(
      fileName,
      `holds a file that reaches outside of it: ${JSON.stringify(name.slice(0, 100))}`,
      'PW_ZIP_PATH',
    );
  return plain;
}

/** Reads the central directory. Folders are left out. */
export function parseDirectory(fileName: string, bytes: Uint8Array, place: DirectoryPlace): ZipEntry[] {
  const view = viewOf(bytes);
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  let at = 0;
  for (let index = 0; index < place.entries; index += 1) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50)
      throw zipError(fileName, 'has a damaged directory');
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > bytes.length) throw zipError(fileName, 'has a damaged directory');
    const flags = view.getUint16(at + 8, true);
    const name = safeName(fileName, makeDecoder('utf-8', false).decode(bytes.subarray(at + 46, at + 46 + nameLength)));
    if (flags & 1) throw zipError(fileName, `is encrypted (${name})`, 'PW_ZIP_ENCRYPTED');
    if (names.has(name)) throw zipError(fileName, `holds "${name}" twice`);
    names.add(name);
    const entry = withWideSizes(view, at + 46 + nameLength, extraLength, {
      name,
      method: methodOf(fileName, name, view.getUint16(at + 10, true)),
      crc: view.getUint32(at + 16, true),
      compressedSize: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      headerOffset: view.getUint32(at + 42, true),
    });
    if (entry.headerOffset + entry.compressedSize > place.offset)
      throw zipError(fileName, `has "${name}" reach into its directory`);
    if (!name.endsWith('/')) entries.push(entry);
    at = next;
  }
  return entries;
}

function methodOf(fileName: string, name: string, method: number): ZipEntry['method'] {
  if (method === 0) return 'stored';
  if (method === 8) return 'deflated';
  throw zipError(fileName, `packs "${name}" by method ${method}, which is not read`, 'PW_ZIP_METHOD');
}

function withWideSizes(view: DataView, from: number, length: number, entry: ZipEntry): ZipEntry {
  for (let at = from; at + 4 <= from + length;) {
    const size = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1) {
      let field = at + 4;
      const wide = (value: number): number => {
        if (value !== 0xffffffff || field + 8 > at + 4 + size) return value;
        field += 8;
        return bigAt(view, field - 8);
      };
      return {
        ...entry,
        size: wide(entry.size),
        compressedSize: wide(entry.compressedSize),
        headerOffset: wide(entry.headerOffset),
      };
    }
    at += 4 + size;
  }
  return entry;
}
