import { add, multiply, type Rational, round, secondsFromTime, zero } from '@patchwork/time';
import { isItem, type Item, type Track, type Transition, unmodelledOf } from '@patchwork/timeline';
import { dissolve } from './dissolve.ts';
import { type Expression, unmodelled } from './expression.ts';
import { cutLane, stackLanes } from './lane.ts';
import { tellLimits } from './media-limits.ts';
import { resolveClip } from './resolve-clip.ts';
import { resolveGap, tellUnknown } from './resolve-gap.ts';
import { ownTimeAt, type Place, recordFrameOf, type Resolver, type Segment } from './resolver.ts';
import type { OwnRange } from './retime.ts';

/** An item of a track, placed; its pictures can be asked for at any record frames, also in its handles. */
interface Cell {
  readonly item: Item;
  readonly in: number;
  readonly out: number;
  lane(from: number, to: number): readonly Segment[];
}

/** A transition, placed. */
interface Blend {
  readonly node: Transition;
  readonly before: Cell | null;
  readonly after: Cell | null;
  /** Record frame of the edit point. */
  readonly cut: number;
  /** The frames over which it runs, and those of them that are drawn: less where neighbours are too short. */
  readonly start: number;
  readonly length: number;
  readonly from: number;
  readonly to: number;
}

/**
 * What a track's items show, one after another, over the frames asked for.
 *
 * ```
 *            cut                         cut
 *  |   A      |     B      |   ->  |  A  |A..|  |  B   |
 *          [=====)                       |..B|
 * ```
 * Both sides of a transition play on into their handles.
 */
export function resolveTrack(track: Track, place: Place, resolver: Resolver): readonly Segment[] {
  const { cells, cuts } = placeChildren(track, place, resolver);
  const blends = placeTransitions(cuts, place, resolver);
  const result: Segment[] = [];
  let nextBlend = 0;
  let from = -Infinity;
  const lay = (segments: readonly Segment[]): void => {
    for (const segment of segments) result.push(segment);
  };
  for (const cell of cells) {
    // Transitions whose incoming side this is, or that fade it in.
    for (let blend = blends[nextBlend]; blend !== undefined && blend.after === cell; blend = blends[nextBlend]) {
      lay(cutLane(blendLane(blend, place.track), place.from, place.to));
      from = blend.to;
      nextBlend += 1;
    }
    const after = blends[nextBlend];
    const end = after !== undefined && after.before === cell ? after.from : cell.out;
    lay(bodyLane(cell, Math.max(cell.in, from), end, place));
    if (after !== undefined && after.before === cell && after.after === null) {
      lay(cutLane(blendLane(after, place.track), place.from, place.to));
      from = after.to;
      nextBlend += 1;
    }
  }
  return result;
}

function bodyLane(cell: Cell, from: number, to: number, place: Place): readonly Segment[] {
  const start = Math.max(from, place.from);
  const end = Math.min(to, place.to);
  return start < end ? cell.lane(start, end) : [];
}

interface Cut {
  readonly node: Transition;
  readonly before: Cell | null;
  readonly after: Cell | null;
  readonly cut: number;
}

/** Places the items one after another, and each transition between its neighbours. */
function placeChildren(
  track: Track,
  place: Place,
  resolver: Resolver,
): { readonly cells: readonly Cell[]; readonly cuts: readonly Cut[] } {
  const cells: Cell[] = [];
  const open: { node: Transition; before: Cell | null; after: Cell | null; cut: number }[] = [];
  let start: Rational = zero;
  let waiting = open[0];
  for (const child of track.children) {
    if (child.kind === 'Transition') {
      if (!child.enabled) continue;
      const before = cells.at(-1) ?? null;
      waiting = { node: child, before, after: null, cut: before?.out ?? frameOf(start, place, place.track, resolver) };
      open.push(waiting);
      continue;
    }
    if (!isItem(child)) {
      tellUnknown(child, place.track, resolver);
      continue;
    }
    const range = resolver.ranges.of(child);
    const end = add(start, range.duration);
    const cell = placeItem(child, start, end, range, place, cells.at(-1)?.out ?? null, resolver);
    if (waiting !== undefined) waiting.after = cell;
    waiting = undefined;
    cells.push(cell);
    start = end;
  }
  return { cells, cuts: open };
}

function frameOf(own: Rational, place: Place, what: string, resolver: Resolver): number {
  return recordFrameOf(own, place.ownTime, place.canvas.rate, what, resolver.remarks);
}

