import { sameValue, type Composable } from '@patchwork/timeline';
import type { Element } from './element.ts';

/**
 * Finds the gaps, transitions and unknown nodes that stayed: between the same two kept clips, in order, saying the same. A gap
 * of another length is another gap. A lone transition stays itself whatever it says now.
 */
export function alignFiller(base: readonly Composable[], elements: readonly Element[]): Element[] {
  const baseAt = new Map(base.map((node, at) => [node.id, at]));
  const result = [...elements];
  let [i, j] = [0, 0];
  for (let at = 0; at <= elements.length; at += 1) {
    const element = elements[at];
    if (element !== undefined && !(element.kept && element.base !== null)) continue;
    const end = element === undefined ? base.length : (baseAt.get(element.base ?? '') ?? base.length);
    pair(base.slice(i, end), result, j, at);
    [i, j] = [end + 1, at + 1];
  }
  return result;
}

/** Pairs the fillers of one stretch: the longest common run of equal ones, then what is left of transitions if it is one each. */
function pair(base: readonly Composable[], elements: Element[], from: number, to: number): void {
  const old = base.filter(isFiller);
  const places: number[] = [];
  for (let at = from; at < to; at += 1) if (isFiller((elements[at] as Element).nodes[0])) places.push(at);
  const nodes = places.map((at) => (elements[at] as Element).nodes[0]);
  const pairs = commonRun(old, nodes);
  const [oldLeft, newLeft] = [old, nodes].map((list, side) =>
    list.filter((node, at) => node.kind === 'Transition' && !pairs.some((each) => each[side] === at)),
  );
  if (oldLeft?.length === 1 && newLeft?.length === 1) {
    const two = [old.indexOf(oldLeft[0] as Composable), nodes.indexOf(newLeft[0] as Composable)] as const;
    if (pairs.every(([i, j]) => i < two[0] === j < two[1])) pairs.push(two);
  }
  for (const [i, j] of pairs) {
    const at = places[j] as number;
    elements[at] = { ...(elements[at] as Element), base: (old[i] as Composable).id, kept: true };
  }
}

function isFiller(node: Composable): boolean {
  return node.kind === 'Gap' || node.kind === 'Transition' || node.kind === 'Unknown';
}

function commonRun(a: readonly Composable[], b: readonly Composable[]): (readonly [number, number])[] {
  // Stretches are short: a clip stands between most fillers.
  const lengths = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  const isSame = (i: number, j: number): boolean => sameValue(a[i], b[j]);
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      (lengths[i] as number[])[j] = isSame(i, j) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (isSame(i, j)) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return pairs;
}
