import { add, compare, divide, equals, multiply, subtract, type Rational } from '@patchwork/time';
import { makeEffect, type Effect, type TimeMapEffect } from '@patchwork/timeline';
import { childElements, type XmlElement } from '../xml/element.ts';
import { keepCurves } from './keyframes.ts';
import { parameterNamed, type ParamContext } from './param.ts';
import { frameCount } from './values.ts';

/**
 * Reads the key frames of a changing speed (`graphdict`): `when` counts retimed frames, as `in` does, `value` frames of
 * the media, both from its first one. Null where fewer than two can be read.
 */
export function readTimeGraph(context: ParamContext, effect: XmlElement): TimeMapEffect['points'] | null {
  const graph = parameterNamed(effect, 'graphdict');
  if (graph === null) return null;
  const points = childElements(graph, 'keyframe').flatMap((key) => {
    const when = frameCount(key, 'when');
    const value = frameCount(key, 'value');
    if (when === null || value === null) return [];
    const { mediaZero, rate } = context;
    return [{ time: add(mediaZero, divide(when, rate)), value: add(mediaZero, divide(value, rate)) }];
  });
  points.sort((a, b) => compare(a.time, b.time));
  const unique = points.filter((point, at) => {
    const next = points[at + 1];
    return next === undefined || !equals(next.time, point.time);
  });
  if (unique.length < 2) return null;
  keepCurves(context, graph);
  return unique;
}

/**
 * A constant speed that mixes neighbouring frames, as a straight map over a clip's own range; backwards the range is played
 * from its end. Empty where the speed mixes none.
 */
export function blendedSpeed(
  filters: { readonly speed: Rational | null; readonly isBlended: boolean },
  entry: Rational,
  duration: Rational,
): Effect[] {
  const { speed } = filters;
  if (!filters.isBlended || speed === null || duration.num <= 0) return [];
  const from = speed.num < 0 ? subtract(entry, multiply(duration, speed)) : entry;
  const points = [
    { time: entry, value: from },
    { time: add(entry, duration), value: add(from, multiply(duration, speed)) },
  ];
  return [makeEffect({ type: 'timeMap', points, sampling: 'blend' })];
}
