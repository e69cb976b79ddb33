import { drawTrack, isItem, type Composable, type Track } from '@patchwork/timeline';
import type { MergedList } from './assembly.ts';
import { noStrips, type MergeConflict } from './conflict.ts';
import type { MergePlan } from './plan.ts';
import type { ListPlan, Stretch } from './stretch.ts';

/** More children than these are not drawn. */
const mostChildren = 12;

/** Something in a list that a strip may begin or end with. */
interface Child {
  readonly id: string | null;
  readonly nodes: readonly Composable[];
}

/** Draws what stands around a conflict in all four timelines: from the clip before it to the clip behind it. */
export function stripsOf(
  { plan, lists }: { readonly plan: MergePlan; readonly lists: readonly MergedList[] },
  stretch: Stretch | null,
  thing: string | null,
): MergeConflict['strips'] {
  const list = stretch?.list ?? plan.lists.find(({ base }) => base?.elements.some((element) => element.base === thing));
  const merged = lists.find((each) => each.plan === list);
  const track = list?.base?.node;
  if (list === undefined || merged === undefined || track?.kind !== 'Track') return noStrips;
  const ends = endsOf(list, stretch, thing);
  const draw = (children: readonly Child[]): string => drawBetween(track, children, ends);
  const inList = (side: 'base' | 'ours' | 'theirs'): Child[] =>
    (list[side]?.elements ?? []).map(({ base, nodes }) => ({ id: base, nodes }));
  return {
    base: draw(inList('base')),
    ours: draw(inList('ours')),
    theirs: draw(inList('theirs')),
    merged: draw(merged.placed.map(({ element, nodes }) => ({ id: element.base, nodes }))),
  };
}

interface Ends {
  readonly from: string | null;
  readonly to: string | null;
}

function endsOf({ base }: ListPlan, stretch: Stretch | null, thing: string | null): Ends {
  const ids = (base?.elements ?? []).flatMap(({ base: id, items }) => (items.length > 0 && id !== null ? [id] : []));
  const at = thing === null ? -1 : ids.indexOf(thing);
  if (at !== -1) return { from: ids[at - 1] ?? null, to: ids[at + 1] ?? null };
  return { from: stretch?.left ?? null, to: stretch?.right ?? null };
}

function drawBetween(track: Track, children: readonly Child[], { from, to }: Ends): string {
  const [first, last] = [placeOf(children, from, 0), placeOf(children, to, children.length - 1)];
  const nodes = children.slice(first, last + 1).flatMap((child) => child.nodes);
  const shown = nodes.slice(0, mostChildren).filter((node) => isItem(node) || node.kind === 'Transition');
  return `${drawTrack({ ...track, children: shown })}${nodes.length > mostChildren ? ' …' : ''}`;
}

function placeOf(children: readonly Child[], id: string | null, otherwise: number): number {
  const at = id === null ? -1 : children.findIndex((child) => child.id === id);
  return at === -1 ? otherwise : at;
}
