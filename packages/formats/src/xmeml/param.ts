import { compare, equals, type Rate, type Rational } from '@patchwork/time';
import type { Param, Unmodelled } from '@patchwork/timeline';
import type { Moment, Remarks } from '../diagnostics.ts';
import { decimalValue } from '../fcpxml/param.ts';
import { valueAt } from '../fcpxml/writer/straight-keys.ts';
import { childElement, childElements, childText, type XmlElement } from '../xml/element.ts';
import { keyedParam } from './keyframes.ts';
import type { PointUnit } from './raster.ts';

/** What a filter's parameters need to know of their clip. */
export interface ParamContext {
  readonly remarks: Remarks;
  readonly timecode: Moment | null;
  /** Rate at which key frames are counted. */
  readonly rate: Rate;
  /** Own time of the media's frame 0: key frames count from there. */
  readonly mediaZero: Rational;
  /** What points are measured in; null: they cannot be said in heights. */
  readonly unit: PointUnit | null;
  /** Size at which a picture that is shown pixel by pixel would just fit; null where it is fitted to begin with. */
  readonly fitted: number | null;
  /** Takes in what of the parameters is not modelled. */
  readonly unmodelled: Unmodelled[];
}

type ReadNumber = (text: string) => number | null;

/** Two parameters that are read together. */
export interface PointParam {
  readonly x: Param;
  readonly y: Param;
}

/** A `<parameter>` by its id, whose case differs between programs; null where it is absent. */
export function parameterNamed(effect: XmlElement, id: string): XmlElement | null {
  return (
    childElements(effect, 'parameter').find((element) => childText(element, 'parameterid')?.toLowerCase() === id) ??
    null
  );
}

/** A number or key frames of a parameter; `initial` where it is absent or unreadable. */
export function readParam(
  context: ParamContext,
  effect: XmlElement,
  id: string,
  initial: number,
  read: ReadNumber = decimalValue,
): Param {
  const element = parameterNamed(effect, id);
  return element === null
    ? initial
    : (keyedParam(context, element, (owner) => numberIn(owner, 'value', read)) ?? initial);
}

/** A point, x to the right and y up, in heights of the raster; 0,0 where it is absent. `size` shrinks its unit. */
export function readPoint(context: ParamContext, effect: XmlElement, id: string, size: number = 1): PointParam {
  const element = parameterNamed(effect, id);
  if (element === null) return { x: 0, y: 0 };
  const half = (name: string, read: ReadNumber): Param =>
    keyedParam(context, element, (owner) => {
      const value = childElement(owner, 'value');
      return value === null ? null : numberIn(value, name, read);
    }) ?? 0;
  const unit = context.unit ?? { x: 1, y: 1 };
  return {
    x: half('horiz', (text) => heightsFrom(text, unit.x * size)),
    y: half('vert', (text) => opposite(text, unit.y * size)),
  };
}

/** The number of a text with its sign turned: xmeml points down and turns clockwise. */
export function opposite(text: string, unit: number = 1): number | null {
  const value = heightsFrom(text, unit);
  return value === null ? null : value === 0 ? 0 : -value;
}

/** A scale that counts from one pixel to one, counted from the fitted size; 12 digits are more than any program shows. */
export function fromFitted(scale: number, fitted: number): number {
  return Number((scale / fitted).toPrecision(12));
}

/** Heights of a raster that so many units are. 15 digits survive the way there and back; more would be noise. */
export function heightsFrom(text: string, unit: number): number | null {
  const value = decimalValue(text);
  if (value === null || unit === 1) return value;
  return Number((value * unit).toPrecision(15)) + 0;
}

/** Position of the vocabulary, which moves the picture, from a centre, at which the anchor comes to lie. */
export function positionOf(center: PointParam, anchor: PointParam): PointParam | null {
  const x = combined(center.x, anchor.x, difference);
  const y = combined(center.y, anchor.y, difference);
  return x === null || y === null ? null : { x, y };
}

/** The centre at which the anchor of a picture comes to lie, from the vocabulary's position. */
export function centerOf(position: PointParam, anchor: PointParam): PointParam | null {
  const x = combined(position.x, anchor.x, (value, more) => (more === 0 ? value : value + more));
  const y = combined(position.y, anchor.y, (value, more) => (more === 0 ? value : value + more));
  return x === null || y === null ? null : { x, y };
}

/** Rounded to 10⁻¹² heights: a sum of decimals comes back as it was. */
function difference(value: number, less: number): number {
  return less === 0 ? value : Number((value - less).toFixed(12)) + 0;
}

/** Two parameters as one; null where they move between keys in ways that no one kind of key says. */
function combined(a: Param, b: Param, combine: (a: number, b: number) => number): Param | null {
  if (typeof a === 'number') return typeof b === 'number' ? combine(a, b) : mapParam(b, (value) => combine(a, value));
  if (typeof b === 'number') return mapParam(a, (value) => combine(value, b));
  const keys = [...a.keyframes, ...b.keyframes];
  if (keys.some(({ interpolation }) => interpolation !== 'linear')) return null;
  const times = keys
    .map(({ time }) => time)
    .toSorted(compare)
    .filter((time, at, all) => at === 0 || !equals(time, all[at - 1] ?? time));
  return {
    keyframes: times.map((time) => ({
      time,
      value: combine(valueAt(a, time), valueAt(b, time)),
      interpolation: 'linear',
    })),
  };
}

/** A parameter whose values are all changed alike. */
export function mapParam(param: Param, map: (value: number) => number): Param {
  return typeof param === 'number'
    ? map(param)
    : { keyframes: param.keyframes.map((key) => ({ ...key, value: map(key.value) })) };
}

function numberIn(owner: XmlElement, name: string, read: ReadNumber): number | null {
  const text = childText(owner, name);
  return text === null ? null : read(text);
}
