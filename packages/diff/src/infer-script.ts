import { isPatchworkError } from '@patchwork/kernel';
import type { Rate } from '@patchwork/time';
import { planScript, type Timeline } from '@patchwork/timeline';
import type { Changes, ScriptStep } from './change.ts';
import { trackDrafts, type Layout } from './position-draft.ts';
import { rebuildTrack } from './rebuild-script.ts';
import { sameTracks } from './same-tracks.ts';
import { replaceSteps, splitSteps } from './closing-step.ts';
import { StepWriter } from './step-writer.ts';
import type { TrackEdit } from './track-edit.ts';
import { trackViews, type TrackView } from './track-item.ts';

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

/**
 * Writes the edits as a script of the edit API and replays it on the old timeline. Only what gives the new timeline is
 * returned: exactly (`replayed`), or in all but effects, names and other marks, for which the edit API has no command
 * (`replayed-places`). Three ways are tried, the first that holds is taken: the edits without the trims that an overwrite
 * does by itself; with them; and each changed stretch between kept clips taken out and put in anew.
 */
export function inferScript(old: Timeline, next: Timeline, layout: Layout): ProvedScript {
  const items = layout.old.reduce((sum, track) => sum + track.items.length, 0);
  if (items > mostItems) return tooLarge;
  const wanted = trackViews(next, layout.rate, () => null);
  const ways: readonly TrackWriter[] = [
    (label) => writeEdits(layout, label, false),
    (label) => writeEdits(layout, label, true),
    (label) => rebuildTrack(layout, label),
  ];
  for (const way of ways) {
    const steps = scriptOf(layout, way);
    if (steps === null || steps.length === 0) continue;
    if (steps.length > mostSteps) return tooLarge;
    const proof = replay(old, wanted, steps, layout.rate);
    if (proof !== 'none') return { steps, proof };
  }
  return noScript;
}

type TrackWriter = (label: string) => readonly ScriptStep[] | null;

function replay(
  old: Timeline,
  wanted: readonly TrackView[],
  steps: readonly ScriptStep[],
  rate: Rate,
): Changes['scriptProof'] {
  try {
    const { after } = planScript(old, steps, { limits: 'strict' });
    return sameTracks(
      trackViews(after, rate, () => null),
      wanted,
    );
  } catch (error) {
    // The edit API refuses a step (media too short, no item there): then this script is none.
    if (isPatchworkError(error)) return 'none';
    throw error;
  }
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
  const ordered = inEditingOrder(edits);
  for (const edit of ordered) {
    if (edit.kind === 'trim' && !withTrims && isDoneByOverwrite(edits, edit)) writer.skipTrim(edit);
    else if (!writer.write(edit)) return null;
  }
  const splits = splitSteps(layout, label, walk.kept);
  const replacements = replaceSteps(layout, label, walk.kept);
  return splits === null || replacements === null ? null : [...writer.steps, ...splits, ...replacements];
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
