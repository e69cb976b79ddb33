import { dirtyRanges, type Plan } from '@patchwork/plan';
import type { Program } from '@patchwork/program';
import {
  add,
  canDropFrame,
  formatRational,
  formatTimecode,
  intersectRanges,
  lengthOfRanges,
  multiply,
  normaliseRanges,
  round,
  secondsFromTime,
  subtractRanges,
  uniteRanges,
  type FrameRange,
  type Rate,
} from '@patchwork/time';
import type { Timeline } from '@patchwork/timeline';
import type { Change, Changes, Place } from './change.ts';
import { everywhere, type Draft } from './draft.ts';
import { itemChanges } from './item-change.ts';
import { inferScript } from './infer-script.ts';
import { foldLinkedSound } from './linked-sound.ts';
import { matchItems } from './match-items.ts';
import { moveDrafts } from './move-draft.ts';
import { draft, trackDrafts, type Layout } from './position-draft.ts';
import { projectDrafts } from './project-draft.ts';
import { shiftDrafts } from './shift-draft.ts';
import { summaryOf } from './summary.ts';
import { mediaSpan, trackViews, type IdentityOf, type TrackItem } from './track-item.ts';
import { transitionDrafts } from './transition-draft.ts';

/** What is compared. */
export interface DiffInput {
  readonly old: Timeline;
  readonly new: Timeline;
  /** Null where a side could not be compiled: then no dirty ranges are known, and `unknown` says so. */
  readonly oldProgram: Program | null;
  readonly newProgram: Program | null;
  /** The timelines' rate; default: the programs'. Needed where neither was compiled. */
  readonly rate?: Rate;
  /** Digests of the media as each side knows them. Default: unknown; then a file is its path. */
  readonly oldIdentity?: IdentityOf;
  readonly newIdentity?: IdentityOf;
  /** Tells the frames to render of each change. */
  readonly plan?: Plan;
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
  const drafts = foldLinkedSound(allDrafts(input, layout)).toSorted(byPlace);
  const dirty =
    input.oldProgram !== null && input.newProgram !== null ? dirtyRanges(input.oldProgram, input.newProgram) : [];
  const changes = withDirty(drafts, dirty, input);
  const script = inferScript(input.old, input.new, layout);
  return {
    schema: 'patchwork.diff/1',
    changes,
    summary: summaryOf(changes),
    script: script.steps,
    scriptProof: script.proof,
    dirty,
    unknown: unknownOf(input),
  };
}

function layoutOf(input: DiffInput): Layout {
  const rate = input.rate ?? input.newProgram?.canvas.rate ?? input.oldProgram?.canvas.rate;
  if (rate === undefined) throw new TypeError('diffTimelines: rate must be given where no program is');
  const old = trackViews(input.old, input.oldProgram?.canvas.rate ?? rate, input.oldIdentity ?? (() => null));
  const next = trackViews(input.new, input.newProgram?.canvas.rate ?? rate, input.newIdentity ?? (() => null));
  return { old, next, matching: matchItems(old, next), rate };
}

function allDrafts(input: DiffInput, layout: Layout): Draft[] {
  const labels = [...new Set([...layout.old, ...layout.next].map(({ label }) => label))];
  const tracks = labels.map((label) => trackDrafts(layout, label));
  const kept = new Set(tracks.flatMap((track) => [...track.kept]));
  return [
    ...projectDrafts(
      input.old,
      input.new,
      [input.oldProgram?.canvas ?? null, input.newProgram?.canvas ?? null],
      layout,
    ),
    ...tracks.flatMap((track) => track.drafts),
    ...moveDrafts(layout, kept),
    ...shiftDrafts(
      layout,
      tracks.flatMap((track) => track.shifts),
    ),
    ...aspectDrafts(layout),
    ...transitionDrafts(layout),
  ];
}

/** Changes of matched items that move no edge; splits and joins. */
function aspectDrafts(layout: Layout): Draft[] {
  const { matching, rate } = layout;
  return layout.old
    .flatMap(({ items }) => items)
    .flatMap((old): Draft[] => {
      const next = matching.newOf(old);
      if (next === null) return [];
      const [before, after] = [matching.partsOf(old), matching.partsOf(next)];
      const pairs =
        before.length > after.length
          ? before.map((part) => [part, next] as const)
          : after.map((part) => [old, part] as const);
      const drafts = pairs.flatMap(([a, b]) =>
        itemChanges(a, b, rate).map((change): Draft => {
          const made = draft(layout, change.kind, change.text, [{ old: a, next: b }], null);
          return { ...made, department: change.department, values: change.values };
        }),
      );
      if (pairs.length === 1) return drafts;
      const isSplit = after.length > 1;
      const isSeen = drafts.some(({ kind }) => kind !== 'metadata');
      const text = `${isSplit ? 'split' : 'joined'}${isSeen ? '' : ', no picture change'}`;
      const items = [{ old: matching.whole(old), next: matching.whole(next) }];
      return [draft(layout, isSplit ? 'split' : 'join', text, items, null), ...drafts];
    });
}

