import { add, divide, rational, type Rate, type Rational } from '@patchwork/time';
import {
  makeEffect,
  makeFreezeFrame,
  makeTimeWarp,
  rationalFromDouble,
  type Effect,
  type Keyframe,
  type KnownEffect,
  type Param,
  type Unmodelled,
} from '@patchwork/timeline';
import type { Remarks } from '../diagnostics.ts';
import { decimalValue } from '../fcpxml/param.ts';
import { canonicalXml } from '../xml/canonical.ts';
import { childElement, childElements, childText, type XmlElement } from '../xml/element.ts';
import { flag, frameCount } from './values.ts';

/** What a clip's filters need to know of it. */
export interface FilterContext {
  readonly remarks: Remarks;
  readonly timecode: string | null;
  /** Rate at which key frames are counted. */
  readonly rate: Rate;
  /** Own time of the media's frame 0: key frames count from there. */
  readonly mediaZero: Rational;
}

/** A clip's filters, sorted. */
export interface Filters {
  readonly effects: Effect[];
  readonly unmodelled: Unmodelled[];
  /** 1 as shot; negative backwards; 0 holds; null for a ramp. */
  speed: Rational | null;
}

function parameter(effect: XmlElement, id: string): XmlElement | null {
  return (
    childElements(effect, 'parameter').find((element) => childText(element, 'parameterid')?.toLowerCase() === id) ??
    null
  );
}

function decimal(text: string | null): number | null {
  return text === null ? null : decimalValue(text);
}

/** A number or key frames of a parameter; `initial` where it is absent. */
function param(
  context: FilterContext,
  effect: XmlElement,
  id: string,
  initial: number,
  map: (value: number) => number = (value) => value,
): Param {
  const element = parameter(effect, id);
  if (element === null) return initial;
  const keyframes: Keyframe[] = [];
  for (const key of childElements(element, 'keyframe')) {
    const when = frameCount(key, 'when');
    const value = decimal(childText(key, 'value'));
    if (when !== null && value !== null)
      keyframes.push({
        time: add(context.mediaZero, divide(when, context.rate)),
        value: map(value),
        interpolation: 'linear',
      });
  }
  keyframes.sort((a, b) => a.time.num * b.time.den - b.time.num * a.time.den);
  const unique = keyframes.filter(
    (key, at) =>
      at + 1 === keyframes.length ||
      key.time.num * (keyframes[at + 1]?.time.den ?? 1) !== (keyframes[at + 1]?.time.num ?? 0) * key.time.den,
  );
  const [first] = unique;
  if (first !== undefined)
    return unique.every((key) => key.value === first.value) ? first.value : { keyframes: unique };
  const value = decimal(childText(element, 'value'));
  return value === null ? initial : map(value);
}

function isConstant(value: Param, wanted: number): boolean {
  return value === wanted;
}

/** The two numbers of a point parameter, or null where it is absent or animated. */
function point(effect: XmlElement, id: string): { x: number; y: number } | null | 'animated' {
  const element = parameter(effect, id);
  if (element === null) return null;
  if (childElement(element, 'keyframe') !== null) return 'animated';
  const value = childElement(element, 'value');
  const x = value === null ? null : decimal(childText(value, 'horiz'));
  const y = value === null ? null : decimal(childText(value, 'vert'));
  return x === null || y === null ? null : { x, y };
}

/** Linear gain to decibels; silence is −1000. */
function decibels(gain: number): number {
  return gain <= 0 ? -1000 : Number((20 * Math.log10(gain)).toPrecision(12));
}

/** Reads the filters of a clip. */
export function readFilters(context: FilterContext, clip: XmlElement): Filters {
  const filters: Filters = { effects: [], unmodelled: [], speed: rational(1) };
  for (const filter of childElements(clip, 'filter')) {
    const effect = childElement(filter, 'effect');
    if (effect === null || !flag(filter, 'enabled', true)) continue;
    readEffect(context, effect, filters);
  }
  return filters;
}

function push(filters: Filters, known: KnownEffect): void {
  filters.effects.push(makeEffect(known));
}

