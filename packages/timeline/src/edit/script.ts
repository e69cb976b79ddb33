import type { Json } from '@patchwork/kernel';
import type { Timeline } from '../model.ts';
import { EditContext } from './context.ts';
import type { Edit, EditOptions } from './edit.ts';
import { isGroupable, perform, planOf, type EditPlan } from './plan.ts';
import { StepReader, wrongStep, type ScriptStep } from './step-reader.ts';
import { Transaction } from './transaction.ts';

/**
 * Plans a script: a list of steps, as one transaction. Each step names its item and track in words and is looked up when its
 * turn comes; times and deltas are frames of the track, whole numbers or `"n/d"`.
 *
 * ```json
 * [{"op": "ripple", "item": "m06", "out": -10},
 *  {"op": "slip",   "track": "V1", "index": 5, "delta": 24},
 *  {"op": "roll",   "track": "V1", "atFrame": 380, "out": 8},
 *  {"op": "insert", "track": "V1", "at": 960, "clip": {"name": "NEW", "media": "/m/new.mov", "source": [0, 48]}},
 *  {"op": "slice",  "track": "V1", "at": 616},
 *  {"op": "move",   "item": "m03", "at": 900, "to": "V2"},
 *  {"op": "lift",   "track": "V1", "range": [100, 200]}]
 * ```
 *
 * `setTransition` takes `in` and `out`, frames before and behind the cut at `at`; `retime` a `speed` (`"1/2"`, `-1`, `"freeze"`, or a
 * ramp `{"points": [["0", "0"], …]}` in seconds) and a `length`; `setEffect` an `effect` (`{"type": "opacity", "opacity": 0.5}` or OTIO),
 * `removeEffect` its kind; `replace` a `media` and `from`; `set` `enabled`, `rename`, `color`, `metadata` (a list of `path` and `value`)
 * and of the timeline `start`; `setMarker` a `marker`, `removeMarker` its `number`. These four and effects are of the item that a step
 * names, else of its `track`, or with `of` of the `timeline` or its `stack`. `addTrack` takes the `track` that it is to be (`V2`) or its
 * `place` from 0, a `name` or its OTIO `content`; `moveTrack` its new `place`. A `clip`, a `media`, a `marker` and an `effect` may be OTIO objects. `also` names more tracks on which the same happens (linked sound), `inside` the compound within which a step edits.
 *
 * An item's name may stand under `item` or `clip`. `trim`, `ripple` and `roll` take `in` and `out`, or `edge` and `delta`; `rippleTrim` and `rollTrim` are other names of
 * `ripple` and `roll`. `overwrite`, `insert` and `fill` take a `clip` (or `{"gap": frames}`); `remove` takes `fill`, default true.
 *
 * @throws PW_EDIT_SCRIPT naming the step and the key that is wrong, and all that {@link planEdit} throws
 */
export function planScript(timeline: Timeline, script: Json, options: EditOptions = {}): EditPlan {
  const steps = Array.isArray(script) ? (script as readonly Json[]) : [script];
  const transaction = new Transaction(timeline, options.transitions ?? 'adjust');
  const context = new EditContext(transaction, options);
  steps.forEach((step, at) => performStep(context, step, at, options));
  const isCompound = steps.length > 1 || options.group !== undefined || steps.some(isOnSeveralTracks);
  return planOf(timeline, transaction, context.limits, isCompound);
}

/** A step with `also` edits items at the same place of those tracks too: as one group, or one after the other where it names a place. */
function performStep(context: EditContext, step: Json, at: number, options: EditOptions): void {
  const { transaction } = context;
  const edit = new StepReader(transaction.timeline, step, at).read();
  const others = tracksBeside(step, at).map((track): Json => ({ ...(step as ScriptStep), track }));
  if (others.length === 0) {
    perform(context, edit, options);
  } else if (isGroupable(edit, context) && 'item' in edit) {
    const beside = others.map((other) => new StepReader(transaction.timeline, other, at).read());
    const items = [edit, ...beside].flatMap((one) => ('item' in one && typeof one.item === 'string' ? [one.item] : []));
    perform(context, edit, { ...options, group: items });
  } else {
    perform(context, edit, options);
    for (const other of others) perform(context, new StepReader(transaction.timeline, other, at).read(), options);
  }
}

function isOnSeveralTracks(step: Json): boolean {
  return (
    typeof step === 'object' && step !== null && !Array.isArray(step) && (step as ScriptStep)['also'] !== undefined
  );
}

/** @throws PW_EDIT_SCRIPT */
function tracksBeside(step: Json, at: number): readonly Json[] {
  if (!isOnSeveralTracks(step)) return [];
  const { also, track } = step as ScriptStep;
  if (Array.isArray(also) && track !== undefined) return also as readonly Json[];
  throw wrongStep(at, 'also', 'be a list of tracks, beside "track"');
}

/** Reads one step of a script against the timeline as it then is. @throws PW_EDIT_SCRIPT, PW_EDIT_ITEM, PW_EDIT_TRACK, PW_EDIT_AMBIGUOUS */
export function editFromStep(timeline: Timeline, step: Json): Edit {
  return new StepReader(timeline, step, 0).read();
}
