import { add, secondsFromTime, zero, type Rational } from '@patchwork/time';
import { trimmedRange, type Item, type Track, type Transition } from '@patchwork/timeline';
import type { NotSaid } from './not-said.ts';

/** An item on its track, with its place on the record. Times are exact seconds. */
export interface Piece {
  readonly item: Item;
  readonly start: Rational;
  readonly duration: Rational;
  readonly end: Rational;
  /** Transition at the piece's head and tail. */
  readonly head: Transition | null;
  readonly tail: Transition | null;
}

/** A track as pieces. */
export interface PieceTrack {
  readonly track: Track;
  readonly name: string;
  readonly pieces: readonly Piece[];
  readonly end: Rational;
}

/** Lays a track out. Nodes of unknown schemas cannot be written and are reported. */
export function piecesOf(track: Track, name: string, notSaid: NotSaid): PieceTrack {
  const pieces: {
    item: Item;
    start: Rational;
    duration: Rational;
    end: Rational;
    head: Transition | null;
    tail: Transition | null;
  }[] = [];
  let end: Rational = zero;
  let waiting: Transition | null = null;
  if (track.sourceRange !== null)
    notSaid.add('PW_WRITE_TRACK', 'error', 'the track plays a range of itself; it was written whole', name);
  for (const child of track.children) {
    if (child.kind === 'Transition') {
      waiting = child;
      const last = pieces.at(-1);
      if (last !== undefined) last.tail = child;
      continue;
    }
    if (child.kind === 'Unknown') {
      notSaid.add(
        'PW_WRITE_UNKNOWN',
        'error',
        `a node of the unknown schema "${child.schemaName}" was left out`,
        `${name} / ${child.name}`,
      );
      continue;
    }
    const duration = secondsFromTime(trimmedRange(child).duration);
    const start: Rational = end;
    end = add(start, duration);
    pieces.push({ item: child, start, duration, end, head: waiting, tail: null });
    waiting = null;
  }
  const tail = pieces.at(-1)?.tail ?? null;
  if (tail !== null && tail.outOffset.value.num > 0)
    notSaid.add(
      'PW_WRITE_TRANSITION',
      'warning',
      'the transition at the track’s end reaches beyond it; it was written to its own end, and the track became longer',
      name,
    );
  return { track, name, pieces, end };
}