function readEffect(context: FilterContext, effect: XmlElement, filters: Filters): void {
  switch ((childText(effect, 'effectid') ?? '').toLowerCase()) {
    case 'basic':
      return readMotion(context, effect, filters);
    case 'opacity': {
      const opacity = param(context, effect, 'opacity', 1, (value) => value / 100);
      if (!isConstant(opacity, 1)) push(filters, { type: 'opacity', opacity });
      return;
    }
    case 'crop': {
      const isWhole = ['left', 'right', 'top', 'bottom'].every((name) =>
        isConstant(param(context, effect, name, 0), 0),
      );
      if (!isWhole) keep(context, effect, filters, 'cuts edges off in place');
      return;
    }
    case 'timeremap':
      return readTimeRemap(context, effect, filters);
    case 'audiolevels': {
      const gainDb = param(context, effect, 'level', 0, decibels);
      if (parameter(effect, 'level') !== null && !isConstant(gainDb, 0)) push(filters, { type: 'volume', gainDb });
      return;
    }
    case 'audiopan': {
      const pan = param(context, effect, 'pan', 0);
      // A mono piece of a stereo pair is panned hard to its side; the channel map says so.
      if (!isConstant(pan, 0) && !isConstant(pan, -1) && !isConstant(pan, 1)) push(filters, { type: 'pan', pan });
      return;
    }
    default:
      return keep(context, effect, filters, 'is not modelled');
  }
}

function keep(context: FilterContext, effect: XmlElement, filters: Filters, why: string): void {
  const name = childText(effect, 'name') ?? childText(effect, 'effectid') ?? '';
  filters.unmodelled.push({
    label: `filter "${name}"`,
    content: canonicalXml(effect, (_owner, attribute, value) => (attribute === 'authoringApp' ? null : value)),
  });
  context.remarks.add({
    code: 'PW_XMEML_UNMODELLED',
    severity: 'warning',
    at: effect.position,
    timecode: context.timecode,
    message: `filter "${name}" ${why}, which is not modelled`.replace(
      'is not modelled, which is not modelled',
      'is not modelled',
    ),
    hint: 'It is kept and watched for changes; the built-in renderer cannot draw it.',
  });
}

function readMotion(context: FilterContext, effect: XmlElement, filters: Filters): void {
  const center = point(effect, 'center');
  const anchor = point(effect, 'centeroffset');
  const isCentred = (value: typeof center): boolean =>
    value === null || (value !== 'animated' && value.x === 0 && value.y === 0);
  // What a centre is a fraction of differs between the programs that write it: it is watched, not drawn.
  if (!isCentred(center) || !isCentred(anchor)) return keep(context, effect, filters, 'moves the picture');
  const scale = param(context, effect, 'scale', 1, (value) => value / 100);
  const rotation = param(context, effect, 'rotation', 0, (value) => (value === 0 ? 0 : -value));
  if (isConstant(scale, 1) && isConstant(rotation, 0)) return;
  push(filters, {
    type: 'transform',
    position: { x: 0, y: 0 },
    scale: { x: scale, y: scale },
    rotation,
    anchor: { x: 0, y: 0 },
  });
}

/** Speeds beyond 100,000 % are damage. */
const maxSpeed = 1000;

function readTimeRemap(context: FilterContext, effect: XmlElement, filters: Filters): void {
  const value = (id: string): string | null => {
    const element = parameter(effect, id);
    return element === null ? null : childText(element, 'value');
  };
  const isVariable = value('variablespeed') === '1' || value('variablespeed')?.toUpperCase() === 'TRUE';
  const percent = value('speed');
  const speed = percent === null ? null : decimal(percent);
  if (isVariable || speed === null) {
    filters.speed = null;
    return keep(context, effect, filters, 'ramps the speed');
  }
  const isReverse = value('reverse')?.toUpperCase() === 'TRUE';
  const isBlended = value('frameblending')?.toUpperCase() === 'TRUE';
  const scalar = (isReverse && speed > 0 ? -speed : speed) / 100;
  const exact = Math.abs(scalar) > maxSpeed ? null : rationalFromDouble(scalar);
  if (exact === null) {
    filters.speed = null;
    return keep(context, effect, filters, `plays at ${speed} %`);
  }
  if (scalar !== 1) filters.effects.unshift(scalar === 0 ? makeFreezeFrame() : makeTimeWarp(scalar));
  filters.speed = exact;
  if (isBlended && scalar !== 1) {
    context.remarks.add({
      code: 'PW_XMEML_SAMPLING',
      severity: 'warning',
      at: effect.position,
      timecode: context.timecode,
      message: 'the retime blends frames in the file; whole frames are shown here',
    });
  }
}
