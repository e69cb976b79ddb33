import { add } from '@patchwork/time';
import type { TrackItem } from '../items/track-item.ts';

/** An old and a new item that are the same thing to an editor. */
export interface ItemPair {
  readonly old: TrackItem;
  readonly next: TrackItem;
}

/**
 * Which old item became which new one: one to one, both ways. A split matches an item with its first part, and knows the
 * others; a join likewise.
 */
export class Matching {
  /** From either side to the other; null for the later parts of a split or join. */
  readonly #other = new Map<TrackItem, TrackItem | null>();
  readonly #parts = new Map<TrackItem, readonly TrackItem[]>();

  add(old: TrackItem, next: TrackItem): void {
    if (!this.isFree(old) || !this.isFree(next)) throw new TypeError(`Matching.add: "${old.name}" is matched already`);
    this.#other.set(old, next);
    this.#other.set(next, old);
  }

  /** One item is several now, or several are one. One of the lists has one member. */
  addParts(old: readonly [TrackItem, ...TrackItem[]], next: readonly [TrackItem, ...TrackItem[]]): void {
    this.add(old[0], next[0]);
    for (const list of [old, next]) {
      if (list.length === 1) continue;
      this.#parts.set(list[0], list);
      for (const part of list.slice(1)) this.#other.set(part, null);
    }
  }

  newOf(old: TrackItem): TrackItem | null {
    return this.#other.get(old) ?? null;
  }

  oldOf(next: TrackItem): TrackItem | null {
    return this.#other.get(next) ?? null;
  }

  isFree(item: TrackItem): boolean {
    return !this.#other.has(item);
  }

  /** Whether an item is a later part of a split or join: it is told with the first one. */
  isAbsorbed(item: TrackItem): boolean {
    return this.#other.get(item) === null;
  }

  /** The parts that an item stands for; itself alone if it was not split. */
  partsOf(item: TrackItem): readonly TrackItem[] {
    return this.#parts.get(item) ?? [item];
  }

  /** The item with its later parts joined on. */
  whole(item: TrackItem): TrackItem {
    const parts = this.#parts.get(item);
    const last = parts?.at(-1);
    if (parts === undefined || last === undefined) return item;
    const isBackwards = item.speed.kind === 'constant' && item.speed.value.num < 0;
    return {
      ...item,
      record: { in: item.record.in, out: last.record.out },
      start: isBackwards ? last.start : item.start,
      duration: parts.slice(1).reduce((sum, part) => add(sum, part.duration), item.duration),
    };
  }
}
