import {
  add,
  compare,
  max,
  min,
  subtract,
  zero,
  type Rational,
  type RationalTime,
  type TimeRange,
} from '@patchwork/time';
import { lengthOfItem } from '../edit/piece.ts';
import { ownTimeAt } from '../edit/retime.ts';
import { secondsOfTime } from '../edit/seconds.ts';
import type { Clip, Composable, Item, SerializableCollection, Stack, Timeline, TimelineNode, Track } from '../model.ts';
import { isItem } from '../ranges.ts';
import { TrackIndex } from '../snapshot/track-index.ts';

/** How to look. */
export interface SearchOptions {
  /** Looks at direct children alone. Default false: compositions are entered. */
  readonly shallow?: boolean;
}

/** Where to look. */
export interface FindOptions extends SearchOptions {
  /**
   * In the root's own time (a collection's timelines': each in its own): what plays in it, half-open, and transitions that reach
   * into it; a range of no length is a moment. Default: everywhere.
   */
  readonly range?: TimeRange;
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
  if (range.duration.value.num === 0) return [];
  return placedIn(parent, stretchOf(range))
    .map(({ node }) => node)
    .filter(isItem);
}

/** A stretch of a composition's own time, in seconds. */
interface Stretch {
  readonly from: Rational;
  readonly to: Rational;
}

/** A child and the seconds of its parent that it takes up, or (a transition) reaches over. */
interface Placed extends Stretch {
  readonly node: Composable;
}

function stretchOf(range: TimeRange): Stretch {
  const from = secondsOfTime(range.start);
  return { from, to: add(from, secondsOfTime(range.duration)) };
}

function placedIn(parent: Track | Stack, wanted: Stretch): readonly Placed[] {
  const isMoment = compare(wanted.to, wanted.from) === 0;
  const isMet = ({ from, to }: Placed): boolean =>
    compare(from, wanted.to) < (isMoment ? 1 : 0) && compare(to, wanted.from) > 0;
  if (parent.kind === 'Stack') {
    return parent.children
      .filter(isItem)
      .map((node) => ({ node, from: zero, to: lengthOfItem(node) }))
      .filter(isMet);
  }
  const index = TrackIndex.of(parent);
  const first = index.indexAt(max(zero, wanted.from));
  const placed: Placed[] = [];
  // One more on each side: a transition stands outside of the items that it covers.
  const start = (first === -1 ? index.count : first) - 1;
  for (let at = Math.max(0, start); at < index.count; at += 1) {
    const node = index.child(at);
    if (node === undefined || node.kind === 'Unknown') continue;
    const [from, to] = [index.startOf(at), index.startOf(at + 1)];
    const one =
      node.kind === 'Transition'
        ? { node, from: subtract(from, secondsOfTime(node.inOffset)), to: add(to, secondsOfTime(node.outOffset)) }
        : { node, from, to };
    if (isMet(one)) placed.push(one);
    else if (isItem(node) && compare(from, wanted.to) > 0) break;
  }
  return placed;
}

/** Where children can be looked for. */
export type SearchRoot = Timeline | Track | Stack | SerializableCollection;

/** All composables below a node that a test accepts, in order, parents before what they hold. */
export function findChildren<T extends Composable>(
  root: SearchRoot,
  accepts: (node: Composable) => node is T,
  options?: FindOptions,
): readonly T[];
export function findChildren(
  root: SearchRoot,
  accepts: (node: Composable) => boolean,
  options?: FindOptions,
): readonly Composable[];
export function findChildren(
  root: SearchRoot,
  accepts: (node: Composable) => boolean,
  options: FindOptions = {},
): readonly Composable[] {
  if (root.kind === 'SerializableCollection') {
    return root.children.flatMap((child) => foundInMember(child, accepts, options));
  }
  const parent = root.kind === 'Timeline' ? root.tracks : root;
  const isShallow = options.shallow === true;
  return options.range === undefined
    ? foundIn(parent, accepts, isShallow)
    : foundWithin(parent, accepts, isShallow, stretchOf(options.range));
}

function foundInMember(
  member: TimelineNode,
  accepts: (node: Composable) => boolean,
  options: FindOptions,
): readonly Composable[] {
  switch (member.kind) {
    case 'Timeline':
    case 'SerializableCollection':
      return options.shallow === true ? [] : findChildren(member, accepts, options);
    case 'Track':
    case 'Stack': {
      const inner = options.shallow === true ? [] : findChildren(member, accepts, options);
      return accepts(member) ? [member, ...inner] : inner;
    }
    case 'Clip':
    case 'Gap':
    case 'Transition':
      return accepts(member) ? [member] : [];
    default:
      return [];
  }
}

function foundIn(
  parent: Track | Stack,
  accepts: (node: Composable) => boolean,
  isShallow: boolean,
): readonly Composable[] {
  return parent.children.flatMap((child) => {
    const inner = !isShallow && isComposition(child) ? foundIn(child, accepts, false) : [];
    return accepts(child) ? [child, ...inner] : inner;
  });
}

function foundWithin(
  parent: Track | Stack,
  accepts: (node: Composable) => boolean,
  isShallow: boolean,
  wanted: Stretch,
): readonly Composable[] {
  return placedIn(parent, wanted).flatMap(({ node, from, to }) => {
    const inner =
      !isShallow && isComposition(node)
        ? foundWithin(
            node,
            accepts,
            false,
            ownStretch(node, from, { from: max(from, wanted.from), to: min(to, wanted.to) }),
          )
        : [];
    return accepts(node) ? [node, ...inner] : inner;
  });
}

/** A stretch of the parent's time in the child's own: backwards its ends change places. */
function ownStretch(child: Item, start: Rational, { from, to }: Stretch): Stretch {
  const [a, b] = [ownTimeAt(child, subtract(from, start)), ownTimeAt(child, subtract(to, start))];
  return compare(a, b) <= 0 ? { from: a, to: b } : { from: b, to: a };
}

function isComposition(node: Composable): node is Track | Stack {
  return node.kind === 'Track' || node.kind === 'Stack';
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
