import { add, compare, divide, equals, type Rate, type Rational } from '@patchwork/time';
import type { Keyframe, Param } from '@patchwork/timeline';
import type { Remarks } from '../diagnostics.ts';
import { decimalValue } from '../fcpxml/param.ts';
import { childElement, childElements, childText, type XmlElement } from '../xml/element.ts';
import { frameCount } from './values.ts';

/** What a filter's parameters need to know of their clip. */
export interface ParamContext {
  readonly remarks: Remarks;
  readonly timecode: string | null;
  /** Rate at which key frames are counted. */
  readonly rate: Rate;
  /** Own time of the media's frame 0: key frames count from there. */
  readonly mediaZero: Rational;
  /** Width ÷ height of the sequence's raster where the picture has it too; null: points cannot be said in heights. */
  readonly aspect: number | null;
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
  return element === null ? initial : (keyed(context, element, (owner) => numberIn(owner, 'value', read)) ?? initial);
}

/** A point, x to the right and y up, in heights of the raster; 0,0 where it is absent. */
export function readPoint(context: ParamContext, effect: XmlElement, id: string): PointParam {
  const element = parameterNamed(effect, id);
  if (element === null) return { x: 0, y: 0 };
  const half = (name: string, read: ReadNumber): Param =>
    keyed(context, element, (owner) => {
      const value = childElement(owner, 'value');
      return value === null ? null : numberIn(value, name, read);
    }) ?? 0;
  return { x: half('horiz', (text) => heightsFromWidths(text, context.aspect ?? 1)), y: half('vert', opposite) };
}

/** The number of a text with its sign turned: xmeml points down and turns clockwise. */
export function opposite(text: string): number | null {
  const value = decimalValue(text);
  return value === null ? null : value === 0 ? 0 : -value;
}

/** Widths of a raster in its heights. 15 digits survive the way there and back; more would be noise of the division. */
export function heightsFromWidths(text: string, aspect: number): number | null {
  const widths = decimalValue(text);
  return widths === null ? null : Number((widths * aspect).toPrecision(15)) + 0;
}

/**
 * Position of the vocabulary, which moves the picture, from a centre, at which the anchor comes to lie. Null where the
 * anchor is animated.
 */
export function positionOf(center: PointParam, anchor: PointParam): PointParam | null {
  const { x, y } = anchor;
  if (typeof x !== 'number' || typeof y !== 'number') return null;
  return {
    x: mapParam(center.x, (value) => difference(value, x)),
    y: mapParam(center.y, (value) => difference(value, y)),
  };
}

/** Rounded to 10⁻¹² heights: a sum of decimals comes back as it was. */
function difference(value: number, less: number): number {
  return less === 0 ? value : Number((value - less).toFixed(12)) + 0;
}

function mapParam(param: Param, map: (value: number) => number): Param {
  return typeof param === 'number'
    ? map(param)
    : { keyframes: param.keyframes.map((key) => ({ ...key, value: map(key.value) })) };
}

function numberIn(owner: XmlElement, name: string, read: ReadNumber): number | null {
  const text = childText(owner, name);
  return text === null ? null : read(text);
}

/** Null where neither key frames nor a value can be read. */
function keyed(context: ParamContext, element: XmlElement, read: (owner: XmlElement) => number | null): Param | null {
  const keyframes: Keyframe[] = [];
  for (const key of childElements(element, 'keyframe')) {
    const when = frameCount(key, 'when');
    const value = read(key);
    if (when === null || value === null) continue;
    keyframes.push({ time: add(context.mediaZero, divide(when, context.rate)), value, interpolation: 'linear' });
  }
  keyframes.sort((a, b) => compare(a.time, b.time));
  const unique = keyframes.filter((key, at) => {
    const next = keyframes[at + 1];
    return next === undefined || !equals(next.time, key.time);
  });
  const [first] = unique;
  if (first === undefined) return read(element);
  if (unique.every((key) => key.value === first.value)) return first.value;
  reportCurves(context, element);
  return { keyframes: unique };
}

/** Handles of a curve between key frames. */
const handles: ReadonlySet<string> = new Set(['inbez', 'outbez', 'inscale', 'outscale']);

/** Remarks on key frames that are joined by curves: they are joined by straight lines here. */
export function reportCurves(context: ParamContext, element: XmlElement): void {
  const hasCurve = childElements(element, 'keyframe').some((key) =>
    childElements(key).some(({ name }) => handles.has(name)),
  );
  if (!hasCurve) return;
  context.remarks.add({
    code: 'PW_XMEML_CURVE',
    severity: 'warning',
    at: element.position,
    timecode: context.timecode,
    message: `the curves of "${childText(element, 'name') ?? childText(element, 'parameterid') ?? ''}" are made of straight pieces here`,
  });
}
