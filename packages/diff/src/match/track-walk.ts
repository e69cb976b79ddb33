import { multiply, round, zero, type Rate } from '@patchwork/time';
import { isOneMedia } from '../items/likeness.ts';
import { anchorsOf } from './match-items.ts';
import type { Matching } from './matching.ts';
import { edgeMoves, type TrackItem, type TrackView } from '../items/track-item.ts';

/** A kept item of a track, with the parts of a split joined on. */
export interface KeptItem {
  /** As it stands on its track: the first part, where it was split. */
  readonly first: TrackItem;
  readonly old: TrackItem;
  readonly next: TrackItem;
  /** By how many record frames it moved for reasons other than its own head: what lies before it grew or shrank. */
  readonly shift: number;
}

/**
 * What must have happened along a track, in order, before it is put into an editor's words. `at` counts kept items; what
 * came and went stands before the kept item `at`.
 */
export type TrackStep =
  /** New items; `ripple`: they pushed what follows, else they lie over what was there. */
  | { readonly kind: 'added'; readonly at: number; readonly items: readonly TrackItem[]; readonly ripple: boolean }
  | { readonly kind: 'removed'; readonly at: number; readonly items: readonly TrackItem[]; readonly ripple: boolean }
  /** Clips that went to, or came from, another place of the timeline. */
  | { readonly kind: 'left'; readonly at: number; readonly items: readonly TrackItem[]; readonly ripple: boolean }
  | { readonly kind: 'arrived'; readonly at: number; readonly items: readonly TrackItem[]; readonly ripple: boolean }
  /** The head of a kept item moved within its media. `ripple`: it stayed where it stood, and what follows moved. */
  | { readonly kind: 'head'; readonly at: number; readonly delta: number; readonly ripple: boolean }
  | { readonly kind: 'tail'; readonly at: number; readonly delta: number; readonly ripple: boolean }
  /** The distance to what stands before a kept item changed. */
  | { readonly kind: 'gap'; readonly at: number; readonly delta: number };

/** A track told step by step. */
export interface TrackWalk {
  readonly kept: readonly KeptItem[];
  readonly steps: readonly TrackStep[];
}

interface Edges {
  readonly first: TrackItem;
  readonly old: TrackItem;
  readonly next: TrackItem;
  /** Frames by which the head moved within the media. 0 where the speed differs: then only the length is known. */
  readonly head: number;
  readonly inShift: number;
  readonly outShift: number;
}

interface Between {
  readonly added: readonly TrackItem[];
  readonly removed: readonly TrackItem[];
  /** Clips moved along or across tracks: away from here, and to here. */
  readonly left: readonly TrackItem[];
  readonly arrived: readonly TrackItem[];
}

/**
 * Walks along a track with the shift that is explained so far. Whatever moves the next kept item away from that shift is
 * told as a ripple; whatever leaves it there, as an edit in place. Linear.
 */
export function walkTrack(matching: Matching, old: TrackView | null, next: TrackView | null, rate: Rate): TrackWalk {
  const [before, after] = [old?.items ?? [], next?.items ?? []];
  const anchors = anchorsOf(matching, before, after).map((pair) =>
    edgesOf(pair.old, matching.whole(pair.old), matching.whole(pair.next), rate),
  );
  const walker = new Walker();
  let [i, j] = [0, 0];
  let ahead = betweenOf(matching, before, 0, anchors[0]?.old.index, after, 0, anchors[0]?.next.index);
  anchors.forEach((edges, at) => {
    walker.enter(edges, ahead);
    [i, j] = [edges.old.index + 1, edges.next.index + 1];
    const follower = anchors[at + 1] ?? null;
    ahead = betweenOf(matching, before, i, follower?.old.index, after, j, follower?.next.index);
    walker.leave(edges, follower, ahead);
  });
  walker.events(ahead, true);
  return { kept: walker.kept, steps: walker.steps };
}

function edgesOf(first: TrackItem, old: TrackItem, next: TrackItem, rate: Rate): Edges {
  // Another file in the slot: where in it is nothing that moved.
  const isMoved = old.played !== next.played && isOneMedia(old, next);
  const moves = isMoved ? edgeMoves(old, next) : null;
  return {
    first,
    old,
    next,
    head: round(multiply(moves?.head ?? zero, rate)),
    inShift: next.record.in - old.record.in,
    outShift: next.record.out - old.record.out,
  };
}

const nothing: Between = { added: [], removed: [], left: [], arrived: [] };

