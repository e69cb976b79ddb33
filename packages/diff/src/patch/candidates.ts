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

/** The clips that a mark can mean: that show a common part of the media, the same part if one does; of repeats, those with the most neighbours alike. */
export function itemsLike(
  view: TrackView,
  mark: ClipMark,
  sides: { readonly before: ClipMark | null; readonly after: ClipMark | null; readonly copies: number },
): readonly TrackItem[] {
  const all = view.items.filter((item) => isOverlapping(clipMark(item), mark));
  const exactOf = (items: readonly TrackItem[]): readonly TrackItem[] => {
    const exact = items.filter((item) => clipMark(item).source.every((time, at) => time === mark.source[at]));
    return exact.length > 0 ? exact : items;
  };
  // Of copies the neighbours decide first: the one that is meant may have been trimmed since, and another one is as it was.
  const candidates = sides.copies > 1 ? all : exactOf(all);
  if (candidates.length <= 1 && sides.copies <= 1) return candidates;
  const alike = (item: TrackItem): number => {
    const { before, after } = around(view, item);
    return Number(isSameClip(before, sides.before)) + Number(isSameClip(after, sides.after));
  };
  const most = Math.max(...candidates.map(alike), 0);
  // None alike: where there were copies, another one of them may be what is left.
  if (most === 0) return sides.copies > 1 ? [] : candidates;
  return exactOf(candidates.filter((item) => alike(item) === most));
}

/** How many clips of a track show a common part with one. */
export function copiesOf({ items }: TrackView, item: TrackItem): number {
  const mark = clipMark(item);
  return items.filter((other) => isOverlapping(clipMark(other), mark)).length;
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
