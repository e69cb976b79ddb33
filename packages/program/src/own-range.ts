import { add, divide, type Rational, rational, secondsFromTime, subtract, zero } from '@patchwork/time';
import { activeReferenceOrNull, type Clip, isItem, type Item, type Stack, type Track, trimmedRange } from '@patchwork/timeline';
import type { MediaInfo } from './media-info.ts';
import { mediaZero } from './resolve-clip.ts';
import type { OwnRange } from './retime.ts';

type MediaLookup = (targetUrl: string) => MediaInfo | null;

/**
 * The part of an item that plays, in its own exact seconds: its source range, else all it has; of a clip whose file does
 * not say, all of the media.
 *
 * @throws PW_TIMELINE_RANGE when neither the timeline nor the media says how long it is.
 */
export function ownRange(item: Item, media: MediaLookup): OwnRange {
  if (item.sourceRange !== null) return secondsOf(item.sourceRange);
  switch (item.kind) {
    case 'Clip':
      return wholeMedia(item, media) ?? secondsOf(trimmedRange(item));
    case 'Gap':
      return secondsOf(trimmedRange(item));
    case 'Track':
      return { start: zero, duration: trackLength(item, media) };
    case 'Stack':
      return { start: zero, duration: stackLength(item, media) };
  }
}

/** Length of all items of a track, one after another, in exact seconds. */
export function trackLength(track: Track, media: MediaLookup): Rational {
  let length = zero;
  for (const child of track.children) if (isItem(child)) length = add(length, ownRange(child, media).duration);
  return length;
}

/** Length of the longest layer, in exact seconds. */
export function stackLength(stack: Stack, media: MediaLookup): Rational {
  let longest = zero;
  for (const child of stack.children) {
    if (!isItem(child)) continue;
    const { duration } = ownRange(child, media);
    if (subtract(duration, longest).num > 0) longest = duration;
  }
  return longest;
}

function secondsOf(range: { readonly start: Parameters<typeof secondsFromTime>[0]; readonly duration: Parameters<typeof secondsFromTime>[0] }): OwnRange {
  return { start: secondsFromTime(range.start), duration: secondsFromTime(range.duration) };
}

function wholeMedia(clip: Clip, media: MediaLookup): OwnRange | null {
  const reference = activeReferenceOrNull(clip);
  if (reference?.kind !== 'ExternalReference' || reference.availableRange !== null) return null;
  const info = media(reference.targetUrl);
  if (info === null) return null;
  const start = mediaZero(reference, info);
  if (info.video !== null && !info.video.still) return { start, duration: divide(rational(info.video.frames), info.video.rate) };
  const [sound] = info.sound;
  return sound === undefined ? null : { start, duration: rational(sound.samples, sound.sampleRate) };
}
