import { add, secondsFromTime, zero, type Rate } from '@patchwork/time';
import { isItem, sameValue, trimmedRange, type Composable, type Stack, type Timeline } from '@patchwork/timeline';
import { framesOf } from '../items/track-item.ts';
import type { MergedList, Placed } from './assembly.ts';
import { otherSide, type ConflictVersion, type MergeConflict, type MergeSide } from './conflict.ts';
import type { KeptConflict } from './mark-conflicts.ts';
import { isRearranged } from './merge-stretch.ts';
import type { Clash } from './merge-value.ts';
import type { MergePlan, Reason } from './plan.ts';
import type { Stretch } from './stretch.ts';
import { stripsOf } from './strips.ts';
import type { Element } from './element.ts';
import type { LostSync } from './sync-check.ts';
import { cutWords, nameOf, stretchSubject, stretchWords, thingWords, timecodeAt } from './words.ts';

/** All that a finished merge knows of what does not go together. */
export interface MergeTrouble {
  readonly plan: MergePlan;
  readonly lists: readonly MergedList[];
  readonly stack: Stack;
  readonly clashes: ReadonlyMap<string, readonly Clash[]>;
  readonly lostSync: readonly LostSync[];
}

/** The timelines, for timecodes, and their rate. */
export interface MergeFrame {
  readonly base: Timeline;
  readonly ours: Timeline;
  readonly theirs: Timeline;
  readonly rate: Rate;
}

/** Tells every conflict in words, in record order, with the place and the version to keep it by. */
export function conflictList(trouble: MergeTrouble, frame: MergeFrame): KeptConflict[] {
  const teller = new Teller(trouble, frame);
  return teller.all().toSorted((a, b) => a.conflict.frame - b.conflict.frame);
}

class Teller {
  readonly #trouble: MergeTrouble;
  readonly #frame: MergeFrame;
  readonly #placeOf: ReadonlyMap<string, number>;

  constructor(trouble: MergeTrouble, frame: MergeFrame) {
    this.#trouble = trouble;
    this.#frame = frame;
    this.#placeOf = framesOfNodes(trouble.stack, frame.rate);
  }

