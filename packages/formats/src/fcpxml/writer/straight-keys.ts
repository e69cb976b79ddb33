import {
  add,
  ceil,
  compare,
  divide,
  multiply,
  rational,
  subtract,
  toNumber,
  type Rate,
  type Rational,
} from '@patchwork/time';
import type { Keyframe, Param } from '@patchwork/timeline';

/** The frames at which an item is shown, in its own time. */
export interface FrameGrid {
  readonly start: Rational;
  readonly rate: Rate;
}

function frameTime({ start, rate }: FrameGrid, index: number): Rational {
  return add(start, divide(rational(index), rate));
}

/** Number of the first frame at or behind a time. */
function frameFrom({ start, rate }: FrameGrid, time: Rational): number {
  return ceil(multiply(subtract(time, start), rate));
}

/**
 * Key frames without holds that show the same at every frame: a hold ends with a second key in its last frame.
 */
export function withoutHolds(keyframes: readonly Keyframe[], grid: FrameGrid): readonly Keyframe[] {
  if (keyframes.every(({ interpolation }) => interpolation !== 'hold')) return keyframes;
  return keyframes.flatMap((key, index): Keyframe[] => {
    if (key.interpolation !== 'hold') return [key];
    const first: Keyframe = { ...key, interpolation: 'linear' };
    const next = keyframes[index + 1];
    const last = next === undefined ? null : frameTime(grid, frameFrom(grid, next.time) - 1);
    return last === null || compare(last, key.time) <= 0 ? [first] : [first, { ...first, time: last }];
  });
}

/** More key frames than this are not written for the eases of one parameter. */
const maxSamples = 10_000;

/**
 * Key frames with straight lines alone that show the same at every frame: an ease gets a key in each of its frames. Null
 * where these are more than 10,000.
 */
export function straightKeyframes(keyframes: readonly Keyframe[], grid: FrameGrid): readonly Keyframe[] | null {
  const straight: Keyframe[] = [];
  const unheld = withoutHolds(keyframes, grid);
  for (const [index, key] of unheld.entries()) {
    straight.push({ ...key, interpolation: 'linear' });
    const next = unheld[index + 1];
    if (key.interpolation === 'linear' || next === undefined) continue;
    const [first, end] = [frameFrom(grid, key.time), frameFrom(grid, next.time)];
    if (straight.length + end - first > maxSamples) return null;
    for (let frame = first; frame < end; frame += 1) {
      const time = frameTime(grid, frame);
      if (compare(time, key.time) > 0)
        straight.push({ ...key, interpolation: 'linear', time, value: valueAt({ keyframes: unheld }, time) });
    }
  }
  return straight;
}

/** Value of a parameter at a time. */
export function valueAt(param: Param, time: Rational): number {
  if (typeof param === 'number') return param;
  const { keyframes } = param;
  const after = keyframes.findIndex((key) => compare(key.time, time) >= 0);
  const next = after === -1 ? keyframes.at(-1) : keyframes[after];
  const previous = after > 0 ? keyframes[after - 1] : undefined;
  if (next === undefined) return 0;
  if (previous === undefined || compare(next.time, time) === 0) return next.value;
  const share = toNumber(divide(subtract(time, previous.time), subtract(next.time, previous.time)));
  const eased =
    previous.interpolation === 'hold'
      ? 0
      : previous.interpolation === 'smooth'
        ? share * share * (3 - 2 * share)
        : share;
  return previous.value + (next.value - previous.value) * eased;
}
