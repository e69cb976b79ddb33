import { sameValue } from '@patchwork/timeline';
import type { MergeSide } from './conflict.ts';
import type { EdgeChange } from './edge.ts';
import { orderedTracks } from './new-tracks.ts';
import type { Stretch } from './stretch.ts';
import type { Element } from './element.ts';

/** Something that stands in a merged list, and the side it comes from. */
export interface Entry {
  readonly element: Element;
  readonly side: MergeSide;
}

/** How the clips around a stretch were cut: the tail of the left one, the head of the right one. */
export interface StretchEdges {
  readonly tail: EdgeChange;
  readonly head: EdgeChange;
}

/**
 * Merges what the two sides did at one stretch; null when it does not go together. What is removed by either side goes, what is put
 * in by either comes; but
 * - where both put something at one place, their order is anybody's guess: a conflict, unless the whole stretch is the same, or they are
 *   tracks whose order says itself;
 * - where both cut one edge of the stretch alike and only one filled the hole, or filled it from the other side, the length of the
 *   stretch would be neither's: a conflict.
 */
export function mergeStretch(stretch: Stretch, edges: StretchEdges): readonly Entry[] | null {
  const [isOurs, isTheirs] = [isRearranged(stretch.base, stretch.ours), isRearranged(stretch.base, stretch.theirs)];
  const isCutAlike = edges.tail.alike || edges.head.alike;
  if (!isTheirs) return isOurs && isCutAlike ? null : entries(stretch.ours, 'ours');
  if (!isOurs) return isCutAlike ? null : entries(stretch.theirs, 'theirs');
  if (isSameList(stretch.ours, stretch.theirs)) return isSameCut(edges) ? entries(stretch.ours, 'ours') : null;
  if (isCutAlike) return null;
  return interleaved(stretch) ?? bothTracks(stretch);
}

/** New tracks of both sides at one place of the stack, where their order says itself. */
function bothTracks({ base, ours, theirs }: Stretch): readonly Entry[] | null {
  if (base.length > 0) return null;
  const ordered = orderedTracks(ours, theirs);
  return ordered?.map((element) => ({ element, side: ours.includes(element) ? 'ours' : 'theirs' })) ?? null;
}

function entries(elements: readonly Element[], side: MergeSide): Entry[] {
  return elements.map((element) => ({ element, side }));
}

function isSameCut({ tail, head }: StretchEdges): boolean {
  return [tail, head].every(({ ours, theirs, alike }) => alike || (!ours && !theirs));
}

/** Tells whether a side took something out of a stretch, put something in, or changed the order. */
export function isRearranged(base: readonly Element[], side: readonly Element[]): boolean {
  return side.length !== base.length || side.some(({ kept, base: id }, at) => !kept || id !== base[at]?.base);
}

/** Tells whether two sides put and left the same in a stretch. */
export function isSameList(ours: readonly Element[], theirs: readonly Element[]): boolean {
  return (
    ours.length === theirs.length &&
    ours.every((element, at) => {
      const other = theirs[at] as Element;
      if (element.base !== other.base || element.kept !== other.kept) return false;
      return element.base !== null || sameValue(element.nodes, other.nodes);
    })
  );
}

/** New things that stand together on one side, and the places of the base's list that they can be at. */
interface Run {
  readonly elements: Element[];
  readonly side: MergeSide;
  readonly from: number;
  to: number;
}

function interleaved(stretch: Stretch): readonly Entry[] | null {
  const { base, ours, theirs } = stretch;
  const [own, other] = [runsOf(base, ours, 'ours'), runsOf(base, theirs, 'theirs')];
  for (const a of own) for (const b of other) if (!isInOrder(a, b) && !isInOrder(b, a)) return null;
  const [inOurs, inTheirs] = [ours, theirs].map(
    (list) => new Set(list.filter(({ kept }) => kept).map((each) => each.base)),
  );
  const isLost = (at: number): boolean => {
    const id = base[at]?.base;
    return inOurs?.has(id ?? null) !== true && inTheirs?.has(id ?? null) !== true;
  };
  if (base.some((_, at) => isLost(at) && !isReplacedAlike(own, other, at))) return null;
  const placed: { readonly at: number; readonly entries: readonly Entry[] }[] = [...own, ...other].map((run) => ({
    at: run.from + run.to,
    entries: entries(run.elements, run.side),
  }));
  base.forEach((element, at) => {
    const id = element.base;
    if (inOurs?.has(id) !== true || inTheirs?.has(id) !== true) return;
    const version = ours.find((each) => each.base === id) ?? element;
    placed.push({ at: 2 * at + 1, entries: [{ element: version, side: 'ours' }] });
  });
  return placed.toSorted((a, b) => a.at - b.at).flatMap((each) => each.entries);
}

/** Both sides took a thing out: they must have put the same in its place, or nothing. */
function isReplacedAlike(own: readonly Run[], other: readonly Run[], at: number): boolean {
  const over = (runs: readonly Run[]): Element['nodes'][] =>
    runs.filter(({ from, to }) => from <= at && to > at).flatMap(({ elements }) => elements.map(({ nodes }) => nodes));
  return sameValue(over(own), over(other));
}

/** A stands before B wherever they can be; two at one place stand in no order. */
function isInOrder(a: Run, b: Run): boolean {
  return a.to <= b.from && !(a.from === b.from && a.to === b.to);
}

function runsOf(base: readonly Element[], list: readonly Element[], side: MergeSide): Run[] {
  const placeOf = new Map(base.map((element, at) => [element.base, at]));
  const runs: Run[] = [];
  let from = 0;
  let open: Run | null = null;
  for (const element of list) {
    const at = element.kept ? placeOf.get(element.base) : undefined;
    if (at !== undefined) {
      if (open !== null) open.to = at;
      open = null;
      from = at + 1;
    } else if (open !== null) open.elements.push(element);
    else runs.push((open = { elements: [element], side, from, to: base.length }));
  }
  return runs;
}
