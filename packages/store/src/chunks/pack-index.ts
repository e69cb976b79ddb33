import type { Digest, Sha256 } from '@patchwork/kernel';
import type { EncodedChunk } from '@patchwork/plan';
import { byteLength } from './encoded-chunk.ts';

/*
 * What a pack holds. `packs/ab/abcd….pack` is the raw sample bytes of its chunks, nothing else;
 * `packs/ab/abcd….index` is this, all numbers unsigned big-endian:
 *
 *   at   bytes  field
 *   0    8      "PWPKIDX1"
 *   8    8      size of the pack
 *   16   4      n, chunks
 *   20   4      m, samples of all chunks
 *   24   4      s, shapes
 *   28   4      c, configurations
 *   32   4      b, bytes of the shapes
 *   36   4      t, bytes of the configurations
 *   40   32 n   keys, strictly ascending
 *        32 n   digests
 *        8 n    where the chunk begins in the pack
 *        4 n    number of the chunk's first sample
 *        4 n    its shape
 *        4 n    its configuration
 *        4 m    sizes of the samples
 *        b      shapes: count, then 4 count bytes order, then count bytes sync (0 or 1)
 *        t      configurations: length, then that many bytes of UTF-8
 *        32     SHA-256 of all before: the id of the pack, and the name of both files
 *
 * Equal content gives equal bytes. As the digests are in it, the id names the content of the pack too.
 * An index of 48 one-frame chunks is 4.3 kB: 90 bytes a frame.
 */

const magic = 'PWPKIDX1';
const headerBytes = 40;
const checksumBytes = 32;

/** A chunk and where it begins in its pack. */
export interface PackedChunk extends EncodedChunk {
  readonly offset: number;
}

interface Shape {
  readonly order: readonly number[];
  readonly sync: readonly boolean[];
}

/** The index of one pack, kept in its binary form; chunks are made when asked for. */
export interface PackIndex {
  readonly id: Digest;
  readonly packBytes: number;
  /** Number of chunks. */
  readonly count: number;
  /** The whole file. */
  readonly bytes: Uint8Array;
  /** First four bytes of a record's key, for hashing. */
  prefixAt(record: number): number;
  /** Compares a record's key with 32 bytes. */
  hasKeyAt(record: number, key: Uint8Array): boolean;
  keyAt(record: number): Digest;
  digestAt(record: number): Digest;
  /** @param key the record's key, where the caller has it as text already. */
  chunkAt(record: number, key?: Digest): PackedChunk;
}

/** Writes the index of a pack. Chunks in any order, each key once. */
export function encodePackIndex(
  chunks: readonly PackedChunk[],
  packBytes: number,
  sha256: Sha256,
): { readonly id: Digest; readonly bytes: Uint8Array } {
  const sorted = chunks.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const shapes = new Map<string, { readonly number: number; readonly bytes: Uint8Array }>();
  const configs = new Map<string, { readonly number: number; readonly bytes: Uint8Array }>();
  const places = sorted.map((chunk) => ({
    shape: numbered(shapes, shapeName(chunk), () => shapeBytes(chunk)),
    config: numbered(configs, chunk.config, () => configBytes(chunk.config)),
  }));
  const shapeTable = Buffer.concat([...shapes.values()].map(({ bytes }) => bytes));
  const configTable = Buffer.concat([...configs.values()].map(({ bytes }) => bytes));
  const n = sorted.length;
  const m = sorted.reduce((sum, chunk) => sum + chunk.sizes.length, 0);
  const body = Buffer.alloc(headerBytes + 84 * n + 4 * m + shapeTable.length + configTable.length);
  body.write(magic, 0, 'latin1');
  body.writeBigUInt64BE(BigInt(packBytes), 8);
  [n, m, shapes.size, configs.size, shapeTable.length, configTable.length].forEach((value, i) => {
    body.writeUInt32BE(value, 16 + 4 * i);
  });
  const at = sectionsOf(n, m, shapeTable.length);
  let sample = 0;
  sorted.forEach((chunk, i) => {
    body.write(chunk.key, at.keys + 32 * i, 'hex');
    body.write(chunk.digest, at.digests + 32 * i, 'hex');
    body.writeBigUInt64BE(BigInt(chunk.offset), at.offsets + 8 * i);
    body.writeUInt32BE(sample, at.samples + 4 * i);
    body.writeUInt32BE(places[i]?.shape ?? 0, at.shapes + 4 * i);
    body.writeUInt32BE(places[i]?.config ?? 0, at.configs + 4 * i);
    for (const size of chunk.sizes) {
      body.writeUInt32BE(size, at.sizes + 4 * sample);
      sample += 1;
    }
  });
  shapeTable.copy(body, at.shapeTable);
  configTable.copy(body, at.configTable);
  const id = sha256(body);
  return { id, bytes: Buffer.concat([body, Buffer.from(id, 'hex')]) };
}

