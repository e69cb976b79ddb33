import { PatchworkError, type Json } from '@patchwork/kernel';
import type { Rational } from '@patchwork/time';
import type { Item, Timeline, Track } from '../model.ts';
import { isItem } from '../ranges.ts';
import { TrackIndex } from '../snapshot/track-index.ts';
import { audioTracksOf, tracksOf, videoTracksOf } from '../tracks.ts';

/** A track by its name, by kind and number from 1 (`V1`, `A2`), or by its index from 0. @throws PW_EDIT_TRACK */
export function selectTrack(timeline: Timeline, selector: string | number): Track {
  const tracks = tracksOf(timeline);
  const found = typeof selector === 'number' ? tracks[selector] : trackByName(timeline, tracks, selector);
  if (found !== undefined) return found;
  const names = tracks.map((track, at) => `${at} "${track.name}" (${track.trackKind})`).join(', ');
  throw new PatchworkError('PW_EDIT_TRACK', `timeline "${timeline.name}" has no track ${JSON.stringify(selector)}`, {
    hint: `Its tracks are: ${names === '' ? 'none' : names}.`,
    details: { track: selector },
  });
}

/** Where to look for an item: by name (and track, if the name occurs twice), by index among a track's items, or by time. */
export interface ItemSelector {
  readonly name?: string;
  readonly track?: string | number;
  /** Counts items alone, from 0; transitions are none. */
  readonly index?: number;
  /** Seconds of the track. */
  readonly at?: Rational;
}

/** An item by name, index or time. @throws PW_EDIT_ITEM for none, PW_EDIT_AMBIGUOUS for several of one name, PW_EDIT_TRACK */
export function selectItem(timeline: Timeline, selector: ItemSelector): Item {
  const tracks = selector.track === undefined ? tracksOf(timeline) : [selectTrack(timeline, selector.track)];
  const found = tracks.flatMap((track) => itemsIn(track, selector).map((item) => ({ track, item })));
  const [first, second] = found;
  const spelled = JSON.stringify(describe(selector));
  if (first === undefined) {
    throw new PatchworkError('PW_EDIT_ITEM', `timeline "${timeline.name}" has no item ${spelled}`, {
      details: { selector: describe(selector) },
    });
  }
  if (second === undefined) return first.item;
  throw new PatchworkError(
    'PW_EDIT_AMBIGUOUS',
    `${found.length} items of timeline "${timeline.name}" answer to ${spelled}`,
    {
      hint: 'Give the track and the index, or a time at which the item plays.',
      details: { selector: describe(selector), found: found.length },
    },
  );
}

function itemsIn(track: Track, selector: ItemSelector): readonly Item[] {
  if (selector.at !== undefined) {
    const child = track.children[TrackIndex.of(track).indexAt(selector.at)];
    return child !== undefined && isItem(child) ? [child] : [];
  }
  const items = track.children.filter(isItem);
  if (selector.index !== undefined) return items.slice(selector.index).slice(0, 1);
  return items.filter((item) => item.name === selector.name && item.kind !== 'Gap');
}

function trackByName(timeline: Timeline, tracks: readonly Track[], name: string): Track | undefined {
  const named = tracks.find((track) => track.name === name);
  if (named !== undefined) return named;
  const numbered = /^([VA])(\d{1,4})$/i.exec(name);
  if (numbered === null) return undefined;
  const kind = numbered[1]?.toUpperCase() === 'V' ? videoTracksOf(timeline) : audioTracksOf(timeline);
  return kind[Number(numbered[2]) - 1];
}

function describe(selector: ItemSelector): Json {
  return {
    ...(selector.name === undefined ? {} : { name: selector.name }),
    ...(selector.track === undefined ? {} : { track: selector.track }),
    ...(selector.index === undefined ? {} : { index: selector.index }),
    ...(selector.at === undefined ? {} : { at: `${selector.at.num}/${selector.at.den} s` }),
  };
}
