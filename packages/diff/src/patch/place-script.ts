import { PatchworkError } from '@patchwork/kernel';
import { divide, multiply, round, subtract, type Rate } from '@patchwork/time';
import { planScript, type Timeline } from '@patchwork/timeline';
import type { ScriptStep } from '../change.ts';
import { mediaEdges, type TrackItem, type TrackView } from '../track-item.ts';
import { timecodeAt } from '../merge/words.ts';
import {
  anchorOf,
  clipMark,
  isSameClip,
  isSameMark,
  markedTime,
  type Anchor,
  type ClipMark,
  type PlaceMark,
} from './anchor.ts';
import { coveredBy, playingAt, viewFor } from './anchored-script.ts';
import { around, itemsLike, itemsShowing, meantOf, placesLike, type Which } from './candidates.ts';
import { editedEdges, isCutEdit, stepPlaces, withPlaces } from './step-places.ts';

/**
 * Finds the places of a script's steps on a timeline that need not be the one it was made on: by what stood there (the clip, its part of
 * the media, its neighbours), never by record numbers. Gives the steps with numbers of this timeline; each is found on what the ones before
 * left. Steps without an anchor are taken by their names.
 *
 * @throws PW_APPLY_GONE, PW_APPLY_AMBIGUOUS, PW_APPLY_CHANGED naming step, clip and track, and what planScript throws
 */
export function placedScript(timeline: Timeline, script: readonly ScriptStep[], rate: Rate): ScriptStep[] {
  let now = timeline;
  return script.map((step, number) => {
    const view = viewFor(now, step, rate);
    const placed = view === null ? step : new Placing(now, view, step, number, rate).step();
    now = planScript(now, [placed], { limits: 'strict' }).after;
    return placed;
  });
}

class Placing {
  readonly #timeline: Timeline;
  readonly #view: TrackView;
  readonly #step: ScriptStep;
  readonly #number: number;
  readonly #rate: Rate;

  constructor(timeline: Timeline, view: TrackView, step: ScriptStep, number: number, rate: Rate) {
    this.#timeline = timeline;
    this.#view = view;
    this.#step = step;
    this.#number = number;
    this.#rate = rate;
  }

