import { PatchworkError } from '@patchwork/kernel';

/** A box inside the movie's index. Positions are within {@link IndexBytes.bytes}. */
export interface Box {
  readonly type: string;
  /** From the top: `moov/trak[0]/mdia`. */
  readonly path: string;
  readonly start: number;
  /** Where the content begins. */
  readonly body: number;
  readonly end: number;
}

/** Bytes that hold boxes, and where in the file they stand: every error names the place in the file. */
export class IndexBytes {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fileOffset: number;
  readonly #file: string;

  constructor(bytes: Uint8Array, fileOffset: number, file: string) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fileOffset = fileOffset;
    this.#file = file;
  }

  /** Reads within a box; a field that reaches past it is PW_MOVIE_BOX. */
  u8(box: Box, at: number): number {
    this.need(box, at, 1);
    return this.#view.getUint8(at);
  }

  u16(box: Box, at: number): number {
    this.need(box, at, 2);
    return this.#view.getUint16(at);
  }

  u32(box: Box, at: number): number {
    this.need(box, at, 4);
    return this.#view.getUint32(at);
  }

  i32(box: Box, at: number): number {
    this.need(box, at, 4);
    return this.#view.getInt32(at);
  }

  f64(box: Box, at: number): number {
    this.need(box, at, 8);
    return this.#view.getFloat64(at);
  }

  /** A 64-bit count or offset; above 2^53 it is nonsense in any file. */
  u64(box: Box, at: number): number {
    this.need(box, at, 8);
    const value = this.#view.getUint32(at) * 2 ** 32 + this.#view.getUint32(at + 4);
    if (!Number.isSafeInteger(value)) throw this.error('PW_MOVIE_BOX', box, at, 'a 64-bit number exceeds 2^53');
    return value;
  }

  i64(box: Box, at: number): number {
    this.need(box, at, 8);
    const value = Number(this.#view.getBigInt64(at));
    if (!Number.isSafeInteger(value)) throw this.error('PW_MOVIE_BOX', box, at, 'a 64-bit number exceeds 2^53');
    return value;
  }

  fourCc(box: Box, at: number): string {
    this.need(box, at, 4);
    return fourCcAt(this.bytes, at);
  }

  /** A table of big-endian 32-bit numbers, checked once and read fast. */
  u32List(box: Box, at: number, count: number): Uint32Array {
    this.need(box, at, count * 4);
    const list = new Uint32Array(count);
    for (let i = 0; i < count; i++) list[i] = this.#view.getUint32(at + i * 4);
    return list;
  }

  /** Columns `a[i], b[i]` of a table of pairs of 32-bit numbers. */
  u32Pairs(box: Box, at: number, count: number): readonly [Uint32Array, Uint32Array] {
    this.need(box, at, count * 8);
    const first = new Uint32Array(count);
    const second = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      first[i] = this.#view.getUint32(at + i * 8);
      second[i] = this.#view.getUint32(at + i * 8 + 4);
    }
    return [first, second];
  }

  /** A copy of a range of the box. */
  copy(box: Box, from: number, to: number): Uint8Array {
    this.need(box, from, to - from);
    return this.bytes.slice(from, to);
  }

  /** @throws PW_MOVIE_BOX unless `count` bytes from `at` lie inside the box */
  need(box: Box, at: number, count: number): void {
    if (at < box.start || at + count > box.end) {
      throw this.error('PW_MOVIE_BOX', box, at, `${count} bytes are needed, the box has ${Math.max(0, box.end - at)}`);
    }
  }

  /** An error that names the box and the place in the file. */
  error(code: string, box: { readonly path: string }, at: number, what: string): PatchworkError {
    return movieError(code, this.#file, box.path, this.#fileOffset + at, what);
  }
}

/** Builds an error about a place in a movie file. */
export function movieError(code: string, file: string, box: string, offset: number, what: string): PatchworkError {
  return new PatchworkError(code, `${JSON.stringify(file)}: ${box} at byte ${offset}: ${what}`, {
    hint: hintOf(code),
    details: { file, box, offset },
  });
}

/** A whole file of another kind is not called damaged. */
function hintOf(code: string): string {
  switch (code) {
    case 'PW_MOVIE_FRAGMENTED':
      return 'Write it as one plain file, for example with ffmpeg -i IN -c copy OUT.mp4.';
    case 'PW_MOVIE_NOT_MOVIE':
      return 'Only MP4 and MOV films can be taken; bring a film of another container into one of them first.';
    default:
      return 'The file is damaged or not what its name says; take it from a backup or write it again.';
  }
}

/** Four bytes as text. */
export function fourCcAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0, bytes[at + 3] ?? 0);
}

/**
 * Lists the boxes in a range, in order. A tail of fewer than 8 bytes is QuickTime's end mark and is passed over.
 *
 * @throws PW_MOVIE_BOX when a box is smaller than its header or reaches past its parent
 */
export function childBoxes(index: IndexBytes, parent: Box, from: number = parent.body): readonly Box[] {
  const list: Box[] = [];
  const seen = new Map<string, number>();
  let at = from;
  while (parent.end - at >= 8) {
    const type = fourCcAt(index.bytes, at + 4);
    let size = index.u32(parent, at);
    let header = 8;
    if (size === 0) size = parent.end - at;
    else if (size === 1) {
      header = 16;
      size = index.u64(parent, at + 8);
    }
    const number = seen.get(type) ?? 0;
    seen.set(type, number + 1);
    const path = `${parent.path}/${type}${number === 0 ? '' : `[${number}]`}`;
    if (size < header || at + size > parent.end) {
      throw index.error('PW_MOVIE_BOX', { path }, at, `its size ${size} does not fit in ${parent.path}`);
    }
    list.push({ type, path, start: at, body: at + header, end: at + size });
    at += size;
  }
  return list;
}

/** The first box of a type, or null. */
export function findBox(boxes: readonly Box[], type: string): Box | null {
  return boxes.find((box) => box.type === type) ?? null;
}

/** The first box of a type. @throws PW_MOVIE_BOX when there is none */
export function needBox(index: IndexBytes, parent: Box, boxes: readonly Box[], type: string): Box {
  const box = findBox(boxes, type);
  if (box === null) throw index.error('PW_MOVIE_BOX', parent, parent.start, `it holds no ${type}`);
  return box;
}

/** A whole index as the box that holds all others. A size of 1 means that the size follows in 64 bits. */
export function moovBox({ bytes }: IndexBytes): Box {
  const isWide = bytes.length >= 16 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) === 1;
  return { type: 'moov', path: 'moov', start: 0, body: isWide ? 16 : 8, end: bytes.length };
}
