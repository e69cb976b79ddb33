import { add, divide, rational, zero, type Rational } from '@patchwork/time';
import type { Composable, Track } from '../model.ts';
import { isItem, trimmedRange } from '../ranges.ts';

/** Children per block: small enough that a change costs little, large enough that there are few blocks. */
const blockSize = 256;

/** A run of children: where each begins, in ticks from the block's start. Shared between snapshots. */
interface Block {
  /** `count + 1` values; the last is the block's length. */
  readonly starts: Float64Array;
  readonly count: number;
}

/**
 * Where the children of one track lie, found in O(log n). Times are whole ticks of a unit that all durations of the track
 * share, so sums are exact. A track that was edited gets its index from the one before: only the blocks that the edit
 * touched are made anew.
 */
export class TrackIndex {
  readonly #ticksPerSecond: number;
  readonly #blocks: readonly Block[];
  /** For each block, and once more for the end: index of its first child, and where it begins in ticks. */
  readonly #firstIndex: Float64Array;
  readonly #firstTick: Float64Array;

  private constructor(ticksPerSecond: number, blocks: readonly Block[]) {
    this.#ticksPerSecond = ticksPerSecond;
    this.#blocks = blocks;
    this.#firstIndex = new Float64Array(blocks.length + 1);
    this.#firstTick = new Float64Array(blocks.length + 1);
    blocks.forEach((block, at) => {
      this.#firstIndex[at + 1] = (this.#firstIndex[at] ?? 0) + block.count;
      this.#firstTick[at + 1] = (this.#firstTick[at] ?? 0) + (block.starts[block.count] ?? 0);
    });
  }

  /** The index of a track; made once for each track object. @throws PW_TIMELINE_RANGE, PW_TIME_RANGE */
  static of(track: Track): TrackIndex {
    const known = indexes.get(track);
    if (known !== undefined) return known;
    const durations = track.children.map(secondsOf);
    const ticksPerSecond = durations.reduce((unit, duration) => lcm(unit, duration.den), 1);
    const index = new TrackIndex(ticksPerSecond, blocksOf(durations, ticksPerSecond));
    indexes.set(track, index);
    return index;
  }

  /** Gives `track`, which is `this` track with some children replaced, its index. */
  derive(track: Track, from: number, removed: number, added: readonly Composable[]): void {
    const durations = added.map(secondsOf);
    if (durations.some((duration) => this.#ticksPerSecond % duration.den !== 0)) return;
    const first = Math.max(0, this.#blockOf(from));
    const last = Math.max(first, this.#blockOf(from + removed));
    const firstIndex = this.#firstIndex[first] ?? 0;
    const endIndex = this.#firstIndex[Math.min(last + 1, this.#blocks.length)] ?? 0;
    const ticks: number[] = [];
    for (let index = firstIndex; index < from; index += 1) ticks.push(this.#ticksAt(index));
    for (const duration of durations) ticks.push(duration.num * (this.#ticksPerSecond / duration.den));
    for (let index = from + removed; index < endIndex; index += 1) ticks.push(this.#ticksAt(index));
    const blocks = this.#blocks.toSpliced(first, last - first + 1, ...blocksOfTicks(ticks));
    indexes.set(track, new TrackIndex(this.#ticksPerSecond, blocks));
  }

  /** Number of children. */
  get count(): number {
    return this.#firstIndex[this.#blocks.length] ?? 0;
  }

  /** Length of the track, in seconds. */
  get length(): Rational {
    return this.#seconds(this.#firstTick[this.#blocks.length] ?? 0);
  }

  /** Where a child begins, in seconds of the track's own time; the track's length for `count`. */
  startOf(index: number): Rational {
    return this.#seconds(this.#tickOf(index));
  }

  /** The child that is playing at a time in seconds; −1 before the start and from the end on. Zero-length children never play. */
  indexAt(seconds: Rational): number {
    return this.#indexAtTick(floorTicks(seconds, this.#ticksPerSecond));
  }

  /** {@link indexAt} for `value` frames of a rate, without a fraction in between. */
  indexAtFrame(value: number, rate: Rational): number {
    const ticks = (value * rate.den * this.#ticksPerSecond) / rate.num;
    return Number.isSafeInteger(ticks) ? this.#indexAtTick(ticks) : this.indexAt(divide(rational(value), rate));
  }

  #indexAtTick(tick: number): number {
    if (tick < 0 || tick >= (this.#firstTick[this.#blocks.length] ?? 0)) return -1;
    const at = lastNotAbove(this.#firstTick, this.#blocks.length, tick);
    const block = this.#blocks[at];
    if (block === undefined) return -1;
    return (this.#firstIndex[at] ?? 0) + lastNotAbove(block.starts, block.count, tick - (this.#firstTick[at] ?? 0));
  }

  #blockOf(index: number): number {
    return Math.min(this.#blocks.length - 1, lastNotAbove(this.#firstIndex, this.#blocks.length, index));
  }

  #tickOf(index: number): number {
    if (index >= this.count) return this.#firstTick[this.#blocks.length] ?? 0;
    const at = this.#blockOf(index);
    return (this.#firstTick[at] ?? 0) + (this.#blocks[at]?.starts[index - (this.#firstIndex[at] ?? 0)] ?? 0);
  }

  #ticksAt(index: number): number {
    return this.#tickOf(index + 1) - this.#tickOf(index);
  }

  #seconds(ticks: number): Rational {
    return ticks === 0 ? zero : rational(ticks, this.#ticksPerSecond);
  }
}

const indexes = new WeakMap<Track, TrackIndex>();

/** The time a child takes up in its track, in seconds: none for transitions and unknown nodes. */
export function secondsOf(child: Composable): Rational {
  if (!isItem(child)) return zero;
  const { value, rate } = trimmedRange(child).duration;
  return divide(value, rate);
}

function blocksOf(durations: readonly Rational[], ticksPerSecond: number): Block[] {
  return blocksOfTicks(durations.map((duration) => duration.num * (ticksPerSecond / duration.den)));
}

function blocksOfTicks(ticks: readonly number[]): Block[] {
  const blocks: Block[] = [];
  // Blocks grow by edits before they are divided; equal parts keep them from decaying into tiny ones.
  const parts = Math.ceil(ticks.length / blockSize);
  for (let part = 0; part < parts; part += 1) {
    const from = Math.floor((ticks.length * part) / parts);
    const to = Math.floor((ticks.length * (part + 1)) / parts);
    const starts = new Float64Array(to - from + 1);
    for (let at = from; at < to; at += 1) starts[at - from + 1] = (starts[at - from] ?? 0) + (ticks[at] ?? 0);
    blocks.push({ starts, count: to - from });
  }
  return blocks;
}

/** The last of the first `count` ascending values that is not above `limit`; of equal ones the last. */
function lastNotAbove(values: Float64Array, count: number, limit: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((values[middle] ?? 0) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

function floorTicks(seconds: Rational, ticksPerSecond: number): number {
  const product = seconds.num * ticksPerSecond;
  return Number.isSafeInteger(product)
    ? Math.floor(product / seconds.den)
    : Number((BigInt(seconds.num) * BigInt(ticksPerSecond)) / BigInt(seconds.den)) - (seconds.num < 0 ? 1 : 0);
}

function lcm(a: number, b: number): number {
  if (a % b === 0) return a;
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  const product = (a / x) * b;
  // `add` reports what needs more than 53 bits, with its own code and hint.
  return Number.isSafeInteger(product) ? product : add(rational(1, a), rational(1, b)).den;
}
