import { add, divide, rational, zero, type Rational } from '@patchwork/time';
import type { Composable, NodeId, Track } from '../model.ts';
import { isItem, trimmedRange } from '../ranges.ts';

/** Children per block: small enough that a change costs little, large enough that there are few blocks. */
const blockSize = 128;

/** A run of children and where each begins, in ticks from the block's start. Shared between snapshots. */
interface Block {
  readonly children: readonly Composable[];
  /** `count + 1` values; the last is the block's length. */
  readonly starts: readonly number[];
  readonly home: Home;
}

/** Stands for a block through its versions, so that an edit need not tell each child anew where it is. */
interface Home {
  latest: Block | null;
}

/**
 * The children of one track and where they lie, found in O(log n). Times are whole ticks of a unit that all durations of the track
 * share, so sums are exact. A track that was edited gets its index from the one before: only the blocks that the edit
 * touched are made anew, and the list of all children not before somebody asks the track for it: copying 20,000 pointers costs
 * more than the whole edit (measured: 60 µs, half of it page faults).
 */
export class TrackIndex {
  readonly #ticksPerSecond: number;
  readonly #blocks: readonly Block[];
  /** For each block, and once more for the end: index of its first child, and where it begins in ticks. */
  readonly #firstIndex: readonly number[];
  readonly #firstTick: readonly number[];

  /** The home in which a child was last put; shared by the indexes made from one another, checked before use. */
  readonly #homes: Map<NodeId, Home>;

  private constructor(ticksPerSecond: number, blocks: readonly Block[], homes: Map<NodeId, Home>) {
    this.#ticksPerSecond = ticksPerSecond;
    this.#homes = homes;
    this.#blocks = blocks;
    // Plain lists: a typed array of this size lies outside of the heap, and an edit makes several (measured: a quarter of its time).
    const [indexes, starts] = [[0], [0]];
    let [count, length] = [0, 0];
    for (const { children, starts: own } of blocks) {
      count += children.length;
      length += own[children.length] ?? 0;
      indexes.push(count);
      starts.push(length);
    }
    this.#firstIndex = indexes;
    this.#firstTick = starts;
  }

  /** The index of a track; made once for each track object. @throws PW_TIMELINE_RANGE, PW_TIME_RANGE */
  static of(track: Track): TrackIndex {
    const known = indexes.get(track);
    if (known !== undefined) return known;
    const ticksPerSecond = track.children.reduce((unit, child) => lcm(unit, secondsOf(child).den), 1);
    const index = new TrackIndex(
      ticksPerSecond,
      blocksOf(track.children, startsOf(track.children, ticksPerSecond), { latest: null }),
      new Map(),
    );
    indexes.set(track, index);
    return index;
  }

  /** The index of a track, if it has been made. A track whose lengths are not all known has none. */
  static peek(track: Track): TrackIndex | null {
    return indexes.get(track) ?? null;
  }

