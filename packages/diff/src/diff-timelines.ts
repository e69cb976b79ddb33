import { dirtyRanges, type Plan, type SettingDifference } from '@patchwork/plan';
import type { Program } from '@patchwork/program';
import {
  intersectRanges,
  normaliseRanges,
  subtractRanges,
  uniteRanges,
  type FrameRange,
  type Rate,
} from '@patchwork/time';
import { withoutSeenThings, type Timeline } from '@patchwork/timeline';
import type { Change, Changes, PlacePair } from './changes/change.ts';
import { everywhere, farFrame, type Draft } from './changes/draft.ts';
import { conformedTracks } from './changes/frame-conform.ts';
import { handleDrafts, type Handles } from './changes/handle-draft.ts';
import { inferScript, noScript, type ProvedScript } from './script/infer-script.ts';
import { itemDrafts } from './changes/item-drafts.ts';
import { foldLinkedSound } from './changes/linked-sound.ts';
import { matchItems } from './match/match-items.ts';
import type { Layout } from './changes/position-draft.ts';
import { placeOf, sideFacts } from './changes/place.ts';
import { projectDrafts, rateDrafts, settingDrafts } from './changes/project-draft.ts';
import { seenChanges } from './changes/seen-change.ts';
import { sideOf, type ChangedPlaces, type SideFacts } from './changes/side.ts';
import { summaryOf } from './changes/summary.ts';
import { trackViews, type IdentityOf, type TrackView } from './items/track-item.ts';

/** What is compared. */
export interface DiffInput {
  readonly old: Timeline;
  readonly new: Timeline;
  /** Null where a side could not be compiled: then no dirty ranges are known, and `unknown` says so. */
  readonly oldProgram: Program | null;
  readonly newProgram: Program | null;
  /** The timelines' rate; default: the programs'. Needed where neither was compiled. */
  readonly rate?: Rate;
  /** The old timeline's where it was not compiled and differs from `rate`. */
  readonly oldRate?: Rate;
  /** Digests of the media as each side knows them. Default: unknown; then a file is its path. */
  readonly oldIdentity?: IdentityOf;
  readonly newIdentity?: IdentityOf;
  /** Tells the frames to render of each change. Its ranges count from the timeline's start. */
  readonly plan?: Pick<Plan, 'missing' | 'rendered'>;
  /** Settings of two deliverables that differ. */
  readonly settings?: readonly SettingDifference[];
  /** Declared handles: tells what reaches beyond them. Default: nothing is told. */
  readonly handles?: Handles;
  /** Domains that could not be seen, in words. */
  readonly unknown?: readonly string[];
}

/**
 * Compares two timelines in an editor's words. The union of the changes' dirty ranges is exactly the set of frames whose
 * keys differ. About linear in clips.
 *
 * @throws TypeError when no rate is known. @throws PW_TIMELINE_RANGE
 */
export function diffTimelines(input: DiffInput): Changes {
  const layout = layoutOf(input);
  const facts = { old: factsOf(input, layout, 'old'), new: factsOf(input, layout, 'new') };
  const commonEnd = Math.min(endOf(layout.old), endOf(layout.next));
  const long = [...layout.old, ...layout.next].filter(({ end }) => end > commonEnd);
  const ends = { commonEnd, longTracks: new Set(long.map(({ label }) => label)) };
  const drafts = allDrafts(input, layout, facts).toSorted(byPlace);
  const dirty =
    input.oldProgram !== null && input.newProgram !== null ? dirtyRanges(input.oldProgram, input.newProgram) : [];
  const changes = withDirty(drafts, dirty, { facts, plan: input.plan, saidOf: layout.conform.saidOf, ...ends });
  const old = sideOf([facts.old, facts.new], layout.old, layout.matching, changedPlaces(drafts, 'old'), true);
  const next = sideOf([facts.new, facts.old], layout.next, layout.matching, changedPlaces(drafts, 'next'), false);
  const script = scriptOf(input, layout);
  return {
    schema: 'patchwork.diff/1',
    changes,
    summary: summaryOf(changes),
    unchanged: next.tracks.reduce((sum, { items }) => sum + items.filter(({ unchanged }) => unchanged).length, 0),
    sides: { old, new: next },
    script: script.steps,
    scriptProof: script.proof,
    dirty,
    framesToRender: input.plan?.rendered ?? null,
    unknown: unknownOf(input),
  };
}

/** The script of what the files say: no step says another rate, and none a grade that was seen of a project. */
function scriptOf(input: DiffInput, layout: Layout): ProvedScript {
  if (layout.conform.reading !== 'clock') return noScript;
  const [old, next] = [withoutSeenThings(input.old), withoutSeenThings(input.new)];
  if (old === input.old && next === input.new) return inferScript(old, next, layout);
  const script = inferScript(old, next, layoutOf({ ...input, old, new: next }));
  const isAll = script.proof !== 'replayed' || isSeenAlike(input, layout);
  return isAll ? script : { ...script, proof: 'replayed-places' };
}

