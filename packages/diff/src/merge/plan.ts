import { linkOf } from '@patchwork/timeline';
import type { ConflictKind, MergeSide } from './conflict.ts';
import { edgeChanges, type EdgeChange, type EdgeChanges } from './edge.ts';
import { Groups } from './groups.ts';
import { isSameList, mergeStretch, type Entry } from './merge-stretch.ts';
import { listPlans, type ListPlan, type Stretch } from './stretch.ts';
import { isUnchanged, type Side } from './side.ts';
import type { Element } from './element.ts';

/** Why a place of the merge is a conflict. */
export interface Reason {
  readonly kind: ConflictKind;
  readonly stretch: Stretch;
  /** The thing it is about; null for the stretch itself. */
  readonly id: string | null;
  readonly properties: readonly string[];
  /** Who took the thing away; null where nobody did. */
  readonly deletedBy: MergeSide | null;
}

/** The three sides of a merge. */
export interface Sides {
  readonly base: Side;
  readonly ours: Side;
  readonly theirs: Side;
}

const unmoved: EdgeChange = { ours: false, theirs: false, alike: false };

/**
 * Decides stretch by stretch. Stretches hang together where a clip moved from one to the other, or where its sound lies: if one of them is
 * a conflict, all are taken from one side, so that no clip is lost or doubled and none loses its sound.
 */
export class MergePlan {
  readonly sides: Sides;
  readonly lists: readonly ListPlan[];
  readonly reasons: Reason[] = [];
  readonly #stretches: readonly Stretch[];
  /** The stretch in which a base thing that is not stable stood; of a stable one, the stretches before and behind. */
  readonly #home = new Map<string, Stretch>();
  readonly #before = new Map<string, Stretch>();
  readonly #behind = new Map<string, Stretch>();
  readonly #baseOf = new Map<string, Element>();
  readonly #edges = new Map<string, EdgeChanges>();
  readonly #merged: readonly (readonly Entry[] | null)[];
  readonly #groups: Groups;
  readonly #chosen = new Map<number, MergeSide>();

  constructor(sides: Sides) {
    this.sides = sides;
    this.lists = listPlans(sides.base, sides.ours, sides.theirs);
    this.#stretches = this.lists.flatMap(({ stretches }) => stretches);
    for (const list of [sides.base.stack, ...sides.base.tracks])
      for (const element of list.elements) if (element.base !== null) this.#baseOf.set(element.base, element);
    for (const stretch of this.#stretches) this.#enter(stretch);
    this.#merged = this.#stretches.map((stretch) => mergeStretch(stretch, this.#stretchEdges(stretch)));
    this.#groups = new Groups(this.#stretches.length);
    this.#joinMoves();
    this.#joinTracks();
    this.#joinSound();
    this.#stretches.forEach((stretch) => {
      if (this.#merged[stretch.index] === null) this.#add('place', stretch, null);
    });
    for (const [id, element] of this.#baseOf) this.#judge(id, element);
  }

  /** Adds a reason that only the finished lists show. */
  addTransition(stretch: Stretch, id: string | null): void {
    this.#add('transition', stretch, id);
  }

  /** The base thing with an id. */
  baseOf(id: string): Element {
    return this.#baseOf.get(id) as Element;
  }

  /** Whether a stretch is a conflict, itself or with another one; then which side stands there. */
  chosenAt(stretch: Stretch): MergeSide | null {
    return this.#chosen.get(this.#groups.of(stretch.index)) ?? null;
  }

  /** What stands in a stretch. */
  entriesAt(stretch: Stretch): readonly Entry[] {
    const chosen = this.chosenAt(stretch);
    if (chosen !== null) return stretch[chosen].map((element) => ({ element, side: chosen }));
    return this.#merged[stretch.index] ?? [];
  }

  /** Whose edge a clip has that both sides hold. */
  edgeSide(id: string, edge: 'in' | 'out'): MergeSide {
    const stretch = (edge === 'in' ? this.#before : this.#behind).get(id) ?? this.#home.get(id);
    const chosen = stretch === undefined ? null : this.chosenAt(stretch);
    if (chosen !== null) return chosen;
    return this.edgesOf(id)[edge].theirs && !this.edgesOf(id)[edge].ours ? 'theirs' : 'ours';
  }

  /** How both sides moved the edges of a thing that both hold. */
  edgesOf(id: string): EdgeChanges {
    const known = this.#edges.get(id);
    if (known !== undefined) return known;
    const [base, ours, theirs] = [
      this.baseOf(id),
      this.sides.ours.versions.get(id),
      this.sides.theirs.versions.get(id),
    ];
    const changes =
      ours === undefined || theirs === undefined
        ? { in: unmoved, out: unmoved, isDivisible: true }
        : edgeChanges(base, ours, theirs);
    this.#edges.set(id, changes);
    return changes;
  }

  #enter(stretch: Stretch): void {
    for (const { base } of stretch.base) if (base !== null) this.#home.set(base, stretch);
    if (stretch.right !== null) this.#before.set(stretch.right, stretch);
    if (stretch.left !== null) this.#behind.set(stretch.left, stretch);
  }

  #stretchEdges({ left, right }: Stretch): { readonly tail: EdgeChange; readonly head: EdgeChange } {
    return {
      tail: left === null ? unmoved : this.edgesOf(left).out,
      head: right === null ? unmoved : this.edgesOf(right).in,
    };
  }

