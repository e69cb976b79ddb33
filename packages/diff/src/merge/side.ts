import { compare, type Rate } from '@patchwork/time';
import { makeTimeline, sameValue, type Composable, type Stack, type Timeline, type Track } from '@patchwork/timeline';
import { isOneMedia } from '../items/likeness.ts';
import { longestIncreasing } from '../match/increasing-run.ts';
import { anchorsOf, matchItems } from '../match/match-items.ts';
import type { Matching } from '../match/matching.ts';
import {
  isSameSpeed,
  mediaSpan,
  trackViews,
  type IdentityOf,
  type TrackItem,
  type TrackView,
} from '../items/track-item.ts';
import { alignFiller } from './align-filler.ts';
import { pairTracks } from '../match/pair-tracks.ts';
import { inBaseNames, withoutNames } from './side-names.ts';
import type { Element } from './element.ts';

/** A list of one side: a track, or the stack of tracks. */
export interface SideList {
  /** The base list it is; null for a new track. */
  readonly base: string | null;
  readonly node: Track | Stack;
  /** `V1`, as that side counts. */
  readonly label: string;
  readonly elements: readonly Element[];
}

/** One of the three timelines, told in the base's terms. */
export interface Side {
  readonly stack: SideList;
  readonly tracks: readonly SideList[];
  /** What became of each base thing: tracks, clips, gaps, transitions. */
  readonly versions: ReadonlyMap<string, Element>;
  readonly views: readonly TrackView[];
}

/** The base itself as a side: everything kept. */
export function baseSide(stack: Stack, rate: Rate, identityOf: IdentityOf): Side {
  const views = viewsOf(stack, rate, identityOf);
  const itemOf = itemsByNode(views);
  const element = (node: Composable): Element => {
    const item = itemOf.get(node);
    return { nodes: [node], items: item === undefined ? [] : [item], base: node.id, kept: true, cutFrom: null };
  };
  return sideOf(
    { base: stack.id, node: stack, label: '', elements: stack.children.map(element) },
    views.map(({ node, label }) => ({ base: node.id, node, label, elements: node.children.map(element) })),
    views,
  );
}

/** Reads one side against the base: which track, clip, gap and transition became which. Deterministic; knows no third side. */
export function readSide(base: Side, stack: Stack, rate: Rate, identityOf: IdentityOf): Side {
  const views = viewsOf(stack, rate, identityOf);
  const pairs = pairTracks(base.views, views);
  // Labels of the base, so that matching takes tracks for what they are and not for where they stand.
  const relabelled = views.map((view, at) => relabel(view, base.views[pairs[at] ?? -1]?.label ?? `new ${at}`));
  const matching = matchItems(base.views, relabelled);
  const tracks = relabelled.map((view, at): SideList => {
    const other = base.views[pairs[at] ?? -1] ?? null;
    return {
      base: other?.node.id ?? null,
      node: view.node,
      label: views[at]?.label ?? '',
      elements: trackElements(matching, other, view),
    };
  });
  const baseOf = new Map(base.tracks.flatMap(({ node }) => node.children.map((child) => [child.id, child] as const)));
  return sideOf(stackList(base, stack, tracks), inBaseNames(baseOf, tracks), relabelled);
}

function viewsOf(stack: Stack, rate: Rate, identityOf: IdentityOf): TrackView[] {
  const timeline: Timeline = { ...makeTimeline({ tracks: [] }), tracks: stack };
  return trackViews(timeline, rate, identityOf);
}

function sideOf(stack: SideList, tracks: readonly SideList[], views: readonly TrackView[]): Side {
  const versions = new Map<string, Element>();
  for (const element of [stack, ...tracks].flatMap(({ elements }) => elements))
    if (element.base !== null) versions.set(element.base, element);
  return { stack, tracks, versions, views };
}

function relabel(view: TrackView, label: string): TrackView {
  return { ...view, label, items: view.items.map((item) => ({ ...item, track: label })) };
}

function itemsByNode(views: readonly TrackView[]): Map<Composable, TrackItem> {
  return new Map(views.flatMap(({ items }) => items.map((item): [Composable, TrackItem] => [item.node, item])));
}

