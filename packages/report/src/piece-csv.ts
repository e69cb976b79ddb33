import { csvCell } from './csv-cell.ts';

/** A stretch that another program is to render. Frames count from the timeline's start, timecodes are record timecodes. */
export interface PieceRow {
  /** Name of the file, without its ending. */
  readonly file: string;
  readonly in: number;
  /** First frame behind it. */
  readonly out: number;
  readonly inTimecode: string;
  readonly outTimecode: string;
  /** Of its last frame: what render dialogs that count inclusively ask for. */
  readonly lastTimecode: string;
}

const head = [
  'file',
  'frames',
  'in',
  'out (exclusive)',
  'last (inclusive)',
  'timecode in',
  'timecode out (exclusive)',
  'timecode last (inclusive)',
];

/** Writes the list of pieces as a table (RFC 4180), one line a piece. */
export function pieceCsv(rows: readonly PieceRow[]): string {
  const lines = rows.map((row) => [
    row.file,
    row.out - row.in,
    row.in,
    row.out,
    row.out - 1,
    row.inTimecode,
    row.outTimecode,
    row.lastTimecode,
  ]);
  return [head, ...lines].map((line) => `${line.map((cell) => csvCell(String(cell))).join(',')}\r\n`).join('');
}
