import {
  compare,
  divide,
  rational,
  subtract,
  timeFromSeconds,
  zero,
  type Rational,
  type TimeRange,
} from '@patchwork/time';
import {
  isItem,
  isTimeEffect,
  sameValue,
  trimmedRange,
  type Composable,
  type Effect,
  type Item,
} from '@patchwork/timeline';
import { mediaEdges, type TrackItem } from '../items/track-item.ts';
import type { MergeSide } from './conflict.ts';
import type { EdgeChanges } from './edge.ts';
import { mergeNode } from './merge-node.ts';
import type { OnClash } from './merge-value.ts';
import type { Element } from './element.ts';

/** A clip as the three timelines have it, and whose edges it gets. */
export interface ThreeClips {
  readonly base: Element;
  readonly ours: Element;
  readonly theirs: Element;
  readonly edges: EdgeChanges;
  readonly in: MergeSide;
  readonly out: MergeSide;
}

type Nodes = readonly [Composable, ...Composable[]];

const timeFields: ReadonlySet<string> = new Set(['sourceRange']);

/**
 * Merges a clip: its head and tail each on their own, everything else field by field. Of a clip that one side bladed, what the other side
 * did to it is done to every part.
 */
export function mergeClip(three: ThreeClips, onClash: OnClash): Nodes {
  const { base, ours, theirs } = three;
  const [oursParts, theirsParts] = [ours.nodes.length, theirs.nodes.length];
  if (oursParts === 1 && theirsParts === 1) return [mergeWholeClip(three, onClash)];
  if (oursParts > 1 && theirsParts > 1) {
    if (!sameValue(ours.nodes, theirs.nodes))
      onClash({ property: 'blade', base: base.nodes, ours: ours.nodes, theirs: theirs.nodes });
    return ours.nodes;
  }
  return mergeParts(three, oursParts > 1 ? 'ours' : 'theirs', onClash);
}

function mergeWholeClip(three: ThreeClips, onClash: OnClash): Composable {
  const [base, ours, theirs] = [three.base.nodes[0], three.ours.nodes[0], three.theirs.nodes[0]];
  const merged = mergeNode({ base, ours, theirs }, '', onClash, timeFields);
  if (!isItem(merged) || !isItem(ours) || !isItem(theirs)) return merged;
  const side = three.in === 'ours' ? ours : theirs;
  if (three.in === three.out || !three.edges.isDivisible) {
    // Where nobody or both alike moved an edge, the base's own spelling.
    const isBase = isItem(base) && sameValue(side.sourceRange, base.sourceRange);
    const timed = three.edges.isDivisible ? merged : withTimeEffects(merged, side.effects);
    return { ...timed, sourceRange: isBase ? base.sourceRange : side.sourceRange };
  }
  const sourceRange = rangeOf(three, onClash);
  return { ...merged, sourceRange: sourceRange ?? ours.sourceRange };
}

function withTimeEffects(node: Item, effects: readonly Effect[]): Item {
  if (sameValue(node.effects.filter(isTimeEffect), effects.filter(isTimeEffect))) return node;
  return {
    ...node,
    effects: [...effects.filter(isTimeEffect), ...node.effects.filter((effect) => !isTimeEffect(effect))],
  };
}

/** The range from one side's head to the other one's tail; null, and a clash, where nothing would be left. */
function rangeOf(three: ThreeClips, onClash: OnClash): TimeRange | null {
  const [head, tail] = [three[three.in].items[0], three[three.out].items.at(-1)];
  if (head === undefined || tail === undefined || head.speed.kind !== 'constant') return null;
  const range = rangeBetween(head, mediaEdges(head).entry, mediaEdges(tail).exit);
  if (range !== null) return range;
  onClash({ property: 'length', base: null, ours: null, theirs: null });
  return null;
}

function rangeBetween(like: TrackItem, entry: Rational, exit: Rational): TimeRange | null {
  const speed = like.speed.kind === 'constant' ? like.speed.value : rational(1);
  const duration = divide(subtract(exit, entry), speed);
  if (compare(duration, zero) <= 0) return null;
  const start = speed.num > 0 ? entry : exit;
  const { start: spelled, duration: length } = trimmedRange(like.node);
  return { start: timeFromSeconds(start, spelled.rate), duration: timeFromSeconds(duration, length.rate) };
}

/** Parts keep their inner edges; the outer ones, and everything else, are merged with the whole clip of the other side. */
function mergeParts(three: ThreeClips, bladed: MergeSide, onClash: OnClash): Nodes {
  const whole = bladed === 'ours' ? three.theirs : three.ours;
  const { nodes, items } = three[bladed];
  const [base, other] = [three.base.nodes[0], whole.nodes[0]];
  const merged = nodes.map((part, at): Composable => {
    const versions = bladed === 'ours' ? { base, ours: part, theirs: other } : { base, ours: other, theirs: part };
    // The parts' markers are those of the clip, divided: taken as they are.
    const skip = new Set([...timeFields, 'markers']);
    const node = mergeNode(versions, '', at === 0 ? onClash : () => {}, skip);
    if (!isItem(node) || !isItem(part)) return node;
    return { ...node, id: part.id, markers: part.markers, sourceRange: part.sourceRange };
  });
  const outer = { head: three.in !== bladed, tail: three.out !== bladed };
  const [first, last, self] = [items[0], items.at(-1), whole.items[0]];
  if (first === undefined || last === undefined || self === undefined) return merged as unknown as Nodes;
  const set = (at: number, range: TimeRange | null): void => {
    const node = merged[at];
    if (range === null) onClash({ property: 'length', base: null, ours: null, theirs: null });
    else if (node !== undefined && isItem(node)) merged[at] = { ...node, sourceRange: range };
  };
  if (outer.head) set(0, rangeBetween(first, mediaEdges(self).entry, mediaEdges(first).exit));
  if (outer.tail) set(merged.length - 1, rangeBetween(last, mediaEdges(last).entry, mediaEdges(self).exit));
  return merged as unknown as Nodes;
}