/** The stack's children: tracks by their pairs, other layers by kind, name and order. */
function stackList(base: Side, stack: Stack, tracks: readonly SideList[]): SideList {
  const trackOf = new Map(tracks.map((track) => [track.node as Composable, track.base]));
  const layers = base.stack.elements.filter(({ nodes: [node] }) => node.kind !== 'Track');
  const taken = new Set<string>();
  const baseOf = (node: Composable): string | null => {
    if (node.kind === 'Track') return trackOf.get(node) ?? null;
    const found = layers.find(({ nodes: [other] }) => {
      return !taken.has(other.id) && other.kind === node.kind && other.name === node.name;
    });
    if (found?.base != null) taken.add(found.base);
    return found?.base ?? null;
  };
  const order = new Map(base.stack.elements.map((element, at) => [element.base, at]));
  const found = stack.children.map((node) => ({ node, base: baseOf(node) }));
  const kept = keptOrder(found.map((each) => order.get(each.base ?? '') ?? null));
  return {
    base: base.stack.base,
    node: stack,
    label: '',
    elements: found.map(({ node, base: to }, at) => ({
      nodes: [node],
      items: [],
      base: to,
      kept: kept.has(at),
      cutFrom: null,
    })),
  };
}

/** Positions that stay in order when the fewest others are moved. */
function keptOrder(positions: readonly (number | null)[]): ReadonlySet<number> {
  const known = positions.flatMap((position, at) => (position === null ? [] : [{ position, at }]));
  return new Set(longestIncreasing(known.map(({ position }) => position)).flatMap((at) => known[at]?.at ?? []));
}

function trackElements(matching: Matching, base: TrackView | null, view: TrackView): Element[] {
  const kept = new Set(
    base === null
      ? []
      : anchorsOf(matching, base.items, view.items)
          .filter(({ old, next }) => isOneThing(old, next))
          .map(({ next }) => next),
  );
  const itemOf = itemsByNode([view]);
  const elements: Element[] = [];
  const partsLeft = new Set<TrackItem>();
  for (const node of view.node.children) {
    const item = itemOf.get(node);
    if (item === undefined) {
      elements.push({ nodes: [node], items: [], base: null, kept: false, cutFrom: null });
      continue;
    }
    if (partsLeft.has(item)) continue;
    const old = matching.oldOf(item);
    const isMatched = old !== null && isOneThing(old, item);
    const parts = isMatched ? neighboursAmong(view, matching.partsOf(item)) : [item];
    for (const part of parts.slice(1)) partsLeft.add(part);
    elements.push({
      nodes: parts.map((part) => part.node) as unknown as readonly [Composable, ...Composable[]],
      items: parts,
      base: isMatched ? old.node.id : null,
      kept: kept.has(item),
      cutFrom: null,
    });
  }
  return cutPieces(matching, alignFiller(base?.node.children ?? [], elements));
}

/** The parts of a blade; the first alone where something was put between them. */
function neighboursAmong(view: TrackView, parts: readonly TrackItem[]): readonly TrackItem[] {
  const { children } = view.node;
  const first = children.findIndex((child) => child === parts[0]?.node);
  return parts.every((part, at) => children[first + at] === part.node) ? parts : parts.slice(0, 1);
}

/** Matching also pairs what merely stands in the same slot; to a merge that is one clip gone and another one come. */
function isOneThing(old: TrackItem, next: TrackItem): boolean {
  if (isOneMedia(old, next)) return true;
  if (old.url === null && next.url === null) return old.node.kind === next.node.kind;
  return old.name !== '' && old.name === next.name;
}

/** Marks new clips that an edit cut out of a clip beside them (an overwrite in the middle of a clip leaves two pieces). */
function cutPieces(matching: Matching, elements: readonly Element[]): Element[] {
  return elements.map((element, at) => {
    const item = element.items[0];
    if (element.base !== null || item === undefined) return element;
    const known = [nearest(elements, at, -1), nearest(elements, at, 1)].flatMap((other) => {
      const old = other?.items[0] === undefined ? null : matching.oldOf(other.items[0]);
      return old !== null && other?.base != null && isPieceOf(item, old) ? [other.base] : [];
    });
    return known[0] === undefined ? element : { ...element, cutFrom: known[0] };
  });
}

function nearest(elements: readonly Element[], from: number, step: number): Element | undefined {
  for (let at = from + step; at >= 0 && at < elements.length; at += step)
    if (elements[at]?.base !== null && elements[at]?.items.length !== 0) return elements[at];
  return undefined;
}

function isPieceOf(item: TrackItem, whole: TrackItem): boolean {
  if (item.media !== whole.media || item.name !== whole.name || !isSameSpeed(item.speed, whole.speed)) return false;
  const [part, all] = [mediaSpan(item), mediaSpan(whole)];
  return compare(part.from, all.from) >= 0 && compare(part.to, all.to) <= 0;
}

/** Tells whether an element says what the base's does. */
export function isUnchanged(base: Element, element: Element): boolean {
  const [old, next] = [base.nodes[0], element.nodes[0]];
  if (element.nodes.length !== 1) return false;
  if (sameValue(old, next)) return true;
  // Numbers within a compound are those of its file.
  return next.kind === 'Stack' && sameValue(withoutNames(old), withoutNames(next));
}
