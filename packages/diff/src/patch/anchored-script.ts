import { add, divide, formatRational, multiply, rational, type Rate } from '@patchwork/time';
import { planScript, type Timeline } from '@patchwork/timeline';
import type { ScriptStep } from '../changes/change.ts';
import { mediaEdges, trackViews, type TrackItem, type TrackView } from '../items/track-item.ts';
import { anchorJson, clipMark, type Anchor, type ClipMark, type PlaceMark } from './anchor.ts';
import { around, itemsShowing, placesLike, rowOf, type Which } from './candidates.ts';
import { nodeOf } from './step-node.ts';
import { stepPlaces } from './step-places.ts';
import { propertyOf } from './step-property.ts';
import { scopeOf, selectorIn, stepsByTrack } from './step-scope.ts';
import { playingAt, viewFor } from './track-at.ts';

/** Gives every step of a script the anchor by which it finds its place on another timeline. Replays the script as it goes. @throws PW_EDIT_* */
export function anchoredScript(old: Timeline, script: readonly ScriptStep[], rate: Rate): ScriptStep[] {
  let now = old;
  return script.map((step) => {
    const anchor = anchorOfStep(now, step, rate);
    now = planScript(now, [step], { limits: 'strict' }).after;
    return anchor === null ? step : { ...step, anchor: anchorJson(anchor) };
  });
}

function anchorOfStep(now: Timeline, step: ScriptStep, rate: Rate): Anchor | null {
  const [first, ...others] = stepsByTrack(step).map((one) => {
    const scope = scopeOf(now, one, rate);
    return anchorFor(scope, one, rate);
  });
  if (first === undefined || first === null) return null;
  const also = others.filter((anchor) => anchor !== null);
  const compound = selectorIn(step['inside']);
  const inside = compound === null ? null : anchorOfStep(now, compound, rate);
  return {
    ...first,
    ...(also.length === 0 || also.length < others.length ? {} : { also }),
    ...(inside === null ? {} : { inside }),
  };
}

function anchorFor(scope: Timeline | null, step: ScriptStep, rate: Rate): Anchor | null {
  if (scope === null) return null;
  const view = viewFor(scope, step, rate);
  if (step.op === 'addTrack' || step.op === 'moveTrack') return { tracks: labelsOf(scope, rate) };
  const { atFrame, places, covers } = stepPlaces(step);
  const item = atFrame === null || view === null ? undefined : playingAt(view, atFrame);
  const node = nodeOf(step, scope, view, item);
  const was = propertyOf(step, view, node, places[0]);
  if (view === null || (item === undefined && places.length === 0)) {
    if (was === undefined || was === null) return node === null ? null : { was: null };
    return view === null || step.op !== 'removeTrack' ? { was } : { was, covers: coveredBy(view, 0, view.end) };
  }
  const [from, to = from === undefined ? undefined : from + covers] = places;
  return {
    ...(item === undefined ? {} : itemAnchor(view, item)),
    ...(was === undefined ? {} : { was }),
    ...(places.length === 0 ? {} : { places: places.map((frame) => placeMark(view, frame, rate)) }),
    ...(from === undefined || to === undefined || to <= from ? {} : { covers: coveredBy(view, from, to) }),
  };
}

/** The tracks of a timeline, the lowest first: `V1`, `V2`, `A1`. */
export function labelsOf(timeline: Timeline, rate: Rate): readonly string[] {
  return trackViews(timeline, rate, () => null).map(({ label }) => label);
}

function itemAnchor(view: TrackView, item: TrackItem): Anchor {
  return { item: clipMark(item), ...around(view, item), row: rowOf(view, item) };
}

/** Marks of what stands between two frames, wholly or in part. */
export function coveredBy({ items }: TrackView, from: number, to: number): ClipMark[] {
  return items.filter(({ record }) => record.in < to && record.out > from).map(clipMark);
}

function placeMark(view: TrackView, frame: number, rate: Rate): PlaceMark {
  const playing = playingAt(view, frame);
  const inside = playing !== undefined && playing.record.in < frame ? playing : undefined;
  const left = view.items.findLast(({ record }) => record.out <= frame);
  const right = view.items.find(({ record }) => record.in >= frame);
  const end = left?.record.out ?? 0;
  const place = {
    inside: inside === undefined ? null : clipMark(inside),
    shown: inside === undefined ? null : shownAt(inside, frame, rate),
    left: left === undefined ? null : clipMark(left),
    right: right === undefined ? null : clipMark(right),
    behind: frame - end,
    gap: (right?.record.in ?? view.end) - end,
  };
  return { ...place, which: whichPlace(view, { ...place, which: [0, 1] }, inside ?? null, end) };
}

function whichPlace(view: TrackView, place: PlaceMark, inside: TrackItem | null, end: number): Which {
  if (inside === null) {
    const like = placesLike(view, place);
    return [like.indexOf(end), like.length];
  }
  if (place.shown === null || place.inside === null) return [0, 1];
  const like = itemsShowing(view, place.inside, place.shown);
  return [like.indexOf(inside), like.length];
}

/** Media seconds that a clip shows at a frame; null where its speed changes. */
function shownAt(item: TrackItem, frame: number, rate: Rate): string | null {
  if (item.speed.kind !== 'constant') return null;
  const after = divide(rational(frame - item.record.in), rate);
  return formatRational(add(mediaEdges(item).entry, multiply(after, item.speed.value)));
}
