import { compare, formatRational } from '@patchwork/time';
import type { Item, Keyframe, Param, TransformEffect } from '@patchwork/timeline';
import { decimal } from '../fcpxml/writer/decimals.ts';
import { valueAt } from '../fcpxml/writer/effects.ts';
import { xml, type XmlOut } from '../xml/write.ts';
import { heightsFromWidths, positionOf, type PointParam } from './param.ts';
import { animated, filter, parameter, percent, reportCurves, whenOf } from './param-out.ts';
import { text, type TrackContext } from './writing.ts';

/** Writes a transform as Basic Motion; what it cannot say is reported. */
export function motionFilter(context: TrackContext, item: Item, transform: TransformEffect, where: string): XmlOut[] {
  const { notSaid } = context.writing;
  const { position, scale, rotation } = transform;
  const refuse = (why: string): XmlOut[] => {
    notSaid.add('PW_WRITE_EFFECT', 'error', `${why} has no place in xmeml; the transform was left out`, where);
    return [];
  };
  if (JSON.stringify(scale.x) !== JSON.stringify(scale.y))
    return refuse('a scale that differs between width and height');
  const { x, y } = transform.anchor;
  if (typeof x !== 'number' || typeof y !== 'number') return refuse('an anchor that moves');
  const isMoved = [position.x, position.y, x, y].some((value) => value !== 0);
  if (isMoved && context.aspect === null) return refuse('a position on a raster of unknown size');
  // The centre is where the anchor comes to lie; the position moves the picture.
  const center = { x: plus(position.x, x), y: plus(position.y, y) };
  return [
    filter('basic', 'Basic Motion', 'video', [
      animated(context, item, 'scale', scale.x, percent, where),
      animated(context, item, 'rotation', rotation, turned, where),
      ...(isMoved ? movedParameters(context, item, { center, anchor: { x, y }, position }, where) : []),
    ]),
  ];
}

interface Moved {
  readonly center: PointParam;
  readonly anchor: { readonly x: number; readonly y: number };
  readonly position: PointParam;
}

function movedParameters(context: TrackContext, item: Item, moved: Moved, where: string): XmlOut[] {
  const { center, anchor, position } = moved;
  const aspect = context.aspect ?? 1;
  const value = (x: number, y: number): XmlOut =>
    xml('value', [], [text('horiz', decimal(x / aspect)), text('vert', turned(y))]);
  const keys = keysOf(context, center, where).map((key) =>
    xml(
      'keyframe',
      [],
      [
        text('when', whenOf(context, item, key.time, where)),
        value(valueAt(center.x, key.time).value, valueAt(center.y, key.time).value),
      ],
    ),
  );
  const inHeights = (value: number): number => heightsFromWidths(decimal(value / aspect), aspect) ?? 0;
  const isSame =
    survives(position.x, center.x, anchor.x, inHeights) && survives(position.y, center.y, anchor.y, (value) => value);
  if (!isSame || inHeights(anchor.x) !== anchor.x)
    context.writing.notSaid.add('PW_WRITE_EFFECT', 'warning', 'a position was rounded to what xmeml can say', where);
  return [
    parameter('center', value(first(center.x), first(center.y)), keys),
    parameter('centerOffset', value(anchor.x, anchor.y)),
  ];
}

/** Key frames of both halves, each time once, in order. */
function keysOf(context: TrackContext, point: PointParam, where: string): Keyframe[] {
  const byTime = new Map<string, Keyframe>();
  const halves = [point.x, point.y].flatMap((param) => (typeof param === 'number' ? [] : [param.keyframes]));
  for (const keyframes of halves) {
    reportCurves(context, keyframes, where);
    for (const key of keyframes) byTime.set(formatRational(key.time), key);
  }
  if (halves.some((keyframes) => keyframes.length !== byTime.size))
    context.writing.notSaid.add(
      'PW_WRITE_KEYFRAME',
      'warning',
      'a position has keys of its halves at different times; both were given all of them',
      where,
    );
  return [...byTime.values()].toSorted((a, b) => compare(a.time, b.time));
}

/** Tells whether a reader finds the same position again. */
function survives(position: Param, center: Param, anchor: number, read: (value: number) => number): boolean {
  const values = (param: Param): number[] =>
    typeof param === 'number' ? [param] : param.keyframes.map(({ value }) => value);
  const again = values(center).map((value) => positionOf({ x: read(value), y: 0 }, { x: read(anchor), y: 0 })?.x);
  return values(position).every((value, index) => value === again[index]);
}

function turned(value: number): string {
  return decimal(value === 0 ? 0 : -value);
}

function plus(param: Param, value: number): Param {
  if (value === 0) return param;
  return typeof param === 'number'
    ? param + value
    : { keyframes: param.keyframes.map((key) => ({ ...key, value: key.value + value })) };
}

function first(param: Param): number {
  return typeof param === 'number' ? param : (param.keyframes[0]?.value ?? 0);
}