  all(): KeptConflict[] {
    const { plan, clashes, lostSync } = this.#trouble;
    const byThing = new Map<string, Reason[]>();
    const stretches: Reason[] = [];
    for (const reason of plan.reasons) {
      if (reason.id === null) stretches.push(reason);
      else byThing.set(reason.id, [...(byThing.get(reason.id) ?? []), reason]);
    }
    for (const id of clashes.keys()) if (!byThing.has(id)) byThing.set(id, []);
    const told = new Set(plan.reasons.map(({ stretch }) => stretch));
    const followers = plan.lists
      .flatMap((list) => list.stretches)
      .filter((stretch) => !told.has(stretch) && this.#isDropped(stretch));
    return [
      ...[...byThing].map(([id, reasons]) => this.#thing(id, reasons)),
      ...stretches.map(({ kind, stretch }) => this.#stretch(kind, stretch)),
      ...followers.map((stretch) => this.#stretch('place', stretch)),
      ...lostSync.map((lost) => this.#sync(lost)),
    ];
  }

  /** Whether a stretch lost an edit because another one of its group is a conflict. */
  #isDropped(stretch: Stretch): boolean {
    const { plan } = this.#trouble;
    const chosen = plan.chosenAt(stretch);
    if (chosen === null) return false;
    const side = otherSide(chosen);
    return (
      (isRearranged(stretch.base, stretch[side]) && !sameNodes(stretch[side], stretch[chosen])) ||
      this.#cuts(stretch, side).length > 0
    );
  }

  #cuts({ left, right }: Stretch, side: MergeSide): string[] {
    const { plan } = this.#trouble;
    const cut = (id: string | null, edge: 'in' | 'out'): string[] => {
      if (id === null) return [];
      const change = plan.edgesOf(id)[edge];
      return change[side] && !change.alike
        ? [cutWords(plan.baseOf(id), plan.sides[side].versions.get(id), edge, this.#frame.rate)]
        : [];
    };
    return [...cut(left, 'out'), ...cut(right, 'in')];
  }

  #thing(id: string, reasons: readonly Reason[]): KeptConflict {
    const { plan, clashes } = this.#trouble;
    const { rate } = this.#frame;
    const base = plan.baseOf(id);
    const stretch = reasons[0]?.stretch ?? null;
    const own = clashes.get(id) ?? [];
    const kept = (stretch === null ? null : plan.chosenAt(stretch)) ?? 'ours';
    const words = (side: MergeSide): string => {
      const element = plan.sides[side].versions.get(id);
      const around = stretch === null ? '' : stretchWords(stretch, side, rate);
      const thing = thingWords(base, element, rate);
      if (around === '' || (element === undefined && around.includes(nameOf(base)))) return thing;
      return thing === 'unchanged' ? around : `${thing}, ${around}`;
    };
    return this.#made({
      kind: reasons[0]?.kind ?? 'property',
      subject: nameOf(base),
      properties: [
        ...new Set([...reasons.flatMap(({ properties }) => properties), ...own.map(({ property }) => property)]),
      ],
      kept,
      ours: words('ours'),
      theirs: words('theirs'),
      placeIn: (side) => (side === 'base' ? base : (plan.sides[side].versions.get(id) ?? null)),
      anchor: this.#placedThing(id) ?? (stretch === null ? null : this.#placedAt(stretch)),
      stretch,
      thing: id,
      other:
        plan.sides[otherSide(kept)].versions.get(id)?.nodes ??
        (stretch === null ? [] : stretch[otherSide(kept)].flatMap(({ nodes }) => nodes)),
    });
  }

  #stretch(kind: MergeConflict['kind'], stretch: Stretch): KeptConflict {
    const { plan } = this.#trouble;
    const kept = plan.chosenAt(stretch) ?? 'ours';
    const words = (side: MergeSide): string =>
      [stretchWords(stretch, side, this.#frame.rate), ...this.#cuts(stretch, side)]
        .filter((text) => text !== '')
        .join(', ') || 'nothing here';
    const [left, right] = [stretch.left, stretch.right].map((id) => (id === null ? null : plan.baseOf(id)));
    return this.#made({
      kind,
      subject: stretchSubject(left ?? null, right ?? null),
      properties: [],
      kept,
      ours: words('ours'),
      theirs: words('theirs'),
      placeIn: (side) => stretch[side].find(({ items }) => items.length > 0) ?? null,
      anchor: this.#placedAt(stretch),
      stretch,
      thing: null,
      other: stretch[otherSide(kept)].flatMap(({ nodes }) => nodes),
    });
  }

  #sync({ picture, sound, frames }: LostSync): KeptConflict {
    const { plan } = this.#trouble;
    const [a, b] = [plan.baseOf(picture), plan.baseOf(sound)];
    const text = 'in sync';
    return this.#made({
      kind: 'sync',
      subject: `${nameOf(a)} and its sound, ${Math.abs(frames)} frames apart`,
      properties: [],
      kept: 'ours',
      ours: text,
      theirs: text,
      placeIn: (side) => (side === 'base' ? b : (plan.sides[side].versions.get(sound) ?? null)),
      anchor: this.#placedThing(sound),
      stretch: null,
      thing: sound,
      other: [],
    });
  }

  #made(parts: {
    readonly kind: MergeConflict['kind'];
    readonly subject: string;
    readonly properties: readonly string[];
    readonly kept: MergeSide;
    readonly ours: string;
    readonly theirs: string;
    readonly placeIn: (side: MergeSide | 'base') => Element | null;
    readonly anchor: string | null;
    readonly stretch: Stretch | null;
    readonly thing: string | null;
    readonly other: readonly Composable[];
  }): KeptConflict {
    const { kind, subject, properties, kept, placeIn, anchor, other } = parts;
    const at = anchor ?? this.#trouble.stack.id;
    const frame = this.#placeOf.get(at) ?? 0;
    const version = (side: MergeSide | 'base', text: string): ConflictVersion => {
      return { text, recordTimecode: this.#recordOf(placeIn(side), this.#frame[side]) };
    };
    const item = (['ours', 'theirs', 'base'] as const).map(placeIn).find((element) => element?.items[0] !== undefined);
    const conflict: MergeConflict = {
      kind,
      track: this.#trackLabel(item ?? null, parts.stretch),
      subject,
      frame,
      timecode: timecodeAt(this.#frame.ours, this.#frame.rate, frame),
      properties,
      base: version('base', item === undefined ? '' : 'as it was'),
      ours: version('ours', parts.ours),
      theirs: version('theirs', parts.theirs),
      strips: stripsOf(this.#trouble, parts.stretch, parts.thing),
      kept,
    };
    return { conflict, at, other };
  }

  /** A track that one side put in has the name that this side gives it. */
  #trackLabel(item: Element | null, stretch: Stretch | null): string | null {
    const list = stretch?.list;
    if (list !== undefined && list.base === null) return (list.ours ?? list.theirs)?.label ?? null;
    return item?.items[0]?.track ?? list?.base?.label ?? null;
  }

  #recordOf(element: Element | null, timeline: Timeline): ConflictVersion['recordTimecode'] {
    const [first, last] = [element?.items[0], element?.items.at(-1)];
    if (first === undefined || last === undefined) return null;
    const { rate } = this.#frame;
    return [timecodeAt(timeline, rate, first.record.in), timecodeAt(timeline, rate, last.record.out)];
  }

  #placedThing(id: string): string | null {
    for (const { placed } of this.#trouble.lists) {
      const found = placed.find(({ element, nodes: [node] }) => element.base === id && isItem(node));
      if (found !== undefined) return found.nodes[0].id;
    }
    return null;
  }

  /** What can carry a marker at a stretch: something in it, else what stands around it, else the track. */
  #placedAt(stretch: Stretch): string | null {
    const list = this.#trouble.lists.find(({ plan }) => plan === stretch.list);
    if (list === undefined) return null;
    const inside = list.placed.find(
      (one: Placed) => one.stretch === stretch && one.element.base !== stretch.right && isItem(one.nodes[0]),
    );
    if (inside !== undefined) return inside.nodes[0].id;
    const around = [stretch.right, stretch.left].flatMap((id) => (id === null ? [] : (this.#placedThing(id) ?? [])));
    const track = list.plan.base?.base ?? null;
    return around[0] ?? (track === null ? null : this.#placedThing(track));
  }
}

function sameNodes(a: readonly Element[], b: readonly Element[]): boolean {
  return sameValue(
    a.map(({ nodes }) => nodes),
    b.map(({ nodes }) => nodes),
  );
}

/** Where every child of every track begins, in frames. */
function framesOfNodes(stack: Stack, rate: Rate): Map<string, number> {
  const found = new Map<string, number>();
  for (const track of stack.children) {
    found.set(track.id, 0);
    if (track.kind !== 'Track') continue;
    let at = zero;
    for (const child of track.children) {
      found.set(child.id, framesOf(at, rate));
      if (isItem(child)) at = add(at, secondsFromTime(trimmedRange(child).duration));
    }
  }
  return found;
}
