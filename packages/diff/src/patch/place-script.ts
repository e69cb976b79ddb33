import { canonicalJson, PatchworkError, type Json } from '@patchwork/kernel';
import { divide, multiply, round, subtract, type Rate } from '@patchwork/time';
import { editFromStep, planScript, type Timeline } from '@patchwork/timeline';
import type { ScriptStep } from '../changes/change.ts';
import { mediaEdges, type TrackItem, type TrackView } from '../items/track-item.ts';
import { timecodeAt } from '../merge/words.ts';
import {
  anchorJson,
  anchorOf,
  clipMark,
  isSameClip,
  isSameMark,
  markedTime,
  type Anchor,
  type ClipMark,
  type PlaceMark,
} from './anchor.ts';
import { nodeText } from '../script/exact-node.ts';
import { coveredBy, labelsOf } from './anchored-script.ts';
import { around, itemsLike, itemsShowing, meantOf, placesLike, type Which } from './candidates.ts';
import { nodeOf } from './step-node.ts';
import { editedEdges, isCutEdit, stepPlaces, withPlaces } from './step-places.ts';
import { propertyOf } from './step-property.ts';
import { scopeOf, selectorIn, stepsByTrack } from './step-scope.ts';
import { playingAt, viewFor } from './track-at.ts';

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
    const placed = placedStep(now, step, number, rate);
    now = planScript(now, [placed], { limits: 'strict' }).after;
    return placed;
  });
}

/** Places a step, the compound within which it edits first, and on each of its tracks: all must agree. */
function placedStep(now: Timeline, step: ScriptStep, number: number, rate: Rate): ScriptStep {
  const anchor = anchorOf(step);
  const compound = selectorIn(step['inside']);
  let found = step;
  if (compound !== null) {
    const outer = anchor?.inside === undefined ? compound : { ...compound, anchor: anchorJson(anchor.inside) };
    const { op: _, ...inside } = placedStep(now, outer, number, rate);
    found = { ...step, inside };
  }
  const [first, ...others] = stepsByTrack(found).map((one, at) => {
    const own = at === 0 ? anchor : (anchor?.also?.[at - 1] ?? null);
    const scope = scopeOf(now, one, rate);
    const { anchor: __, ...bare } = one;
    if (scope === null) return bare;
    const view = viewFor(scope, one, rate);
    if (own?.tracks !== undefined) return placedTrack(bare, own.tracks, labelsOf(scope, rate), number);
    if (view === null && one['of'] === undefined) return bare;
    return new Placing(
      now,
      scope,
      view,
      own === null ? bare : { ...one, anchor: anchorJson(own) },
      number,
      rate,
    ).step();
  });
  if (first === undefined) return step;
  const where = canonicalJson(placesOf(first));
  const apart = others.find((other) => canonicalJson(placesOf(other)) !== where);
  if (apart !== undefined) {
    throw new PatchworkError(
      'PW_APPLY_CHANGED',
      `step ${number + 1} (${step.op}): tracks ${trackName(first)} and ${trackName(apart)} are no longer in sync there`,
      { hint: mergeHint, details: { step: number, op: step.op } },
    );
  }
  const { also } = step;
  return also === undefined ? first : { ...first, also };
}

/**
 * A track that comes or moves: by its number among those of its kind where other kinds are others, and only where its own kind is as the
 * patch knows it. @throws PW_APPLY_CHANGED
 */
function placedTrack(step: ScriptStep, known: readonly string[], now: readonly string[], number: number): ScriptStep {
  if (canonicalJson([...known]) === canonicalJson([...now])) return step;
  const kind = trackName(step).replace(/\d+$/, '');
  const ofKind = (labels: readonly string[]): Json => labels.filter((label) => label.replace(/\d+$/, '') === kind);
  if (step.op === 'addTrack' && kind !== '' && canonicalJson(ofKind(known)) === canonicalJson(ofKind(now))) {
    const { place: _, ...rest } = step;
    return rest;
  }
  const [were, are] = [known, now].map((labels) => labels.join(', ') || 'none');
  throw new PatchworkError(
    'PW_APPLY_CHANGED',
    `step ${number + 1} (${step.op}): the tracks are others than the patch knows: ${are}, not ${were}`,
    { hint: mergeHint, details: { step: number, op: step.op, known, now } },
  );
}

function trackName({ track }: ScriptStep): string {
  return typeof track === 'string' || typeof track === 'number' ? `${track}` : '';
}

/** The numbers of the record that a placed step names. */
function placesOf({ at = null, atFrame = null, range = null }: ScriptStep): Json {
  return [at, atFrame, range];
}

const mergeHint = 'With both timelines at hand, patchwork merge OLD THIS NEW merges them as wholes.';

function isMarkerStep({ op }: ScriptStep): boolean {
  return op === 'setMarker' || op === 'removeMarker';
}

class Placing {
  readonly #timeline: Timeline;
  /** What the step looks for its track in: the timeline, or what a compound holds. */
  readonly #scope: Timeline;
  /** Null for a step that is about the whole timeline. */
  readonly #track: TrackView | null;
  readonly #step: ScriptStep;
  readonly #number: number;
  readonly #rate: Rate;

