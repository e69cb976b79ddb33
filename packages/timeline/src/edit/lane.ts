import { PatchworkError } from '@patchwork/kernel';
import { compare, equals, type Rate, type Rational } from '@patchwork/time';
import type { Composable, Item, Stack, Timeline, Track } from '../model.ts';
import { isItem, trimmedRange } from '../ranges.ts';
import { TrackIndex } from '../snapshot/track-index.ts';

/** A track as edits see it: items one after another, what stands between them (transitions) kept aside. */
export class Lane {
  readonly track: Track;
  readonly index: TrackIndex;
  /** Edits happen on this grid. */
  readonly rate: Rate;

  constructor(track: Track, fallbackRate: Rate) {
    this.track = track;
    this.index = TrackIndex.of(track);
    this.rate = rateOfTrack(track) ?? fallbackRate;
  }

  /** The item at a child index. */
  item(index: number): Item {
    const child = this.index.child(index);
    if (child === undefined || !isItem(child)) throw new TypeError(`Lane.item: no item at ${index}`);
    return child;
  }

  /** Child index of the item before, −1 for none. */
  before(index: number): number {
    let at = index - 1;
    while (at >= 0 && !isAnItem(this.index.child(at))) at -= 1;
    return at;
  }

  /** Child index of the item after, −1 for none. */
  after(index: number): number {
    let at = index + 1;
    while (at < this.count && !isAnItem(this.index.child(at))) at += 1;
    return at < this.count ? at : -1;
  }

  /** Where an item begins, in seconds of the track. */
  startOf(index: number): Rational {
    return this.index.startOf(index);
  }

  /** Number of children, transitions included. */
  get count(): number {
    return this.index.count;
  }

  /** Length of the track in seconds. */
  get length(): Rational {
    return this.index.length;
  }

  /** Child index of the item playing at a moment, −1 for none. */
  indexAt(seconds: Rational): number {
    return compare(seconds, this.length) >= 0 ? -1 : this.index.indexAt(seconds);
  }

  /** Tells whether an item begins or the track ends exactly at a moment. */
  isCut(seconds: Rational): boolean {
    if (equals(seconds, this.length)) return true;
    const at = this.indexAt(seconds);
    return at !== -1 && equals(seconds, this.startOf(at));
  }
}

function isAnItem(child: Composable | undefined): boolean {
  return child !== undefined && isItem(child);
}

/** The rate of a track's first item that says one: its grid. A gap of no length (OTIO's default, rate 1) says none. */
function rateOfTrack(track: Track): Rate | null {
  const index = TrackIndex.of(track);
  for (let at = 0; at < index.count; at += 1) {
    const child = index.child(at);
    if (child === undefined || !isItem(child)) continue;
    const { duration } = trimmedRange(child);
    if (duration.value.num !== 0 || duration.rate.num !== 1) return duration.rate;
  }
  return null;
}

/** The grid of the timeline's first track that has one; null for an empty timeline. */
export function rateOfTimeline(timeline: Timeline): Rate | null {
  const find = (stack: Stack): Rate | null => {
    for (const child of stack.children) {
      const rate = child.kind === 'Track' ? rateOfTrack(child) : child.kind === 'Stack' ? find(child) : null;
      if (rate !== null) return rate;
    }
    return null;
  };
  return find(timeline.tracks) ?? timeline.globalStartTime?.rate ?? null;
}

/** Refuses items whose length is negative: no edit of them would mean anything. @throws PW_EDIT_LENGTH */
export function expectValidLength(item: Item): void {
  if (trimmedRange(item).duration.value.num >= 0) return;
  throw new PatchworkError('PW_EDIT_LENGTH', `"${item.name}" has a negative duration`, {
    hint: 'Correct its source range first.',
    details: { item: item.name },
  });
}
