import { isPatchworkError, type Json } from '@patchwork/kernel';
import { formatRational, multiply, type Rate } from '@patchwork/time';
import { activeReferenceOrNull, planScript, type Clip, type Timeline } from '@patchwork/timeline';
import type { Changes, ScriptStep } from './change.ts';
import { trackDrafts, type Layout } from './position-draft.ts';
import { sameTracks } from './same-tracks.ts';
import type { TrackEdit } from './track-edit.ts';
import { trackViews, urlOf, type TrackItem } from './track-item.ts';
import type { KeptItem } from './track-walk.ts';

/** A script and how far it was proved. */
export interface ProvedScript {
  readonly steps: readonly ScriptStep[];
  readonly proof: Changes['scriptProof'];
}

const noScript: ProvedScript = { steps: [], proof: 'none' };

/** Above these a replay would cost more than the comparison: every step looks the timeline over. */
const mostSteps = 64;
const mostItems = 4000;

/**
 * Writes the edits as a script of the edit API and replays it on the old timeline. Only what gives the new timeline is
 * returned: exactly (`replayed`), or in all but effects, names and other marks, for which the edit API has no command
 * (`replayed-places`). Two ways are tried: with the trims that an overwrite does by itself left out, then with them.
 */
export function inferScript(old: Timeline, next: Timeline, layout: Layout): ProvedScript {
  const items = layout.old.reduce((sum, track) => sum + track.items.length, 0);
  if (items > mostItems) return noScript;
  for (const withTrims of [false, true]) {
    const steps = scriptOf(layout, withTrims);
    if (steps === null || steps.length > mostSteps) return noScript;
    if (steps.length === 0) return noScript;
    const proof = replay(old, next, steps, layout.rate);
    if (proof !== 'none') return { steps, proof };
  }
  return noScript;
}

function replay(old: Timeline, next: Timeline, steps: readonly ScriptStep[], rate: Rate): Changes['scriptProof'] {
  const unnamed = (): null => null;
  try {
    const { after, limits } = planScript(old, steps as unknown as Json, { limits: 'strict' });
    if (limits.length > 0) return 'none';
    return sameTracks(trackViews(after, rate, unnamed), trackViews(next, rate, unnamed));
  } catch (error) {
    // The edit API refuses a step (media too short, a name it does not find): then this script is none.
    if (isPatchworkError(error)) return 'none';
    throw error;
  }
}

/** All tracks' edits as steps; null where one cannot be said. */
function scriptOf(layout: Layout, withTrims: boolean): ScriptStep[] | null {
  const labels = [...new Set([...layout.old, ...layout.next].map(({ label }) => label))];
  const steps: ScriptStep[] = [];
  // What leaves a track must be gone from there before it can arrive elsewhere: nothing is looked up across tracks.
  for (const label of labels) {
    const writer = new StepWriter(label, layout);
    const { walk, edits } = trackDrafts(layout, label);
    if (!writer.write(edits, walk.kept, withTrims)) return null;
    steps.push(...writer.steps);
  }
  return steps;
}

/**
 * Writes one track from left to right: what lies left of the place being edited is as in the new timeline, what lies right
 * of it as in the old one, moved by `#shift`. So every step can name its item by a time at which it then plays.
 */
class StepWriter {
  readonly steps: ScriptStep[] = [];
  readonly #track: string;
  readonly #layout: Layout;
  #shift = 0;

  constructor(track: string, layout: Layout) {
    this.#track = track;
    this.#layout = layout;
  }

