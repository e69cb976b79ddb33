import { PatchworkError } from '@patchwork/kernel';
import {
  addTime,
  compareTime,
  one,
  subtractTime,
  zero,
  type Rate,
  type RationalTime,
  type TimeRange,
} from '@patchwork/time';
import type { Clip, Composable, Item, MediaReference, Stack, Track, Transition } from './model.ts';

/** Tells whether a node takes up time of its own in a track. */
export function isItem(node: Composable): node is Item {
  return node.kind !== 'Transition' && node.kind !== 'Unknown';
}

/** The media reference under the clip's active key; null when the clip has none there. */
export function activeReferenceOrNull(clip: Clip): MediaReference | null {
  return clip.mediaReferences.find((entry) => entry[0] === clip.activeMediaReferenceKey)?.[1] ?? null;
}

/** The media reference under the clip's active key. @throws PW_TIMELINE_REFERENCE when the clip has none there. */
export function activeReference(clip: Clip): MediaReference {
  const reference = activeReferenceOrNull(clip);
  if (reference !== null) return reference;
  throw new PatchworkError(
    'PW_TIMELINE_REFERENCE',
    `clip "${clip.name}" has no media reference "${clip.activeMediaReferenceKey}"`,
    {
      hint: `Its references are: ${clip.mediaReferences.map((entry) => entry[0]).join(', ') || 'none'}.`,
    },
  );
}

/** What the item has to show, in its own time: the media's range, a track's whole length. @throws PW_TIMELINE_RANGE */
export function availableRange(item: Item): TimeRange {
  switch (item.kind) {
    case 'Clip':
      return mediaRange(item);
    case 'Gap':
      return item.sourceRange ?? fromZero(zeroTime(one));
    case 'Track':
      return trackRange(item);
    case 'Stack':
      return fromZero(stackLength(item));
  }
}

/** The part of the item that is played, in its own time. @throws PW_TIMELINE_RANGE when the file does not say how long. */
export function trimmedRange(item: Item): TimeRange {
  return item.sourceRange ?? availableRange(item);
}

/** How long the item plays. @throws PW_TIMELINE_RANGE */
export function durationOf(item: Composable): RationalTime {
  if (item.kind === 'Transition') return addTime(item.inOffset, item.outOffset);
  if (item.kind === 'Unknown') return zeroTime(one);
  return trimmedRange(item).duration;
}

/**
 * Where the child at an index lies in its parent's own time. A transition lies around its cut and takes up no time;
 * unknown nodes take up none. Costs a walk over the earlier children; the index of a snapshot answers in O(log n).
 *
 * @throws TypeError when there is no such child
 * @throws PW_TIMELINE_RANGE
 */
export function rangeOfChildAt(parent: Track | Stack, index: number): TimeRange {
  const child = parent.children[index];
  if (child === undefined) throw new TypeError(`rangeOfChildAt: "${parent.name}" has no child ${index}`);
  const duration = durationOf(child);
  if (parent.kind === 'Stack') return { start: zeroTime(duration.rate), duration };
  let start: RationalTime | null = null;
  for (const earlier of parent.children.slice(0, index)) {
    if (!isItem(earlier)) continue;
    const length = trimmedRange(earlier).duration;
    start = start === null ? length : addTime(start, length);
  }
  const cut = start ?? zeroTime(duration.rate);
  return { start: child.kind === 'Transition' ? subtractTime(cut, child.inOffset) : cut, duration };
}

/** Where a child lies in its parent's own time. @throws TypeError when the parent does not hold it. @throws PW_TIMELINE_RANGE */
export function rangeInParent(parent: Track | Stack, child: Composable): TimeRange {
  const index = parent.children.findIndex((candidate) => candidate.id === child.id);
  if (index === -1) throw new TypeError(`rangeInParent: "${child.name}" is no child of "${parent.name}"`);
  return rangeOfChildAt(parent, index);
}

function mediaRange(clip: Clip): TimeRange {
  const reference = activeReferenceOrNull(clip);
  const range = reference === null || reference.kind === 'Unknown' ? null : reference.availableRange;
  if (range !== null) return range;
  throw new PatchworkError(
    'PW_TIMELINE_RANGE',
    `clip "${clip.name}" has neither a source range nor media of known length`,
    {
      hint: 'Give the clip a source range, or its media an available range.',
      details: { clip: clip.name },
    },
  );
}

/** A track's length; head and tail reach out by the transitions that stand at its ends. */
function trackRange(track: Track): TimeRange {
  let length: RationalTime | null = null;
  for (const child of track.children) {
    if (!isItem(child)) continue;
    const { duration } = trimmedRange(child);
    length = length === null ? duration : addTime(length, duration);
  }
  const head = edgeTransition(track.children.at(0));
  const tail = edgeTransition(track.children.at(-1));
  const rate = length?.rate ?? head?.inOffset.rate ?? tail?.outOffset.rate ?? one;
  let duration = length ?? zeroTime(rate);
  let start = zeroTime(duration.rate);
  if (head !== null) {
    start = subtractTime(start, head.inOffset);
    duration = addTime(duration, head.inOffset);
  }
  return { start, duration: tail === null ? duration : addTime(duration, tail.outOffset) };
}

function edgeTransition(child: Composable | undefined): Transition | null {
  return child?.kind === 'Transition' ? child : null;
}

function stackLength(stack: Stack): RationalTime {
  let longest: RationalTime | null = null;
  for (const child of stack.children) {
    if (!isItem(child)) continue;
    const { duration } = trimmedRange(child);
    if (longest === null || compareTime(duration, longest) > 0) longest = duration;
  }
  return longest ?? zeroTime(one);
}

function zeroTime(rate: Rate): RationalTime {
  return { value: zero, rate };
}

function fromZero(duration: RationalTime): TimeRange {
  return { start: zeroTime(duration.rate), duration };
}
