import { add, compare, divide, multiply, one, subtract, zero, type Rational } from '@patchwork/time';
import type { Clip, Item } from '../model.ts';
import { activeReferenceOrNull, availableRange, trimmedRange } from '../ranges.ts';
import { knownEffect } from '../known-effect.ts';
import { speedOf } from './retime.ts';
import { notNegative, secondsOfTime } from './seconds.ts';
import type { TimeMapEffect } from '../vocabulary.ts';

/** Media that an item has beyond its edges, in record seconds; null is without limit. */
export interface Room {
  readonly head: Rational | null;
  readonly tail: Rational | null;
}

const unlimited: Room = { head: null, tail: null };

/** A stretch of media, in media seconds. */
interface Stretch {
  readonly start: Rational;
  readonly end: Rational;
}

/**
 * How far an item could be extended at its edges: its handles. Gaps, generators, stills (media of one frame, as Resolve
 * writes them), frozen clips and media of unknown length have no limit. At twice the speed the same media gives half the
 * room; backwards, the head eats the media's end.
 */
export function roomOf(item: Item): Room {
  const media = mediaOf(item);
  if (media === null) return unlimited;
  const start = startOf(item);
  const map = timeMapOf(item);
  if (map !== null) return roomOfMap(map, media, start, add(start, lengthOfItem(item)));
  const speed = speedOf(item);
  if (speed.num === 0) return unlimited;
  const size: Rational = { num: Math.abs(speed.num), den: speed.den };
  const end = add(start, multiply(size, lengthOfItem(item)));
  const before = divide(notNegative(subtract(start, media.start)), size);
  const after = divide(notNegative(subtract(media.end, end)), size);
  return speed.num > 0 ? { head: before, tail: after } : { head: after, tail: before };
}

/** How far an item's source can slip either way, in media seconds; null is without limit. */
export function slipRoomOf(item: Item): Room {
  const media = mediaOf(item);
  if (media === null) return unlimited;
  // Along a ramp the window slides over own time, which is what its edges may do.
  if (timeMapOf(item) !== null) return roomOf(item);
  const start = startOf(item);
  const speed = speedOf(item);
  // A freeze shows one frame, which must be one of the media.
  const covered =
    speed.num === 0
      ? divide(one, trimmedRange(item).start.rate)
      : multiply({ num: Math.abs(speed.num), den: speed.den }, lengthOfItem(item));
  const end = add(start, covered);
  return { head: notNegative(subtract(start, media.start)), tail: notNegative(subtract(media.end, end)) };
}

/** The media of an item that limits it; null for none. */
function mediaOf(item: Item): Stretch | null {
  switch (item.kind) {
    case 'Gap':
      return null;
    case 'Clip':
      return mediaOfClip(item);
    case 'Track':
    case 'Stack': {
      const range = availableRange(item);
      return { start: secondsOfTime(range.start), end: add(secondsOfTime(range.start), secondsOfTime(range.duration)) };
    }
  }
}

function mediaOfClip(clip: Clip): Stretch | null {
  const reference = activeReferenceOrNull(clip);
  if (reference === null || reference.kind === 'Unknown' || reference.kind === 'GeneratorReference') return null;
  const range = reference.availableRange;
  if (range === null) return null;
  // Resolve gives a still an available range of one frame under a source range of hundreds.
  if (compare(range.duration.value, { num: 1, den: 1 }) <= 0) return null;
  const start = secondsOfTime(range.start);
  return { start, end: add(start, secondsOfTime(range.duration)) };
}

function startOf(item: Item): Rational {
  return secondsOfTime(trimmedRange(item).start);
}

function lengthOfItem(item: Item): Rational {
  return secondsOfTime(trimmedRange(item).duration);
}

function timeMapOf(item: Item): TimeMapEffect | null {
  for (const effect of item.effects) {
    const known = effect.enabled ? knownEffect(effect) : null;
    if (known?.type === 'timeMap' && known.points.length > 0) return known;
  }
  return null;
}

/**
 * A ramp: own time runs on with the slope of its first or last leg until the media ends. Legs that lie outside the clip are
 * walked one by one, from the clip's edge outward.
 */
function roomOfMap(map: TimeMapEffect, media: Stretch, start: Rational, end: Rational): Room {
  const head = reach(
    map.points.map((point) => ({ time: negated(point.time), value: point.value })).toReversed(),
    media,
    negated(start),
  );
  const tail = reach(map.points, media, end);
  return { head, tail };
}

type Point = TimeMapEffect['points'][number];

/** How far time can run on from `from` before the mapped value leaves the media. */
function reach(points: readonly Point[], media: Stretch, from: Rational): Rational | null {
  const later = points.filter((point) => compare(point.time, from) > 0);
  let at = from;
  let value = valueAt(points, from);
  if (outside(value, media)) return zero;
  for (const point of later) {
    if (outside(point.value, media)) return subtract(add(at, crossing(at, value, point, media)), from);
    at = point.time;
    value = point.value;
  }
  const [before, last] = points.slice(-2);
  if (before === undefined || last === undefined) return null;
  const slope = divide(subtract(last.value, before.value), subtract(last.time, before.time));
  if (slope.num === 0) return null;
  const edge = slope.num > 0 ? media.end : media.start;
  return notNegative(subtract(add(at, divide(subtract(edge, value), slope)), from));
}

function crossing(at: Rational, value: Rational, point: Point, media: Stretch): Rational {
  const edge = compare(point.value, value) > 0 ? media.end : media.start;
  return multiply(subtract(point.time, at), divide(subtract(edge, value), subtract(point.value, value)));
}

function valueAt(points: readonly Point[], time: Rational): Rational {
  const next = points.findIndex((point) => compare(point.time, time) > 0);
  const at = next === -1 ? points.length - 1 : Math.max(1, next);
  const from = points[at - 1] ?? points[at];
  const to = points[at] ?? from;
  if (from === undefined || to === undefined || from === to || compare(from.time, to.time) === 0)
    return from?.value ?? zero;
  const slope = divide(subtract(to.value, from.value), subtract(to.time, from.time));
  return add(from.value, multiply(slope, subtract(time, from.time)));
}

function outside(value: Rational, media: Stretch): boolean {
  return compare(value, media.start) < 0 || compare(value, media.end) > 0;
}

function negated(value: Rational): Rational {
  return { num: value.num === 0 ? 0 : -value.num, den: value.den };
}
