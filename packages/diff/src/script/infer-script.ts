import { isPatchworkError } from '@patchwork/kernel';
import type { Rate } from '@patchwork/time';
import {
  makeStack,
  makeTimeline,
  makeTrack,
  planScript,
  type Stack,
  type Timeline,
  type Track,
} from '@patchwork/timeline';
import type { Changes, ScriptStep } from '../changes/change.ts';
import { trackDrafts, type Layout } from '../changes/position-draft.ts';
import { isSameTimeline } from './exact-node.ts';
import { rebuildTrack } from './rebuild-script.ts';
import { isSamePlaces } from './same-tracks.ts';
import { joinSteps, splitSteps } from './closing-step.ts';
import { foldLinkedSteps } from './linked-step.ts';
import { lookSteps, type InnerScript } from './look-step.ts';
import { areLinksChanged, frameSteps } from './mark-step.ts';
import { matchItems } from '../match/match-items.ts';
import { StepWriter } from './step-writer.ts';
import { trackSteps } from './track-step.ts';
import type { TrackEdit } from '../match/track-edit.ts';
import type { KeptItem } from '../match/track-walk.ts';
import { trackViews, type TrackView } from '../items/track-item.ts';

/** A script and how far it was proved. */
export interface ProvedScript {
  readonly steps: readonly ScriptStep[];
  readonly proof: Changes['scriptProof'];
}

/** No edits that give the new timeline. */
export const noScript: ProvedScript = { steps: [], proof: 'none' };
const tooLarge: ProvedScript = { steps: [], proof: 'not-tried' };

/** Above these a replay would cost more than the comparison: every step looks the timeline over. */
const mostSteps = 256;
const mostItems = 12_000;
/** Marks are set one clip a step, and are cheap: no clip moves. Above this they are left out. */
const mostMarks = 1_000;
/** Linked tracks of which one step is made. */
const mostTracks = 12;
/** What a step did to marks and transitions beside what it is about (a retime stretches markers) is set right by further ones. */
const mostPasses = 3;

/**
 * Writes the edits as a script of the edit API and replays it on the old timeline. Only what gives the new timeline is
 * returned: exactly (`replayed`), or in places, media and speeds (`replayed-places`). Tracks come, go and move first, where that
 * makes it shorter. Then everything is put in its place, in one of three ways, the first that holds: the edits without the trims that
 * an overwrite does by itself; with them; and each changed stretch between kept clips taken out and put in anew. Then speeds, media,
 * effects, transitions, marks and metadata are set where they still differ.
 */
export function inferScript(old: Timeline, next: Timeline, layout: Layout): ProvedScript {
  const items = layout.old.reduce((sum, track) => sum + track.items.length, 0);
  return items > mostItems ? tooLarge : shortestScript(old, next, layout);
}

/** From the worst to the best. */
const proofs: readonly Changes['scriptProof'][] = ['none', 'not-tried', 'replayed-places', 'replayed'];

/** With tracks that moved, or without: the better proved, then the shorter one. */
function shortestScript(old: Timeline, next: Timeline, layout: Layout): ProvedScript {
  const direct = layout.old.length === layout.next.length ? provedScript(old, next, layout) : noScript;
  const steps = trackSteps(old, next, layout.old, layout.next);
  const placed = steps === null ? null : replayed(old, steps);
  if (steps === null || placed === null) return direct;
  const views = trackViews(placed, layout.rate, layout.oldIdentity);
  const rest = provedScript(placed, next, { ...layout, old: views, matching: matchItems(views, layout.next) });
  const proof = rest.steps.length === 0 && rest.proof === 'none' ? proofOf(placed, next, layout.rate) : rest.proof;
  const moved: ProvedScript = proof === 'none' ? noScript : { steps: [...steps, ...rest.steps], proof };
  const [a, b] = [proofs.indexOf(moved.proof), proofs.indexOf(direct.proof)];
  return a > b || (a === b && moved.steps.length < direct.steps.length) ? moved : direct;
}

