import { add, compare, subtract, zero, type Rational, type RationalTime, type TimeRange } from '@patchwork/time';
import { lengthOfItem } from '../edit/piece.ts';
import { ownTimeAt } from '../edit/retime.ts';
import { secondsOfTime } from '../edit/seconds.ts';
import type { Clip, Composable, Item, Stack, Timeline, Track } from '../model.ts';
import { isItem } from '../ranges.ts';
import { TrackIndex } from '../snapshot/track-index.ts';

/** How to look. */
export interface SearchOptions {
  /** Looks at direct children alone. Default false: compositions are entered. */
  readonly shallow?: boolean;
}

/**
 * The item that plays at a time of the parent's own; null in the void. Of a stack's layers the topmost that plays. A
 * transition is never found: it takes up no time of its own.
 *
 * @throws PW_TIMELINE_RANGE
 */
export function childAtTime(parent: Track | Stack, time: RationalTime, options: SearchOptions = {}): Item | null {
  return childAtSeconds(parent, secondsOfTime(time), options.shallow === true);
}

function childAtSeconds(parent: Track | Stack, seconds: Rational, shallow: boolean): Item | null {
  const found = playingAt(parent, seconds);
  if (found === null) return null;
  const { item, offset } = found;
  if (shallow || (item.kind !== 'Track' && item.kind !== 'Stack')) return item;
  return childAtSeconds(item, ownTimeAt(item, offset), false) ?? item;
}

/** An item that plays, and for how long it has. */
interface Playing {
  readonly item: Item;
  readonly offset: Rational;
}

function playingAt(parent: Track | Stack, seconds: Rational): Playing | null {
  if (parent.kind === 'Track') {
    const index = TrackIndex.of(parent);
    const at = index.indexAt(seconds);
    const item = at === -1 ? undefined : index.child(at);
    return item === undefined || !isItem(item) ? null : { item, offset: subtract(seconds, index.startOf(at)) };
  }
  const layers = parent.children.filter(isItem).toReversed();
  const item = seconds.num < 0 ? undefined : layers.find((layer) => compare(seconds, lengthOfItem(layer)) < 0);
  return item === undefined ? null : { item, offset: seconds };
}

/** The children that play in a range of the parent's own time, in order. Half-open: one that only touches it does not. */
export function childrenInRange(parent: Track | Stack, range: TimeRange): readonly Item[] {
  const from = secondsOfTime(range.start);
  const to = add(from, secondsOfTime(range.duration));
  if (parent.kind === 'Stack') {
    return parent.children.filter(isItem).filter((layer) => compare(from, lengthOfItem(layer)) < 0 && to.num > 0);
  }
  const index = TrackIndex.of(parent);
  const found: Item[] = [];
  if (compare(to, from) <= 0) return found;
  for (
    let at = Math.max(0, index.indexAt(from.num < 0 ? zero : from));
    at < index.count && compare(index.startOf(at), to) < 0;
    at += 1
  ) {
    const child = index.child(at);
    if (child !== undefined && isItem(child) && compare(index.startOf(at + 1), from) > 0) found.push(child);
  }
  return found;
}

/** All composables below a node that a test accepts, in order, parents before what they hold. */
export function findChildren<T extends Composable>(
  root: Timeline | Track | Stack,
  accepts: (node: Composable) => node is T,
  options?: SearchOptions,
): readonly T[];
export function findChildren(
  root: Timeline | Track | Stack,
  accepts: (node: Composable) => boolean,
  options?: SearchOptions,
): readonly Composable[];
export function findChildren(
  root: Timeline | Track | Stack,
  accepts: (node: Composable) => boolean,
  options: SearchOptions = {},
): readonly Composable[] {
  const parent = root.kind === 'Timeline' ? root.tracks : root;
  return parent.children.flatMap((child) => [
    ...(accepts(child) ? [child] : []),
    ...(options.shallow !== true && (child.kind === 'Track' || child.kind === 'Stack')
      ? findChildren(child, accepts)
      : []),
  ]);
}

/**
 * The clip that is seen on top at a time of the stack's own: gaps, disabled items and disabled tracks are looked through,
 * compositions into. Null where nothing shows.
 */
export function topClipAtTime(stack: Stack, time: RationalTime): Clip | null {
  return topClip(stack, secondsOfTime(time));
}

function topClip(parent: Track | Stack, seconds: Rational): Clip | null {
  if (parent.kind === 'Track') {
    const found = playingAt(parent, seconds);
    return found === null ? null : clipOf(found);
  }
  for (const layer of parent.children.toReversed()) {
    if (!isItem(layer) || !layer.enabled || seconds.num < 0 || compare(seconds, lengthOfItem(layer)) >= 0) continue;
    const clip = clipOf({ item: layer, offset: seconds });
    if (clip !== null) return clip;
  }
  return null;
}

function clipOf({ item, offset }: Playing): Clip | null {
  if (!item.enabled || item.kind === 'Gap') return null;
  return item.kind === 'Clip' ? item : topClip(item, ownTimeAt(item, offset));
}
