import { add, compare, divide, equals, formatRational, multiply, subtract, type Rational } from '@patchwork/time';
import { affineText, valueAt } from './affine.ts';

/**
 * Source seconds, counted from the media's first frame, as a function of the record frame. Where it falls, the frame that
 * *ends* at that time is meant: time runs through the media backwards.
 */
export type TimeMap = ConstantMap | HoldMap | PointsMap;

/** offset + slope × frame; the slope is not 0. */
export interface ConstantMap {
  readonly kind: 'constant';
  readonly offset: Rational;
  readonly slope: Rational;
}

/** A freeze: always the same time. */
export interface HoldMap {
  readonly kind: 'hold';
  readonly at: Rational;
}

/** A ramp: straight between points, extended with the first and last slope. At least three points, ascending frames. */
export interface PointsMap {
  readonly kind: 'points';
  readonly points: readonly MapPoint[];
}

/** A point of a ramp: record frame (fractional) and source seconds. */
export interface MapPoint {
  readonly frame: Rational;
  readonly seconds: Rational;
}

/**
 * Makes the simplest map through the points: a hold or a constant speed where the points lie on one line.
 *
 * @throws TypeError when there is no point or the frames do not ascend.
 */
export function mapThrough(points: readonly MapPoint[]): TimeMap {
  const bends: MapPoint[] = [];
  for (const point of points) {
    const last = bends.at(-1);
    if (last !== undefined && compare(point.frame, last.frame) <= 0) {
      throw new TypeError('mapThrough: the frames of the points do not ascend');
    }
    const before = bends.at(-2);
    if (before !== undefined && last !== undefined && equals(slopeOf(before, last), slopeOf(last, point))) bends.pop();
    bends.push(point);
  }
  const [first, second] = bends;
  if (first === undefined) throw new TypeError('mapThrough: no points');
  if (second === undefined) return { kind: 'hold', at: first.seconds };
  if (bends.length > 2) return { kind: 'points', points: bends };
  const slope = slopeOf(first, second);
  if (slope.num === 0) return { kind: 'hold', at: first.seconds };
  return { kind: 'constant', offset: subtract(first.seconds, multiply(slope, first.frame)), slope };
}

/** Source seconds at a record frame. */
export function secondsAt(map: TimeMap, frame: number): Rational {
  switch (map.kind) {
    case 'hold':
      return map.at;
    case 'constant':
      return valueAt(map, frame);
    case 'points': {
      const [from, to] = legAt(map, frame);
      return add(from.seconds, multiply(slopeOf(from, to), subtract({ num: frame, den: 1 }, from.frame)));
    }
  }
}

/** Tells whether time falls from this frame on. */
export function isBackwardsAt(map: TimeMap, frame: number): boolean {
  switch (map.kind) {
    case 'hold':
      return false;
    case 'constant':
      return map.slope.num < 0;
    case 'points':
      return slopeOf(...legAt(map, frame)).num < 0;
  }
}

/** Canonical text: equal for equal functions only. */
export function mapText(map: TimeMap): string {
  switch (map.kind) {
    case 'hold':
      return `hold ${formatRational(map.at)}`;
    case 'constant':
      return affineText(map);
    case 'points':
      return map.points.map((point) => `${formatRational(point.frame)}:${formatRational(point.seconds)}`).join(' ');
  }
}

/** The two points between which a frame lies: at a point, the leg that begins there. */
function legAt(map: PointsMap, frame: number): [MapPoint, MapPoint] {
  const { points } = map;
  let low = 1;
  let high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const point = points[middle];
    if (point !== undefined && compare(point.frame, { num: frame, den: 1 }) <= 0) low = middle + 1;
    else high = middle;
  }
  const [from, to] = [points[low - 1], points[low]];
  if (from === undefined || to === undefined) throw new TypeError('legAt: a ramp needs two points');
  return [from, to];
}

function slopeOf(from: MapPoint, to: MapPoint): Rational {
  return divide(subtract(to.seconds, from.seconds), subtract(to.frame, from.frame));
}
