import { multiply, subtract, type Rational } from '@patchwork/time';
import { knownEffect, type Item, type TimeMapEffect } from '@patchwork/timeline';
import { constantSpeed, timeEffectsOf } from '../fcpxml/writer/links.ts';
import { xml, type XmlOut } from '../xml/write.ts';
import { filter, mediaStartOf, parameter } from './param-out.ts';
import { text, type TrackContext } from './writing.ts';

/** Writes an item's speed as a Time Remap: a constant, or the key frames of a changing one. */
export function timeFilters(context: TrackContext, item: Item, where: string): XmlOut[] {
  const times = timeEffectsOf(item);
  const [first] = times;
  if (first === undefined) return [];
  const speed = constantSpeed(item);
  if (speed !== null) {
    return [
      timeRemap([
        parameter('variablespeed', '0'),
        parameter('speed', String(Number(((speed.num / speed.den) * 100).toPrecision(15)))),
        parameter('reverse', speed.num < 0 ? 'TRUE' : 'FALSE'),
        parameter('frameblending', 'FALSE'),
      ]),
    ];
  }
  const map = times.length === 1 ? knownEffect(first) : null;
  if (map?.type === 'timeMap' && map.points.length > 1) return [changingSpeed(context, item, map, where)];
  context.writing.notSaid.add('PW_WRITE_RETIME', 'error', 'several speeds on one clip were written at 100 %', where);
  return [];
}

function timeRemap(parameters: readonly XmlOut[]): XmlOut {
  return filter('timeremap', 'Time Remap', 'video', parameters);
}

function changingSpeed(context: TrackContext, item: Item, map: TimeMapEffect, where: string): XmlOut {
  const start = mediaStartOf(item);
  const keys = map.points.map(({ time, value }) =>
    xml(
      'keyframe',
      [],
      [
        text('when', frameText(context, subtract(time, start), where)),
        text('value', frameText(context, subtract(value, start), where)),
      ],
    ),
  );
  return timeRemap([
    parameter('variablespeed', '1'),
    parameter('speed', '100'),
    parameter('reverse', 'FALSE'),
    parameter('frameblending', map.sampling === 'blend' ? 'TRUE' : 'FALSE'),
    parameter('graphdict', '0', keys),
  ]);
}

/** Frames of the sequence, as a decimal where they are one of at most nine places. */
function frameText(context: TrackContext, seconds: Rational, where: string): string {
  const { num, den } = multiply(seconds, context.rate);
  const isDecimal = den > 1 && 10 ** 9 % den === 0 && Math.abs(num / den) < 1e5;
  return isDecimal
    ? String(Number((num / den).toFixed(9)))
    : String(context.writing.frames(seconds, context.rate, 'a point of the retime', where));
}
