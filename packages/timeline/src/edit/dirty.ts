import { add, compare, max, min, multiply, subtract, zero, type Rational, type TimeRange } from '@patchwork/time';
import { knownEffect } from '../known-effect.ts';
import type { Composable, Effect, Item, NodeId } from '../model.ts';
import { isItem, trimmedRange } from '../ranges.ts';
import { sameValue } from '../otio/node-equality.ts';
import type { Lane } from './lane.ts';
import { lengthOfItem } from './piece.ts';
import { shiftedParts, speedOf } from './retime.ts';
import { secondsAsTime, secondsOfTime } from './seconds.ts';
import { seenMetadata } from './seen-metadata.ts';

/** Record times of one track at which something else shows than before; of the timeline's stack for what changes all of it. */
export interface DirtyRange {
  readonly track: NodeId;
  /** In the track's own time. Where later items moved, it reaches to the longer of the old and the new end. */
  readonly range: TimeRange;
}

/** An item where it plays. */
interface Shown {
  readonly item: Item;
  readonly start: Rational;
  readonly end: Rational;
}

/**
 * The record ranges in which `after` shows something else than `before`, both standing from the same child index on. Exact
 * for cuts; around a transition that is not the same, or that shows handles of an item that is not, it takes in all of it.
 */
export function dirtyOf(
  lane: Lane,
  from: number,
  before: readonly Composable[],
  after: readonly Composable[],
): readonly DirtyRange[] {
  const start = lane.startOf(from);
  const old = shownOf(before, start);
  const now = shownOf(after, start);
  const changed = differences(old, now);
  const ranges: [Rational, Rational][] = [
    ...changed,
    ...transitionDifferences(before, after, start),
    ...reachesFrom(changed, lane, from, before, after),
  ];
  const [oldEnd, newEnd] = [old.at(-1)?.end ?? start, now.at(-1)?.end ?? start];
  if (compare(oldEnd, newEnd) !== 0) {
    const rest = subtract(lane.length, oldEnd);
    const shift = min(oldEnd, newEnd);
    if (rest.num > 0) ranges.push([shift, add(max(oldEnd, newEnd), rest)]);
  }
  return united(ranges).map(([first, last]) => ({
    track: lane.track.id,
    range: { start: secondsAsTime(first, lane.rate), duration: secondsAsTime(subtract(last, first), lane.rate) },
  }));
}

/** {@link dirtyOf} of a whole track: what is the same object at both ends is passed over. */
export function dirtyBetween(lane: Lane, after: readonly Composable[]): readonly DirtyRange[] {
  const before = lane.track.children;
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail))
    tail += 1;
  return dirtyOf(lane, head, before.slice(head, before.length - tail), after.slice(head, after.length - tail));
}

function shownOf(children: readonly Composable[], start: Rational): Shown[] {
  const shown: Shown[] = [];
  let at = start;
  for (const item of children) {
    if (!isItem(item)) continue;
    const end = add(at, lengthOfItem(item));
    shown.push({ item, start: at, end });
    at = end;
  }
  return shown;
}

function differences(old: readonly Shown[], now: readonly Shown[]): [Rational, Rational][] {
  const ranges: [Rational, Rational][] = [];
  let [left, right] = [0, 0];
  for (;;) {
    const [a, b] = [old[left], now[right]];
    if (a === undefined && b === undefined) return ranges;
    if (a === undefined || b === undefined) {
      const only = a ?? b;
      const otherEnd = (a === undefined ? old : now).at(-1)?.end;
      if (only !== undefined) ranges.push([otherEnd === undefined ? only.start : max(only.start, otherEnd), only.end]);
      left += 1;
      right += 1;
      continue;
    }
    const [from, to] = [max(a.start, b.start), min(a.end, b.end)];
    if (compare(from, to) < 0 && !showsTheSame(a, b)) ranges.push([from, to]);
    const order = compare(a.end, b.end);
    if (order <= 0) left += 1;
    if (order >= 0) right += 1;
  }
}

/** Whether two placed items show the same wherever both play. */
function showsTheSame(a: Shown, b: Shown): boolean {
  if (a.item.kind === 'Gap' || b.item.kind === 'Gap') return a.item.kind === b.item.kind;
  if (a.item === b.item) return compare(a.start, b.start) === 0;
  const [old, now] = [a.item, b.item];
  if (old.kind !== now.kind || old.enabled !== now.enabled) return false;
  const sameContent =
    old.kind === 'Clip' && now.kind === 'Clip'
      ? sameValue(old.mediaReferences, now.mediaReferences) &&
        old.activeMediaReferenceKey === now.activeMediaReferenceKey
      : 'children' in old && 'children' in now && sameValue(old.children, now.children);
  if (!sameContent || !sameValue(seenMetadata(old), seenMetadata(now)) || !haveTheSameEffects(a, b)) return false;
  if (old.name !== now.name && now.effects.some((effect) => knownEffect(effect)?.type === 'burnIn')) return false;
  const speed = speedOf(now);
  return compare(sourceAtZero(a, speed), sourceAtZero(b, speed)) === 0;
}

