import { compare } from '@patchwork/time';
import { mediaEdges, type TrackItem, type TrackView } from '../items/track-item.ts';
import { clipMark, isOverlapping, isSameClip, markedTime, type ClipMark, type PlaceMark } from './anchor.ts';

/** Of several that answer to one mark: which one, from 0, and how many there were. */
export type Which = readonly [position: number, count: number];

/** Picks the one that is meant: the only one, or, where there are as many as the patch knew, the one at its position. */
export function meantOf<T>(found: readonly T[], which: Which | undefined): T | null {
  if (found.length === 1 && (which === undefined || which[1] === 1)) return found[0] ?? null;
  return which !== undefined && which[1] === found.length ? (found[which[0]] ?? null) : null;
}

/** A clip among the clips of its track that show a part of the same media, in their order: which part each plays, and which one it is. */
export interface Row {
  readonly entries: readonly string[];
  readonly position: number;
}

/** The row of a clip. */
export function rowOf(view: TrackView, item: TrackItem): Row {
  const row = copiesOf(view, clipMark(item));
  return { entries: row.map(entryOf), position: row.indexOf(item) };
}

/**
 * The clip that a mark means: of several that show a part of the same media, the one at its place in their row, where no more than one of
 * them was trimmed since. Where copies came or went, the only one that plays just its part, unless another one stands between its neighbours;
 * else the one between its neighbours, where those are no copies themselves. All of them where none of this tells, none where it is gone.
 */
export function itemsLike(
  view: TrackView,
  mark: ClipMark,
  sides: { readonly before: ClipMark | null; readonly after: ClipMark | null },
  row: Row,
): readonly TrackItem[] {
  const all = copiesOf(view, mark);
  const entries = all.map(entryOf);
  const alike = (item: TrackItem): number => {
    const { before, after } = around(view, item);
    return Number(isSameClip(before, sides.before)) + Number(isSameClip(after, sides.after));
  };
  const most = Math.max(...all.map(alike), 0);
  const own = row.entries[row.position];
  const isKnownRow = entries.length === row.entries.length;
  const changed = entries.filter((entry, at) => entry !== row.entries[at]).length;
  if (isKnownRow && changed <= 1) {
    const item = all[row.position];
    // Trimmed, and between other clips than before: nothing says that it is the same.
    return item === undefined || (entryOf(item) !== own && most === 0) ? [] : [item];
  }
  const exact = all.filter((item) => entryOf(item) === own);
  const [only] = exact;
  const isOnly = exact.length === 1 && row.entries.filter((entry) => entry === own).length === 1;
  if (only !== undefined && isOnly && alike(only) === most) return [only];
  const isSolid = [sides.before, sides.after].every((side) => side === null || !isOverlapping(side, mark));
  const between = isSolid && !isOnly ? all.filter((item) => alike(item) === 2) : [];
  if (between.length === 1) return between;
  return all.length === 1 || (most === 0 && row.entries.length > 1) ? [] : all;
}

/** The clips of a track that show a part of what a mark shows. */
function copiesOf({ items }: TrackView, mark: ClipMark): readonly TrackItem[] {
  return items.filter((item) => isOverlapping(clipMark(item), mark));
}

/** The part of its media that a clip plays. */
function entryOf(item: TrackItem): string {
  return clipMark(item).source.join(' to ');
}

/** Marks of what stands beside a clip. */
export function around(
  { items }: TrackView,
  item: TrackItem,
): { readonly before: ClipMark | null; readonly after: ClipMark | null } {
  const [before, after] = [items[item.index - 1], items[item.index + 1]];
  return {
    before: before === undefined ? null : clipMark(before),
    after: after === undefined ? null : clipMark(after),
  };
}

/** Frames at which the places begin that stand between two clips as a mark says, with the same gap. */
export function placesLike({ items, end }: TrackView, { left, right, behind, gap }: PlaceMark): readonly number[] {
  return [-1, ...items.keys()].flatMap((at) => {
    const [a, b] = [items[at], items[at + 1]];
    const from = a?.record.out ?? 0;
    const space = (b?.record.in ?? end) - from;
    const isBetween =
      isSameClip(a === undefined ? null : clipMark(a), left) && isSameClip(b === undefined ? null : clipMark(b), right);
    return isBetween && (space === gap || (right === null && behind === 0)) ? [from] : [];
  });
}

/** The clips that show a moment of their media, not at their edges. */
export function itemsShowing({ items }: TrackView, mark: ClipMark, shown: string): readonly TrackItem[] {
  const time = markedTime(shown);
  return items.filter((item) => {
    if (item.speed.kind !== 'constant' || !isSameClip(clipMark(item), mark)) return false;
    const { entry, exit } = mediaEdges(item);
    const [low, high] = compare(entry, exit) <= 0 ? [entry, exit] : [exit, entry];
    return compare(low, time) < 0 && compare(time, high) < 0;
  });
}