  write(edits: readonly TrackEdit[], kept: readonly KeptItem[], withTrims: boolean): boolean {
    const splits = this.#splits(kept);
    for (let i = 0; i < edits.length; i += 1) {
      const edit = edits[i] as TrackEdit;
      const neighbours = [edits[i - 1], edits[i + 1]];
      const isDone = !withTrims && edit.kind === 'trim' && neighbours.some((other) => other?.kind === 'overwrite');
      if (!isDone && !this.#step(edit, kept)) return false;
    }
    if (splits === null) return false;
    this.steps.push(...splits);
    return true;
  }

  #step(edit: TrackEdit, kept: readonly KeptItem[]): boolean {
    const track = this.#track;
    switch (edit.kind) {
      case 'insert':
        return edit.items.every((item) => this.#put('insert', item));
      case 'overwrite':
        return edit.items.every((item) => this.#put('overwrite', item));
      case 'delete':
        return this.#remove(edit.items, true);
      case 'lift':
        return this.#remove(edit.items, false);
      case 'move-from':
        return this.#remove(edit.items, edit.ripple);
      case 'move-to':
        return edit.items.every((item) => this.#put(edit.ripple ? 'insert' : 'overwrite', item));
      case 'ripple-trim':
      case 'trim': {
        const op = edit.kind === 'trim' ? 'trim' : 'rippleTrim';
        this.steps.push({ op, ...this.#select(kept, edit.at), edge: edit.edge, delta: edit.delta });
        if (edit.kind === 'ripple-trim') this.#shift += edit.edge === 'out' ? edit.delta : -edit.delta;
        return true;
      }
      case 'roll':
        this.steps.push({ op: 'roll', ...this.#select(kept, edit.at - 1), edge: 'out', delta: edit.delta });
        return true;
      case 'slip':
      case 'slide':
        this.steps.push({ op: edit.kind, ...this.#select(kept, edit.at), delta: edit.delta });
        return true;
      case 'gap': {
        const at = (kept[edit.at] as KeptItem).old.record.in + this.#shift;
        if (edit.delta > 0) this.steps.push({ op: 'insert', track, at, clip: { gap: edit.delta } });
        else this.steps.push({ op: 'extract', track, range: [at + edit.delta, at] });
        this.#shift += edit.delta;
        return true;
      }
    }
  }

  /** Names a kept item by a frame at which it plays now; its name is for readers. */
  #select(
    kept: readonly KeptItem[],
    at: number,
  ): { readonly track: string; readonly atFrame: number; readonly name: string } {
    const item = kept[at] as KeptItem;
    return { track: this.#track, atFrame: item.old.record.in + this.#shift, name: item.next.name };
  }

  #put(op: 'insert' | 'overwrite', item: TrackItem): boolean {
    const clip = clipStep(item, this.#layout.rate);
    if (clip === null) return false;
    this.steps.push({ op, track: this.#track, at: item.record.in, clip });
    if (op === 'insert') this.#shift += item.record.out - item.record.in;
    return true;
  }

  #remove(items: readonly TrackItem[], ripple: boolean): boolean {
    for (const item of items) {
      this.steps.push({
        op: 'remove',
        track: this.#track,
        atFrame: item.record.in + this.#shift,
        fill: !ripple,
        name: item.name,
      });
      if (ripple) this.#shift -= item.record.out - item.record.in;
    }
    return true;
  }

  /** Blades, once all else stands where it is new; null for joins, which no edit makes. */
  #splits(kept: readonly KeptItem[]): ScriptStep[] | null {
    const { matching } = this.#layout;
    const steps: ScriptStep[] = [];
    for (const { first } of kept) {
      if (matching.partsOf(first).length > 1) return null;
      const next = matching.newOf(first);
      for (const part of next === null ? [] : matching.partsOf(next).slice(1)) {
        steps.push({ op: 'slice', track: this.#track, at: part.record.in });
      }
    }
    return steps;
  }
}

/** A file's clip as a step spells it; null for what a step cannot say (generators, compounds, retimes, effects). */
function clipStep(item: TrackItem, rate: Rate): Json | null {
  if (
    item.node.kind !== 'Clip' ||
    item.url === null ||
    item.speed.kind !== 'constant' ||
    item.speed.value.num !== item.speed.value.den
  )
    return null;
  const frames = (seconds: typeof item.start): Json => {
    const value = multiply(seconds, rate);
    return value.den === 1 ? value.num : formatRational(value);
  };
  const end = {
    num: item.start.num * item.duration.den + item.duration.num * item.start.den,
    den: item.start.den * item.duration.den,
  };
  const reference = activeReferenceOrNull(item.node as Clip);
  if (urlOf(reference) === null) return null;
  return {
    name: item.name,
    media: item.url,
    source: [frames(item.start), frames(end)],
    rate: rate.den === 1 ? `${rate.num}` : `${rate.num}/${rate.den}`,
  };
}