/**
 * Whether effects do the same at every record time: key frames compared where they fall in the record. A fade hangs on the
 * item's edge, and an effect that is not of the vocabulary may: with one of those the edges must be the same, too.
 */
function haveTheSameEffects(a: Shown, b: Shown): boolean {
  if (a.item.effects.length === 0 && b.item.effects.length === 0) return true;
  if (!sameValue(effectsInRecord(a), effectsInRecord(b))) return false;
  const isAtEdges = compare(a.start, b.start) === 0 && compare(a.end, b.end) === 0;
  return isAtEdges || !a.item.effects.some(dependsOnEdges);
}

function effectsInRecord(shown: Shown): readonly unknown[] {
  const start = secondsOfTime(trimmedRange(shown.item).start);
  return shiftedParts(shown.item, subtract(shown.start, start), 0).effects.map(
    (effect) => knownEffect(effect) ?? effect,
  );
}

function dependsOnEdges(effect: Effect): boolean {
  if (effect.timeScalar !== null) return false;
  const known = knownEffect(effect);
  return known === null || known.type === 'fade';
}

/** Source time that an item would show at record time 0. */
function sourceAtZero(shown: Shown, speed: Rational): Rational {
  const start = secondsOfTime(trimmedRange(shown.item).start);
  if (speed.num >= 0) return subtract(start, multiply(speed, shown.start));
  return subtract(start, multiply(speed, shown.end));
}

/** Transitions by place: one that is gone, new or of other length dirties all that it covered or covers. */
function transitionDifferences(
  before: readonly Composable[],
  after: readonly Composable[],
  start: Rational,
): [Rational, Rational][] {
  const [old, now] = [transitionsOf(before, start), transitionsOf(after, start)];
  const isIn = (list: readonly PlacedTransition[], wanted: PlacedTransition): boolean =>
    list.some((other) => sameValue(other.node, wanted.node) && compare(other.cut, wanted.cut) === 0);
  return [...old.filter((one) => !isIn(now, one)), ...now.filter((one) => !isIn(old, one))].map(reachOf);
}

/** Where transitions show more of items that changed up to their cut; those just outside of the stretch count, too. */
function reachesFrom(
  changed: readonly [Rational, Rational][],
  lane: Lane,
  from: number,
  before: readonly Composable[],
  after: readonly Composable[],
): [Rational, Rational][] {
  const outside = [lane.index.child(from - 1), lane.index.child(from + before.length)];
  const [head, tail] = outside.map((child) => (child?.kind === 'Transition' ? [child] : []));
  return [before, after]
    .flatMap((children) => transitionsOf([...(head ?? []), ...children, ...(tail ?? [])], lane.startOf(from)))
    .filter(({ cut }) => changed.some(([first, end]) => compare(first, cut) <= 0 && compare(cut, end) <= 0))
    .map(reachOf);
}

/** The record range in which a transition shows both of its sides. */
function reachOf({ node, cut }: PlacedTransition): [Rational, Rational] {
  return [max(zero, subtract(cut, secondsOfTime(node.inOffset))), add(cut, secondsOfTime(node.outOffset))];
}

interface PlacedTransition {
  readonly node: Composable & { readonly kind: 'Transition' };
  readonly cut: Rational;
}

function transitionsOf(children: readonly Composable[], start: Rational): PlacedTransition[] {
  const placed: PlacedTransition[] = [];
  let cut = start;
  for (const node of children) {
    if (node.kind === 'Transition') placed.push({ node, cut });
    else if (isItem(node)) cut = add(cut, lengthOfItem(node));
  }
  return placed;
}

/** Ranges that do not overlap, ascending; empty ones left out. */
export function united(ranges: readonly [Rational, Rational][]): [Rational, Rational][] {
  const sorted = ranges.filter(([from, to]) => compare(from, to) < 0).toSorted((a, b) => compare(a[0], b[0]));
  const result: [Rational, Rational][] = [];
  for (const [from, to] of sorted) {
    const last = result.at(-1);
    if (last !== undefined && compare(from, last[1]) <= 0) last[1] = max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}