/** Reads an index; null when a single byte of it is not as it was written. */
export function decodePackIndex(bytes: Uint8Array, sha256: Sha256): PackIndex | null {
  if (bytes.length < headerBytes + checksumBytes) return null;
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length - checksumBytes);
  const id = Buffer.from(bytes.buffer, bytes.byteOffset + body.length, checksumBytes).toString('hex');
  if (body.toString('latin1', 0, 8) !== magic || sha256(body) !== id) return null;
  const packBytes = Number(body.readBigUInt64BE(8));
  const [n = 0, m = 0, s = 0, c = 0, b = 0, t = 0] = [16, 20, 24, 28, 32, 36].map((place) => body.readUInt32BE(place));
  if (body.length !== headerBytes + 84 * n + 4 * m + b + t) return null;
  const at = sectionsOf(n, m, b);
  const shapes = readShapes(body.subarray(at.shapeTable, at.configTable), s);
  const configs = readConfigs(body.subarray(at.configTable), c);
  if (shapes === null || configs === null) return null;

  function chunkAt(record: number, key: Digest = keyAt(record)): PackedChunk {
    const shape = shapes?.[body.readUInt32BE(at.shapes + 4 * record)];
    const config = configs?.[body.readUInt32BE(at.configs + 4 * record)];
    if (shape === undefined || config === undefined)
      throw new TypeError(`pack index ${id}: record ${record} does not fit`);
    const first = body.readUInt32BE(at.samples + 4 * record);
    const sizes: number[] = [];
    for (let i = 0; i < shape.order.length; i += 1) sizes.push(body.readUInt32BE(at.sizes + 4 * (first + i)));
    const { order, sync } = shape;
    const offset = Number(body.readBigUInt64BE(at.offsets + 8 * record));
    return { key, digest: digestAt(record), sizes, order, sync, config, offset };
  }
  function keyAt(record: number): Digest {
    return body.toString('hex', at.keys + 32 * record, at.keys + 32 * record + 32);
  }
  function digestAt(record: number): Digest {
    return body.toString('hex', at.digests + 32 * record, at.digests + 32 * record + 32);
  }

  const index: PackIndex = {
    id,
    packBytes,
    count: n,
    bytes,
    prefixAt: (record) => body.readUInt32BE(at.keys + 32 * record),
    hasKeyAt: (record, key) => body.compare(key, 0, 32, at.keys + 32 * record, at.keys + 32 * record + 32) === 0,
    keyAt,
    digestAt,
    chunkAt,
  };
  return fits(body, at, { n, m, shapes, configs: configs.length, packBytes }) ? index : null;
}

/** The digest protects against decay; this against a writer with a mistake, as records are later read without a look. */
function fits(
  body: Buffer,
  at: ReturnType<typeof sectionsOf>,
  facts: { n: number; m: number; shapes: readonly Shape[]; configs: number; packBytes: number },
): boolean {
  for (let i = 0; i < facts.n; i += 1) {
    if (
      i > 0 &&
      body.compare(body, at.keys + 32 * i - 32, at.keys + 32 * i, at.keys + 32 * i, at.keys + 32 * i + 32) !== 1
    ) {
      return false;
    }
    const shape = facts.shapes[body.readUInt32BE(at.shapes + 4 * i)];
    const first = body.readUInt32BE(at.samples + 4 * i);
    if (shape === undefined || first + shape.order.length > facts.m) return false;
    if (body.readUInt32BE(at.configs + 4 * i) >= facts.configs) return false;
    let end = Number(body.readBigUInt64BE(at.offsets + 8 * i));
    for (let k = 0; k < shape.order.length; k += 1) end += body.readUInt32BE(at.sizes + 4 * (first + k));
    if (end > facts.packBytes) return false;
  }
  return true;
}

