import { PatchworkError } from '@patchwork/kernel';
import {
  add,
  compareTime,
  divide,
  endOfRange,
  subtract,
  subtractTime,
  zero,
  type Rational,
  type RationalTime,
  type TimeRange,
} from '@patchwork/time';
import { ownTimeAt, speedOf } from './retime.ts';
import { secondsAsTime, secondsOfTime } from './seconds.ts';
import type { Composable, Item, NodeId, Timeline } from '../model.ts';
import { isItem, rangeOfChildAt, trimmedRange } from '../ranges.ts';
import { TimelineIndex } from '../snapshot/timeline-index.ts';
import { TrackIndex } from '../snapshot/track-index.ts';

/**
 * A moment in one item's own time, said in another's: up to the ancestor they share, down again. Through constant time
 * warps the source runs faster or slower (OTIO's own function ignores them); a freeze has no way up.
 *
 * `from` and `to` are ids of items; the timeline's stack stands for global time.
 *
 * @throws PW_TIMELINE_NODE when the timeline does not hold them
 * @throws PW_TIMELINE_FROZEN when a frozen item's own time is to be said in its parent's
 */
export function transformedTime(timeline: Timeline, time: RationalTime, from: NodeId, to: NodeId): RationalTime {
  const index = TimelineIndex.of(timeline);
  const up = ancestry(index, from);
  const down = ancestry(index, to);
  const shared = up.find((id) => down.includes(id)) ?? timeline.tracks.id;
  let seconds = secondsOfTime(time);
  for (const id of up.slice(0, up.indexOf(shared))) seconds = parentFromOwn(index, id, seconds);
  for (const id of down.slice(0, down.indexOf(shared)).toReversed()) seconds = ownFromParent(index, id, seconds);
  return secondsAsTime(seconds, time.rate);
}

/** The item's id and those of all it stands in, the root stack last. */
function ancestry(index: TimelineIndex, id: NodeId): NodeId[] {
  const chain = [id];
  for (let parent = index.parentOf(id); parent !== null; parent = index.parentOf(parent.id)) chain.push(parent.id);
  return chain;
}

function parentFromOwn(index: TimelineIndex, id: NodeId, own: Rational): Rational {
  const { item, start, startInParent, length, speed } = placed(index, id);
  if (speed.num === 0) {
    throw new PatchworkError(
      'PW_TIMELINE_FROZEN',
      `"${item.name}" is frozen: its source times have no one place in the track`,
      {
        hint: 'Ask the other way round, from the track to the item.',
        details: { item: id },
      },
    );
  }
  const ran = divide(subtract(own, start), speed);
  return add(startInParent, speed.num > 0 ? ran : add(length, ran));
}

function ownFromParent(index: TimelineIndex, id: NodeId, time: Rational): Rational {
  const { item, startInParent } = placed(index, id);
  return ownTimeAt(item, subtract(time, startInParent));
}

interface PlacedItem {
  readonly item: Item;
  readonly start: Rational;
  readonly length: Rational;
  readonly startInParent: Rational;
  readonly speed: Rational;
}

function placed(index: TimelineIndex, id: NodeId): PlacedItem {
  const { node, parent, index: at } = index.placeOf(id);
  const item = expectItem(node);
  const range = trimmedRange(item);
  const startInParent =
    parent === null
      ? zero
      : parent.kind === 'Track'
        ? TrackIndex.of(parent).startOf(at)
        : secondsOfTime(rangeOfChildAt(parent, at).start);
  return {
    item,
    start: secondsOfTime(range.start),
    length: secondsOfTime(range.duration),
    startInParent,
    speed: speedOf(item),
  };
}

function expectItem(node: Composable): Item {
  if (isItem(node)) return node;
  throw new PatchworkError('PW_TIMELINE_NODE', `"${node.name}" is a ${node.kind}: it has no time of its own`, {
    hint: 'Ask for its neighbours instead.',
    details: { node: node.id },
  });
}

/** {@link transformedTime} of both ends of a range. Through a backwards warp the end becomes the start. */
export function transformedRange(timeline: Timeline, range: TimeRange, from: NodeId, to: NodeId): TimeRange {
  const first = transformedTime(timeline, range.start, from, to);
  const last = transformedTime(timeline, endOfRange(range), from, to);
  const isForward = compareTime(first, last) <= 0;
  return {
    start: isForward ? first : last,
    duration: isForward ? subtractTime(last, first) : subtractTime(first, last),
  };
}
