import { addTime, subtractTime, type RationalTime, type TimeRange } from '@patchwork/time';
import type { Composable, Stack, Track } from '../model.ts';
import { rangeClampedTo } from '../opentime/range-relations.ts';
import { isItem, rangeOfChildAt, trimmedRange } from '../ranges.ts';

/** How far a child shows beyond its edges through the transitions beside it; null for no transition. */
export interface Handles {
  readonly head: RationalTime | null;
  readonly tail: RationalTime | null;
}

/** What transitions beside a child make visible of it beyond its own cuts. @throws TypeError when the track has no such child */
export function handlesOf(track: Track, index: number): Handles {
  const child = track.children[index];
  if (child === undefined) throw new TypeError(`handlesOf: "${track.name}" has no child ${index}`);
  if (!isItem(child)) return { head: null, tail: null };
  const [before, after] = [track.children[index - 1], track.children[index + 1]];
  return {
    head: before?.kind === 'Transition' ? before.inOffset : null,
    tail: after?.kind === 'Transition' ? after.outOffset : null,
  };
}

/** The part of an item that is seen at all, in its own time: its trimmed range and its handles. @throws PW_TIMELINE_RANGE */
export function visibleRange(track: Track, index: number): TimeRange {
  const { head, tail } = handlesOf(track, index);
  const item = track.children[index];
  if (item === undefined || !isItem(item))
    throw new TypeError(`visibleRange: child ${index} of "${track.name}" is no item`);
  const { start, duration } = trimmedRange(item);
  const longer = head === null ? duration : addTime(duration, head);
  return {
    start: head === null ? start : subtractTime(start, head),
    duration: tail === null ? longer : addTime(longer, tail),
  };
}

/** The children on both sides of one, transitions included; null at the track's ends. */
export function neighboursOf(
  track: Track,
  index: number,
): { readonly before: Composable | null; readonly after: Composable | null } {
  return { before: track.children[index - 1] ?? null, after: track.children[index + 1] ?? null };
}

/**
 * Where a child lies in its parent's own time, cut to what the parent's source range plays; null when nothing of it is played.
 *
 * @throws PW_TIMELINE_RANGE
 */
export function trimmedRangeOfChildAt(parent: Track | Stack, index: number): TimeRange | null {
  const range = rangeOfChildAt(parent, index);
  const { sourceRange } = parent;
  if (sourceRange === null) return range;
  const clamped = rangeClampedTo(range, sourceRange);
  return clamped.duration.value.num === 0 ? null : clamped;
}