function sectionsOf(
  n: number,
  m: number,
  shapeTableBytes: number,
): {
  readonly keys: number;
  readonly digests: number;
  readonly offsets: number;
  readonly samples: number;
  readonly shapes: number;
  readonly configs: number;
  readonly sizes: number;
  readonly shapeTable: number;
  readonly configTable: number;
} {
  const keys = headerBytes;
  const digests = keys + 32 * n;
  const offsets = digests + 32 * n;
  const samples = offsets + 8 * n;
  const shapes = samples + 4 * n;
  const configs = shapes + 4 * n;
  const sizes = configs + 4 * n;
  const shapeTable = sizes + 4 * m;
  return {
    keys,
    digests,
    offsets,
    samples,
    shapes,
    configs,
    sizes,
    shapeTable,
    configTable: shapeTable + shapeTableBytes,
  };
}

function numbered(
  table: Map<string, { readonly number: number; readonly bytes: Uint8Array }>,
  name: string,
  write: () => Uint8Array,
): number {
  let entry = table.get(name);
  if (entry === undefined) {
    entry = { number: table.size, bytes: write() };
    table.set(name, entry);
  }
  return entry.number;
}

function shapeName(shape: Shape): string {
  return `${shape.order.join(' ')}/${shape.sync.map(Number).join('')}`;
}

function shapeBytes(shape: Shape): Uint8Array {
  const count = shape.order.length;
  const bytes = Buffer.alloc(4 + 5 * count);
  bytes.writeUInt32BE(count, 0);
  shape.order.forEach((place, i) => bytes.writeUInt32BE(place, 4 + 4 * i));
  shape.sync.forEach((flag, i) => bytes.writeUInt8(flag ? 1 : 0, 4 + 4 * count + i));
  return bytes;
}

function readShapes(table: Buffer, count: number): readonly Shape[] | null {
  const shapes: Shape[] = [];
  let at = 0;
  for (let i = 0; i < count; i += 1) {
    if (at + 4 > table.length) return null;
    const samples = table.readUInt32BE(at);
    if (samples === 0 || at + 4 + 5 * samples > table.length) return null;
    const orderAt = at + 4;
    const order = Array.from({ length: samples }, (_, k) => table.readUInt32BE(orderAt + 4 * k));
    const sync = Array.from({ length: samples }, (_, k) => table.readUInt8(orderAt + 4 * samples + k) === 1);
    shapes.push({ order, sync });
    at += 4 + 5 * samples;
  }
  return at === table.length ? shapes : null;
}

function configBytes(config: string): Uint8Array {
  const text = Buffer.from(config, 'utf8');
  const bytes = Buffer.alloc(4 + text.length);
  bytes.writeUInt32BE(text.length, 0);
  text.copy(bytes, 4);
  return bytes;
}

function readConfigs(table: Buffer, count: number): readonly string[] | null {
  const configs: string[] = [];
  let at = 0;
  for (let i = 0; i < count; i += 1) {
    if (at + 4 > table.length) return null;
    const length = table.readUInt32BE(at);
    if (at + 4 + length > table.length) return null;
    configs.push(table.toString('utf8', at + 4, at + 4 + length));
    at += 4 + length;
  }
  return at === table.length ? configs : null;
}

/** Places chunks whose bytes stand one after another from the start of a file. */
export function placedInPack(chunks: readonly EncodedChunk[]): readonly PackedChunk[] {
  let offset = 0;
  return chunks.map((chunk) => {
    const placed = { ...chunk, offset };
    offset += byteLength(chunk);
    return placed;
  });
}
