import { compare, type Rational } from '@patchwork/time';
import { isSameSpeed, mediaEdges, type TrackItem } from '../items/track-item.ts';
import type { Element } from './element.ts';

/** Which sides moved an edge of a clip within its media. */
export interface EdgeChange {
  readonly ours: boolean;
  readonly theirs: boolean;
  /** Whether both did, alike. */
  readonly alike: boolean;
}

/** Both edges of a clip. */
export interface EdgeChanges {
  readonly in: EdgeChange;
  readonly out: EdgeChange;
  /** Whether head and tail can be merged each on its own: one speed on all sides, and the same media. */
  readonly isDivisible: boolean;
}

const unmoved: EdgeChange = { ours: false, theirs: false, alike: false };

/** How the two sides moved the edges of one thing; nothing for what is no clip. */
export function edgeChanges(base: Element, ours: Element, theirs: Element): EdgeChanges {
  const [b, o, t] = [spanOf(base), spanOf(ours), spanOf(theirs)];
  // Where no side says a range, the length is that of the media, or of what a compound holds.
  const hasRange = [b, o, t].some((span) => span !== null && span.item.node.sourceRange !== null);
  if (b === null || o === null || t === null || !hasRange) return { in: unmoved, out: unmoved, isDivisible: true };
  const isDivisible =
    b.item.speed.kind === 'constant' &&
    [o, t].every(({ item }) => isSameSpeed(b.item.speed, item.speed) && isSameFile(b.item, item));
  if (isDivisible) {
    return { in: changed(b.entry, o.entry, t.entry), out: changed(b.exit, o.exit, t.exit), isDivisible };
  }
  const sides = { ours: !isSameRun(b, o), theirs: !isSameRun(b, t) };
  const whole = { ...sides, alike: sides.ours && sides.theirs && isSameRun(o, t) };
  return { in: whole, out: whole, isDivisible };
}

/** How an element runs through its media: where it is entered and left. */
interface Span {
  readonly item: TrackItem;
  readonly entry: Rational;
  readonly exit: Rational;
  readonly duration: readonly Rational[];
}

function spanOf({ items }: Element): Span | null {
  const [first, last] = [items[0], items.at(-1)];
  if (first === undefined || last === undefined) return null;
  return {
    item: first,
    entry: mediaEdges(first).entry,
    exit: mediaEdges(last).exit,
    duration: items.map(({ duration }) => duration),
  };
}

/** A relink or another version: its frames count as the same places while the clip says so itself. */
function isSameFile(base: TrackItem, side: TrackItem): boolean {
  return base.url === null ? side.url === null : side.url !== null;
}

function isSameRun(a: Span, b: Span): boolean {
  return (
    isSameSpeed(a.item.speed, b.item.speed) &&
    compare(a.entry, b.entry) === 0 &&
    compare(a.exit, b.exit) === 0 &&
    a.duration.length === b.duration.length &&
    a.duration.every((length, at) => compare(length, b.duration[at] ?? length) === 0)
  );
}

function changed(base: Rational, ours: Rational, theirs: Rational): EdgeChange {
  const sides = { ours: compare(base, ours) !== 0, theirs: compare(base, theirs) !== 0 };
  return { ...sides, alike: sides.ours && sides.theirs && compare(ours, theirs) === 0 };
}
