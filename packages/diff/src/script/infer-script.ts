import { isPatchworkError } from '@patchwork/kernel';
import {
  makeStack,
  makeTimeline,
  planScript,
  sameValue,
  type Stack,
  type Timeline,
  type Track,
} from '@patchwork/timeline';
import type { Changes, ScriptStep } from '../changes/change.ts';
import { trackDrafts, type Layout } from '../changes/position-draft.ts';
import { rebuildTrack } from './rebuild-script.ts';
import { sameTracks } from './same-tracks.ts';
import { joinSteps, splitSteps } from './closing-step.ts';
import { foldLinkedSteps } from './linked-step.ts';
import { lookSteps, type InnerScript } from './look-step.ts';
import { matchItems } from '../match/match-items.ts';
import { StepWriter } from './step-writer.ts';
import type { TrackEdit } from '../match/track-edit.ts';
import type { KeptItem } from '../match/track-walk.ts';
import { lookOf, trackViews, type TrackView } from '../items/track-item.ts';

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
/** Linked tracks of which one step is made. */
const mostTracks = 12;

/**
 * Writes the edits as a script of the edit API and replays it on the old timeline. Only what gives the new timeline is
 * returned: exactly (`replayed`), or in all but what no step says: looks of whole tracks, settings (`replayed-places`). First
 * everything is put in its place, in one of three ways, the first that holds: the edits without the trims that an overwrite
 * does by itself; with them; and each changed stretch between kept clips taken out and put in anew. Then speeds, media, effects and
 * transitions are set where they still differ.
 */
export function inferScript(old: Timeline, next: Timeline, layout: Layout): ProvedScript {
  const items = layout.old.reduce((sum, track) => sum + track.items.length, 0);
  if (items > mostItems) return tooLarge;
  const script = provedScript(old, next, layout);
  return script.proof === 'replayed' && !isSameFrame(old, next) ? { ...script, proof: 'replayed-places' } : script;
}

function provedScript(old: Timeline, next: Timeline, layout: Layout): ProvedScript {
  const wanted = trackViews(next, layout.rate, () => null);
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
    const placed = places.length === 0 ? old : replayed(old, places);
    const looks = placed === null ? null : lookSteps(viewsOf(placed), wanted, layout.rate, innerSteps(layout));
    if (looks === null) continue;
    // Folding compares each step with each; a picture with many sound tracks has that many times as many.
    if (places.length + looks.length > mostSteps * mostTracks) return tooLarge;
    const steps = foldLinkedSteps([...places, ...looks]);
    if (steps.length === 0) continue;
    if (steps.length > mostSteps) return tooLarge;
    const after = replayed(old, steps);
    const proof = after === null ? 'none' : sameTracks(viewsOf(after), wanted);
    if (proof === 'replayed') return { steps, proof };
    if (proof !== 'none' && best.proof === 'none') best = { steps, proof };
  }
  return best;

  function viewsOf(timeline: Timeline): readonly TrackView[] {
    return trackViews(timeline, layout.rate, () => null);
  }
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

/** What is said of a timeline as a whole, and by no step. */
function isSameFrame(old: Timeline, next: Timeline): boolean {
  return sameValue(old.globalStartTime, next.globalStartTime) && lookOf(old.tracks) === lookOf(next.tracks);
}

/** A compound's tracks are compared and said like a timeline's. */
function innerSteps(layout: Layout): InnerScript {
  return (old, next) => {
    if (old.node.kind === 'Clip' || next.node.kind === 'Clip') return null;
    const [before, after] = [timelineWithin(old.node), timelineWithin(next.node)];
    const views = (of: Timeline): TrackView[] => trackViews(of, layout.rate, () => null);
    const [oldTracks, newTracks] = [views(before), views(after)];
    const inner = { ...layout, old: oldTracks, next: newTracks, matching: matchItems(oldTracks, newTracks) };
    const { steps, proof } = provedScript(before, after, inner);
    return proof === 'replayed' ? steps : null;
  };
}

function timelineWithin(node: Stack | Track): Timeline {
  const timeline = makeTimeline({ tracks: [] });
  return { ...timeline, tracks: node.kind === 'Stack' ? node : makeStack({ children: [node] }) };
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
