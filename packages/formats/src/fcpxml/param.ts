import { compare, equals, type Rational } from '@patchwork/time';
import type { Keyframe, Param } from '@patchwork/timeline';
import type { Moment, Remarks } from '../diagnostics.ts';
import { attribute, childElement, childElements, type XmlElement } from '../xml/element.ts';
import { parseFcpTime } from './time.ts';

/** How a value's text becomes a number; null when it is none. */
export type ValueReader = (text: string) => number | null;

/** What the reading of parameters needs to know of the clip they stand on. */
export interface ParamContext {
  readonly remarks: Remarks;
  /** Record timecode of the clip. */
  readonly timecode: Moment | null;
  /** Clip's local time → the item's own time. */
  ownFromLocal(local: Rational): Rational;
}

/** No parameter means more than this; beyond it sums and products would leave the numbers. */
const largestValue = 1e15;

/** A decimal number; null for other text and for numbers beyond 10¹⁵. */
export function decimalValue(text: string): number | null {
  if (!/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(text)) return null;
  const value = Number(text);
  return Math.abs(value) <= largestValue ? value : null;
}

/** Decibels: `-3dB`, or the bare number that some programs want. −Infinity is −1000. */
export function decibelValue(text: string): number | null {
  const bare = text.trim().replace(/\s*dB$/i, '');
  if (/^-inf(inity)?$/i.test(bare)) return -1000;
  return decimalValue(bare);
}

/** Shifts a decimal's point without rounding: what `shiftPoint('-5.36625', -2)` gives is what a person would write. */
export function shiftPoint(text: string, places: number): number | null {
  if (decimalValue(text) === null) return null;
  const [mantissa = '0', exponent = '0'] = text.trim().toLowerCase().split('e');
  return Number(`${mantissa}e${Number(exponent) + places}`);
}

/** The `<param>` of a name inside an adjustment, or null. */
export function paramNamed(element: XmlElement, name: string): XmlElement | null {
  for (const child of childElements(element))
    if (child.name === 'param' && attribute(child, 'name')?.toLowerCase() === name.toLowerCase()) return child;
  return null;
}

/** One number of a value that holds several: `"1.2 0.8"`, component 1 is 0.8. A lone number counts for all components. */
function component(text: string, index: number, count: number): string {
  if (count === 1 && !/\s/.test(text)) return text;
  const parts = text.trim().split(/\s+/);
  return (parts.length < count ? parts[0] : parts[index]) ?? '';
}

/**
 * Reads a parameter with `count` numbers, of which `index` is wanted: from the attribute, or from the `<param>` of that
 * name with its value or key frames. Key frames that all have one value are that value. `initial` where nothing is said.
 */
export function readParam(
  context: ParamContext,
  element: XmlElement,
  name: string,
  options: { readonly value: ValueReader; readonly initial: number; readonly index?: number; readonly count?: number },
): Param {
  const { value, initial, index = 0, count = 1 } = options;
  const param = paramNamed(element, name);
  const axis = param === null || count === 1 ? null : paramNamed(param, index === 0 ? 'X' : 'Y');
  const isAnimated = (candidate: XmlElement | null): boolean =>
    candidate !== null && childElement(candidate, 'keyframeAnimation') !== null;
  const animated = isAnimated(axis) ? axis : isAnimated(param) ? param : null;
  const pick = (text: string): string => (animated != null && animated === axis ? text : component(text, index, count));
  if (animated != null) {
    const keyframes = readKeyframes(context, animated, (text) => value(pick(text)));
    if (keyframes.length > 0) return collapsed(keyframes);
  }
  const text = (param === null ? null : attribute(param, 'value')) ?? attribute(element, name);
  if (text === null) return initial;
  const number = value(component(text, index, count));
  if (number !== null) return number;
  reportValue(context, element, name, text);
  return initial;
}

function reportValue(context: ParamContext, element: XmlElement, name: string, text: string): void {
  context.remarks.add({
    code: 'PW_FCPXML_VALUE',
    severity: 'error',
    at: element.position,
    timecode: context.timecode,
    message: `${name}="${text.slice(0, 80)}" on <${element.name}> is no number`,
    hint: 'Correct the value; it was left at its default.',
  });
}

function interpolationOf(keyframe: XmlElement): Keyframe['interpolation'] {
  return (attribute(keyframe, 'interp') ?? 'linear') === 'linear' ? 'linear' : 'smooth';
}

/** Key frames of a parameter in own time, ascending; of two at one time the later in the file counts. */
function readKeyframes(context: ParamContext, param: XmlElement, value: ValueReader): Keyframe[] {
  const animation = childElement(param, 'keyframeAnimation');
  const keys: Keyframe[] = [];
  for (const element of animation === null ? [] : childElements(animation, 'keyframe')) {
    const time = parseFcpTime(attribute(element, 'time') ?? '');
    const number = value(attribute(element, 'value') ?? '');
    if (time === null || number === null) {
      reportValue(
        context,
        element,
        time === null ? 'time' : 'value',
        attribute(element, time === null ? 'time' : 'value') ?? '',
      );
      continue;
    }
    if (/^ease(In|Out)$/.test(attribute(element, 'interp') ?? '')) {
      context.remarks.add({
        code: 'PW_FCPXML_EASE',
        severity: 'warning',
        at: element.position,
        timecode: context.timecode,
        message: `key frame interpolation "${attribute(element, 'interp')}" is drawn as the symmetric ease`,
      });
    }
    keys.push({ time: context.ownFromLocal(time), value: number, interpolation: interpolationOf(element) });
  }
  keys.sort((a, b) => compare(a.time, b.time));
  return keys.filter((key, index) => {
    const next = keys[index + 1];
    return next === undefined || !equals(next.time, key.time);
  });
}

/** A parameter whose keys never move is a number. */
function collapsed(keyframes: readonly Keyframe[]): Param {
  const first = keyframes[0]?.value ?? 0;
  return keyframes.every((key) => key.value === first) ? first : { keyframes };
}

/** Tells whether a parameter is the given number throughout. */
export function isConstant(param: Param, value: number): boolean {
  return typeof param === 'number' && param === value;
}
