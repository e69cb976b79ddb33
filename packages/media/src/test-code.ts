/**
 * The machine-readable code of a test card: black and white cells that survive H.264 and a scale by ½.
 *
 * Two rows of 22 square cells over the whole width, each 1/22 of the width. The corner cells are the yardstick (white,
 * black over black, white); the 40 between hold, high bit first, row by row: id (12), frame number (20), check (8).
 * The rows stand 4 % of the height from the top or from the bottom, so that two layers can show both.
 */
export const codeColumns = 22;
const rowCells = codeColumns - 2;
const margin = 0.04;
/** Least distance of the yardstick's white and black, in 8-bit luma; less is noise. */
const leastContrast = 16;

/** Where a code's rows stand in a picture, in pixels. */
export interface CodePlace {
  readonly cell: number;
  readonly top: number;
}

/** The place of a code in a picture of a size. */
export function codePlace(width: number, height: number, row: 'top' | 'bottom'): CodePlace {
  const cell = width / codeColumns;
  return { cell, top: row === 'top' ? height * margin : height * (1 - margin) - 2 * cell };
}

/** CRC-8 (polynomial 07, start ff) over the id's and the frame's bytes. */
function check(id: number, frame: number): number {
  let crc = 0xff;
  for (const byte of [id >> 8, id & 255, frame >> 16, (frame >> 8) & 255, frame & 255]) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : (crc << 1) & 0xff;
  }
  return crc;
}

/** The cells of a code, row by row; true is white. @throws TypeError for an id or a number out of range */
export function codeCells(id: number, frame: number): readonly (readonly boolean[])[] {
  if (!Number.isInteger(id) || id < 0 || id > 4095) throw new TypeError(`id: ${id} is not in 0…4095`);
  if (!Number.isInteger(frame) || frame < 0 || frame >= 1 << 20)
    throw new TypeError(`frame: ${frame} is not in 0…1048575`);
  const bits: boolean[] = [];
  const push = (value: number, count: number): void => {
    for (let bit = count - 1; bit >= 0; bit -= 1) bits.push(((value >> bit) & 1) === 1);
  };
  push(id, 12);
  push(frame, 20);
  push(check(id, frame), 8);
  return [
    [true, ...bits.slice(0, rowCells), false],
    [false, ...bits.slice(rowCells), true],
  ];
}

/** An 8-bit luma plane. */
export interface LumaPlane {
  readonly data: Uint8Array;
  /** Bytes from row to row. */
  readonly stride: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Reads the code of a test card from luma; null where none is readable: too little contrast, cells between black and
 * white, or a wrong check.
 */
export function readTestCode(luma: LumaPlane, row: 'top' | 'bottom'): { id: number; frame: number } | null {
  const { cell, top } = codePlace(luma.width, luma.height, row);
  const levels = [0, 1].map((line) =>
    Array.from({ length: codeColumns }, (_, column) => cellLevel(luma, column * cell, top + line * cell, cell)),
  );
  const [first, second] = levels;
  if (first === undefined || second === undefined) return null;
  const white = Math.min(first[0] ?? 0, second.at(-1) ?? 0);
  const black = Math.max(first.at(-1) ?? 255, second[0] ?? 255);
  if (white - black < leastContrast) return null;
  const middle = (white + black) / 2;
  // A dissolve of two codes leaves cells between the levels: unreadable rather than misread.
  const unsure = (white - black) / 6;
  const bits = [...first.slice(1, -1), ...second.slice(1, -1)];
  if (bits.some((level) => Math.abs(level - middle) < unsure)) return null;
  const number = (from: number, to: number): number =>
    bits.slice(from, to).reduce((value, level) => value * 2 + (level > middle ? 1 : 0), 0);
  const id = number(0, 12);
  const frame = number(12, 32);
  return number(32, 40) === check(id, frame) ? { id, frame } : null;
}

/** Mean of the middle half of a cell. */
function cellLevel(luma: LumaPlane, left: number, top: number, size: number): number {
  let sum = 0;
  let count = 0;
  for (let y = Math.ceil(top + size * 0.25); y < top + size * 0.75; y += 1) {
    for (let x = Math.ceil(left + size * 0.25); x < left + size * 0.75; x += 1) {
      if (y < 0 || y >= luma.height || x >= luma.width) continue;
      sum += luma.data[y * luma.stride + x] ?? 0;
      count += 1;
    }
  }
  return count === 0 ? 0 : sum / count;
}
