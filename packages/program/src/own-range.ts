import { add, divide, max, type Rational, rational, secondsFromTime, zero } from '@patchwork/time';
import {
  activeReferenceOrNull,
  type Clip,
  isItem,
  type Item,
  type Stack,
  type Track,
  trimmedRange,
} from '@patchwork/timeline';
import type { MediaInfo } from './media-info.ts';
import { mediaZero } from './media-zero.ts';
import type { OwnRange } from './retime.ts';

type MediaLookup = (targetUrl: string) => MediaInfo | null;

/** Knows how long items play; works it out once for each. */
export class Ranges {
  readonly #media: MediaLookup;
  readonly #known = new Map<Item, OwnRange>();

  constructor(media: MediaLookup) {
    this.#media = media;
  }

  /**
   * The part of an item that plays, in its own exact seconds: its source range, else all it has; of a clip whose file
   * does not say, all of the media.
   *
   * @throws PW_TIMELINE_RANGE when neither the timeline nor the media says how long it is.
   */
  of(item: Item): OwnRange {
    let range = this.#known.get(item);
    if (range === undefined) {
      range = item.sourceRange === null ? this.whole(item) : secondsOf(item.sourceRange);
      this.#known.set(item, range);
    }
    return range;
  }

  /** All that an item has, whatever its source range. @throws PW_TIMELINE_RANGE */
  whole(item: Item): OwnRange {
    switch (item.kind) {
      case 'Clip':
        return wholeMedia(item, this.#media) ?? secondsOf(trimmedRange(item));
      case 'Gap':
        return secondsOf(trimmedRange(item));
      case 'Track':
        return { start: zero, duration: this.#trackLength(item) };
      case 'Stack':
        return { start: zero, duration: this.#stackLength(item) };
    }
  }

  #trackLength(track: Track): Rational {
    let length = zero;
    for (const child of track.children) if (isItem(child)) length = add(length, this.of(child).duration);
    return length;
  }

  #stackLength(stack: Stack): Rational {
    let longest = zero;
    for (const child of stack.children) if (isItem(child)) longest = max(longest, this.of(child).duration);
    return longest;
  }
}

function secondsOf(range: {
  readonly start: Parameters<typeof secondsFromTime>[0];
  readonly duration: Parameters<typeof secondsFromTime>[0];
}): OwnRange {
  return { start: secondsFromTime(range.start), duration: secondsFromTime(range.duration) };
}

function wholeMedia(clip: Clip, media: MediaLookup): OwnRange | null {
  const reference = activeReferenceOrNull(clip);
  if (reference?.kind !== 'ExternalReference' || reference.availableRange !== null) return null;
  const info = media(reference.targetUrl);
  if (info === null) return null;
  const start = mediaZero(reference, info);
  if (info.video !== null && !info.video.still)
    return { start, duration: divide(rational(info.video.frames), info.video.rate) };
  const [sound] = info.sound;
  return sound === undefined ? null : { start, duration: rational(sound.samples, sound.sampleRate) };
}
