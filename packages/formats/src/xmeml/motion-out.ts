import { compare, equals, type Rational } from '@patchwork/time';
import type { Item, Param, TransformEffect } from '@patchwork/timeline';
import { decimal } from '../fcpxml/writer/decimals.ts';
import { valueAt } from '../fcpxml/writer/straight-keys.ts';
import { xml, type XmlOut } from '../xml/write.ts';
import { centerOf, fromFitted, heightsFrom, mapParam, positionOf, type PointParam } from './param.ts';
import { animated, filter, parameter, percent, straightKeys, whenOf } from './param-out.ts';
import type { PointUnit } from './raster.ts';
import { writtenPlacing, type WrittenPlacing } from './raster-out.ts';
import { text, type TrackContext } from './writing.ts';

/**
 * Writes how a picture is placed and moved as Basic Motion; what it cannot say is reported. Empty where it stands as it
 * would without.
 */
export function motionFilter(
  context: TrackContext,
  item: Item,
  transform: TransformEffect | null,
  where: string,
): XmlOut[] {
  const placing =
    context.side === 'video' ? writtenPlacing(context, item, where) : { unit: null, size: 1, isCut: false };
  // Without a word of its size a picture would be shown pixel by pixel.
  const unmoved = placing.size === 1 ? [] : [basicMotion([scaleParameter(context, item, 1, placing, where)])];
  if (transform === null) return unmoved;
  if (placing.isCut)
    context.writing.notSaid.add(
      'PW_WRITE_EFFECT',
      'warning',
      'a transform of a picture that is shown pixel by pixel moves all of it in xmeml, not what the frame left of it',
      where,
    );
  const { position, scale, rotation, anchor } = transform;
  const refuse = (why: string): XmlOut[] => {
    context.writing.notSaid.add(
      'PW_WRITE_EFFECT',
      'error',
      `${why} has no place in xmeml; the transform was left out`,
      where,
    );
    return unmoved;
  };
  if (JSON.stringify(scale.x) !== JSON.stringify(scale.y))
    return refuse('a scale that differs between width and height');
  const isMoved = [position.x, position.y, anchor.x, anchor.y].some((value) => value !== 0);
  const { unit } = placing;
  if (isMoved && unit === null) return refuse('a position on a raster of unknown size');
  const [straightPosition, straightAnchor] = [position, anchor].map((point) =>
    straightPoint(context, item, point, where),
  );
  if (straightPosition === undefined || straightAnchor === undefined) return [];
  // The centre is where the anchor comes to lie; the position moves the picture.
  const center = centerOf(straightPosition, straightAnchor);
  if (center === null) return refuse('an anchor that moves in steps');
  return [
    basicMotion([
      scaleParameter(context, item, scale.x, placing, where),
      animated(context, item, 'rotation', rotation, turned, where),
      ...(isMoved && unit !== null
        ? movedParameters(context, item, { position: straightPosition, center, anchor: straightAnchor }, placing, where)
        : []),
    ]),
  ];
}

interface Moved {
  readonly position: PointParam;
  readonly center: PointParam;
  readonly anchor: PointParam;
}

function movedParameters(
  context: TrackContext,
  item: Item,
  moved: Moved,
  placing: WrittenPlacing,
  where: string,
): XmlOut[] {
  const unit = placing.unit ?? { x: 1, y: 1 };
  // The anchor is a place of the picture itself, which is shown at `size`.
  const ownUnit = { x: unit.x * placing.size, y: unit.y * placing.size };
  reportRounding(context, moved, { unit, ownUnit }, where);
  return [
    pointParameter(context, item, { id: 'center', point: moved.center, unit }, where),
    pointParameter(context, item, { id: 'centerOffset', point: moved.anchor, unit: ownUnit }, where),
  ];
}

function basicMotion(parameters: readonly XmlOut[]): XmlOut {
  return filter('basic', 'Basic Motion', 'video', parameters);
}

function scaleParameter(
  context: TrackContext,
  item: Item,
  scale: Param,
  placing: WrittenPlacing,
  where: string,
): XmlOut {
  const { size } = placing;
  const spell = (value: number): string => percent(size === 1 ? value : Number((value * size).toPrecision(15)));
  const straight: Param =
    typeof scale === 'number' ? scale : { keyframes: straightKeys(context, item, scale.keyframes, where) };
  const values = typeof straight === 'number' ? [straight] : straight.keyframes.map(({ value }) => value);
  if (size !== 1 && values.some((value) => fromFitted(Number(spell(value)) / 100, size) !== value))
    context.writing.notSaid.add('PW_WRITE_EFFECT', 'warning', 'a scale was rounded to what xmeml can say', where);
  return animated(context, item, 'scale', straight, spell, where);
}

/** A point whose keys are joined by straight lines, as one list of keys has to hold both halves. */
function straightPoint(context: TrackContext, item: Item, point: PointParam, where: string): PointParam {
  const straight = (param: Param): Param =>
    typeof param === 'number' ? param : { keyframes: straightKeys(context, item, param.keyframes, where) };
  return { x: straight(point.x), y: straight(point.y) };
}

interface WrittenPoint {
  readonly id: string;
  readonly point: PointParam;
  readonly unit: PointUnit;
}

function pointParameter(context: TrackContext, item: Item, { id, point, unit }: WrittenPoint, where: string): XmlOut {
  const value = (x: number, y: number): XmlOut =>
    xml('value', [], [text('horiz', decimal(x / unit.x)), text('vert', turned(y / unit.y))]);
  const times = keysOf(point);
  const halves = [point.x, point.y].filter((param) => typeof param !== 'number');
  if (halves.some((param) => param.keyframes.length !== times.length))
    context.writing.notSaid.add(
      'PW_WRITE_KEYFRAME',
      'warning',
      'a position has keys of its halves at different times; both were given all of them',
      where,
    );
  const keys = times.map((time) =>
    xml(
      'keyframe',
      [],
      [text('when', whenOf(context, item, time, where)), value(valueAt(point.x, time), valueAt(point.y, time))],
    ),
  );
  return parameter(id, value(first(point.x), first(point.y)), keys);
}

/** Times of both halves' keys, each once, in order. */
function keysOf(point: PointParam): Rational[] {
  const times = [point.x, point.y].flatMap((param) =>
    typeof param === 'number' ? [] : param.keyframes.map(({ time }) => time),
  );
  return times.toSorted(compare).filter((time, at, all) => at === 0 || !equals(time, all[at - 1] ?? time));
}

/** Remarks on a position that a reader does not find again to the last digit. */
function reportRounding(
  context: TrackContext,
  moved: Moved,
  { unit, ownUnit }: { readonly unit: PointUnit; readonly ownUnit: PointUnit },
  where: string,
): void {
  const again = (param: Param, one: number): Param =>
    mapParam(param, (value) => heightsFrom(decimal(value / one), one) ?? 0);
  const anchor = { x: again(moved.anchor.x, ownUnit.x), y: again(moved.anchor.y, ownUnit.y) };
  const found = positionOf({ x: again(moved.center.x, unit.x), y: again(moved.center.y, unit.y) }, anchor);
  const isSame = (a: PointParam | null, b: PointParam): boolean => JSON.stringify(a) === JSON.stringify(b);
  if (!isSame(found, moved.position) || !isSame(anchor, moved.anchor))
    context.writing.notSaid.add('PW_WRITE_EFFECT', 'warning', 'a position was rounded to what xmeml can say', where);
}

function turned(value: number): string {
  return decimal(value === 0 ? 0 : -value);
}

function first(param: Param): number {
  return typeof param === 'number' ? param : (param.keyframes[0]?.value ?? 0);
}
