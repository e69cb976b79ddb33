/**
 * Builds big-endian bytes, the order of ISO base media files. Grows as needed: a place is always reserved before the
 * buffer is named, which growing replaces.
 */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  /** Reserves `capacity` bytes; default 1024. */
  constructor(capacity: number = 1024) {
    this.#bytes = new Uint8Array(Math.max(16, capacity));
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Returns a copy of what was written. */
  toBytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** What was written, not copied: it lives until the next write. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Begins anew in the same memory. */
  clear(): void {
    this.#length = 0;
  }

  /** Writes the low 8 bits. */
  u8(value: number): void {
    const at = this.#reserve(1);
    this.#view.setUint8(at, value);
  }

  /** Writes the low 16 bits. */
  u16(value: number): void {
    const at = this.#reserve(2);
    this.#view.setUint16(at, value);
  }

  /** Writes the low 32 bits; negative numbers become two's complement. */
  u32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value);
  }

  /** Writes a non-negative safe integer as 64 bits. */
  u64(value: number): void {
    const at = this.#reserve(8);
    this.#view.setUint32(at, Math.floor(value / 2 ** 32));
    this.#view.setUint32(at + 4, value % 2 ** 32);
  }

  /** Writes a signed safe integer as 64 bits of two's complement. */
  i64(value: number): void {
    const at = this.#reserve(8);
    this.#view.setBigInt64(at, BigInt(value));
  }

  /** Writes an IEEE 754 double. */
  f64(value: number): void {
    const at = this.#reserve(8);
    this.#view.setFloat64(at, value);
  }

  /** Writes one byte for each character (Latin-1): four-character codes, Pascal strings. */
  latin1(text: string): void {
    const at = this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes[at + i] = text.charCodeAt(i) & 0xff;
  }

  /** Writes bytes as they are. */
  bytes(data: Uint8Array): void {
    const at = this.#reserve(data.length);
    this.#bytes.set(data, at);
  }

  /** Writes `count` zero bytes. */
  zeros(count: number): void {
    const at = this.#reserve(count);
    this.#bytes.fill(0, at, at + count);
  }

  /** Writes a box: its size is filled in when `body` has written the content. @throws TypeError above 4 GiB. */
  box(type: string, body: () => void): void {
    const start = this.#length;
    this.u32(0);
    this.latin1(type);
    body();
    const size = this.#length - start;
    if (size > 0xffffffff) throw new TypeError(`ByteWriter.box: ${type} is larger than 4 GiB`);
    this.#view.setUint32(start, size);
  }

  /** Writes a box that begins with a version and 24 bits of flags. */
  fullBox(type: string, version: number, flags: number, body: () => void): void {
    this.box(type, () => {
      this.u32(((version << 24) | flags) >>> 0);
      body();
    });
  }

  #reserve(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#length = needed;
    return at;
  }
}
