import { ceil, equals, multiply, zero } from '@patchwork/time';
import { type Composable, isItem, type Item, type Stack, type Track } from '@patchwork/timeline';
import { refusing } from './burn-in.ts';
import { canvasOf, canvasText } from './canvas-note.ts';
import type { Canvas } from './canvas.ts';
import { nested, through } from './nest.ts';
import { itemEffects, withItemEffects } from './item-effects.ts';
import { resolveGap, tellUnknown } from './resolve-gap.ts';
import { cutLane, stackLanes } from './lane.ts';
import { tellLimits } from './media-limits.ts';
import { needsHdrConversion, resolveClip } from './resolve-clip.ts';
import { resolveTrack } from './resolve-track.ts';
import { nearestFrame, ownTimeAt, type Place, type Resolver, type Segment } from './resolver.ts';
import { type OwnRange, timeMapOf } from './retime.ts';
import { stepsOf } from './stream-clock.ts';
import { mapText, type TimeMap } from './time-map.ts';

/** What a track or stack that is an item itself shows over the frames asked for: its layers, then its own effects. */
export function resolveContainer(
  item: Track | Stack,
  place: Place,
  range: OwnRange,
  resolver: Resolver,
): readonly Segment[] {
  if (!item.enabled || place.from >= place.to) return [];
  const where = placeName(item, place);
  const effects = itemEffects(item, place.ownTime, where);
  const canvas = canvasOf(item, place.canvas);
  const [from, to] = [canvas.color.transfer, place.canvas.color.transfer];
  const isConverted = needsHdrConversion(from, to);
  const refuse = (): void =>
    resolver.refusals.add({
      kind: 'hdr',
      clip: item.name,
      track: place.track,
      path: null,
      found: `transfer ${from}, timeline ${to}`,
    });
  const map = timeMapOf(effects.retime, range, place.ownTime, zero);
  const isOnOuterClock =
    map.kind === 'constant' && equals(map.slope, place.ownTime.slope) && equals(canvas.rate, place.canvas.rate);
  const inner = isOnOuterClock
    ? resolveLayers(item, { ...place, canvas, ownTime: map }, resolver)
    : resolveThrough(item, canvas, map, place, resolver);
  return inner.map(({ in: start, out, expression }) => {
    const shown = isConverted ? refusing(expression, refuse) : expression;
    const drawn = nested(shown, canvas, place.canvas, effects.conform, effects.crop);
    return { in: start, out, expression: withItemEffects(drawn, effects, place, resolver) };
  });
}

/** The layers of a stack, or the items of a track, placed on the composition's own frames. */
export function resolveLayers(item: Track | Stack, place: Place, resolver: Resolver): readonly Segment[] {
  if (item.kind === 'Track') return resolveTrack(item, place, resolver);
  const lanes = item.children.map((child, index) => layerLane(child, place, layerName(item, index, place), resolver));
  return stackLanes(lanes);
}

/** A track by its own name, the root as the timeline, a stack in a track by both. */
function placeName(item: Track | Stack, place: Place): string {
  if (place.track === '') return 'timeline';
  return item.kind === 'Track' ? place.track : `${place.track} / ${item.name}`;
}

/** `V1` and up for the layers of a picture, the lowest first, unless a track has a name. */
function layerName(stack: Stack, index: number, place: Place): string {
  const child = stack.children[index];
  const number = stack.children.slice(0, index + 1).filter((one) => isPictureLayer(one)).length;
  const name = child !== undefined && child.name !== '' && child.kind === 'Track' ? child.name : `V${number}`;
  return place.track === '' ? name : `${place.track} / ${name}`;
}

/** Tells whether a child of a stack can show anything. */
function isPictureLayer(child: Composable): boolean {
  return isItem(child) && (child.kind !== 'Track' || child.trackKind === 'Video');
}

