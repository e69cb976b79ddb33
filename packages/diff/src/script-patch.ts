import { isPatchworkError } from '@patchwork/kernel';
import { withoutSeenThings } from '@patchwork/timeline';
import type { Changes, ScriptStep } from './changes/change.ts';
import { diffTimelines, type DiffInput } from './diff-timelines.ts';
import { anchoredScript } from './patch/anchored-script.ts';

/** A comparison as a patch: both ways, every step with what it is anchored by. */
export interface ScriptPatch {
  /** From the old timeline to the new one; empty where no script was found. */
  readonly steps: readonly ScriptStep[];
  /** And back. */
  readonly inverse: readonly ScriptStep[];
  readonly inverseProof: Changes['scriptProof'];
}

/** Makes a patch of a comparison. Compares once more, the other way round, for the way back. */
export function scriptPatch(input: DiffInput, { script }: Changes): ScriptPatch {
  const rate = input.rate ?? input.newProgram?.canvas.rate ?? input.oldProgram?.canvas.rate;
  if (script.length === 0 || rate === undefined) return { steps: [], inverse: [], inverseProof: 'none' };
  // Grades that were seen of a project are on no timeline that a patch is applied to.
  const [old, next] = [withoutSeenThings(input.old), withoutSeenThings(input.new)];
  const back = diffTimelines({
    old: next,
    new: old,
    oldProgram: null,
    newProgram: null,
    rate,
    ...(input.newIdentity === undefined ? {} : { oldIdentity: input.newIdentity }),
    ...(input.oldIdentity === undefined ? {} : { newIdentity: input.oldIdentity }),
  });
  return {
    steps: anchored(old, script),
    inverse: anchored(next, back.script),
    inverseProof: back.scriptProof,
  };

  function anchored(timeline: DiffInput['old'], steps: readonly ScriptStep[]): readonly ScriptStep[] {
    try {
      return anchoredScript(timeline, steps, rate ?? { num: 24, den: 1 });
    } catch (error) {
      // A script was replayed as a whole; a step that cannot be taken alone has no anchor, and is taken by name.
      if (isPatchworkError(error)) return steps;
      throw error;
    }
  }
}
