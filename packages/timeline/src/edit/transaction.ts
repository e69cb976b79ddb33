import { PatchworkError } from '@patchwork/kernel';
import { one, type Rate } from '@patchwork/time';
import type { Composable, Item, NodeId, Stack, Timeline, Track, Transition } from '../model.ts';
import { isItem } from '../ranges.ts';
import { sameValue } from '../otio/node-equality.ts';
import { TimelineIndex } from '../snapshot/timeline-index.ts';
import { rebuildRegion, type TransitionPolicy } from './cuts.ts';
import { dirtyBetween, dirtyOf, type DirtyRange } from './dirty.ts';
import { isSameFrame, isSameLook, lanesOf, shownRanges, wholeOf } from './dirty-track.ts';
import { applyEvents, fieldsOfNode, withChildren, type EditEvent, type NodePatch } from './event.ts';
import { Lane, rateOfTimeline } from './lane.ts';
import { joinedGaps, wholePiece, type Piece } from './piece.ts';

/** The items of a lane from one child index to another, both included; or a place between items. */
export type Window =
  | { readonly first: number; readonly last: number }
  /** Before this child index nothing is replaced: the lane's `count` is its end. */
  | { readonly before: number };

/**
 * Edits under way: each change makes the next snapshot and the events that lead there. The timeline it began with is
 * never touched; whoever throws on the way has changed nothing.
 */
export class Transaction {
  #timeline: Timeline;
  readonly #policy: TransitionPolicy;
  readonly #events: EditEvent[] = [];
  readonly #dirty: DirtyRange[] = [];
  readonly #dropped: Transition[] = [];
  readonly #adjusted: Transition[] = [];
  readonly #rate: Rate;
  /** Tracks that stand above or below others than before. */
  readonly #shuffled = new Set<NodeId>();

  constructor(timeline: Timeline, policy: TransitionPolicy) {
    this.#timeline = timeline;
    this.#policy = policy;
    this.#rate = rateOfTimeline(timeline) ?? one;
  }

