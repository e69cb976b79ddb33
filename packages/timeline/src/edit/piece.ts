import {
  add,
  compare,
  max,
  multiply,
  negate,
  round,
  subtract,
  zero,
  type Rate,
  type Rational,
  type TimeRange,
} from '@patchwork/time';
import { makeGap } from '../builders.ts';
import type { Clip, Item, Marker, NodeId, TimelineNode } from '../model.ts';
import { freshId } from '../node-id.ts';
import { trimmedRange } from '../ranges.ts';
import { effectsOfHalf, shiftedParts, speedOf } from './retime.ts';
import { secondsAsTime, secondsOfTime } from './seconds.ts';

/**
 * An item on its way into a track. `headOf` and `tailOf` name the old item whose edit point stands at that edge, so that a
 * transition finds its cut again; null where the edge is new.
 */
export interface Piece {
  readonly item: Item;
  readonly headOf: NodeId | null;
  readonly tailOf: NodeId | null;
  /** A gap that this edit made: only such ones melt into their neighbours. */
  readonly isFresh: boolean;
}

/** An item as it stands, with both its edit points. */
export function wholePiece(item: Item): Piece {
  return { item, headOf: item.id, tailOf: item.id, isFresh: false };
}

/** An item that was not in the track. */
export function newPiece(item: Item): Piece {
  return { item, headOf: null, tailOf: null, isFresh: false };
}

/** How long an item plays, in seconds. */
export function lengthOfItem(item: Item): Rational {
  return secondsOfTime(trimmedRange(item).duration);
}

/**
 * The item with its edges moved, each frame that stays showing what it showed: `head` seconds taken from the front
 * (negative: given), `tail` seconds given at the end (negative: taken). Record seconds.
 *
 * The start of the source moves by head × speed; played backwards, it is the tail that moves it. Key frames and markers
 * stay on their picture.
 */
export function withEdges(item: Item, head: Rational, tail: Rational, trackRate: Rate): Item {
  if (head.num === 0 && tail.num === 0) return item;
  const range = trimmedRange(item);
  const speed = speedOf(item);
  const moved = speed.num >= 0 ? multiply(speed, head) : multiply(speed, tail);
  const isBlank = item.kind === 'Gap' && item.markers.length === 0 && item.effects.length === 0;
  const start = add(secondsOfTime(range.start), moved);
  const duration = add(secondsOfTime(range.duration), subtract(tail, head));
  const sourceRange: TimeRange = {
    // A gap's source time means nothing unless something is attached to it; it need not become negative.
    start: secondsAsTime(isBlank ? max(start, zero) : start, range.start.rate),
    duration: secondsAsTime(duration, range.duration.rate),
  };
  const parts = shiftedParts(item, subtract(moved, head), head.num === 0 ? 0 : round(multiply(head, trackRate)));
  return { ...item, sourceRange, ...parts };
}

/**
 * Divides an item: the left half keeps its identity, the right half is a clone with a fresh one. Markers go with the half
 * their start lies in, fades with the edge they belong to.
 *
 * @param offset seconds from the item's first frame, inside it
 */
export function divided(piece: Piece, offset: Rational, trackRate: Rate): readonly [Piece, Piece] {
  const { item } = piece;
  const length = lengthOfItem(item);
  if (compare(offset, zero) <= 0 || compare(offset, length) >= 0)
    throw new TypeError('divided: the offset lies outside the item');
  const own = add(secondsOfTime(trimmedRange(item).start), offset);
  const isLeft = (marker: Marker): boolean => compare(secondsOfTime(marker.markedRange.start), own) < 0;
  const some = item.markers.length > 0;
  const leftPart: Item = {
    ...item,
    markers: some ? item.markers.filter(isLeft) : item.markers,
    effects: halves(item, 'left'),
  };
  const rightPart: Item = {
    ...withFreshIds(item),
    markers: some ? item.markers.filter((marker) => !isLeft(marker)) : item.markers,
  };
  const right = { ...rightPart, effects: halves(rightPart, 'right') };
  return [
    {
      item: withEdges(leftPart, zero, subtract(offset, length), trackRate),
      headOf: piece.headOf,
      tailOf: null,
      isFresh: piece.isFresh,
    },
    { item: withEdges(right, offset, zero, trackRate), headOf: null, tailOf: piece.tailOf, isFresh: piece.isFresh },
  ];
}

function halves(item: Item, half: 'left' | 'right'): Item['effects'] {
  return item.effects.length === 0 ? item.effects : effectsOfHalf(item.effects, half);
}

/** What is left of a piece after its first `offset` seconds; null for nothing. Its in-point is a new cut. */
export function withoutHead(piece: Piece, offset: Rational, trackRate: Rate): Piece | null {
  if (compare(offset, lengthOfItem(piece.item)) >= 0) return null;
  if (offset.num === 0) return piece;
  const item = { ...piece.item, effects: halves(piece.item, 'right') };
  return { ...piece, item: withEdges(item, offset, zero, trackRate), headOf: null };
}

/** The first `length` seconds of a piece; null for nothing. Its out-point is a new cut. */
export function headOf(piece: Piece, length: Rational, trackRate: Rate): Piece | null {
  if (length.num === 0) return null;
  const whole = lengthOfItem(piece.item);
  if (compare(length, whole) >= 0) return piece;
  const item = { ...piece.item, effects: halves(piece.item, 'left') };
  return { ...piece, item: withEdges(item, zero, subtract(length, whole), trackRate), tailOf: null };
}

/** A gap that the edit makes. */
export function freshGap(length: Rational, rate: Rate): Piece {
  return { item: makeGap(secondsAsTime(length, rate)), headOf: null, tailOf: null, isFresh: true };
}

/** An item with ids of its own, it and all it holds: what a clone needs to stand beside its original. */
export function withFreshIds<T extends TimelineNode>(node: T): T {
  return reidentified(node, () => freshId());
}

/** The node with the ids that `idFor` gives, asked in the order of the model: the node, then what it holds. */
export function reidentified<T extends TimelineNode>(node: T, idFor: (old: NodeId) => NodeId): T {
  const again = <N extends TimelineNode>(nodes: readonly N[]): readonly N[] =>
    nodes.length === 0 ? nodes : nodes.map((child) => reidentified(child, idFor));
  const id = idFor(node.id);
  switch (node.kind) {
    case 'Timeline':
      return { ...node, id, tracks: reidentified(node.tracks, idFor) };
    case 'SerializableCollection':
      return { ...node, id, children: again(node.children) };
    case 'Clip': {
      const clip: Clip = node;
      return {
        ...node,
        id,
        effects: again(clip.effects),
        markers: again(clip.markers),
        mediaReferences: clip.mediaReferences.map(([key, reference]) => [key, reidentified(reference, idFor)] as const),
      };
    }
    case 'Gap':
      return { ...node, id, effects: again(node.effects), markers: again(node.markers) };
    case 'Track':
    case 'Stack':
      return {
        ...node,
        id,
        effects: again(node.effects),
        markers: again(node.markers),
        children: again(node.children),
      };
    default:
      return { ...node, id };
  }
}

/** Joins a fresh gap with the gap beside it; the older of the two keeps its identity. */
export function joinedGaps(left: Piece, right: Piece, trackRate: Rate): Piece {
  const keepsRight = left.isFresh && !right.isFresh;
  const item = keepsRight
    ? withEdges(right.item, negate(lengthOfItem(left.item)), zero, trackRate)
    : withEdges(left.item, zero, lengthOfItem(right.item), trackRate);
  return { item, headOf: left.headOf, tailOf: right.tailOf, isFresh: left.isFresh && right.isFresh };
}
