import { rational, type Rational } from '@patchwork/time';
import {
  makeEffect,
  makeFreezeFrame,
  makeTimeWarp,
  rationalFromDouble,
  type Effect,
  type KnownEffect,
  type Param,
  type Unmodelled,
} from '@patchwork/timeline';
import { decimalValue, shiftPoint } from '../fcpxml/param.ts';
import { canonicalXml } from '../xml/canonical.ts';
import { childElement, childElements, childText, type XmlElement } from '../xml/element.ts';
import {
  fromFitted,
  mapParam,
  opposite,
  parameterNamed,
  positionOf,
  readParam,
  readPoint,
  type ParamContext,
} from './param.ts';
import { readTimeGraph } from './time-graph.ts';
import { flag } from './values.ts';

/** What a clip's filters need to know of it. */
export interface FilterPlace extends Omit<ParamContext, 'unmodelled'> {
  /** A balance hard to one side only says which channel the clip is; the channel map, or the track, says it as well. */
  readonly isChannel: boolean;
}

/** A clip's filters, sorted. */
export interface Filters {
  readonly effects: Effect[];
  readonly unmodelled: Unmodelled[];
  /** 1 as shot and under a time map; negative backwards; 0 holds; null where it is not known. */
  speed: Rational | null;
  /** A constant speed that mixes neighbouring frames. */
  isBlended: boolean;
  /** Basic Motion says where the picture stands. */
  isMoved: boolean;
}

function isConstant(value: Param, wanted: number): boolean {
  return value === wanted;
}

/** Linear gain to decibels; silence is −1000. */
function decibels(text: string): number | null {
  const gain = decimalValue(text);
  if (gain === null) return null;
  return gain <= 0 ? -1000 : Number((20 * Math.log10(gain)).toPrecision(12));
}

/** Percent to a share, the point shifted in the text so that nothing is rounded. */
function percent(text: string): number | null {
  return shiftPoint(text, -2);
}

/** Reads the filters of a clip. */
export function readFilters(place: FilterPlace, clip: XmlElement): Filters {
  const filters: Filters = { effects: [], unmodelled: [], speed: rational(1), isBlended: false, isMoved: false };
  const context: ParamContext = { ...place, unmodelled: filters.unmodelled };
  for (const filter of childElements(clip, 'filter')) {
    const effect = childElement(filter, 'effect');
    if (effect === null || !flag(filter, 'enabled', true)) continue;
    readEffect(context, effect, filters, place.isChannel);
  }
  // A moved picture is fitted, and its scale counted from there: only one that nothing moves is shown pixel by pixel.
  if (place.fitted !== null && !filters.isMoved) filters.effects.unshift(makeEffect({ type: 'conform', mode: 'none' }));
  return filters;
}

function push(filters: Filters, known: KnownEffect): void {
  filters.effects.push(makeEffect(known));
}

function readEffect(context: ParamContext, effect: XmlElement, filters: Filters, isChannel: boolean): void {
  switch ((childText(effect, 'effectid') ?? '').toLowerCase()) {
    case 'basic':
      return readMotion(context, effect, filters);
    case 'opacity': {
      const opacity = readParam(context, effect, 'opacity', 1, percent);
      if (!isConstant(opacity, 1)) push(filters, { type: 'opacity', opacity });
      return;
    }
    case 'crop':
      return readCrop(context, effect, filters);
    case 'timeremap':
      return readTimeRemap(context, effect, filters);
    case 'audiolevels': {
      const gainDb = readParam(context, effect, 'level', 0, decibels);
      if (parameterNamed(effect, 'level') !== null && !isConstant(gainDb, 0)) push(filters, { type: 'volume', gainDb });
      return;
    }
    case 'audiopan': {
      const pan = readParam(context, effect, 'pan', 0);
      const isSide = isChannel && (isConstant(pan, -1) || isConstant(pan, 1));
      if (!isConstant(pan, 0) && !isSide) push(filters, { type: 'pan', pan });
      return;
    }
    default:
      return keep(context, effect, filters, 'is not modelled');
  }
}

function keep(context: ParamContext, effect: XmlElement, filters: Filters, why: string): void {
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

function readMotion(context: ParamContext, effect: XmlElement, filters: Filters): void {
  const center = readPoint(context, effect, 'center');
  const anchor = readPoint(context, effect, 'centeroffset', context.fitted ?? 1);
  const isAtRest = [center.x, center.y, anchor.x, anchor.y].every((value) => isConstant(value, 0));
  if (!isAtRest && context.unit === null)
    return keep(context, effect, filters, 'moves a picture of a size that is not the sequence’s');
  const position = positionOf(center, anchor);
  if (position === null) return keep(context, effect, filters, 'animates its anchor in steps');
  const size = readParam(context, effect, 'scale', 1, percent);
  const rotation = readParam(context, effect, 'rotation', 0, (text) => opposite(text));
  if (isAtRest && isConstant(size, 1) && isConstant(rotation, 0)) return;
  filters.isMoved = true;
  const { fitted } = context;
  const scale = fitted === null ? size : mapParam(size, (value) => fromFitted(value, fitted));
  if (isAtRest && isConstant(scale, 1) && isConstant(rotation, 0)) return;
  push(filters, { type: 'transform', position, scale: { x: scale, y: scale }, rotation, anchor });
}

/** Edges are cut off in place, in percent of the picture's own size. */
function readCrop(context: ParamContext, effect: XmlElement, filters: Filters): void {
  if (!isConstant(readParam(context, effect, 'edgefeather', 0), 0))
    return keep(context, effect, filters, 'softens the edges that it cuts');
  const side = (name: string): Param => readParam(context, effect, name, 0, percent);
  const [left, right, top, bottom] = [side('left'), side('right'), side('top'), side('bottom')];
  if ([left, right, top, bottom].every((value) => isConstant(value, 0))) return;
  push(filters, { type: 'crop', inPlace: true, left, right, top, bottom });
}

/** Speeds beyond 100,000 % are damage. */
const maxSpeed = 1000;

function readTimeRemap(context: ParamContext, effect: XmlElement, filters: Filters): void {
  const value = (id: string): string | null => {
    const element = parameterNamed(effect, id);
    return element === null ? null : childText(element, 'value');
  };
  const isBlended = value('frameblending')?.toUpperCase() === 'TRUE';
  const isVariable = value('variablespeed') === '1' || value('variablespeed')?.toUpperCase() === 'TRUE';
  if (isVariable) {
    const points = readTimeGraph(context, effect);
    if (points !== null) {
      filters.effects.unshift(makeEffect({ type: 'timeMap', points, sampling: isBlended ? 'blend' : 'nearest' }));
      return;
    }
  }
  const speed = decimalValue(value('speed') ?? '');
  if (isVariable || speed === null) {
    filters.speed = null;
    return keep(context, effect, filters, 'ramps the speed');
  }
  const isReverse = value('reverse')?.toUpperCase() === 'TRUE';
  const scalar = (isReverse && speed > 0 ? -speed : speed) / 100;
  const exact = Math.abs(scalar) > maxSpeed ? null : rationalFromDouble(scalar);
  if (exact === null) {
    filters.speed = null;
    return keep(context, effect, filters, `plays at ${speed} %`);
  }
  if (scalar === 0) filters.effects.unshift(makeFreezeFrame());
  else if (scalar !== 1 && !isBlended) filters.effects.unshift(makeTimeWarp(scalar));
  filters.speed = exact;
  filters.isBlended = isBlended && scalar !== 1 && scalar !== 0;
}