/** Whether what was seen of the projects is the same on everything that stayed. */
function isSeenAlike({ old, new: next }: DiffInput, layout: Layout): boolean {
  const pairs = layout.next.flatMap(({ items }) =>
    items.flatMap((item) => {
      const before = layout.matching.oldOf(item);
      return before === null ? [] : [[before, item] as const];
    }),
  );
  return (
    seenChanges(old, next).length === 0 &&
    pairs.every(([a, b]) => a.inside === b.inside && seenChanges(a.node, b.node).length === 0)
  );
}

/** What drafts need to become changes. */
interface Settling {
  readonly facts: { readonly old: SideFacts; readonly new: SideFacts };
  readonly saidOf: Layout['conform']['saidOf'];
  readonly plan: DiffInput['plan'] | undefined;
  /** Up to here both sides last. */
  readonly commonEnd: number;
  /** Tracks that last longer on one side. */
  readonly longTracks: ReadonlySet<string>;
}

function factsOf(input: DiffInput, { old, next, rate, conform }: Layout, side: 'old' | 'new'): SideFacts {
  const [tracks, program] = side === 'old' ? [old, input.oldProgram] : [next, input.newProgram];
  const end = endOf(tracks);
  const own = side === 'old' ? oldRateOf(input, rate) : (program?.canvas.rate ?? rate);
  const isByFrame = side === 'old' && conform.reading !== 'clock';
  return sideFacts(input[side], program, { own, layout: isByFrame ? own : rate }, end);
}

function endOf(tracks: readonly TrackView[]): number {
  return tracks.reduce((longest, track) => Math.max(longest, track.end), 0);
}

/** Where the items that changes name stand; being pushed changes none. Of linked sound the change names the picture alone: its tracks stand for it. */
function changedPlaces(drafts: readonly Draft[], side: 'old' | 'next'): ChangedPlaces {
  const places = new Map<string, Set<number>>();
  for (const { kind, tracks, items } of drafts) {
    for (const { [side]: item } of kind === 'shift' ? [] : items) {
      if (item === null) continue;
      for (const track of [item.track, ...tracks]) {
        const frames = places.get(track) ?? new Set();
        places.set(track, frames.add(item.record.in));
      }
    }
  }
  return places;
}

function layoutOf(input: DiffInput): Layout {
  const rate = input.rate ?? input.newProgram?.canvas.rate ?? input.oldProgram?.canvas.rate;
  if (rate === undefined) throw new TypeError('diffTimelines: rate must be given where no program is');
  const [oldIdentity, newIdentity] = [input.oldIdentity ?? (() => null), input.newIdentity ?? (() => null)];
  const next = trackViews(input.new, rate, newIdentity);
  const conform = conformedTracks(input.old, next, { from: oldRateOf(input, rate), to: rate }, oldIdentity);
  const old = conform.tracks;
  return { old, next, matching: matchItems(old, next), rate, conform, oldIdentity, newIdentity };
}

/** The rate in which the old timeline counts its frames. */
function oldRateOf({ oldProgram, oldRate }: DiffInput, rate: Rate): Rate {
  return oldProgram?.canvas.rate ?? oldRate ?? rate;
}

function allDrafts(input: DiffInput, layout: Layout, facts: Settling['facts']): Draft[] {
  const canvases = [input.oldProgram?.canvas ?? null, input.newProgram?.canvas ?? null] as const;
  return [
    ...settingDrafts(input.settings ?? []),
    ...rateDrafts(facts.old.rate, facts.new.rate),
    ...projectDrafts(input.old, input.new, canvases, layout),
    ...itemDrafts(layout),
    ...(input.handles === undefined ? [] : foldLinkedSound(handleDrafts(layout, input.handles))),
  ];
}

function byPlace(a: Draft, b: Draft): number {
  return frameOf(a) - frameOf(b) || Number(a.kind === 'shift') - Number(b.kind === 'shift');
}

function frameOf(draft: Draft): number {
  const [first] = draft.items;
  if (draft.tracks.length === 0) return -1;
  return first?.next?.record.in ?? first?.old?.record.in ?? draft.newExtent[0]?.in ?? -1;
}

/**
 * Gives every dirty frame to the changes that can have made it: first to those whose clips show there; what is left, to
 * those around whose clips it is a gap; then by where they were; then to renames and other marks, which a burn-in may read. What nothing explains is told, too.
 */
