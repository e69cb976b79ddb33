import { PatchworkError } from '@patchwork/kernel';
import type { Composable, NodeId, Stack, Timeline, Track } from '../model.ts';
import { TrackIndex } from './track-index.ts';

/** Where a node stands. */
export interface NodePlace {
  readonly node: Composable;
  /** Null for the timeline's own stack. */
  readonly parent: Track | Stack | null;
  readonly index: number;
}

interface Hint {
  readonly parent: NodeId;
  readonly index: number;
}

/** Last known places, shared by all snapshots that were edited from one another; checked before use. */
interface Hints {
  readonly places: Map<NodeId, Hint>;
  isComplete: boolean;
}

/**
 * Finds the parent of a node in one snapshot of a timeline. Nodes do not know their parent; the index remembers where
 * each was last seen and looks around there, so an edit need not build it anew.
 */
export class TimelineIndex {
  readonly timeline: Timeline;
  readonly #hints: Hints;

  private constructor(timeline: Timeline, hints: Hints) {
    this.timeline = timeline;
    this.#hints = hints;
  }

  /** The index of a timeline; made once for each timeline object, and filled when first asked. */
  static of(timeline: Timeline): TimelineIndex {
    const known = indexes.get(timeline);
    if (known !== undefined) return known;
    const index = new TimelineIndex(timeline, { places: new Map(), isComplete: false });
    indexes.set(timeline, index);
    return index;
  }

  /** The index of a later snapshot; `inserted` are the nodes that this one did not have. */
  derive(timeline: Timeline, parent: NodeId, from: number, inserted: readonly Composable[]): TimelineIndex {
    if (this.#hints.isComplete) inserted.forEach((node, at) => this.#enter(node, parent, from + at));
    const index = new TimelineIndex(timeline, this.#hints);
    indexes.set(timeline, index);
    return index;
  }

  /** Where a composable stands; null when this snapshot does not hold it. @throws PW_TIMELINE_ID when two have one id */
  find(id: NodeId): NodePlace | null {
    const root = this.timeline.tracks;
    if (id === root.id) return { node: root, parent: null, index: 0 };
    if (!this.#hints.isComplete) this.#fillFirst();
    // Every node that was ever in this line of snapshots has left a hint.
    return this.#hints.places.has(id) ? (this.#lookAround(id) ?? this.#search(id)) : null;
  }

  /** Where a composable stands. @throws PW_TIMELINE_NODE when this snapshot does not hold it. */
  placeOf(id: NodeId): NodePlace {
    const place = this.find(id);
    if (place !== null) return place;
    throw new PatchworkError('PW_TIMELINE_NODE', `timeline "${this.timeline.name}" holds no item with id ${id}`, {
      hint: 'The item may have been removed, or belongs to another timeline.',
      details: { id },
    });
  }

  /** The composable with an id. @throws PW_TIMELINE_NODE */
  nodeOf(id: NodeId): Composable {
    return this.placeOf(id).node;
  }

  /** The parent of a composable; null for the timeline's own stack. @throws PW_TIMELINE_NODE */
  parentOf(id: NodeId): Track | Stack | null {
    return this.placeOf(id).parent;
  }

  #lookAround(id: NodeId): NodePlace | null {
    const hint = this.#hints.places.get(id);
    if (hint === undefined) return null;
    const parent = this.find(hint.parent)?.node;
    if (parent === undefined || (parent.kind !== 'Track' && parent.kind !== 'Stack')) return null;
    const at = indexInParent(parent, id, hint.index);
    if (at === -1) return null;
    const node = childAt(parent, at);
    if (node === undefined) return null;
    if (at !== hint.index) this.#hints.places.set(id, { parent: parent.id, index: at });
    return { node, parent, index: at };
  }

  /** The slow way, for a node that changed its parent since it was last seen. */
  #search(id: NodeId): NodePlace | null {
    this.#fill();
    const hint = this.#hints.places.get(id);
    const parent = hint === undefined ? undefined : findBelow(this.timeline.tracks, hint.parent);
    const node = hint === undefined ? undefined : parent === undefined ? undefined : childAt(parent, hint.index);
    return parent === undefined || node === undefined || node.id !== id || hint === undefined
      ? null
      : { node, parent, index: hint.index };
  }

  /** A node that stands in two places has no one parent, and an edit of it no one meaning. */
  #fillFirst(): void {
    const { places } = this.#hints;
    if (this.#fill() === places.size) {
      this.#hints.isComplete = true;
      return;
    }
    places.clear();
    throw new PatchworkError('PW_TIMELINE_ID', `timeline "${this.timeline.name}" holds two nodes with one id`, {
      hint: 'Make a node anew for each place that it stands in; a copy by { ...node } keeps the id.',
    });
  }

  /** Returns how many nodes were entered. */
  #fill(): number {
    const root = this.timeline.tracks;
    return root.children.reduce((count, child, index) => count + this.#enter(child, root.id, index), 0);
  }

  #enter(node: Composable, parent: NodeId, index: number): number {
    this.#hints.places.set(node.id, { parent, index });
    if (node.kind !== 'Track' && node.kind !== 'Stack') return 1;
    return node.children.reduce((count, child, at) => count + this.#enter(child, node.id, at), 1);
  }
}

const indexes = new WeakMap<Timeline, TimelineIndex>();

function findBelow(parent: Track | Stack, id: NodeId): Track | Stack | undefined {
  if (parent.id === id) return parent;
  for (const child of parent.children) {
    if (child.kind !== 'Track' && child.kind !== 'Stack') continue;
    const found = findBelow(child, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The child at an index, without making a list of all children where there is an index. */
function childAt(parent: Track | Stack, at: number): Composable | undefined {
  const index = parent.kind === 'Track' ? TrackIndex.peek(parent) : null;
  return index === null ? parent.children[at] : index.child(at);
}

function indexInParent(parent: Track | Stack, id: NodeId, near: number): number {
  if (childAt(parent, near)?.id === id) return near;
  const index = parent.kind === 'Track' ? TrackIndex.peek(parent) : null;
  return index === null ? parent.children.findIndex((child) => child.id === id) : index.indexOf(id);
}