function provedScript(old: Timeline, next: Timeline, layout: Layout): ProvedScript {
  const ways: readonly TrackWriter[] = [
    (label) => writeEdits(layout, label, false),
    (label) => writeEdits(layout, label, true),
    (label) => rebuildTrack(layout, label),
  ];
  let best = noScript;
  for (const way of ways) {
    const places = scriptOf(layout, way);
    if (places === null) continue;
    if (places.length > mostSteps) return tooLarge;
    for (const withMarks of [true, false]) {
      const script = withLooks(old, next, layout, places, withMarks);
      if (script.proof === 'not-tried' && !withMarks) return script;
      if (script.proof === 'replayed') return script;
      const isBetter = proofs.indexOf(script.proof) > proofs.indexOf(best.proof);
      if (isBetter) best = script;
    }
  }
  return best;
}

/** The script with all that is to be set once everything stands in its place; proved. */
function withLooks(
  old: Timeline,
  next: Timeline,
  layout: Layout,
  places: readonly ScriptStep[],
  withMarks: boolean,
): ProvedScript {
  const { rate } = layout;
  const most = withMarks ? mostMarks : mostSteps;
  let steps: readonly ScriptStep[] = [];
  let now = places.length === 0 ? old : replayed(old, places);
  for (let pass = 0; pass < (withMarks ? mostPasses : 1); pass += 1) {
    const looks = now === null ? null : looksOf(now, next, layout, withMarks);
    if (looks === null) return noScript;
    const open = [...(pass === 0 ? places : []), ...looks];
    // Folding compares each step with each; a picture with many sound tracks has that many times as many.
    if (open.length > most * mostTracks) return tooLarge;
    if (open.length === 0) break;
    steps = [...steps, ...foldLinkedSteps(open)];
    if (steps.length > most) return tooLarge;
    now = replayed(old, steps);
  }
  if (steps.length === 0 || now === null) return noScript;
  return { steps, proof: proofOf(now, next, rate) };
}

/** What still differs in clips, tracks, and the timeline itself; null where something does not stand in its place. */
function looksOf(now: Timeline, next: Timeline, layout: Layout, withMarks: boolean): readonly ScriptStep[] | null {
  const [views, wanted] = [now, next].map((timeline) => trackViews(timeline, layout.rate, () => null));
  if (views === undefined || wanted === undefined) return null;
  const marks = withMarks ? { links: areLinksChanged(now, next) } : null;
  const looks = lookSteps(views, wanted, layout.rate, { innerScript: innerSteps(layout), marks });
  return looks === null || !withMarks ? looks : [...looks, ...frameSteps(now, next)];
}

function proofOf(after: Timeline, next: Timeline, rate: Rate): Changes['scriptProof'] {
  if (isSameTimeline(after, next)) return 'replayed';
  const [a, b] = [after, next].map((timeline) => trackViews(timeline, rate, () => null));
  return isSamePlaces(a ?? [], b ?? []) ? 'replayed-places' : 'none';
}

type TrackWriter = (label: string) => readonly ScriptStep[] | null;

/** The timeline after a script; null where the edit API refuses a step (media too short, no item there): then the script is none. */
function replayed(old: Timeline, steps: readonly ScriptStep[]): Timeline | null {
  try {
    return planScript(old, steps, { limits: 'strict' }).after;
  } catch (error) {
    if (isPatchworkError(error)) return null;
    throw error;
  }
}

/** A compound's tracks are compared and said like a timeline's. */
function innerSteps(layout: Layout): InnerScript {
  return (old, next) => {
    if (old.node.kind === 'Clip' || next.node.kind === 'Clip') return null;
    const [before, after] = [timelineWithin(old.node), timelineWithin(next.node)];
    const views = (of: Timeline): TrackView[] => trackViews(of, layout.rate, () => null);
    const [oldTracks, newTracks] = [views(before), views(after)];
    const inner = { ...layout, old: oldTracks, next: newTracks, matching: matchItems(oldTracks, newTracks) };
    const { steps, proof } = shortestScript(before, after, inner);
    return proof === 'replayed' ? steps : null;
  };
}