  /** `track`, whose index this is, with some children replaced; the new track has its index already. */
  splice(track: Track, from: number, removed: number, added: readonly Composable[]): Track {
    if (added.some((child) => this.#ticksPerSecond % secondsOf(child).den !== 0)) {
      // A length of another unit: the sums must be made anew.
      return { ...track, children: track.children.toSpliced(from, removed, ...added) };
    }
    const first = Math.max(0, this.#blockOf(from));
    const last = Math.max(first, this.#blockOf(from + removed));
    const touched = this.#blocks.slice(first, last + 1);
    const blocks = touched.flatMap((block, at) => {
      const start = (this.#firstIndex[first + at] ?? 0) - from;
      const gone = Math.max(0, -start);
      const count = Math.max(0, Math.min(block.children.length, removed - start) - gone);
      const put = at === 0 ? added : [];
      const children = block.children.toSpliced(gone, count, ...put);
      return blocksOf(children, this.#splicedStarts(block.starts, gone, count, put), block.home);
    });
    if (touched.length === 0) {
      blocks.push(...blocksOf(added, startsOf(added, this.#ticksPerSecond), { latest: null }));
    }
    if (this.#homes.size > 0) this.#rehouse(touched, blocks, from, removed, added);
    const index = new TrackIndex(
      this.#ticksPerSecond,
      this.#blocks.toSpliced(first, touched.length, ...blocks),
      this.#homes,
    );
    const changed = trackOf(track, index);
    indexes.set(changed, index);
    return changed;
  }

  /** Where the children of a block begin after some were replaced: those before stay, those after move together. */
  #splicedStarts(
    starts: readonly number[],
    from: number,
    removed: number,
    added: readonly Composable[],
  ): readonly number[] {
    const spliced = starts.slice(0, from + 1);
    let end = starts[from] ?? 0;
    for (const child of added) spliced.push((end += ticksOf(child, this.#ticksPerSecond)));
    const shift = end - (starts[from + removed] ?? 0);
    for (let at = from + removed + 1; at < starts.length; at += 1) spliced.push((starts[at] ?? 0) + shift);
    return spliced;
  }

  /** The child at an index; undefined outside. */
  child(index: number): Composable | undefined {
    if (!(index >= 0 && index < this.count)) return undefined;
    const at = this.#blockOf(index);
    return this.#blocks[at]?.children[index - (this.#firstIndex[at] ?? 0)];
  }

  /** Children from an index to another, the latter not included. */
  slice(from: number, to: number): readonly Composable[] {
    const children: Composable[] = [];
    for (let index = from; index < to; index += 1) {
      const child = this.child(index);
      if (child !== undefined) children.push(child);
    }
    return children;
  }

  /** All children, as one list. */
  all(): readonly Composable[] {
    return this.#blocks.flatMap((block) => block.children);
  }

  /** Index of the child with an id; −1 for none. */
  indexOf(id: NodeId): number {
    if (this.#homes.size === 0) {
      for (const { children, home } of this.#blocks) for (const child of children) this.#homes.set(child.id, home);
    }
    const home = this.#homes.get(id)?.latest ?? null;
    const known = home === null ? -1 : this.#blocks.indexOf(home);
    const inBlock = home === null || known === -1 ? -1 : placeIn(home.children, id);
    if (inBlock !== -1) return (this.#firstIndex[known] ?? 0) + inBlock;
    // An older snapshot than the one that was edited last: its blocks are no more on record.
    for (const [at, block] of this.#blocks.entries()) {
      const found = placeIn(block.children, id);
      if (found !== -1) return (this.#firstIndex[at] ?? 0) + found;
    }
    return -1;
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
    return (
      (this.#firstIndex[at] ?? 0) + lastNotAbove(block.starts, block.children.length, tick - (this.#firstTick[at] ?? 0))
    );
  }

  /** Tells the few children that came, went, or were parted from their block. */
  #rehouse(
    touched: readonly Block[],
    blocks: readonly Block[],
    from: number,
    removed: number,
    added: readonly Composable[],
  ): void {
    for (let at = from; at < from + removed; at += 1) this.#homes.delete(this.child(at)?.id ?? '');
    const isOld = (home: Home): boolean => touched.some((block) => block.home === home);
    for (const { children, home } of blocks) {
      const moved = isOld(home) ? added.filter((child) => children.includes(child)) : children;
      for (const child of moved) this.#homes.set(child.id, home);
    }
  }

  #blockOf(index: number): number {
    return Math.min(this.#blocks.length - 1, lastNotAbove(this.#firstIndex, this.#blocks.length, index));
  }

  #tickOf(index: number): number {
    if (index >= this.count) return this.#firstTick[this.#blocks.length] ?? 0;
    const at = this.#blockOf(index);
    return (this.#firstTick[at] ?? 0) + (this.#blocks[at]?.starts[index - (this.#firstIndex[at] ?? 0)] ?? 0);
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

/** Where each of some children begins, in ticks from the first, and the end of the last. */
function startsOf(children: readonly Composable[], ticksPerSecond: number): readonly number[] {
  const starts = [0];
  let end = 0;
  for (const child of children) starts.push((end += ticksOf(child, ticksPerSecond)));
  return starts;
}

/** Blocks of some children; the first of them takes on the home. None for no children. */
function blocksOf(children: readonly Composable[], starts: readonly number[], home: Home): Block[] {
  const blocks: Block[] = [];
  // A block may grow to twice the size before it is divided, so that an edit mostly touches one alone.
  const parts =
    children.length <= 2 * blockSize ? Math.min(1, children.length) : Math.ceil(children.length / blockSize);
  for (let part = 0; part < parts; part += 1) {
    const from = Math.floor((children.length * part) / parts);
    const to = Math.floor((children.length * (part + 1)) / parts);
    const base = starts[from] ?? 0;
    const own = parts === 1 ? children : children.slice(from, to);
    const ownStarts = parts === 1 ? starts : starts.slice(from, to + 1).map((start) => start - base);
    const block: Block = { children: own, starts: ownStarts, home: part === 0 ? home : { latest: null } };
    block.home.latest = block;
    blocks.push(block);
  }
  return blocks;
}

/** A plain loop: edits look for their item through thousands of ids. */
function placeIn(children: readonly Composable[], id: NodeId): number {
  for (let at = 0; at < children.length; at += 1) if (children[at]?.id === id) return at;
  return -1;
}

function ticksOf(child: Composable, ticksPerSecond: number): number {
  const { num, den } = secondsOf(child);
  return num * (ticksPerSecond / den);
}

/** A track with other children, listed when first asked for. */
function trackOf(track: Track, index: TrackIndex): Track {
  let list: readonly Composable[] | null = null;
  return {
    kind: 'Track',
    id: track.id,
    name: track.name,
    metadata: track.metadata,
    extra: track.extra,
    sourceRange: track.sourceRange,
    effects: track.effects,
    markers: track.markers,
    enabled: track.enabled,
    color: track.color,
    get children() {
      return (list ??= index.all());
    },
    trackKind: track.trackKind,
  };
}

/** The last of the first `count` ascending values that is not above `limit`; of equal ones the last. */
function lastNotAbove(values: readonly number[], count: number, limit: number): number {
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