  #add(kind: ConflictKind, stretch: Stretch, id: string | null, more: Partial<Reason> = {}): void {
    const reason: Reason = { kind, stretch, id, properties: [], deletedBy: null, ...more };
    this.reasons.push(reason);
    const group = this.#groups.of(stretch.index);
    // The changed clip stands, not the hole: it is easier to delete a clip than to find one that is gone.
    const keeps: MergeSide = reason.deletedBy === 'ours' ? 'theirs' : 'ours';
    const before = this.#chosen.get(group);
    if (before === undefined) this.#chosen.set(group, keeps);
    else if (before !== keeps) this.#chosen.set(group, 'ours');
  }

  #joinMoves(): void {
    for (const stretch of this.#stretches)
      for (const element of [...stretch.ours, ...stretch.theirs]) {
        if (element.base === null || element.kept) continue;
        for (const other of this.#stretchesOf(element.base)) this.#groups.join(stretch.index, other.index);
      }
  }

  #stretchesOf(id: string): readonly Stretch[] {
    const home = this.#home.get(id);
    if (home !== undefined) return [home];
    return [this.#before.get(id), this.#behind.get(id)].flatMap((stretch) => stretch ?? []);
  }

  /** What stands in a track that came or went stands or falls with it. */
  #joinTracks(): void {
    const stack = this.lists[0] as ListPlan;
    for (const list of this.lists.slice(1)) {
      const id = list.base?.base ?? null;
      if (id !== null && list.ours !== null && list.theirs !== null) continue;
      const holds = (element: Element): boolean =>
        id !== null ? element.base === id : element.nodes[0] === (list.ours ?? list.theirs)?.node;
      const home = stack.stretches.find((stretch) => [...stretch.base, ...stretch.ours, ...stretch.theirs].some(holds));
      if (home !== undefined) for (const stretch of list.stretches) this.#groups.join(home.index, stretch.index);
    }
  }

  /** Linked picture and sound: what one side did to both of them is one edit. */
  #joinSound(): void {
    for (const side of ['ours', 'theirs'] as const) {
      const groups = new Map<string, Stretch[]>();
      for (const stretch of this.#stretches) {
        for (const key of this.#editKeys(stretch, side)) groups.set(key, [...(groups.get(key) ?? []), stretch]);
      }
      for (const [first, ...others] of groups.values())
        for (const other of others) this.#groups.join((first as Stretch).index, other.index);
    }
  }

  /** What a side edited at a stretch, by link or else by name and place. */
  #editKeys(stretch: Stretch, side: MergeSide): string[] {
    const kept = new Set(stretch[side].filter((element) => element.kept).map(({ base }) => base));
    const { tail, head } = this.#stretchEdges(stretch);
    const cut = (id: string | null, edge: EdgeChange, name: string): string[] =>
      id !== null && edge[side] ? linkKeys(this.baseOf(id)).map((key) => `${name} ${key}`) : [];
    return [
      ...stretch[side]
        .filter(({ base }) => base === null)
        .flatMap((element) => linkKeys(element).map((key) => `put ${key}`)),
      ...stretch.base
        .filter(({ base }) => !kept.has(base))
        .flatMap((element) => linkKeys(element).map((key) => `took ${key}`)),
      ...cut(stretch.left, tail, 'tail'),
      ...cut(stretch.right, head, 'head'),
    ];
  }

  /** Looks for what the two sides did to one thing that does not go together. */
  #judge(id: string, base: Element): void {
    const [ours, theirs] = [this.sides.ours.versions.get(id), this.sides.theirs.versions.get(id)];
    const home = this.#home.get(id) ?? this.#before.get(id);
    if (home === undefined) return;
    if (ours === undefined || theirs === undefined) {
      const left = ours ?? theirs;
      if (left === undefined || (left.kept && isUnchanged(base, left))) return;
      this.#add('delete', home, id, { deletedBy: ours === undefined ? 'ours' : 'theirs' });
      return;
    }
    if (!ours.kept && !theirs.kept && !this.#isMovedAlike(id)) this.#add('move', home, id);
    // Which of the pieces the move means is anybody's guess.
    if (ours.kept !== theirs.kept && this.#isCutApart(id, ours.kept ? 'ours' : 'theirs')) this.#add('move', home, id);
    const { in: head, out: tail, isDivisible } = this.edgesOf(id);
    const clashing = (edge: EdgeChange): boolean => edge.ours && edge.theirs && !edge.alike;
    if (!isDivisible && clashing(head)) {
      this.#add('property', this.#before.get(id) ?? home, id, { properties: ['speed and range'] });
      if (this.#behind.has(id)) this.#add('property', this.#behind.get(id) as Stretch, id, { properties: [] });
      return;
    }
    if (clashing(head)) this.#add('property', this.#before.get(id) ?? home, id, { properties: ['in'] });
    if (clashing(tail)) this.#add('property', this.#behind.get(id) ?? home, id, { properties: ['out'] });
  }

  /** Whether a side put something into a clip, so that two pieces of it are left. */
  #isCutApart(id: string, side: MergeSide): boolean {
    return this.sides[side].tracks.some(({ elements }) => elements.some(({ cutFrom }) => cutFrom === id));
  }

  #isMovedAlike(id: string): boolean {
    const stretch = this.#stretches.find(({ ours }) => ours.some((element) => element.base === id && !element.kept));
    return stretch !== undefined && isSameList(stretch.ours, stretch.theirs);
  }
}

function linkKeys(element: Element): string[] {
  const [node] = element.nodes;
  const [item] = element.items;
  if (item === undefined) return [];
  const link = linkOf(node);
  return link === null ? [`${item.name} at ${item.record.in}`] : [`link ${link}`];
}