/** What a compound holds, without what it is itself: that is said of it as of any clip. */
function timelineWithin(node: Stack | Track): Timeline {
  const children =
    node.kind === 'Stack' ? node.children : [makeTrack({ trackKind: node.trackKind, children: node.children })];
  const timeline = makeTimeline({ tracks: [] });
  return { ...timeline, tracks: makeStack({ children }) };
}

/** All tracks' steps; null where one track cannot be said. */
function scriptOf(layout: Layout, way: TrackWriter): ScriptStep[] | null {
  const labels = [...new Set([...layout.old, ...layout.next].map(({ label }) => label))];
  const steps: ScriptStep[] = [];
  for (const label of labels) {
    const written = way(label);
    if (written === null) return null;
    steps.push(...written);
  }
  return steps;
}

function writeEdits(layout: Layout, label: string, withTrims: boolean): readonly ScriptStep[] | null {
  const { walk, edits } = trackDrafts(layout, label);
  const writer = new StepWriter(label, walk.kept, layout.rate);
  const ordered = tailsFirst(inEditingOrder(edits), walk.kept);
  for (const edit of ordered) {
    if (edit.kind === 'trim' && !withTrims && isDoneByOverwrite(edits, edit)) writer.skipTrim(edit);
    else if (!writer.write(edit)) return null;
  }
  return [...joinSteps(layout, label, walk.kept), ...writer.steps, ...splitSteps(layout, label, walk.kept)];
}

function isDoneByOverwrite(edits: readonly TrackEdit[], edit: TrackEdit): boolean {
  const at = edits.indexOf(edit);
  return [edits[at - 1], edits[at + 1]].some((other) => other?.kind === 'overwrite');
}

/**
 * From left to right; between two kept clips room is made before it is taken: what goes, then the tail on the left, the gap,
 * the head on the right, then what comes; then what happens to the clip on the right itself.
 */
function inEditingOrder(edits: readonly TrackEdit[]): TrackEdit[] {
  const stretchOf = (edit: TrackEdit): number => (isTailTrim(edit) ? edit.at + 1 : edit.at);
  return edits.toSorted((a, b) => stretchOf(a) - stretchOf(b) || rankOf(a) - rankOf(b));
}

/** A head that moves by more than the clip is long needs the frames that its tail gains: there the tail comes first. */
function tailsFirst(edits: readonly TrackEdit[], kept: readonly KeptItem[]): readonly TrackEdit[] {
  const ordered = [...edits];
  for (const head of edits) {
    if (head.kind !== 'ripple-trim' && head.kind !== 'trim') continue;
    const { old } = kept[head.at] ?? {};
    if (head.edge !== 'in' || old === undefined || head.delta < old.record.out - old.record.in) continue;
    const tail = ordered.find((edit) => isTailTrim(edit) && edit.at === head.at);
    if (tail === undefined) continue;
    ordered.splice(ordered.indexOf(tail), 1);
    ordered.splice(ordered.indexOf(head), 0, tail);
  }
  return ordered;
}

function isTailTrim(edit: TrackEdit): boolean {
  return (edit.kind === 'trim' || edit.kind === 'ripple-trim') && edit.edge === 'out';
}

function rankOf(edit: TrackEdit): number {
  switch (edit.kind) {
    case 'delete':
    case 'lift':
    case 'move-from':
      return 0;
    case 'ripple-trim':
    case 'trim':
      return edit.edge === 'out' ? 1 : 3;
    case 'roll':
    case 'slide':
      return 1;
    case 'slip':
      return 5;
    case 'gap':
      return 2;
    case 'insert':
    case 'overwrite':
    case 'move-to':
      return 4;
  }
}
