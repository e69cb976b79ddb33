import { add, compare, divide, equals } from '@patchwork/time';
import type { TimeMapEffect } from '@patchwork/timeline';
import { childElements, type XmlElement } from '../xml/element.ts';
import { parameterNamed, reportCurves, type ParamContext } from './param.ts';
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
  reportCurves(context, graph);
  return unique;
}