function placeItem(
  item: Item,
  start: Rational,
  end: Rational,
  range: OwnRange,
  place: Place,
  previousOut: number | null,
  resolver: Resolver,
): Cell {
  const where = `${place.track} / ${item.name}`;
  const first = previousOut ?? frameOf(start, place, where, resolver);
  const out = frameOf(end, place, where, resolver);
  // The item's own start falls on its first record frame, also where that was moved onto the raster of frames.
  const ownTime = ownTimeAt(range.start, first, place.canvas.rate);
  return { item, in: first, out, lane: laneOf(item, { ...place, in: first, out, ownTime }, range, resolver) };
}

/** Compiles what an item shows; a clip's expression is made once and serves all windows. */
function laneOf(item: Item, place: Place, range: OwnRange, resolver: Resolver): Cell['lane'] {
  switch (item.kind) {
    case 'Gap':
      return (from, to) => resolveGap(item, { ...place, from, to });
    case 'Clip': {
      let placed: ReturnType<typeof resolveClip> | undefined;
      return (from, to) => {
        placed ??= resolveClip(item, place, range, resolver);
        if (placed === null) return [];
        const isHandle = from < place.in || to > place.out;
        if (placed.run !== null) tellLimits(placed.run, { from, to, isHandle }, item.name, place, resolver);
        return [{ in: from, out: to, expression: placed.expression }];
      };
    }
    case 'Track':
    case 'Stack':
      if (item.kind === 'Track' && item.trackKind !== 'Video') return () => [];
      return (from, to) => resolver.container(item, { ...place, from, to }, range, resolver);
  }
}

/** Gives each transition its frames: no further than its neighbours reach, and not into the transition before it. */
function placeTransitions(cuts: readonly Cut[], place: Place, resolver: Resolver): readonly Blend[] {
  const blends: Blend[] = [];
  const { rate } = place.canvas;
  for (const { node, before, after, cut } of cuts) {
    if (before === null && after === null) continue;
    const start = cut - round(multiply(secondsFromTime(node.inOffset), rate));
    const end = cut + round(multiply(secondsFromTime(node.outOffset), rate));
    const from = Math.max(start, before?.in ?? cut, blends.at(-1)?.to ?? -Infinity);
    const to = Math.min(end, after?.out ?? cut);
    if (from !== start || to !== end) {
      const where = `${place.track} / ${node.name === '' ? 'transition' : node.name} at record frame ${cut}`;
      resolver.remarks.add({
        code: 'PW_TRANSITION_LENGTH',
        severity: 'warning',
        message: `${where} reaches beyond its neighbours or into another transition; only the frames ${from} to ${to} of ${start} to ${end} are drawn`,
        where,
        hint: 'Shorten the transition.',
      });
    }
    if (to > from) blends.push({ node, before, after, cut, start, length: end - start, from, to });
  }
  return blends;
}

/** The frames of a transition: a dissolve of its sides' lanes, divided at the edit point. */
function blendLane(blend: Blend, track: string): readonly Segment[] {
  const { node, before, after, cut, start, length } = blend;
  const result: Segment[] = [];
  const divided = [blend.from, Math.min(Math.max(cut, blend.from), blend.to), blend.to];
  for (const [i, from] of divided.entries()) {
    const to = divided[i + 1];
    if (to === undefined || to <= from) continue;
    const side = from < cut ? 'from' : 'to';
    const outgoing = before?.lane(from, to) ?? [];
    const incoming = after?.lane(from, to) ?? [];
    for (const segment of pairs(outgoing, incoming)) {
      const mixed = dissolve(segment.from, segment.to, start, length, side);
      result.push({ in: segment.in, out: segment.out, expression: asDrawn(mixed, node, track) });
    }
  }
  return result;
}

/** A dissolve as it is; any other transition as an unmodelled picture over the dissolve that stands in for it. */
function asDrawn(mixed: Expression, node: Transition, track: string): Expression {
  const things = unmodelledOf(node);
  const isPlain = node.transitionType === 'SMPTE_Dissolve' || things.length > 0;
  const type = { label: `transition "${node.transitionType}"`, content: `transition ${node.transitionType}` };
  let result = mixed;
  for (const thing of isPlain ? things : [type]) {
    result = unmodelled(result, `${thing.label} on ${track}`, thing.content);
  }
  return result;
}

interface Pair {
  readonly in: number;
  readonly out: number;
  readonly from: Expression;
  readonly to: Expression;
}

const nothing: Expression = { classAt: null, at: () => null };

/** Frames where at least one of two lanes has something, with what each has there. */
function pairs(a: readonly Segment[], b: readonly Segment[]): readonly Pair[] {
  const find = (lane: readonly Segment[], frame: number): Expression =>
    lane.find((segment) => segment.in <= frame && frame < segment.out)?.expression ?? nothing;
  return stackLanes([a, b]).map(({ in: from, out }) => ({ in: from, out, from: find(a, from), to: find(b, from) }));
}