  step(): ScriptStep {
    const anchor = anchorOf(this.#step);
    if (anchor === null) return this.#byName();
    const item = anchor.item === undefined ? null : this.#find(anchor.item, anchor);
    if (item !== null && anchor.item !== undefined) this.#expectUnchanged(item, anchor.item, anchor);
    const places = (anchor.places ?? []).map((place) => this.#place(place));
    if (anchor.covers !== undefined) this.#expectCovered(places, anchor.covers);
    return withPlaces(this.#step, item === null ? null : item.record.in, places);
  }

  /** A step that says a frame and a name: the name decides. */
  #byName(): ScriptStep {
    const { atFrame } = stepPlaces(this.#step);
    const { name } = this.#step;
    if (atFrame === null || typeof name !== 'string') return this.#step;
    if (playingAt(this.#view, atFrame)?.name === name) return this.#step;
    const found = this.#view.items.filter((item) => item.name === name);
    return withPlaces(this.#step, this.#only(found, name).record.in, []);
  }

  #find(mark: ClipMark, { before, after, copies, which }: Anchor): TrackItem {
    const sides = { before: before ?? null, after: after ?? null, copies: copies ?? 1 };
    return this.#only(itemsLike(this.#view, mark, sides), mark.name, which);
  }

  #only(found: readonly TrackItem[], name: string, which?: Which): TrackItem {
    const meant = meantOf(found, which);
    if (meant !== null) return meant;
    if (found.length === 0)
      throw this.#failure('PW_APPLY_GONE', `${this.#track()} has no clip "${name}" as the patch knows it`);
    const places = found.map(({ record }) => this.#timecode(record.in)).join(', ');
    throw this.#failure(
      'PW_APPLY_AMBIGUOUS',
      `"${name}" stands ${found.length} times on ${this.#track()}, and nothing tells which one is meant (${places})`,
    );
  }

  #place(place: PlaceMark): number {
    const { inside, shown, left, right, behind, which } = place;
    if (inside !== null && shown !== null) return this.#placeInside(inside, shown, which);
    if (inside !== null) {
      const why = `a place within "${inside.name}" on ${this.#track()} cannot be found: its speed changes`;
      throw this.#failure('PW_APPLY_GONE', why);
    }
    const found = placesLike(this.#view, place);
    const meant = meantOf(found, which);
    if (meant !== null) return meant + behind;
    const names = [left === null ? 'the begin' : `"${left.name}"`, right === null ? 'the end' : `"${right.name}"`];
    const where = `${names.join(' and ')} of ${this.#track()}`;
    if (found.length > 0)
      throw this.#failure('PW_APPLY_AMBIGUOUS', `the place between ${where} cannot be told: there are ${found.length}`);
    throw this.#failure('PW_APPLY_GONE', `there is no place between ${where} as the patch knows it`);
  }

  #placeInside(mark: ClipMark, shown: string, which: Which): number {
    const item = this.#only(itemsShowing(this.#view, mark, shown), mark.name, which);
    const speed = item.speed.kind === 'constant' ? item.speed.value : { num: 1, den: 1 };
    const into = divide(subtract(markedTime(shown), mediaEdges(item).entry), speed);
    return item.record.in + round(multiply(into, this.#rate));
  }

  /** What a step changes must be as the patch knows it: a trim of an edge that was trimmed since would be another trim. */
  #expectUnchanged(item: TrackItem, mark: ClipMark, { before, after }: Anchor): void {
    if (this.#step.op === 'remove') this.#expectSame(item, mark);
    const now = clipMark(item);
    const sides = around(this.#view, item);
    const [head, tail] = editedEdges(this.#step);
    const isAsKnown =
      (!head || now.source[0] === mark.source[0]) &&
      (!tail || now.source[1] === mark.source[1]) &&
      (!isCutEdit(this.#step) ||
        ((!head || isSameClip(sides.before, before ?? null)) && (!tail || isSameClip(sides.after, after ?? null))));
    if (isAsKnown) return;
    throw this.#failure(
      'PW_APPLY_CHANGED',
      `"${item.name}" at ${this.#timecode(item.record.in)} on ${this.#track()} was cut or put beside another clip since`,
    );
  }

  #expectSame(item: TrackItem, mark: ClipMark): void {
    if (isSameMark(clipMark(item), mark)) return;
    throw this.#failure(
      'PW_APPLY_CHANGED',
      `"${item.name}" at ${this.#timecode(item.record.in)} on ${this.#track()} would be taken away, and was changed since`,
    );
  }

  #expectCovered([from, to]: readonly number[], covers: readonly ClipMark[]): void {
    if (from === undefined) return;
    const end = to ?? from + stepPlaces(this.#step).covers;
    const found = coveredBy(this.#view, from, end);
    const isSame =
      found.length === covers.length &&
      found.every((mark, at) => isSameClip(mark, covers[at] ?? null) && mark.look === covers[at]?.look);
    if (isSame) return;
    const names = (marks: readonly ClipMark[]): string => marks.map(({ name }) => name).join(', ') || 'nothing';
    throw this.#failure(
      'PW_APPLY_CHANGED',
      `at ${this.#timecode(from)} on ${this.#track()} the patch takes away ${names(covers)}, and now ${names(found)} stands there`,
    );
  }

  #track(): string {
    return `track ${this.#view.label}`;
  }

  #timecode(frame: number): string {
    return timecodeAt(this.#timeline, this.#rate, frame);
  }

  #failure(code: string, why: string): PatchworkError {
    return new PatchworkError(code, `step ${this.#number + 1} (${this.#step.op}): ${why}`, {
      hint: 'With both timelines at hand, patchwork merge OLD THIS NEW merges them as wholes.',
      details: { step: this.#number, op: this.#step.op, track: this.#view.label },
    });
  }
}