function layerLane(child: Composable, place: Place, track: string, resolver: Resolver): readonly Segment[] {
  if (child.kind === 'Track' && child.trackKind !== 'Video') {
    if (child.trackKind !== 'Audio' && child.enabled && child.children.length > 0) {
      resolver.remarks.add({
        code: 'PW_TRACK_KIND',
        severity: 'warning',
        message: `track "${child.name}" is of the kind "${child.trackKind}", which is not drawn`,
        where: child.name,
        hint: 'Burn it into a video track in the editing program if it is to be seen.',
      });
    }
    return [];
  }
  if (!isItem(child)) tellUnknown(child, track, resolver);
  if (!isItem(child) || !child.enabled) return [];
  const range = resolver.ranges.of(child);
  const { rate } = place.canvas;
  const first = nearestFrame(zero, place.ownTime, rate);
  const out = nearestFrame(range.duration, place.ownTime, rate);
  const inside: Place = {
    ...place,
    track,
    in: first,
    out,
    from: Math.max(first, place.from),
    to: Math.min(out, place.to),
    ownTime: ownTimeAt(range.start, first, rate),
  };
  return inside.from < inside.to ? laneOfItem(child, inside, range, resolver) : [];
}

function laneOfItem(item: Item, place: Place, range: OwnRange, resolver: Resolver): readonly Segment[] {
  switch (item.kind) {
    case 'Gap':
      return resolveGap(item, place);
    case 'Clip': {
      const placed = resolveClip(item, place, range, resolver);
      if (placed === null) return [];
      const window = { from: place.from, to: place.to, isHandle: false };
      if (placed.run !== null) tellLimits(placed.run, window, item.name, place, resolver);
      return [{ in: place.from, out: place.to, expression: placed.expression }];
    }
    case 'Track':
    case 'Stack':
      return resolveContainer(item, place, range, resolver);
  }
}

/**
 * A composition on a clock of its own, because it is retimed or has another rate: it is resolved once on its own frames,
 * and each record frame shows the one whose time has come. Costs the frames asked for.
 */
function resolveThrough(
  item: Track | Stack,
  canvas: Canvas,
  map: TimeMap,
  place: Place,
  resolver: Resolver,
): readonly Segment[] {
  const segments = compositionOf(item, canvas, place.track, resolver);
  const frameAt = stepsOf(map, canvas.rate);
  const signature = `${mapText(map)} at ${canvas.rate.num}/${canvas.rate.den}`;
  const result: Segment[] = [];
  let start = place.from;
  let shown = segmentAt(segments, frameAt(start));
  for (let frame = start + 1; frame <= place.to; frame += 1) {
    const segment = frame < place.to ? segmentAt(segments, frameAt(frame)) : null;
    if (frame < place.to && segment === shown) continue;
    if (shown !== null) {
      result.push({ in: start, out: frame, expression: through(shown.expression, { at: frameAt, signature }) });
    }
    start = frame;
    shown = segment;
  }
  return result;
}

function compositionOf(item: Track | Stack, canvas: Canvas, track: string, resolver: Resolver): readonly Segment[] {
  const name = `${item.id} ${canvasText(canvas)}`;
  const known = resolver.compositions.get(name);
  if (known !== undefined) return known;
  const { duration } = resolver.ranges.whole(item);
  const out = ceil(multiply(duration, canvas.rate));
  const whole: Place = { canvas, in: 0, out, from: 0, to: out, ownTime: ownTimeAt(zero, 0, canvas.rate), track };
  // Its record timecode is its own: it cannot know where it is used.
  const made = cutLane(resolveLayers(item, whole, { ...resolver, start: { frame: 0, dropFrame: false } }), 0, out);
  resolver.compositions.set(name, made);
  return made;
}

function segmentAt(segments: readonly Segment[], frame: number): Segment | null {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((segments[middle]?.out ?? Infinity) <= frame) low = middle + 1;
    else high = middle;
  }
  const found = segments[low];
  return found !== undefined && found.in <= frame ? found : null;
}