function withDirty(drafts: readonly Draft[], dirty: readonly FrameRange[], settling: Settling): Change[] {
  const given: (readonly FrameRange[])[] = drafts.map((one) =>
    isWeak(one) ? [] : intersectRanges(dirty, one.ownExtent),
  );
  let rest = subtractRanges(dirty, given.flat());
  const giveRest = (isAsked: (one: Draft) => boolean, extentOf: (one: Draft) => readonly FrameRange[]): void => {
    if (rest.length === 0) return;
    drafts.forEach((one, i) => {
      if (isAsked(one)) given[i] = uniteRanges(given[i] ?? [], intersectRanges(rest, extentOf(one)));
    });
    rest = subtractRanges(rest, given.flat());
  };
  const both = (one: Draft): readonly FrameRange[] => uniteRanges(one.newExtent, one.oldExtent);
  giveRest(
    (one) => !isWeak(one),
    (one) => one.newExtent,
  );
  giveRest((one) => !isWeak(one), both);
  giveRest(isWeak, both);
  giveRest(
    // Sound that goes on behind the last picture makes the programme longer, by frames of black.
    (one) => one.tracks.some((track) => settling.longTracks.has(track)),
    () => [{ in: settling.commonEnd, out: farFrame }],
  );
  const changes = drafts.map((one, i) => changeOf(one, given[i] ?? [], settling));
  if (rest.length === 0) return changes;
  const other: Draft = {
    kind: 'picture',
    department: 'picture',
    text: 'picture changed, not by anything the timeline says',
    items: [],
    tracks: [],
    delta: null,
    values: [],
    ownExtent: rest,
    newExtent: rest,
    oldExtent: [],
  };
  return [...changes, changeOf(other, rest, settling)];
}

function isWeak(draft: Draft): boolean {
  return draft.department === 'metadata' || draft.kind === 'split' || draft.kind === 'join';
}

function changeOf(draft: Draft, dirty: readonly FrameRange[], { plan, facts, saidOf }: Settling): Change {
  const [first, ...others] = placesOf(draft, { facts, saidOf });
  const reach = draft.ownExtent === everywhere ? draft.ownExtent : normaliseRanges([...draft.ownExtent, ...dirty]);
  const isPicture =
    dirty.length > 0 || draft.department === 'picture' || draft.department === 'vfx' || draft.department === 'titles';
  return {
    kind: draft.kind,
    department: draft.department,
    text: draft.text,
    clips: draft.items.map(({ old, next }) => (next ?? old)?.name ?? ''),
    tracks: draft.tracks,
    delta: draft.delta,
    old: first?.old ?? null,
    new: first?.new ?? null,
    others,
    values: draft.values,
    dirty,
    framesToRender: plan === undefined ? null : isPicture ? chunksWithin(plan.missing, reach) : 0,
  };
}

/** Frames of the chunks that some ranges touch: a chunk is rendered whole. Both ascend. */
function chunksWithin(missing: Plan['missing'], reach: readonly FrameRange[]): number {
  let frames = 0;
  let at = 0;
  for (const { range } of missing) {
    while (at < reach.length && (reach[at]?.out ?? 0) <= range.in) at += 1;
    if ((reach[at]?.in ?? Infinity) < range.out) frames += range.out - range.in;
  }
  return frames;
}

/** Its clips' places; of hundreds that were pushed the first and the last tell all. */
function placesOf({ kind, items }: Draft, { facts, saidOf }: Pick<Settling, 'facts' | 'saidOf'>): PlacePair[] {
  const [first, last] = [items[0], items.at(-1)];
  const told =
    (kind === 'shift' || kind === 'metadata') && items.length > 2 && first !== undefined && last !== undefined
      ? [first, last]
      : items;
  return told.map(({ old, next }) => ({
    old: old === null ? null : placeOf(old, facts.old, saidOf(old)),
    new: next === null ? null : placeOf(next, facts.new),
  }));
}

const notCompared = 'pictures: not compared';

/** Tells whether frames were compared: only then does a change without dirty frames mean that no picture differs. */
export function arePicturesCompared({ unknown }: Pick<Changes, 'unknown'>): boolean {
  return !unknown.some((each) => each.startsWith(notCompared));
}

function unknownOf(input: DiffInput): string[] {
  const unknown = [...(input.unknown ?? [])];
  if (input.oldProgram === null || input.newProgram === null) {
    unknown.push(`${notCompared}, because a side could not be compiled`);
  }
  const layers = [input.old, input.new]
    .flatMap(({ tracks }) => tracks.children)
    .filter((child) => child.kind !== 'Track');
  if (layers.length > 0)
    unknown.push(`layers that are no tracks: not compared (${layers.map(({ name }) => name || 'unnamed').join(', ')})`);
  return unknown;
}
