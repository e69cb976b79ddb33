import { ceil, divide, floor, multiply, subtract, type Rational } from '@patchwork/time';
import { integerOf, scaled } from './affine.ts';
import type { VideoStreamInfo } from './media-info.ts';
import type { TimeMap } from './time-map.ts';
import { isBackwardsAt, secondsAt } from './time-map.ts';

/** Presentation time of a picture in the stream's ticks. The index must be in [0, frames). */
export function ptsOf(video: VideoStreamInfo): (index: number) => number {
  const { times, firstPts } = video;
  if (times !== null) return (index) => times[index] ?? firstPts;
  const ticks = divide({ num: 1, den: 1 }, multiply(video.rate, video.timeBase));
  if (ticks.den === 1) return (index) => firstPts + index * ticks.num;
  const half = integerOf({ offset: { num: 1, den: 2 }, slope: ticks }, 'floor');
  return (index) => firstPts + half(index);
}

/**
 * Compiles which picture of a stream shows at a record frame, not clamped to the stream: the one whose time has come; for
 * time that runs backwards the one that ends there. A still shows picture 0.
 */
export function indexOf(video: VideoStreamInfo, map: TimeMap): (frame: number) => number {
  if (video.still) return () => 0;
  const { times } = video;
  if (times !== null) {
    return (frame) => {
      const ticks = divide(secondsAt(map, frame), video.timeBase);
      return lastNotAfter(times, video.firstPts + (isBackwardsAt(map, frame) ? ceil(ticks) - 1 : floor(ticks)));
    };
  }
  return stepsOf(map, video.rate);
}

/** Compiles floor(time × rate), or the integer below it where time runs backwards. */
export function stepsOf(map: TimeMap, rate: Rational): (frame: number) => number {
  switch (map.kind) {
    case 'hold': {
      const index = floor(multiply(map.at, rate));
      return () => index;
    }
    case 'constant':
      return integerOf(scaled(map, rate), map.slope.num < 0 ? 'below' : 'floor');
    case 'points':
      return (frame) => {
        const index = multiply(secondsAt(map, frame), rate);
        return isBackwardsAt(map, frame) ? ceil(index) - 1 : floor(index);
      };
  }
}

/** The two pictures a blend lies between and how far it is from the first to the second, 0 ≤ share < 1. Not clamped. */
export function neighboursAt(
  video: VideoStreamInfo,
  map: TimeMap,
  frame: number,
): { readonly index: number; readonly share: Rational } {
  const seconds = secondsAt(map, frame);
  const { times } = video;
  if (times === null) {
    const position = multiply(seconds, video.rate);
    const index = floor(position);
    return { index, share: subtract(position, { num: index, den: 1 }) };
  }
  const ticks = divide(seconds, video.timeBase);
  const index = lastNotAfter(times, video.firstPts + floor(ticks));
  const here = times[index];
  const next = times[index + 1];
  if (here === undefined || next === undefined) return { index, share: { num: 0, den: 1 } };
  const since = subtract(ticks, { num: here - video.firstPts, den: 1 });
  return { index, share: divide(since, { num: next - here, den: 1 }) };
}

/** Index of the last time that is not after `tick`; −1 where all are. */
function lastNotAfter(times: readonly number[], tick: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) <= tick) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
