/*
 * Lists of whole numbers that mostly repeat, as flat pairs `value, times, value, times …`. Written to JSON they stay
 * readable and short: 172,800 equal values are two numbers.
 */

/** A list so long is no deliverable of ours: 16 million chunks are a week of single frames. Guards against hostile ledgers. */
const longestList = 1 << 24;

/** Packs a list into pairs. */
export function packRuns(values: Iterable<number>): number[] {
  const pairs: number[] = [];
  let last: number | null = null;
  let times = 0;
  for (const value of values) {
    if (value === last) {
      times += 1;
      continue;
    }
    if (last !== null) pairs.push(last, times);
    last = value;
    times = 1;
  }
  if (last !== null) pairs.push(last, times);
  return pairs;
}

/** Unpacks pairs; null when they are no pairs of whole numbers, or too many. */
export function unpackRuns(pairs: readonly unknown[]): number[] | null {
  if (pairs.length % 2 !== 0) return null;
  const values: number[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const value = pairs[i];
    const times = pairs[i + 1];
    if (!isWhole(value) || !isWhole(times) || times < 1 || values.length + times > longestList) return null;
    for (let n = 0; n < times; n += 1) values.push(value);
  }
  return values;
}

/** Packs a list of mostly ascending indexes as flat `first, count` runs. */
export function packSequences(indexes: readonly number[]): number[] {
  const runs: number[] = [];
  let first = 0;
  let count = 0;
  for (const index of indexes) {
    if (count > 0 && index === first + count) {
      count += 1;
      continue;
    }
    if (count > 0) runs.push(first, count);
    first = index;
    count = 1;
  }
  if (count > 0) runs.push(first, count);
  return runs;
}

/** Unpacks what {@link packSequences} wrote; null when an index is not below `limit`, or there are too many. */
export function unpackSequences(runs: readonly unknown[], limit: number): number[] | null {
  if (runs.length % 2 !== 0) return null;
  const indexes: number[] = [];
  for (let i = 0; i < runs.length; i += 2) {
    const first = runs[i];
    const count = runs[i + 1];
    if (!isWhole(first) || !isWhole(count) || first < 0 || count < 1 || first + count > limit) return null;
    if (indexes.length + count > longestList) return null;
    for (let n = 0; n < count; n += 1) indexes.push(first + n);
  }
  return indexes;
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}
