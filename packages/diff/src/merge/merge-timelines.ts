import type { Rate } from '@patchwork/time';
import {
  freshId,
  makeStack,
  makeTimeline,
  sameValue,
  type Composable,
  type Stack,
  type Timeline,
  type Track,
} from '@patchwork/timeline';
import { trackViews, type IdentityOf } from '../items/track-item.ts';
import { assemble, type AssemblyContext } from './assembly.ts';
import { conflictList } from './conflict-list.ts';
import { noStrips, type MergeConflict } from './conflict.ts';
import { withConflicts, type KeptConflict } from './mark-conflicts.ts';
import { mergeNode } from './merge-node.ts';
import { withOwnTrackNames } from './new-tracks.ts';
import { settingName, settingText } from './setting-words.ts';
import { settled, type Clash, type Three } from './merge-value.ts';
import { MergePlan } from './plan.ts';
import { baseSide, readSide } from './side.ts';
import { withNumberedLinks } from './side-names.ts';
import { lostSync } from './sync-check.ts';
import { lostTransitions } from './transition-check.ts';

/** What is merged. */
export interface MergeInput extends Three<Timeline> {
  /** Frame rate of each. */
  readonly rates: Three<Rate>;
  /** Digests of media, where they are known. Default: a file is its path. */
  readonly identityOf?: IdentityOf;
}

/** A merged timeline. */
export interface Merge {
  /** With conflicts written into it (markers, metadata), if there are any. */
  readonly timeline: Timeline;
  /** In record order; empty: the merge is clean. */
  readonly conflicts: readonly MergeConflict[];
}

/**
 * Merges what two sides made of one timeline. Tracks are lists: a ripple is something that came or went, so edits at different places
 * never disturb one another. A clean merge does not depend on which side is ours. What does not go together is a conflict: one side stands
 * (ours; the changed clip where the other side deleted it), the other is kept in the metadata.
 *
 * @throws PW_TIMELINE_RANGE
 */
export function mergeTimelines(input: MergeInput): Merge {
  const easy = settled<Timeline>(input);
  return easy === null ? mergeByParts(input) : { timeline: easy.value, conflicts: [] };
}

/** Merges without looking first whether one side alone changed anything: what {@link mergeTimelines} is held against. */
export function mergeByParts(input: MergeInput): Merge {
  const { base, ours, theirs, rates } = input;
  if (!sameValue(rates.base, rates.ours) || !sameValue(rates.base, rates.theirs)) return otherRates(input);
  const stacks = { base: base.tracks, ours: ours.tracks, theirs: theirs.tracks };
  const fields: Clash[] = [];
  const merged = mergeNode({ base, ours, theirs }, '', (clash) => fields.push(clash));
  const merge = mergeStacks(stacks, { ...input, rate: rates.base });
  const { own, kept } = merge;
  const stack = withOwnTrackNames(withNumberedLinks(merge.stack), Object.values(stacks));
  const other = { ...theirs, tracks: emptied(theirs.tracks) };
  const all = [
    ...fields.map((clash) => fieldConflict(clash, stack, other)),
    ...own.map((clash) => fieldConflict(clash, stack, other.tracks)),
    ...kept,
  ];
  const conflicts = all.map(({ conflict }) => conflict);
  if (all.length === 0) return { timeline: stack === merged.tracks ? merged : { ...merged, tracks: stack }, conflicts };
  return { timeline: { ...merged, tracks: withConflicts(stack, all) }, conflicts };
}

interface StackContext extends Three<Timeline> {
  readonly rate: Rate;
  readonly identityOf?: IdentityOf;
}

interface MergedStack {
  readonly stack: Stack;
  /** What clashes in its own fields. */
  readonly own: readonly Clash[];
  readonly kept: readonly KeptConflict[];
}

