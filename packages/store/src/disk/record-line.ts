import { canonicalJson, isDigest, type Digest, type Json, type Sha256 } from '@patchwork/kernel';

/*
 * The line form of every append-only file here (ledgers, journals):
 *
 *   <bytes of the JSON, decimal> <SHA-256 of the JSON, 64 hex> <canonical JSON> \n
 *
 * Canonical JSON holds no raw line feed, so a line is a record and a person can read the file. Length and digest tell a
 * whole record from one that a crash tore.
 */

/** A record as found in a file. Its digest names it. */
export interface RecordLine {
  readonly value: Json;
  readonly digest: Digest;
  /** 1-based. */
  readonly line: number;
}

/** What a file of records holds. `validBytes + tornBytes` is its size, unless a line is damaged. */
export interface RecordScan {
  readonly records: readonly RecordLine[];
  /** Length of the file up to the end of the last whole record. */
  readonly validBytes: number;
  /** Bytes behind it that no whole record follows: an append that a crash cut off. */
  readonly tornBytes: number;
  /** 1-based number of the first line that is broken although whole records follow; null for none. */
  readonly damagedLine: number | null;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });
const newline = 10;
/** Digits of the length, two spaces, the digest. */
const longestPrefix = 12 + 66;

/** Writes a record as a line; its digest is the record's name. */
export function encodeRecord(value: Json, sha256: Sha256): { readonly bytes: Uint8Array; readonly digest: Digest } {
  const json = encoder.encode(canonicalJson(value));
  const digest = sha256(json);
  const prefix = encoder.encode(`${json.length} ${digest} `);
  const bytes = new Uint8Array(prefix.length + json.length + 1);
  bytes.set(prefix, 0);
  bytes.set(json, prefix.length);
  bytes[bytes.length - 1] = newline;
  return { bytes, digest };
}

/** Reads all records of a file, and tells a torn tail (harmless) from damage before it. */
export function scanRecords(bytes: Uint8Array, sha256: Sha256): RecordScan {
  const records: RecordLine[] = [];
  let validBytes = 0;
  let broken: number | null = null;
  let start = 0;
  for (let line = 1; start < bytes.length; line += 1) {
    const found = bytes.indexOf(newline, start);
    const end = found === -1 ? bytes.length : found;
    const record = found === -1 ? null : parseRecord(bytes.subarray(start, end), sha256);
    if (record === null) {
      if (broken === null && beginsWithRecord(bytes.subarray(start), sha256))
        return damagedAt(line, records, validBytes);
      broken ??= line;
    } else if (broken === null) {
      records.push({ ...record, line });
      validBytes = end + 1;
    } else {
      return damagedAt(broken, records, validBytes);
    }
    start = end + 1;
  }
  return { records, validBytes, tornBytes: bytes.length - validBytes, damagedLine: null };
}

function damagedAt(line: number, records: readonly RecordLine[], validBytes: number): RecordScan {
  return { records, validBytes, tornBytes: 0, damagedLine: line };
}

/**
 * Tells whether bytes begin with a whole record that something else than a line feed follows: no append is cut off like
 * that. Zeros may follow: a power cut can leave them.
 */
function beginsWithRecord(bytes: Uint8Array, sha256: Sha256): boolean {
  const firstSpace = bytes.subarray(0, longestPrefix).indexOf(32);
  const length = Number(latin(bytes.subarray(0, Math.max(0, firstSpace))));
  const end = firstSpace + 66 + length;
  if (firstSpace < 1 || !Number.isSafeInteger(length) || end >= bytes.length) return false;
  return parseRecord(bytes.subarray(0, end), sha256) !== null && bytes.subarray(end).some((byte) => byte !== 0);
}

function parseRecord(line: Uint8Array, sha256: Sha256): { readonly value: Json; readonly digest: Digest } | null {
  const firstSpace = line.indexOf(32);
  if (firstSpace < 1 || firstSpace > longestPrefix) return null;
  const digest = latin(line.subarray(firstSpace + 1, firstSpace + 65));
  const json = line.subarray(firstSpace + 66);
  if (!isDigest(digest) || line[firstSpace + 65] !== 32) return null;
  if (latin(line.subarray(0, firstSpace)) !== String(json.length)) return null;
  if (sha256(json) !== digest) return null;
  try {
    return { value: JSON.parse(decoder.decode(json)) as Json, digest };
  } catch (error) {
    // A right digest over something that is no JSON: not written by us, so it is as broken as a wrong digest.
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) return null;
    throw error;
  }
}

function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Joins encoded records to one write. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
