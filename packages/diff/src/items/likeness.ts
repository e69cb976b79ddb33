import { max, min, subtract, toNumber } from '@patchwork/time';
import { versionOf } from './name-version.ts';
import { mediaSpan, type TrackItem } from './track-item.ts';

/** Common part of the media, as a share of the longer of the two: 0…1. */
export function overlapShare(a: TrackItem, b: TrackItem): number {
  const [x, y] = [mediaSpan(a), mediaSpan(b)];
  const common = toNumber(subtract(min(x.to, y.to), max(x.from, y.from)));
  const longest = Math.max(toNumber(subtract(x.to, x.from)), toNumber(subtract(y.to, y.from)));
  return longest <= 0 ? (common === 0 ? 1 : 0) : Math.max(0, common / longest);
}

/** Tells whether two items are versions of one thing: names or files that differ in a version number alone. */
export function isVersionPair(a: TrackItem, b: TrackItem): boolean {
  const texts: (readonly [string, string])[] = [
    [a.name, b.name],
    [a.url ?? '', b.url ?? ''],
  ];
  return texts.some(([x, y]) => {
    const [before, after] = [versionOf(x), versionOf(y)];
    return before.version !== null && after.version !== null && before.stem === after.stem;
  });
}

/** Tells whether places in the two items' media can be compared: one file, or one path, or versions of one thing. */
export function isOneMedia(a: TrackItem, b: TrackItem): boolean {
  return a.media === b.media || (a.url !== null && a.url === b.url) || isVersionPair(a, b);
}