  constructor(
    timeline: Timeline,
    scope: Timeline,
    view: TrackView | null,
    step: ScriptStep,
    number: number,
    rate: Rate,
  ) {
    this.#timeline = timeline;
    this.#scope = scope;
    this.#track = view;
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
    const isTrack = this.#step.op === 'removeTrack';
    if (anchor.covers !== undefined) this.#expectCovered(isTrack ? [0, this.#view.end] : places, anchor.covers);
    if (anchor.was !== undefined && !isMarkerStep(this.#step)) this.#expectProperty(anchor.was, item, places[0]);
    const placed = withPlaces(this.#step, item === null ? null : item.record.in, places);
    return anchor.was === undefined || !isMarkerStep(placed) ? placed : this.#markerStep(placed, anchor.was, item);
  }

  get #view(): TrackView {
    if (this.#track !== null) return this.#track;
    throw new TypeError('Placing: the step names no track');
  }

  /** The same marker, at whichever place of the list it stands now; one that is to come must not be there. */
  #markerStep(step: ScriptStep, was: string | null, item: TrackItem | null): ScriptStep {
    const node = nodeOf(step, this.#scope, this.#track, item ?? undefined);
    const markers = node === null || node.kind === 'Timeline' ? [] : node.markers.map(nodeText);
    if (was === null) {
      const marker = editFromStep(this.#timeline, step);
      if (marker.op !== 'setMarker' || !markers.includes(nodeText(marker.marker))) return step;
      throw this.#failure('PW_APPLY_CHANGED', `${this.#subject(item)} has that marker already`);
    }
    const number = markers.indexOf(was) + 1;
    if (number > 0) return { ...step, number };
    throw this.#failure('PW_APPLY_CHANGED', `${this.#subject(item)} has not the marker that the patch knows`);
  }

  #subject(item: TrackItem | null): string {
    return item === null
      ? this.#trackName()
      : `"${item.name}" at ${this.#timecode(item.record.in)} on ${this.#trackName()}`;
  }

  /** A step that says a frame and a name: the name decides. */
  #byName(): ScriptStep {
    const { atFrame } = stepPlaces(this.#step);
    const { name } = this.#step;
    if (this.#track === null || atFrame === null || typeof name !== 'string') return this.#step;
    if (playingAt(this.#view, atFrame)?.name === name) return this.#step;
    const found = this.#view.items.filter((item) => item.name === name);
    return withPlaces(this.#step, this.#only(found, name).record.in, []);
  }

  #find(mark: ClipMark, { before, after, row }: Anchor): TrackItem {
    const known = row ?? { entries: [mark.source.join(' to ')], position: 0 };
    return this.#only(itemsLike(this.#view, mark, { before: before ?? null, after: after ?? null }, known), mark.name);
  }

  #only(found: readonly TrackItem[], name: string, which?: Which): TrackItem {
    const meant = meantOf(found, which);
    if (meant !== null) return meant;
    if (found.length === 0)
      throw this.#failure('PW_APPLY_GONE', `${this.#trackName()} has no clip "${name}" as the patch knows it`);
    const places = found.map(({ record }) => this.#timecode(record.in)).join(', ');
    throw this.#failure(
      'PW_APPLY_AMBIGUOUS',
      `"${name}" stands ${found.length} times on ${this.#trackName()}, and nothing tells which one is meant (${places})`,
    );
  }

  #place(place: PlaceMark): number {
    const { inside, shown, left, right, behind, which } = place;
    if (inside !== null && shown !== null) return this.#placeInside(inside, shown, which);
    if (inside !== null) {
      const why = `a place within "${inside.name}" on ${this.#trackName()} cannot be found: its speed changes`;
      throw this.#failure('PW_APPLY_GONE', why);
    }
    const found = placesLike(this.#view, place);
    const meant = meantOf(found, which);
    if (meant !== null) return meant + behind;
    const names = [left === null ? 'the begin' : `"${left.name}"`, right === null ? 'the end' : `"${right.name}"`];
    const where = `${names.join(' and ')} of ${this.#trackName()}`;
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
      `"${item.name}" at ${this.#timecode(item.record.in)} on ${this.#trackName()} was cut or put beside another clip since`,
    );
  }

  /** What a step sets must be as the patch knows it: another value was set since, by someone else. */
  #expectProperty(was: string | null, item: TrackItem | null, frame: number | undefined): void {
    const node = nodeOf(this.#step, this.#scope, this.#track, item ?? undefined);
    if (propertyOf(this.#step, this.#track, node, frame) === was) return;
    const where =
      frame === undefined ? this.#subject(item) : `the cut at ${this.#timecode(frame)} on ${this.#trackName()}`;
    throw this.#failure('PW_APPLY_CHANGED', `${where} is not as the patch knows it`);
  }

  #expectSame(item: TrackItem, mark: ClipMark): void {
    if (isSameMark(clipMark(item), mark)) return;
    throw this.#failure(
      'PW_APPLY_CHANGED',
      `"${item.name}" at ${this.#timecode(item.record.in)} on ${this.#trackName()} would be taken away, and was changed since`,
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
      `at ${this.#timecode(from)} on ${this.#trackName()} the patch takes away ${names(covers)}, and now ${names(found)} stands there`,
    );
  }

  #trackName(): string {
    return this.#track === null ? 'the timeline' : `track ${this.#track.label}`;
  }

  #timecode(frame: number): string {
    return timecodeAt(this.#timeline, this.#rate, frame);
  }

  #failure(code: string, why: string): PatchworkError {
    return new PatchworkError(code, `step ${this.#number + 1} (${this.#step.op}): ${why}`, {
      hint: mergeHint,
      details: { step: this.#number, op: this.#step.op, track: this.#track?.label ?? null },
    });
  }
}
