/**
 * Pairs of positions of a longest common subsequence, ascending, by Myers' greedy search: cheap where little differs,
 * whatever the lengths. Null where more than `most` items would have to be taken out and put in. (n + m) × differences.
 */
export function longestCommon(
  old: readonly number[],
  next: readonly number[],
  most: number,
): (readonly [number, number])[] | null {
  let head = 0;
  while (head < old.length && head < next.length && old[head] === next[head]) head += 1;
  const limit = Math.min(most, old.length + next.length - 2 * head);
  const [n, m] = [old.length - head, next.length - head];
  // furthest[k + limit + 1]: how far in `old` a path on the diagonal x − y = k came.
  const furthest = new Int32Array(2 * limit + 3);
  const trace: Int32Array[] = [];
  for (let d = 0; d <= limit; d += 1) {
    for (let k = -d; k <= d; k += 2) {
      const at = k + limit + 1;
      const isDown = k === -d || (k !== d && (furthest[at - 1] as number) < (furthest[at + 1] as number));
      let x = isDown ? (furthest[at + 1] as number) : (furthest[at - 1] as number) + 1;
      while (x < n && x - k < m && old[head + x] === next[head + x - k]) x += 1;
      furthest[at] = x;
      if (x >= n && x - k >= m) return withHead(head, pairsOf(trace, d, k, n, limit));
    }
    // Only diagonals −d … d were reached: the next round reads these.
    trace.push(furthest.slice(limit + 1 - d, limit + 2 + d));
  }
  return null;
}

function withHead(head: number, pairs: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  return [
    ...Array.from({ length: head }, (_, at): readonly [number, number] => [at, at]),
    ...pairs.map(([x, y]): readonly [number, number] => [head + x, head + y]),
  ];
}

/** Walks the search back from its end: every diagonal stretch is common. */
function pairsOf(
  trace: readonly Int32Array[],
  distance: number,
  diagonal: number,
  end: number,
  limit: number,
): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  let k = diagonal;
  let x = end;
  for (let d = distance; d > 0; d -= 1) {
    const before = trace[d - 1] as Int32Array;
    const reached = (of: number): number =>
      Math.abs(of) > d - 1 || Math.abs(of) > limit ? -1 : (before[of + d - 1] as number);
    const isDown = k === -d || (k !== d && reached(k - 1) < reached(k + 1));
    const from = isDown ? reached(k + 1) : reached(k - 1) + 1;
    for (; x > from; x -= 1) pairs.push([x - 1, x - 1 - k]);
    x = isDown ? from : from - 1;
    k += isDown ? 1 : -1;
  }
  for (; x > 0; x -= 1) pairs.push([x - 1, x - 1 - k]);
  return pairs.reverse();
}
