import { add, divide, formatRational, multiply, rational, type Rate } from '@patchwork/time';
import { planScript, selectTrack, type Timeline } from '@patchwork/timeline';
import type { ScriptStep } from '../change.ts';
import { mediaEdges, trackViews, type TrackItem, type TrackView } from '../track-item.ts';
import { anchorJson, clipMark, type Anchor, type ClipMark, type PlaceMark } from './anchor.ts';
import { around, copiesOf, itemsLike, itemsShowing, placesLike, type Which } from './candidates.ts';
import { stepPlaces } from './step-places.ts';

/** Gives every step of a script the anchor by which it finds its place on another timeline. Replays the script as it goes. @throws PW_EDIT_* */
export function anchoredScript(old: Timeline, script: readonly ScriptStep[], rate: Rate): ScriptStep[] {
  let now = old;
  return script.map((step) => {
    const anchor = anchorFor(viewFor(now, step, rate), step, rate);
    now = planScript(now, [step], { limits: 'strict' }).after;
    return anchor === null ? step : { ...step, anchor: anchorJson(anchor) };
  });
}

/** The track that a step names, laid out; null where it names none. */
export function viewFor(timeline: Timeline, { track }: ScriptStep, rate: Rate): TrackView | null {
  if (typeof track !== 'string' && typeof track !== 'number') return null;
  const node = selectTrack(timeline, track);
  return trackViews(timeline, rate, () => null).find((view) => view.node === node) ?? null;
}

function anchorFor(view: TrackView | null, step: ScriptStep, rate: Rate): Anchor | null {
  if (view === null) return null;
  const { atFrame, places, covers } = stepPlaces(step);
  const item = atFrame === null ? undefined : playingAt(view, atFrame);
  if (item === undefined && places.length === 0) return null;
  const [from, to = from === undefined ? undefined : from + covers] = places;
  return {
    ...(item === undefined ? {} : itemAnchor(view, item)),
    ...(places.length === 0 ? {} : { places: places.map((frame) => placeMark(view, frame, rate)) }),
    ...(from === undefined || to === undefined || to <= from ? {} : { covers: coveredBy(view, from, to) }),
  };
}

function itemAnchor(view: TrackView, item: TrackItem): Anchor {
  const mark = clipMark(item);
  const sides = { ...around(view, item), copies: copiesOf(view, item) };
  const like = itemsLike(view, mark, sides);
  return { item: mark, ...sides, which: [like.indexOf(item), like.length] };
}

/** The clip that plays at a frame of a track. */
export function playingAt({ items }: TrackView, frame: number): TrackItem | undefined {
  return items.find(({ record }) => record.in <= frame && frame < record.out);
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
