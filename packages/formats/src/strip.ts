import { add, secondsFromTime, toNumber, zero, type Rational } from '@patchwork/time';
import { trimmedRange, type Timeline, type Track } from '@patchwork/timeline';
import { cell, shownText, widthOf } from './table/cells.ts';

/** How a strip is drawn. */
export interface StripOptions {
  /** Columns in all. Default 80. */
  readonly columns?: number;
  /** Marks a stretch of a strip as something that does not play; default: as it is. */
  readonly faint?: (text: string) => string;
}

/** One column's worth of a track. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly kind: 'clip' | 'nested' | 'gap' | 'off';
}

interface Laid {
  readonly label: string;
  readonly pieces: readonly Piece[];
  readonly end: number;
}

/** More names than this are cut: the strip matters. */
const widestLabel = 16;

/**
 * Draws tracks as strips, the topmost first: `a`, `b` … for the clips of a track in their order, capitals for nested
 * timelines, `.` for gaps, `x` for what is switched off. A clip is never narrower than a column: in a long film several
 * share one, and the last of them shows. Ends with a line break, or is empty.
 */
export function strip(timeline: Timeline, options: StripOptions = {}): string {
  const tracks = timeline.tracks.children.filter((child): child is Track => child.kind === 'Track');
  const laid = tracks.map(laidOut);
  const end = Math.max(...laid.map((one) => one.end), 0);
  if (end === 0) return '';
  const label = Math.min(widestLabel, Math.max(...laid.map((one) => widthOf(one.label))));
  const width = Math.max(10, (options.columns ?? 80) - label - 1);
  const isPicture = new Map(laid.map((one, index) => [one, tracks[index]?.trackKind === 'Video']));
  const pictures = laid.filter((one) => isPicture.get(one) === true).toReversed();
  const rest = laid.filter((one) => isPicture.get(one) !== true);
  return [...pictures, ...rest]
    .map((one) => `${cell(one.label, label)} ${drawn(one, end, width, options.faint ?? ((text) => text))}\n`)
    .join('');
}

function laidOut(track: Track): Laid {
  let start: Rational = zero;
  const pieces = track.children.flatMap((child): Piece[] => {
    if (child.kind === 'Unknown' || child.kind === 'Transition') return [];
    const from = toNumber(start);
    start = add(start, secondsFromTime(trimmedRange(child).duration));
    const kind =
      child.kind === 'Gap'
        ? 'gap'
        : !child.enabled || !track.enabled
          ? 'off'
          : child.kind === 'Clip'
            ? 'clip'
            : 'nested';
    return [{ from, to: toNumber(start), kind }];
  });
  return { label: shownText(track.name === '' ? track.trackKind : track.name), pieces, end: toNumber(start) };
}

function drawn({ pieces }: Laid, end: number, width: number, faint: (text: string) => string): string {
  const cells = Array.from({ length: width }, () => ' ');
  let count = 0;
  for (const piece of pieces) {
    const first = Math.min(width - 1, Math.floor((piece.from / end) * width));
    const last = Math.min(width, Math.max(first + 1, Math.floor((piece.to / end) * width)));
    const letter = letterOf(piece.kind, count);
    if (piece.kind !== 'gap') count += 1;
    // A gap never hides the clip that shares its column.
    for (let at = first; at < last; at += 1) if (piece.kind !== 'gap' || cells[at] === ' ') cells[at] = letter;
  }
  const text = cells.join('').trimEnd();
  return text.replaceAll(/[.x]+/g, (quiet) => faint(quiet));
}

/** `x` stands for what is off, so it is no clip's letter. */
const letters = 'abcdefghijklmnopqrstuvwyz';

function letterOf(kind: Piece['kind'], count: number): string {
  if (kind === 'gap') return '.';
  if (kind === 'off') return 'x';
  const letter = letters[count % letters.length] ?? 'a';
  return kind === 'nested' ? letter.toUpperCase() : letter;
}
