import { PatchworkError } from '@patchwork/kernel';
import { add, compare, max, min, one, subtract, zero, type Rate, type Rational, type TimeRange } from '@patchwork/time';
import { makeGap, makeTimeline, makeTrack } from '../builders.ts';
import { Lane, rateOfTimeline } from '../edit/lane.ts';
import { lengthOfItem, withEdges, withFreshIds } from '../edit/piece.ts';
import { secondsAsTime, secondsOfTime } from '../edit/seconds.ts';
import type { Composable, Item, Stack, Timeline, Track } from '../model.ts';
import { isItem } from '../ranges.ts';

/**
 * The track cut down to a range of its own time: `|0 A 30|0 B 30|` to [20,40) `->  |20 A 30|0 B 10|`. Items get fresh ids, the
 * range becomes the whole.
 *
 * @throws PW_TIMELINE_TRANSITION when the range's edge lies within a transition
 */
export function trackTrimmedToRange(track: Track, range: TimeRange): Track {
  const lane = new Lane(track, range.start.rate);
  const start = secondsOfTime(range.start);
  const children = cutOut(lane, start, add(start, secondsOfTime(range.duration))).map(({ node }) => node);
  return { ...withFreshIds({ ...track, children: [] }), sourceRange: null, children };
}

/**
 * The timeline cut down to a range of its global time (from its first frame). The global start time stays as it is.
 *
 * @throws PW_TIMELINE_TRANSITION
 */
export function timelineTrimmedToRange(timeline: Timeline, range: TimeRange): Timeline {
  const children = timeline.tracks.children.map((child) => {
    if (child.kind !== 'Track') return child;
    const offset = child.sourceRange === null ? null : secondsOfTime(child.sourceRange.start);
    const start =
      offset === null ? range.start : secondsAsTime(add(secondsOfTime(range.start), offset), range.start.rate);
    return trackTrimmedToRange(child, { start, duration: range.duration });
  });
  return { ...timeline, tracks: { ...timeline.tracks, children } };
}

/**
 * One track that shows what the stack shows: upper layers hide lower ones, gaps and disabled items let them through, disabled
 * tracks are left out. Layers that are no tracks count as items of one.
 *
 * @throws PW_TIMELINE_TRANSITION when a lower track would be cut within a transition
 */
export function flattenStack(stack: Stack | readonly Track[]): Track {
  const layers = ('kind' in stack ? stack.children.filter(isItem) : stack).filter((layer) => layer.enabled);
  const lanes = layers.map(
    (layer) => new Lane(layer.kind === 'Track' ? layer : makeTrack({ children: [layer] }), rateOfLayers(layers)),
  );
  const longest = lanes.reduce((length, lane) => max(length, lane.length), zero);
  return makeTrack({ name: 'Flattened', children: flattened(lanes, lanes.length - 1, zero, longest) });
}

function rateOfLayers(layers: readonly Item[]): Rate {
  return rateOfTimeline(makeTimeline({ name: '', tracks: layers })) ?? one;
}

function flattened(lanes: readonly Lane[], top: number, from: Rational, to: Rational): readonly Composable[] {
  const lane = lanes[top];
  if (compare(from, to) >= 0) return [];
  if (lane === undefined) return [makeGap(secondsAsTime(subtract(to, from), lanes.at(-1)?.rate ?? one))];
  const children: Composable[] = [];
  for (const { node, start, end } of cutOut(lane, from, to)) {
    if (isItem(node) && (node.kind === 'Gap' || !node.enabled)) children.push(...flattened(lanes, top - 1, start, end));
    else children.push(node);
  }
  return [...children, ...flattened(lanes, top - 1, max(from, lane.length), to)];
}

/** A part of a track and where it lay. */
interface Cutting {
  readonly node: Composable;
  readonly start: Rational;
  readonly end: Rational;
}

/** The children of a lane between two moments, those at the edges trimmed. */
function cutOut(lane: Lane, from: Rational, to: Rational): Cutting[] {
  const found: Cutting[] = [];
  for (let at = 0; at < lane.count; at += 1) {
    const child = lane.index.child(at);
    const start = lane.startOf(at);
    if (child === undefined || compare(start, to) > 0) break;
    if (isItem(child)) {
      const end = add(start, lengthOfItem(child));
      const [first, last] = [max(start, from), min(end, to)];
      if (compare(first, last) >= 0) continue;
      const item = withEdges(withFreshIds(child), subtract(first, start), subtract(last, end), lane.rate);
      found.push({ node: item, start: first, end: last });
    } else if (isKept(child, start, from, to, lane)) {
      found.push({ node: withFreshIds(child), start, end: start });
    }
  }
  return found;
}

/** Whether something without length lies inside the range. A transition must do so whole. */
function isKept(child: Composable, cut: Rational, from: Rational, to: Rational, lane: Lane): boolean {
  if (child.kind !== 'Transition') return compare(cut, from) >= 0 && compare(cut, to) < 0;
  const [start, end] = [subtract(cut, secondsOfTime(child.inOffset)), add(cut, secondsOfTime(child.outOffset))];
  const reachesOut = compare(start, from) < 0 || compare(end, to) > 0;
  const isBeside = compare(end, from) <= 0 || compare(start, to) >= 0;
  if (isBeside) return false;
  const isAtEnds = compare(from, zero) <= 0 && compare(to, lane.length) >= 0;
  if (!reachesOut || isAtEnds) return true;
  throw new PatchworkError(
    'PW_TIMELINE_TRANSITION',
    `the range would cut the transition "${child.name}" of track "${lane.track.name}" in two`,
    {
      hint: 'Choose a range that holds the transition whole, or remove it first.',
      details: { track: lane.track.id, transition: child.id },
    },
  );
}
