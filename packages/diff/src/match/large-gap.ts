import { largestTable } from './align-gap.ts';
import { longestCommon } from './common-run.ts';
import type { Matching } from './matching.ts';
import { versionOf } from '../items/name-version.ts';
import type { TrackItem } from '../items/track-item.ts';

/** Differences of one kind that a large gap may have: the search's memory grows with their square. */
const mostDifferences = 3000;

/**
 * Pairs, in gaps that are too large for a table, what is equal, in order: a reel of few shots that are used over and over;
 * where nothing is, what is equal but for the version: another version of every file. So what is left is small. Other gaps are left alone.
 */
export function matchLargeGap(matching: Matching, old: readonly TrackItem[], next: readonly TrackItem[]): void {
  if (old.length * next.length <= largestTable) return;
  for (const key of [exactText, versionText]) {
    const pairs = commonPairs(old, next, key);
    if (pairs === null || pairs.length === 0) continue;
    for (const [x, y] of pairs) matching.add(old[x] as TrackItem, next[y] as TrackItem);
    return;
  }
}

function exactText({ played, name, look, inside }: TrackItem): string {
  return `${played} ${name}\n${look}\n${inside}`;
}

/** What is played of which version of which file: all but the version and the folder. */
function versionText(item: TrackItem): string {
  const { stem } = versionOf(item.url ?? item.media);
  return item.played.replace(item.media, () => stem);
}

function commonPairs(
  old: readonly TrackItem[],
  next: readonly TrackItem[],
  key: (item: TrackItem) => string,
): (readonly [number, number])[] | null {
  const numbers = new Map<string, number>();
  const numberOf = (item: TrackItem): number => {
    const text = key(item);
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  };
  const [before, after] = [old.map(numberOf), next.map(numberOf)];
  // Whoever shares too little need not be searched.
  const left = new Map<number, number>();
  for (const number of before) left.set(number, (left.get(number) ?? 0) + 1);
  let common = 0;
  for (const number of after) {
    const count = left.get(number) ?? 0;
    if (count > 0) {
      common += 1;
      left.set(number, count - 1);
    }
  }
  if (before.length + after.length - 2 * common > mostDifferences) return null;
  return longestCommon(before, after, mostDifferences);
}
