import { inflateSync } from 'fflate';
import { crc32 } from './crc32.ts';
import { findDirectory, parseDirectory, tailBytes, zipError, type ZipEntry } from './directory.ts';

/** Largest file that is unpacked into memory, in bytes. */
export const maxUnpackedBytes: number = 256 * 1024 * 1024;

/** Deflate packs at most about 1,030 to 1; what claims more is a bomb. */
const maxRatio = 1100;

/** Random access to an archive. */
export interface ArchivePort {
  /** In bytes. */
  readonly size: number;
  /** Exactly `length` bytes at `offset`. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Size of a local header with its name and extra field, from the header's first 30 bytes. */
export function localHeaderBytes(fileName: string, entry: ZipEntry, head: Uint8Array): number {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < 30 || view.getUint32(0, true) !== 0x04034b50)
    throw zipError(fileName, `has a damaged header at "${entry.name}"`);
  return 30 + view.getUint16(26, true) + view.getUint16(28, true);
}

/** Checks that an entry may be unpacked into memory. @throws PW_ZIP_SIZE */
export function checkSize(fileName: string, entry: ZipEntry): void {
  const isBomb = entry.size > maxUnpackedBytes || entry.size > (entry.compressedSize + 1) * maxRatio;
  if (isBomb)
    throw zipError(
      fileName,
      `would unpack "${entry.name}" from ${entry.compressedSize} to ${entry.size} bytes`,
      'PW_ZIP_SIZE',
    );
}

/** Unpacks an entry's data. Never writes more than the directory says. @throws PW_ZIP_SIZE, PW_ZIP_DAMAGED */
export function unpack(fileName: string, entry: ZipEntry, data: Uint8Array): Uint8Array {
  checkSize(fileName, entry);
  const bytes = entry.method === 'stored' ? data : inflated(fileName, entry, data);
  if (bytes.length !== entry.size || crc32(bytes) !== entry.crc)
    throw zipError(fileName, `holds "${entry.name}" damaged`);
  return bytes;
}

function inflated(fileName: string, entry: ZipEntry, data: Uint8Array): Uint8Array {
  try {
    return inflateSync(data, { out: new Uint8Array(entry.size) });
  } catch (cause) {
    // The library throws for damaged data and for data longer than the room it was given.
    throw Object.assign(zipError(fileName, `holds "${entry.name}" damaged`), { cause });
  }
}

/** An archive in memory. */
export interface OpenArchive {
  readonly entries: readonly ZipEntry[];
  unpack(entry: ZipEntry): Uint8Array;
}

/** Opens an archive that is in memory. */
export function openArchive(fileName: string, bytes: Uint8Array): OpenArchive {
  const tail = bytes.subarray(Math.max(0, bytes.length - tailBytes));
  const place = findDirectory(fileName, tail, bytes.length);
  const entries = parseDirectory(fileName, bytes.subarray(place.offset, place.offset + place.size), place);
  return {
    entries,
    unpack: (entry) => {
      const start =
        entry.headerOffset +
        localHeaderBytes(fileName, entry, bytes.subarray(entry.headerOffset, entry.headerOffset + 30));
      return unpack(fileName, entry, bytes.subarray(start, start + entry.compressedSize));
    },
  };
}

/** The directory of an archive that is read piece by piece. */
export async function readEntries(fileName: string, archive: ArchivePort): Promise<ZipEntry[]> {
  const length = Math.min(archive.size, tailBytes);
  const place = findDirectory(fileName, await archive.read(archive.size - length, length), archive.size);
  return parseDirectory(fileName, await archive.read(place.offset, place.size), place);
}

/** Where an entry's data stands in the archive: a stored file can be read there in place. */
export async function placeOfEntry(
  fileName: string,
  archive: ArchivePort,
  entry: ZipEntry,
): Promise<{ offset: number; length: number }> {
  const head = await archive.read(entry.headerOffset, 30);
  return { offset: entry.headerOffset + localHeaderBytes(fileName, entry, head), length: entry.compressedSize };
}

/** Reads one file of an archive into memory. */
export async function readEntry(fileName: string, archive: ArchivePort, entry: ZipEntry): Promise<Uint8Array> {
  checkSize(fileName, entry);
  const { offset, length } = await placeOfEntry(fileName, archive, entry);
  return unpack(fileName, entry, await archive.read(offset, length));
}
