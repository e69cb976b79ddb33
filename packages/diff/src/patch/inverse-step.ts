import { PatchworkError, type Json } from '@patchwork/kernel';
import { mediaFileName } from '@patchwork/timeline';
import type { ScriptStep } from '../changes/change.ts';

/**
 * The script that takes a hand-written one back, as far as its steps alone say how: deltas are turned round, what was inserted is
 * removed. @throws PW_APPLY_REVERT for a step that does not say what it took away
 */
export function inverseScript(script: readonly ScriptStep[]): ScriptStep[] {
  return script.map(inverseStep).toReversed();
}

function inverseStep(step: ScriptStep, number: number): ScriptStep {
  // What was cut through is in pieces; and an extract does not say what it took.
  if (step['torn'] === 'split') throw notInvertible(step, number);
  switch (step.op) {
    case 'ripple':
    case 'rippleTrim':
    case 'trim':
    case 'roll':
    case 'rollTrim':
    case 'slip':
    case 'slide':
      return withMovedFrame(negated(step), step);
    case 'slice':
      if (step['item'] === undefined && step['index'] === undefined) return { ...step, op: 'join' };
      break;
    case 'join':
      return { ...step, op: 'slice' };
    case 'addTrack':
      if (step['track'] !== undefined && step['place'] === undefined)
        return { op: 'removeTrack', track: step['track'] };
      break;
    case 'insert': {
      const inverse = removalOf(step);
      if (inverse !== null) return inverse;
      break;
    }
    default:
  }
  throw notInvertible(step, number);
}

function notInvertible(step: ScriptStep, number: number): PatchworkError {
  return new PatchworkError(
    'PW_APPLY_REVERT',
    `step ${number + 1} (${step.op}) does not say what it changed away from`,
    {
      hint: 'Revert with the document of patchwork diff OLD NEW --json: it knows both ways.',
      details: { step: number, op: step.op },
    },
  );
}

/** Takes an inserted clip away, by place and name; null where the step does not tell both: what plays there now may be another one. */
function removalOf({ track, at, clip }: ScriptStep): ScriptStep | null {
  if (typeof at !== 'number' || track === undefined) return null;
  if (typeof clip !== 'object' || clip === null || Array.isArray(clip)) return null;
  const { gap, name, media } = clip as ScriptStep;
  if (gap !== undefined) return null;
  const called = typeof name === 'string' ? name : typeof media === 'string' ? mediaFileName(media) : '';
  return called === '' ? null : { op: 'remove', track, atFrame: at, fill: false, name: called };
}

function negated(step: ScriptStep): ScriptStep {
  const turned: { [key: string]: Json } = { ...step };
  for (const key of ['in', 'out', 'delta']) {
    const value = step[key];
    if (typeof value === 'number') turned[key] = value === 0 ? 0 : -value;
    else if (typeof value === 'string') turned[key] = value.startsWith('-') ? value.slice(1) : `-${value}`;
  }
  return turned as ScriptStep;
}

/** Where a step moved the begin of the clip that it names by a frame. */
function withMovedFrame(inverse: ScriptStep, { op, atFrame, edge, delta, in: head }: ScriptStep): ScriptStep {
  if (typeof atFrame !== 'number' || op === 'ripple' || op === 'rippleTrim' || op === 'slip') return inverse;
  const moved = op === 'slide' || edge === 'in' ? delta : head;
  return typeof moved === 'number' ? { ...inverse, atFrame: atFrame + moved } : inverse;
}