  get timeline(): Timeline {
    return this.#timeline;
  }
  get events(): readonly EditEvent[] {
    return this.#events;
  }
  /** What each edit made show something else, in the record as it stood after that edit. */
  get dirty(): readonly DirtyRange[] {
    return this.#dirty;
  }
  /** What shows something else than at the beginning, in the record as it is now; costs a walk over the changed tracks. */
  dirtySince(before: Timeline): readonly DirtyRange[] {
    const tracks = [...new Set(this.#dirty.map(({ track }) => track))];
    return tracks.flatMap((id) => {
      if (id === before.tracks.id) return this.#wholeSince(before);
      const [old, now] = [before, this.#timeline].map((timeline) => {
        const node = TimelineIndex.of(timeline).find(id)?.node;
        return node?.kind === 'Track' ? new Lane(node, this.#rate) : null;
      });
      if (old === undefined || old === null) return now === undefined || now === null ? [] : shownRanges(now);
      if (now === undefined || now === null) return shownRanges(old);
      const isSame = isSameLook(old.track, now.track) && !this.#shuffled.has(id);
      return [...dirtyBetween(old, now.track.children), ...(isSame ? [] : [...shownRanges(old), ...shownRanges(now)])];
    });
  }

  #wholeSince(before: Timeline): readonly DirtyRange[] {
    const now = this.#timeline;
    if (isSameLook(before.tracks, now.tracks) && isSameFrame(before, now)) return [];
    return wholeOf(
      now,
      [before, now].flatMap(({ tracks }) => lanesOf(tracks, this.#rate)),
    );
  }
  get droppedTransitions(): readonly Transition[] {
    return this.#dropped;
  }
  get adjustedTransitions(): readonly Transition[] {
    return this.#adjusted;
  }

  /** The track with an id, ready for edits. `fallback` is the grid of a timeline that has none yet. @throws PW_EDIT_TRACK */
  lane(id: NodeId, fallback: Rate = this.#rate): Lane {
    const node = TimelineIndex.of(this.#timeline).find(id)?.node;
    if (node === undefined) {
      throw new PatchworkError('PW_EDIT_TRACK', `timeline "${this.#timeline.name}" has no track ${id}`, {
        details: { track: id },
      });
    }
    if (node.kind !== 'Track') {
      throw new PatchworkError('PW_EDIT_TRACK', `"${node.name}" is a ${node.kind}, not a track`, {
        hint: 'Edits happen in tracks; a stack is edited as one item of its track.',
        details: { track: id },
      });
    }
    return new Lane(node, this.#rate.num === 1 && this.#rate.den === 1 ? fallback : this.#rate);
  }

  /** Where an item stands. @throws PW_EDIT_ITEM */
  locate(id: NodeId): { readonly lane: Lane; readonly index: number; readonly item: Item } {
    const place = TimelineIndex.of(this.#timeline).find(id);
    if (place === null) {
      throw new PatchworkError('PW_EDIT_ITEM', `timeline "${this.#timeline.name}" holds no item ${id}`, {
        hint: 'The item was removed, or belongs to another timeline.',
        details: { item: id },
      });
    }
    const { node, parent, index } = place;
    if (parent?.kind !== 'Track' || !isItem(node)) {
      throw new PatchworkError('PW_EDIT_ITEM', `"${node.name}" is a ${node.kind} that stands in no track`, {
        hint: 'Only clips, gaps and compositions in a track can be edited.',
        details: { item: id },
      });
    }
    return { lane: this.lane(parent.id), index, item: node };
  }

  /** Tells whether the timeline holds a node. */
  holds(id: NodeId): boolean {
    return TimelineIndex.of(this.#timeline).find(id) !== null;
  }

  /** Replaces the items of a window. Fresh gaps melt into gaps beside them; transitions find their cuts again. */
  rewrite(lane: Lane, window: Window, pieces: readonly Piece[]): void {
    let first = 'before' in window ? window.before : window.first;
    let last = 'before' in window ? window.before - 1 : window.last;
    let all = pieces;
    const previous = lane.before(first);
    if (all[0]?.isFresh === true && previous !== -1 && lane.item(previous).kind === 'Gap') {
      all = [wholePiece(lane.item(previous)), ...all];
      first = previous;
    }
    const next = lane.after(last);
    if (all.at(-1)?.isFresh === true && next !== -1 && lane.item(next).kind === 'Gap') {
      all = [...all, wholePiece(lane.item(next))];
      last = next;
    }
    const joined = joinGaps(all, lane.rate);
    const [before, after] = [lane.before(first), lane.after(last)];
    const from = before + 1;
    const to = after === -1 ? lane.count : after;
    const children = lane.index.slice(from, to);
    const region = {
      before: before === -1 ? null : lane.item(before),
      children,
      after: after === -1 ? null : lane.item(after),
    };
    const rebuilt = rebuildRegion(region, joined, this.#policy);
    this.#dropped.push(...rebuilt.droppedTransitions);
    this.#adjusted.push(...rebuilt.adjustedTransitions);
    this.#replace(lane, from, children, rebuilt.children);
  }

  /** What has a name and marks: an item of a track, a track, the timeline's stack, the timeline. @throws PW_EDIT_ITEM */
  target(id: NodeId): Item | Timeline {
    if (id === this.#timeline.id) return this.#timeline;
    const node = TimelineIndex.of(this.#timeline).find(id)?.node;
    return node?.kind === 'Track' || node?.kind === 'Stack' ? node : this.locate(id).item;
  }

  /** Replaces a target by another version of itself that takes up the same time. */
  replaceTarget(was: Item | Timeline, now: Item | Timeline): void {
    if (was.kind === 'Timeline' || was.id === this.#timeline.tracks.id) {
      this.#replaceRoot(was, now);
      return;
    }
    const { parent, index } = TimelineIndex.of(this.#timeline).placeOf(was.id);
    if (parent?.kind === 'Stack' && now.kind === 'Track' && was.kind === 'Track') {
      this.#replaceTrack(parent, index, was, now);
      return;
    }
    const place = this.locate(was.id);
    if (now.kind !== 'Timeline') this.replaceItem(place.lane, place.index, now);
  }

  insertTrack(stack: Stack, at: number, track: Track): void {
    this.#changeStack(stack, at, 0, [track], [{ kind: 'insert', parent: stack.id, index: at, node: track }]);
    this.#markShown(track);
  }

  removeTrack(stack: Stack, at: number, track: Track): void {
    this.#markShown(track);
    this.#changeStack(stack, at, 1, [], [{ kind: 'remove', parent: stack.id, index: at, node: track }]);
  }

  moveTrack(stack: Stack, from: number, to: number, track: Track): void {
    const others = stack.children.toSpliced(from, 1);
    this.#changeStack(stack, 0, stack.children.length, others.toSpliced(to, 0, track), [
      { kind: 'remove', parent: stack.id, index: from, node: track },
      { kind: 'insert', parent: stack.id, index: to, node: track },
    ]);
    // Sound is added up, whatever stands above what.
    if (track.trackKind === 'Audio') return;
    this.#shuffled.add(track.id);
    this.#markShown(track);
  }

  #replaceTrack(stack: Stack, at: number, was: Track, now: Track): void {
    const event = changeEvent(stack.id, at, was, now);
    if (event === null) return;
    if (!isSameLook(was, now)) this.#markShown(was, now);
    this.#changeStack(stack, at, 1, [now], [event]);
  }

  #replaceRoot(was: Item | Timeline, now: Item | Timeline): void {
    const event = changeEvent(this.#timeline.id, 0, was, now);
    if (event === null) return;
    const before = this.#timeline;
    this.#events.push(event);
    this.#timeline = applyEvents(before, [event]);
    const isSame = isSameLook(before.tracks, this.#timeline.tracks) && isSameFrame(before, this.#timeline);
    if (!isSame) this.#dirty.push(...wholeOf(before, lanesOf(before.tracks, this.#rate)));
  }

  #markShown(...tracks: readonly Track[]): void {
    this.#dirty.push(...tracks.flatMap((track) => shownRanges(new Lane(track, this.#rate))));
  }

  #changeStack(
    stack: Stack,
    from: number,
    removed: number,
    added: readonly Composable[],
    events: readonly EditEvent[],
  ): void {
    this.#events.push(...events);
    this.#timeline = withChildren(this.#timeline, stack, from, removed, added);
  }

  /** Replaces one item by another version of itself that takes up the same time. */
  replaceItem(lane: Lane, index: number, item: Item): void {
    this.#replace(lane, index, [lane.item(index)], [item]);
  }

  /** Replaces what stands between two items, transitions and all. */
  replaceBetween(lane: Lane, left: number, right: number, between: readonly Composable[]): void {
    this.#replace(lane, left + 1, lane.index.slice(left + 1, right === -1 ? lane.count : right), between);
  }

  #replace(lane: Lane, from: number, before: readonly Composable[], after: readonly Composable[]): void {
    const events = eventsBetween(lane.track, from, before, after);
    if (events.length === 0) return;
    this.#dirty.push(...dirtyOf(lane, from, before, after));
    this.#events.push(...events);
    this.#timeline = withChildren(this.#timeline, lane.track, from, before.length, after);
  }
}

function joinGaps(pieces: readonly Piece[], rate: Rate): readonly Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (
      last !== undefined &&
      (last.isFresh || piece.isFresh) &&
      last.item.kind === 'Gap' &&
      piece.item.kind === 'Gap'
    ) {
      joined[joined.length - 1] = joinedGaps(last, piece, rate);
    } else {
      joined.push(piece);
    }
  }
  return joined;
}

/** The events that lead from one list of children to the other. Nodes in both stand in the same order in both. */
function eventsBetween(
  parent: Track | Stack,
  from: number,
  before: readonly Composable[],
  after: readonly Composable[],
): EditEvent[] {
  const events: EditEvent[] = [];
  const kept = new Set(after.map((node) => node.id));
  for (let at = before.length - 1; at >= 0; at -= 1) {
    const node = before[at];
    if (node !== undefined && !kept.has(node.id))
      events.push({ kind: 'remove', parent: parent.id, index: from + at, node });
  }
  const old = before.filter((node) => kept.has(node.id));
  let passed = 0;
  after.forEach((node, at) => {
    const was = old[passed];
    if (was === undefined || was.id !== node.id) {
      events.push({ kind: 'insert', parent: parent.id, index: from + at, node });
      return;
    }
    passed += 1;
    const event = changeEvent(parent.id, from + at, was, node);
    if (event !== null) events.push(event);
  });
  return events;
}

function changeEvent(
  parent: NodeId,
  index: number,
  was: Composable | Timeline,
  now: Composable | Timeline,
): EditEvent | null {
  if (was === now) return null;
  const [old, fresh] = [fieldsOfNode(was), fieldsOfNode(now)];
  const changed = Object.keys(fresh).filter((key) => key !== 'id' && !sameValue(old[key], fresh[key]));
  if (was.kind === now.kind && changed.length === 0) return null;
  // Media travel with their clip: a patch of fields has no place for nodes of that kind.
  const isWhole = was.kind !== now.kind || changed.includes('mediaReferences');
  if (isWhole && was.kind !== 'Timeline' && now.kind !== 'Timeline')
    return { kind: 'replace', parent, index, before: was, after: now };
  const pick = (source: NodePatch): NodePatch => Object.fromEntries(changed.map((key) => [key, source[key]]));
  return { kind: 'modify', parent, index, id: now.id, before: pick(old), after: pick(fresh) };
}
