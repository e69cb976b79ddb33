import type { Side, SideList } from './side.ts';
import type { Element } from './element.ts';

/**
 * What lies between two things that both sides kept in their place, as the three lists have it. A ripple is an insertion or a
 * removal here, never a time.
 *
 *     base    | a | b |  c  | d |        a and d are stable, the stretch between them is
 *     ours    | a | N | b | c | d |      base [b c], ours [N b c],
 *     theirs  | a |  c  | d |            theirs [c]
 */
export interface Stretch {
  readonly index: number;
  readonly list: ListPlan;
  /** The stable things around it; null at the ends of the list. */
  readonly left: string | null;
  readonly right: string | null;
  readonly base: readonly Element[];
  readonly ours: readonly Element[];
  readonly theirs: readonly Element[];
}

/** One list as the three sides have it: a track, or the stack of tracks. */
export interface ListPlan {
  readonly base: SideList | null;
  readonly ours: SideList | null;
  readonly theirs: SideList | null;
  /** Stretches and what stands between them: one more than stable things. */
  readonly stretches: Stretch[];
  readonly stable: readonly string[];
}

/** All lists of a merge, the stack first. */
export function listPlans(base: Side, ours: Side, theirs: Side): ListPlan[] {
  let count = 0;
  const plan = (b: SideList | null, o: SideList | null, t: SideList | null): ListPlan => {
    const isTracks = b?.base === base.stack.base;
    const keptBy = (list: SideList | null): Set<string | null> =>
      new Set((list?.elements ?? []).filter(({ kept }) => kept).map((element) => element.base));
    const [inOurs, inTheirs] = [keptBy(o), keptBy(t)];
    const stable = (b?.elements ?? [])
      .filter(({ items, base: id }) => (isTracks || items.length > 0) && inOurs.has(id) && inTheirs.has(id))
      .flatMap((element) => element.base ?? []);
    const lists = [b, o, t].map((list) => dividedAt(list?.elements ?? [], stable));
    const made: ListPlan = { base: b, ours: o, theirs: t, stretches: [], stable };
    for (let at = 0; at <= stable.length; at += 1) {
      const [inBase, own, other] = lists.map((list) => list[at] ?? []) as [Element[], Element[], Element[]];
      const around = { left: stable[at - 1] ?? null, right: stable[at] ?? null };
      made.stretches.push({ index: count++, list: made, ...around, base: inBase, ours: own, theirs: other });
    }
    return made;
  };
  const trackOf = (side: Side, id: string | null): SideList | null =>
    side.tracks.find((each) => each.base === id) ?? null;
  return [
    plan(base.stack, ours.stack, theirs.stack),
    ...base.tracks.map((track) => plan(track, trackOf(ours, track.base), trackOf(theirs, track.base))),
    ...ours.tracks.filter((track) => track.base === null).map((track) => plan(null, track, null)),
    ...theirs.tracks.filter((track) => track.base === null).map((track) => plan(null, null, track)),
  ];
}

function dividedAt(elements: readonly Element[], stable: readonly string[]): Element[][] {
  const parts: Element[][] = [[]];
  for (const element of elements) {
    if (element.kept && element.base === stable[parts.length - 1] && element.base !== undefined) parts.push([]);
    else parts.at(-1)?.push(element);
  }
  return parts;
}