/** What stands between two kept items; `undefined` ends at the end of the track. */
function betweenOf(
  matching: Matching,
  before: readonly TrackItem[],
  oldFrom: number,
  oldTo: number | undefined,
  after: readonly TrackItem[],
  newFrom: number,
  newTo: number | undefined,
): Between {
  if (oldFrom >= (oldTo ?? before.length) && newFrom >= (newTo ?? after.length)) return nothing;
  const [old, next] = [before.slice(oldFrom, oldTo), after.slice(newFrom, newTo)];
  const own = (item: TrackItem): boolean => matching.isFree(item);
  const movedIn = (items: readonly TrackItem[]): TrackItem[] =>
    items.filter((item) => !own(item) && !matching.isAbsorbed(item)).map((item) => matching.whole(item));
  return { added: next.filter(own), removed: old.filter(own), left: movedIn(old), arrived: movedIn(next) };
}

/** By how much what follows moves if all of it ripples. */
function growthOf(between: Between): number {
  return sumOf(between.added) - sumOf(between.removed) + movedOf(between);
}

function movedOf({ arrived, left }: Between): number {
  return sumOf(arrived) - sumOf(left);
}

function isEventful({ added, removed, arrived, left }: Between): boolean {
  return added.length + removed.length + arrived.length + left.length > 0;
}

function lengthOf(item: TrackItem): number {
  return item.record.out - item.record.in;
}

function sumOf(items: readonly TrackItem[]): number {
  return items.reduce((sum, item) => sum + lengthOf(item), 0);
}

class Walker {
  readonly kept: KeptItem[] = [];
  readonly steps: TrackStep[] = [];
  /** Shift of what follows that is explained so far, moves of clips included. */
  #base = 0;
  /** The part of it that moves of clips explain. */
  #moved = 0;

  /** Explains where a kept item begins. */
  enter(edges: Edges, between: Between): void {
    const { head, inShift } = edges;
    const rippled = this.#base + growthOf(between);
    const hasEvents = isEventful(between);
    const at = this.kept.length;
    const inPlace = inShift === this.#base || (head !== 0 && inShift === this.#base + head);
    const isRipple = inShift === rippled || (head !== 0 && inShift === rippled + head) || !inPlace;
    this.events(between, isRipple || !hasEvents);
    if (isRipple) this.#moved += movedOf(between);
    const start = isRipple ? rippled : this.#base;
    const headStays = head !== 0 && inShift === start;
    const headMoves = head !== 0 && inShift === start + head;
    let untrimmed = inShift;
    if (headStays) untrimmed = inShift - head;
    else if (headMoves) untrimmed = start;
    else if (head !== 0) untrimmed = inShift - head;
    if (!headMoves && inShift !== start) this.steps.push({ kind: 'gap', at, delta: inShift - start });
    if (head !== 0) this.steps.push({ kind: 'head', at, delta: head, ripple: !headMoves });
    this.#base = untrimmed;
    this.kept.push({
      first: edges.first,
      old: edges.old,
      next: edges.next,
      shift: (headMoves ? start : inShift) - this.#moved,
    });
  }

  /** Explains where it ends, by what the next kept item does. */
  leave(edges: Edges, follower: Edges | null, ahead: Between): void {
    const delta = edges.outShift - this.#base;
    if (delta === 0) return;
    const isInPlace = follower !== null && this.#followsInPlace(delta, follower, ahead);
    this.steps.push({ kind: 'tail', at: this.kept.length - 1, delta, ripple: !isInPlace });
    if (!isInPlace) this.#base += delta;
  }

  /** Whether the next kept item stands as if this tail had not moved. */
  #followsInPlace(delta: number, follower: Edges, ahead: Between): boolean {
    const grown = growthOf(ahead);
    const hasEvents = isEventful(ahead);
    const { head, inShift } = follower;
    // | p | q |  ->  | p   |q|: the follower's head gave what this tail took. Told as a ripple and its return, then folded.
    if (!hasEvents && head === delta && inShift === this.#base + delta) return false;
    const places = hasEvents ? [this.#base, this.#base + grown] : [this.#base];
    return places.some((place) => inShift === place || (head !== 0 && inShift === place + head));
  }

  events({ added, removed, arrived, left }: Between, ripple: boolean): void {
    const at = this.kept.length;
    if (removed.length > 0) this.steps.push({ kind: 'removed', at, items: removed, ripple });
    if (left.length > 0) this.steps.push({ kind: 'left', at, items: left, ripple });
    if (added.length > 0) this.steps.push({ kind: 'added', at, items: added, ripple });
    if (arrived.length > 0) this.steps.push({ kind: 'arrived', at, items: arrived, ripple });
  }
}
