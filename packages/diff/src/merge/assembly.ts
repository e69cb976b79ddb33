import type { Rate } from '@patchwork/time';
import { isItem, isTimeEffect, type Composable, type Stack, type Track } from '@patchwork/timeline';
import type { IdentityOf } from '../items/track-item.ts';
import { otherSide, type MergeSide } from './conflict.ts';
import { mergeClip } from './merge-clip.ts';
import { mergeNode } from './merge-node.ts';
import type { Entry } from './merge-stretch.ts';
import { settled, type Clash, type OnClash } from './merge-value.ts';
import type { MergePlan } from './plan.ts';
import type { ListPlan, Stretch } from './stretch.ts';
import type { Element } from './element.ts';

/** Something that stands in a merged list. */
export interface Placed {
  readonly nodes: readonly [Composable, ...Composable[]];
  readonly element: Element;
  readonly side: MergeSide;
  /** The stretch it stands in; of a stable thing, the one before it. */
  readonly stretch: Stretch;
}

/** A finished list. */
export interface MergedList {
  readonly plan: ListPlan;
  readonly placed: readonly Placed[];
}

/** Merges what stands inside of a compound clip. */
export type MergeInside = (base: Stack | Track, ours: Stack | Track, theirs: Stack | Track) => Stack | Track;

/** What assembling needs beside the plan. */
export interface AssemblyContext {
  readonly rate: Rate;
  readonly identityOf: IdentityOf;
  readonly mergeInside: MergeInside;
  readonly onClash: (id: string, clash: Clash) => void;
}

/** Puts the lists of a plan together, every thing with its merged content. */
export function assemble(
  plan: MergePlan,
  context: AssemblyContext,
): { readonly stack: Stack; readonly lists: readonly MergedList[] } {
  const [stackPlan, ...trackPlans] = plan.lists as readonly [ListPlan, ...ListPlan[]];
  const lists = trackPlans.map((list): MergedList => ({ plan: list, placed: placedIn(plan, list, context) }));
  const childrenOf = (element: Element, node: Composable): readonly Composable[] | null => {
    const list = lists.find(({ plan: { base, ours, theirs } }) =>
      element.base === null ? (ours ?? theirs)?.node === node && base === null : base?.base === element.base,
    );
    return list === undefined ? null : list.placed.flatMap(({ nodes }) => nodes);
  };
  const layers = placedIn(plan, stackPlan, context).map((placed): Placed => {
    const [node] = placed.nodes;
    if (node.kind !== 'Track') return placed;
    const children = childrenOf(placed.element, placed.element.nodes[0]);
    return children === null ? placed : { ...placed, nodes: [withChildren(node, children)] };
  });
  const [base, ours, theirs] = [stackPlan.base, stackPlan.ours, stackPlan.theirs].map((list) => list?.node as Stack);
  const merged = mergeNode({ base: base as Stack, ours: ours as Stack, theirs: theirs as Stack }, 'stack.', (clash) =>
    context.onClash(stackPlan.base?.base ?? '', clash),
  );
  return {
    stack: withChildren(
      merged,
      layers.flatMap(({ nodes }) => nodes),
    ),
    lists: [{ plan: stackPlan, placed: layers }, ...lists],
  };
}

/** The node as it was where nothing in it changed: then its text stays, too. */
function withChildren<T extends Stack | Track>(node: T, children: readonly Composable[]): T {
  const isSame = node.children.length === children.length && node.children.every((child, at) => child === children[at]);
  return isSame ? node : { ...node, children };
}

function placedIn(plan: MergePlan, list: ListPlan, context: AssemblyContext): Placed[] {
  return list.stretches.flatMap((stretch, at) => {
    const entries = plan.entriesAt(stretch).map((entry) => placedEntry(plan, entry, stretch, context));
    const id = list.stable[at];
    const version = id === undefined ? undefined : plan.sides.ours.versions.get(id);
    if (id === undefined || version === undefined) return entries;
    return [...entries, { nodes: contentOf(plan, id, context), element: version, side: 'ours' as const, stretch }];
  });
}

function placedEntry(plan: MergePlan, { element, side }: Entry, stretch: Stretch, context: AssemblyContext): Placed {
  const place = { element, side, stretch };
  if (element.base === null) return { ...place, nodes: withOthersChanges(plan, element, side, context) };
  const isBoth = [plan.sides.ours, plan.sides.theirs].every(({ versions }) => versions.has(element.base as string));
  if (!isBoth) return { ...place, nodes: element.nodes };
  // A transition or gap belongs to its stretch; a clip's content is merged wherever it stands.
  if (plan.chosenAt(stretch) !== null && element.items.length === 0 && element.nodes[0].kind !== 'Track')
    return { ...place, nodes: element.nodes };
  return { ...place, nodes: contentOf(plan, element.base, context) };
}

/** A piece that one side cut out of a clip gets what the other one did to that clip. */
function withOthersChanges(
  plan: MergePlan,
  element: Element,
  side: MergeSide,
  context: AssemblyContext,
): Element['nodes'] {
  const id = element.cutFrom;
  const other = id === null ? undefined : plan.sides[otherSide(side)].versions.get(id);
  const [node] = element.nodes;
  if (id === null || other === undefined || !isItem(node)) return element.nodes;
  const base = plan.baseOf(id).nodes[0];
  const versions = {
    base,
    ours: side === 'ours' ? node : other.nodes[0],
    theirs: side === 'ours' ? other.nodes[0] : node,
  };
  const merged = mergeNode(versions, '', (clash) => context.onClash(id, clash), new Set(['sourceRange', 'markers']));
  if (!isItem(merged) || merged.kind !== node.kind) return element.nodes;
  const timing = node.effects.filter(isTimeEffect);
  const effects = [...timing, ...merged.effects.filter((effect) => !isTimeEffect(effect))];
  return [{ ...merged, id: node.id, sourceRange: node.sourceRange, markers: node.markers, effects }];
}

function contentOf(plan: MergePlan, id: string, context: AssemblyContext): Element['nodes'] {
  const base = plan.baseOf(id);
  const [ours, theirs] = [plan.sides.ours.versions.get(id), plan.sides.theirs.versions.get(id)];
  if (ours === undefined || theirs === undefined) return (ours ?? theirs ?? base).nodes;
  const onClash: OnClash = (clash) => context.onClash(id, clash);
  const easy = settled({ base: base.nodes, ours: ours.nodes, theirs: theirs.nodes });
  const [node, own, other] = [base.nodes[0], ours.nodes[0], theirs.nodes[0]];
  if (node.kind === 'Track' && base.items.length === 0) {
    return easy?.value ?? [mergeNode({ base: node, ours: own, theirs: other }, '', onClash)];
  }
  const sides = { in: plan.edgeSide(id, 'in'), out: plan.edgeSide(id, 'out') };
  const isForced = (['in', 'out'] as const).some((edge) => {
    const change = plan.edgesOf(id)[edge];
    return change[otherSide(sides[edge])] && !change.alike;
  });
  if (easy !== null && !isForced) return easy.value;
  const merged = mergeClip({ base, ours, theirs, edges: plan.edgesOf(id), ...sides }, onClash);
  const [first] = merged;
  if (merged.length > 1 || !isCompound(node) || !isCompound(own) || !isCompound(other) || !isCompound(first))
    return merged;
  return [withChildren(first, context.mergeInside(node, own, other).children)];
}

function isCompound(node: Composable): node is Stack | Track {
  return node.kind === 'Stack' || node.kind === 'Track';
}
