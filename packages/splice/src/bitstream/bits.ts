import { PatchworkError } from '@patchwork/kernel';

/** Reads bits from the front, as H.264, HEVC and AV1 write them. Reading past the end is PW_STREAM_SHORT. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bits read so far. */
  get position(): number {
    return this.#position;
  }

  /** Bits not read yet, trailing ones included. */
  get left(): number {
    return this.#bytes.length * 8 - this.#position;
  }

  /** One bit. @throws PW_STREAM_SHORT */
  bit(): number {
    const byte = this.#bytes[this.#position >> 3];
    if (byte === undefined) {
      throw new PatchworkError('PW_STREAM_SHORT', 'a header of the picture stream ends too early', {
        hint: 'The file is damaged, or its codec is none that can be patched.',
      });
    }
    const value = (byte >> (7 - (this.#position & 7))) & 1;
    this.#position += 1;
    return value;
  }

  /** True for 1. @throws PW_STREAM_SHORT */
  flag(): boolean {
    return this.bit() === 1;
  }

  /** An unsigned number of up to 53 bits. @throws PW_STREAM_SHORT */
  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 2 + this.bit();
    return value;
  }

  /** Exponential-Golomb, unsigned: `ue(v)`. @throws PW_STREAM_SHORT, PW_STREAM_VALUE above 32 bits */
  ue(): number {
    let zeros = 0;
    while (this.bit() === 0) {
      zeros += 1;
      if (zeros > 32) {
        throw new PatchworkError(
          'PW_STREAM_VALUE',
          'a header of the picture stream holds a number of more than 32 bits',
          {
            hint: 'The file is damaged, or its codec is none that can be patched.',
          },
        );
      }
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** Exponential-Golomb, signed: `se(v)`. */
  se(): number {
    const code = this.ue();
    return code % 2 === 0 ? -code / 2 : (code + 1) / 2;
  }

  /** Passes over bits. @throws PW_STREAM_SHORT when they are not there */
  skip(count: number): void {
    const isThere = count <= this.left;
    this.#position = isThere ? this.#position + count : this.#bytes.length * 8;
    if (!isThere) this.bit();
  }
}

/** Writes bits from the front. */
export class BitWriter {
  readonly #bytes: number[] = [];
  #position = 0;

  /** Bits written so far. */
  get position(): number {
    return this.#position;
  }

  bit(value: number): void {
    if ((this.#position & 7) === 0) this.#bytes.push(0);
    const last = this.#bytes.length - 1;
    if (value !== 0) this.#bytes[last] = (this.#bytes[last] ?? 0) | (0x80 >> (this.#position & 7));
    this.#position += 1;
  }

  bits(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) this.bit(Math.floor(value / 2 ** i) % 2);
  }

  ue(value: number): void {
    const length = bitLength(value + 1);
    this.bits(0, length - 1);
    this.bits(value + 1, length);
  }

  /** Copies bits of a reader. */
  copy(from: BitReader, count: number): void {
    for (let i = 0; i < count; i++) this.bit(from.bit());
  }

  /** The bytes; a last incomplete one is filled with zero bits. */
  toBytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

/** Bits of `ue(v)`. */
export function ueLength(value: number): number {
  return 2 * bitLength(value + 1) - 1;
}

function bitLength(value: number): number {
  return value === 0 ? 1 : Math.floor(Math.log2(value)) + 1;
}