function byPlace(a: Draft, b: Draft): number {
  return placeOf(a) - placeOf(b) || Number(a.kind === 'shift') - Number(b.kind === 'shift');
}

function placeOf(draft: Draft): number {
  const [first] = draft.items;
  if (draft.tracks.length === 0) return -1;
  return first?.next?.record.in ?? first?.old?.record.in ?? draft.newExtent[0]?.in ?? -1;
}

/**
 * Gives every dirty frame to the changes that can have made it: first by where they are now; what is left, by where they
 * were; then to renames and other marks, which a burn-in may read. What nothing explains is told, too.
 */
function withDirty(drafts: readonly Draft[], dirty: readonly FrameRange[], input: DiffInput): Change[] {
  const given: (readonly FrameRange[])[] = drafts.map((one) =>
    isWeak(one) ? [] : intersectRanges(dirty, one.newExtent),
  );
  let rest = subtractRanges(dirty, given.flat());
  const giveRest = (isAsked: (one: Draft) => boolean): void => {
    if (rest.length === 0) return;
    drafts.forEach((one, i) => {
      if (isAsked(one))
        given[i] = uniteRanges(given[i] ?? [], intersectRanges(rest, uniteRanges(one.newExtent, one.oldExtent)));
    });
    rest = subtractRanges(rest, given.flat());
  };
  giveRest((one) => !isWeak(one));
  giveRest(isWeak);
  const changes = drafts.map((one, i) => changeOf(one, given[i] ?? [], input));
  if (rest.length === 0) return changes;
  const other: Draft = {
    kind: 'picture',
    department: 'picture',
    text: 'picture changed, not by anything the timeline says',
    items: [],
    tracks: [],
    delta: null,
    values: [],
    newExtent: rest,
    oldExtent: [],
  };
  return [...changes, changeOf(other, rest, input)];
}

function isWeak(draft: Draft): boolean {
  return draft.department === 'metadata' || draft.kind === 'split' || draft.kind === 'join';
}

function changeOf(draft: Draft, dirty: readonly FrameRange[], input: DiffInput): Change {
  const [first] = draft.items;
  const { plan } = input;
  const reach = draft.newExtent === everywhere ? draft.newExtent : normaliseRanges(draft.newExtent);
  const isPicture =
    dirty.length > 0 || draft.department === 'picture' || draft.department === 'vfx' || draft.department === 'titles';
  return {
    kind: draft.kind,
    department: draft.department,
    text: draft.text,
    clips: draft.items.map(({ old, next }) => (next ?? old)?.name ?? ''),
    tracks: draft.tracks,
    delta: draft.delta,
    old: first?.old == null ? null : placeView(first.old, input, 'old'),
    new: first?.next == null ? null : placeView(first.next, input, 'new'),
    values: draft.values,
    dirty,
    framesToRender:
      plan === undefined
        ? null
        : isPicture
          ? lengthOfRanges(
              intersectRanges(
                plan.missing.map(({ range }) => range),
                reach,
              ),
            )
          : 0,
  };
}

function placeView(item: TrackItem, input: DiffInput, side: 'old' | 'new'): Place {
  const program = side === 'old' ? input.oldProgram : input.newProgram;
  const rate = program?.canvas.rate ?? input.rate ?? { num: 1, den: 1 };
  const { from, to } = mediaSpan(item);
  const frames = (seconds: typeof from): string => formatRational(multiply(seconds, rate));
  const end = item.speed.kind === 'freeze' ? add(from, { num: rate.den, den: rate.num }) : to;
  return {
    track: item.track,
    name: item.name,
    record: item.record,
    recordTimecode: [
      timecode(item.record.in, input[side], program, rate),
      timecode(item.record.out, input[side], program, rate),
    ],
    source: item.url === null ? null : [frames(from), frames(end)],
    media: item.url,
  };
}

function timecode(frame: number, timeline: Timeline, program: Program | null, rate: Rate): string {
  const start = program?.start ?? {
    frame: timeline.globalStartTime === null ? 0 : round(multiply(secondsFromTime(timeline.globalStartTime), rate)),
    dropFrame: false,
  };
  const hasTimecode =
    (rate.den === 1 && rate.num <= 1000) || canDropFrame(rate) || (rate.den === 1001 && rate.num % 1000 === 0);
  return hasTimecode
    ? formatTimecode(start.frame + frame, rate, start.dropFrame && canDropFrame(rate))
    : String(start.frame + frame);
}

function unknownOf(input: DiffInput): string[] {
  const unknown = [...(input.unknown ?? [])];
  if (input.oldProgram === null || input.newProgram === null) {
    unknown.push('pictures: not compared, because a side could not be compiled');
  }
  const layers = [input.old, input.new]
    .flatMap(({ tracks }) => tracks.children)
    .filter((child) => child.kind !== 'Track');
  if (layers.length > 0)
    unknown.push(`layers that are no tracks: not compared (${layers.map(({ name }) => name || 'unnamed').join(', ')})`);
  return unknown;
}
