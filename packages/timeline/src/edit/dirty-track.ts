import { add, subtract, zero, type Rational } from '@patchwork/time';
import type { Item, Stack, Timeline, Track } from '../model.ts';
import { sameValue } from '../otio/node-equality.ts';
import { isItem } from '../ranges.ts';
import { united, type DirtyRange } from './dirty.ts';
import { Lane } from './lane.ts';
import { lengthOfItem } from './piece.ts';
import { secondsAsTime, secondsOfTime } from './seconds.ts';
import { hasBurnIn, seenMetadata } from './seen-metadata.ts';

/** Where a track shows or plays anything: all of it counts when the track comes, goes, moves, or looks otherwise. */
export function shownRanges({ track, rate, index }: Lane): readonly DirtyRange[] {
  if (!track.enabled) return [];
  const ranges: [Rational, Rational][] = [];
  track.children.forEach((child, at) => {
    const start = index.startOf(at);
    if (isItem(child) && child.kind !== 'Gap') ranges.push([start, add(start, lengthOfItem(child))]);
    if (child.kind === 'Transition') {
      const from = subtract(start, secondsOfTime(child.inOffset));
      ranges.push([from.num < 0 ? zero : from, add(start, secondsOfTime(child.outOffset))]);
    }
  });
  return united(ranges).map(([from, to]) => ({
    track: track.id,
    range: { start: secondsAsTime(from, rate), duration: secondsAsTime(subtract(to, from), rate) },
  }));
}

/** Tells whether two versions of a track or stack are drawn alike, what they hold aside. */
export function isSameLook(a: Item, b: Item): boolean {
  return (
    a.enabled === b.enabled &&
    sameValue(a.effects, b.effects) &&
    sameValue(a.sourceRange, b.sourceRange) &&
    sameValue(seenMetadata(a), seenMetadata(b))
  );
}

/** All of a timeline, by its longest track: for what is drawn over everything. */
export function wholeOf(timeline: Timeline, lanes: readonly Lane[]): readonly DirtyRange[] {
  const longest = lanes.toSorted((a, b) => subtract(b.length, a.length).num)[0];
  if (longest === undefined || longest.length.num === 0) return [];
  const duration = secondsAsTime(longest.length, longest.rate);
  return [{ track: timeline.tracks.id, range: { start: secondsAsTime(zero, longest.rate), duration } }];
}

/** Tells whether all of a timeline may look otherwise after its own fields changed. */
export function isSameFrame(a: Timeline, b: Timeline): boolean {
  return (
    sameValue(seenMetadata(a), seenMetadata(b)) &&
    ((a.name === b.name && sameValue(a.globalStartTime, b.globalStartTime)) || !hasBurnIn(b))
  );
}

/** Lanes of the tracks of a stack. */
export function lanesOf({ children }: Stack, rate: Lane['rate']): readonly Lane[] {
  return children.filter((child): child is Track => child.kind === 'Track').map((track) => new Lane(track, rate));
}
