import type { Json } from '@patchwork/kernel';
import type { Timeline } from '../model.ts';
import { EditContext } from './context.ts';
import type { Edit, EditOptions } from './edit.ts';
import { isGroupable, perform, planOf, type EditPlan } from './plan.ts';
import { StepReader, type ScriptStep } from './step-reader.ts';
import { wrongStep } from './wrong-step.ts';
import { isSynced } from './sync.ts';
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
 * `place` from 0, a `name` or its OTIO `content`; `moveTrack` its new `place`. A `clip`, a `media`, a `marker` and an `effect` may be OTIO objects. `also` names more tracks on which the same happens (linked sound); `sync` (`"all"` or a list) the tracks that move along with a step that
 * ripples, `torn` (`refuse`, `split`) what becomes of a clip that this would cut; `inside` the compound within which a step edits.
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
    const read = others.map((other) => new StepReader(transaction.timeline, other, at).read());
    perform(context, withoutLed(edit, read), options);
    // Each is read when its turn comes; the other tracks moved along with the first of them.
    for (const other of others) {
      const { sync: _, ...alone } = other as ScriptStep;
      perform(context, new StepReader(transaction.timeline, alone, at).read(), options);
    }
  }
}

/** Tracks on which an edit happens itself do not move along with it. */
function withoutLed(edit: Edit, others: readonly Edit[]): Edit {
  if (!isSynced(edit) || edit.sync === undefined) return edit;
  const except = others.flatMap((other) => ('track' in other && typeof other.track === 'string' ? [other.track] : []));
  return { ...edit, sync: { ...edit.sync, except } };
}

/** Also where other tracks move along. */
function isOnSeveralTracks(step: Json): boolean {
  return partOf(step, 'also') !== undefined || partOf(step, 'sync') !== undefined;
}

function partOf(step: Json, key: string): Json | undefined {
  return typeof step === 'object' && step !== null && !Array.isArray(step) ? (step as ScriptStep)[key] : undefined;
}

/** @throws PW_EDIT_SCRIPT */
function tracksBeside(step: Json, at: number): readonly Json[] {
  const [also, track] = [partOf(step, 'also'), partOf(step, 'track')];
  if (also === undefined) return [];
  if (Array.isArray(also) && track !== undefined) return also as readonly Json[];
  throw wrongStep(at, 'also', 'be a list of tracks, beside "track"');
}

/** Reads one step of a script against the timeline as it then is. @throws PW_EDIT_SCRIPT, PW_EDIT_ITEM, PW_EDIT_TRACK, PW_EDIT_AMBIGUOUS */
export function editFromStep(timeline: Timeline, step: Json): Edit {
  return new StepReader(timeline, step, 0).read();
}
