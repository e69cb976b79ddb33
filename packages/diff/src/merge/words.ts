import {
  canDropFrame,
  divide,
  formatTimecode,
  multiply,
  round,
  secondsFromTime,
  subtract,
  type Rate,
} from '@patchwork/time';
import { isItem, sameValue, trimmedRange, type Timeline } from '@patchwork/timeline';
import { itemChanges } from '../changes/item-change.ts';
import { counted, signed } from '../changes/number-text.ts';
import { framesOf, isSameSpeed, mediaEdges, type TrackItem } from '../items/track-item.ts';
import type { Element } from './element.ts';
import type { Stretch } from './stretch.ts';

/** What a side did to one thing: `trim out −10, opacity 100 % → 50 %`. */
export function thingWords(base: Element, side: Element | undefined, rate: Rate): string {
  if (side === undefined) return `deleted ${nameOf(base)}`;
  const [old, next] = [base.items[0], side.items[0]];
  const words: string[] = side.kept ? [] : [`moved ${nameOf(base)}`];
  if (side.nodes.length > 1) words.push(`bladed in ${side.nodes.length}`);
  if (old !== undefined && next !== undefined) {
    words.push(...edgeWords(old, next, side.items.at(-1) ?? next, rate));
    words.push(...itemChanges(old, next, rate).map(({ text }) => text));
  }
  if (words.length > 0) return words.join(', ');
  return sameValue(base.nodes, side.nodes) ? 'unchanged' : 'changed';
}

/** By how many record frames head and tail moved within the media. */
function edgeWords(old: TrackItem, first: TrackItem, last: TrackItem, rate: Rate): string[] {
  if (!isSameSpeed(old.speed, first.speed) || old.speed.kind !== 'constant') return [];
  const speed = old.speed.value;
  const [a, b, c] = [mediaEdges(old), mediaEdges(first), mediaEdges(last)];
  const head = round(multiply(divide(subtract(b.entry, a.entry), speed), rate));
  const tail = round(multiply(divide(subtract(c.exit, a.exit), speed), rate));
  if (head === tail) return head === 0 ? [] : [`slip ${signed(head)}`];
  return [...(head === 0 ? [] : [`trim in ${signed(head)}`]), ...(tail === 0 ? [] : [`trim out ${signed(tail)}`])];
}

/** What a side did at a stretch: `put in NEW (48 frames), took out m07`. */
export function stretchWords(stretch: Stretch, side: 'ours' | 'theirs', rate: Rate): string {
  const kept = new Set(stretch[side].flatMap(({ kept: isKept, base }) => (isKept && base !== null ? [base] : [])));
  const put = stretch[side].filter((element) => !element.kept);
  const took = stretch.base.filter(({ base }) => base !== null && !kept.has(base));
  const words = [
    ...(put.length === 0 ? [] : [`put in ${listed(put.map((element) => elementWords(element, rate)))}`]),
    ...(took.length === 0 ? [] : [`took out ${listed(took.map((element) => elementWords(element, rate)))}`]),
  ];
  return words.join(', ');
}

function elementWords(element: Element, rate: Rate): string {
  const [node] = element.nodes;
  if (node.kind === 'Track') return `track ${node.name === '' ? node.trackKind : node.name}`;
  if (node.kind === 'Transition') return 'a transition';
  if (!isItem(node)) return node.schemaName;
  const length = element.nodes.reduce((sum, part) => {
    return isItem(part) ? sum + framesOf(secondsFromTime(trimmedRange(part).duration), rate) : sum;
  }, 0);
  return `${node.kind === 'Gap' ? 'a gap' : nameOf(element)} (${counted(length, 'frame')})`;
}

function listed(words: readonly string[]): string {
  return words.length <= 4 ? words.join(', ') : `${words.slice(0, 3).join(', ')} and ${words.length - 3} more`;
}

/** A thing's name for people. */
export function nameOf({ nodes: [node] }: Element): string {
  if (node.name !== '') return node.kind === 'Track' ? `track ${node.name}` : node.name;
  return node.kind === 'Track' ? `track ${node.trackKind}` : node.kind.toLowerCase();
}

/** Record timecode of a frame from the timeline's start; the bare frame at rates that have none. */
export function timecodeAt(timeline: Timeline, rate: Rate, frame: number): string {
  const { globalStartTime } = timeline;
  const start = globalStartTime === null ? 0 : framesOf(secondsFromTime(globalStartTime), rate);
  const hasTimecode =
    (rate.den === 1 && rate.num <= 1000) || canDropFrame(rate) || (rate.den === 1001 && rate.num % 1000 === 0);
  return hasTimecode ? formatTimecode(start + frame, rate, false) : String(start + frame);
}

/** What a side did to one edge of a clip, naming it: `trim out −10 on m04`. */
export function cutWords(base: Element, side: Element | undefined, edge: 'in' | 'out', rate: Rate): string {
  const [old, first, last] = [base.items[0], side?.items[0], side?.items.at(-1)];
  if (old === undefined || first === undefined || last === undefined) return '';
  const words = edgeWords(old, first, last, rate).filter(
    (text) => text.startsWith(`trim ${edge}`) || text.startsWith('slip'),
  );
  return words.length === 0 ? `other ${edge} point of ${nameOf(base)}` : `${words.join(', ')} on ${nameOf(base)}`;
}

/** Where a stretch is: `between m04 and m05`. */
export function stretchSubject(left: Element | null, right: Element | null): string {
  if (left !== null && right !== null) return `between ${nameOf(left)} and ${nameOf(right)}`;
  if (left !== null) return `behind ${nameOf(left)}`;
  return right === null ? 'the track' : `before ${nameOf(right)}`;
}