function mergeStacks(stacks: Three<Stack>, context: StackContext): MergedStack {
  const identityOf = context.identityOf ?? (() => null);
  const base = baseSide(stacks.base, context.rate, identityOf);
  const [ours, theirs] = [stacks.ours, stacks.theirs].map((stack) =>
    readSide(base, stack, context.rate, identityOf),
  ) as [typeof base, typeof base];
  const sides = { base, ours, theirs };
  const plan = new MergePlan(sides);
  const clashes = new Map<string, Clash[]>();
  const inner: { readonly compound: string; readonly kept: KeptConflict }[] = [];
  const assembly: AssemblyContext = {
    rate: context.rate,
    identityOf,
    onClash: (id, clash) => {
      const known = clashes.get(id) ?? [];
      if (!known.some(({ property }) => property === clash.property)) clashes.set(id, [...known, clash]);
    },
    mergeInside: (b, o, t) => {
      // The compound's own fields are merged, and told, with its clip: here what stands in it counts alone.
      const inside = ({ children }: Stack | Track): Stack => wrap({ ...b, children });
      const wrapped = mergeStacks({ base: wrap(b), ours: inside(o), theirs: inside(t) }, context);
      inner.push(...wrapped.kept.map((kept) => ({ compound: b.id, kept })));
      const marked = withConflicts(wrapped.stack, wrapped.kept);
      return b.kind === 'Stack' ? marked : (marked.children.find((child) => child.kind === 'Track') ?? b);
    },
  };
  let done = assemble(plan, assembly);
  // Every round makes one more stretch a conflict; a stretch that is one is not looked at again.
  for (let lost = lostTransitions(plan, done.lists); lost.length > 0; lost = lostTransitions(plan, done.lists)) {
    for (const { stretch, id } of lost) plan.addTransition(stretch, id);
    clashes.clear();
    inner.length = 0;
    done = assemble(plan, assembly);
  }
  const stack = withUniqueIds(done.stack);
  const idOf = new Map(
    done.lists.flatMap(({ placed }) =>
      placed.flatMap(({ nodes: [node], element }) => (element.base === null ? [] : [[node.id, element.base] as const])),
    ),
  );
  const views = trackViews({ ...makeTimeline({ tracks: [] }), tracks: stack }, context.rate, identityOf);
  const own = clashes.get(stacks.base.id) ?? [];
  clashes.delete(stacks.base.id);
  const kept = conflictList(
    { plan, lists: done.lists, stack, clashes, lostSync: lostSync(sides, views, idOf) },
    context,
  );
  return {
    stack,
    own,
    kept: [
      ...kept,
      ...inner.map(({ compound, kept: each }) =>
        outward(each, compound, base.versions.get(compound)?.nodes[0].name ?? ''),
      ),
    ],
  };
}

/** A conflict inside of a compound, told outside: it is marked where it is, and on the compound alone where it is of the whole inside. */
function outward({ at, conflict, other }: KeptConflict, compound: string, name: string): KeptConflict {
  return {
    at: at === wholeOf(compound) ? compound : `inside ${compound}`,
    other,
    conflict: { ...conflict, subject: `${conflict.subject} in compound ${name}` },
  };
}

/** What stands in a compound as a stack of its own. */
function wrap(node: Stack | Track): Stack {
  const stack = node.kind === 'Stack' ? node : makeStack({ children: [node] });
  return { ...stack, id: wholeOf(node.id) };
}

function wholeOf(compound: string): string {
  return `around ${compound}`;
}

/** What a stack says of itself. */
function emptied(stack: Stack): Stack {
  return { ...stack, children: [] };
}

function fieldConflict({ property, ours, theirs }: Clash, stack: Stack, other: Stack | Timeline): KeptConflict {
  return {
    at: stack.id,
    other: [other],
    conflict: {
      kind: 'settings',
      track: null,
      subject: settingName(property),
      frame: 0,
      timecode: 'the whole timeline',
      properties: [property],
      base: { text: 'as it was', recordTimecode: null },
      ours: { text: settingText(ours), recordTimecode: null },
      theirs: { text: settingText(theirs), recordTimecode: null },
      strips: noStrips,
      kept: 'ours',
    },
  };
}

function otherRates({ ours, theirs, rates }: MergeInput): Merge {
  const text = (rate: Rate): string => `${rate.den === 1 ? rate.num : `${rate.num}/${rate.den}`} frames a second`;
  const clash: Clash = {
    property: 'frame rate',
    base: text(rates.base),
    ours: text(rates.ours),
    theirs: text(rates.theirs),
  };
  const kept = fieldConflict(clash, ours.tracks, theirs.tracks);
  return { timeline: { ...ours, tracks: withConflicts(ours.tracks, [kept]) }, conflicts: [kept.conflict] };
}

/** Both sides may hold copies of one node: the later one gets an id of its own. */
function withUniqueIds(stack: Stack): Stack {
  const seen = new Set<string>();
  const unique = <T extends Composable>(node: T): T => {
    const isKnown = seen.has(node.id);
    const id = isKnown ? freshId() : node.id;
    seen.add(id);
    const own = isKnown ? { ...node, id } : node;
    if (own.kind !== 'Stack' && own.kind !== 'Track') return own;
    const children = own.children.map(unique);
    return children.every((child, at) => child === own.children[at]) ? own : { ...own, children };
  };
  return unique(stack);
}
