import { secondsFromTime, subtract, zero, type Rational } from '@patchwork/time';
import type { Item, Keyframe, Param } from '@patchwork/timeline';
import { shifted } from '../fcpxml/writer/decimals.ts';
import { fileOf } from '../fcpxml/writer/links.ts';
import { xml, type XmlOut } from '../xml/write.ts';
import { text, type TrackContext } from './writing.ts';

/** Builds a `<parameter>` with its value and key frames. */
export function parameter(id: string, value: string | XmlOut, keys: readonly XmlOut[] = []): XmlOut {
  return xml(
    'parameter',
    [],
    [text('parameterid', id), text('name', id), typeof value === 'string' ? text('value', value) : value, ...keys],
  );
}

/** Builds a `<filter>` around one effect. */
export function filter(id: string, name: string, mediatype: string, parameters: readonly XmlOut[]): XmlOut {
  return xml(
    'filter',
    [],
    [
      xml(
        'effect',
        [],
        [
          text('name', name),
          text('effectid', id),
          text('effectcategory', 'motion'),
          text('effecttype', mediatype === 'audio' ? 'audiolevels' : 'motion'),
          text('mediatype', mediatype),
          ...parameters,
        ],
      ),
    ],
  );
}

/** `when` of a key frame, in frames from the media's first one. */
export function whenOf(context: TrackContext, item: Item, own: Rational, where: string): string {
  return String(context.writing.frames(subtract(own, mediaStartOf(item)), context.rate, 'a key frame', where));
}

/** Own time of the media's first frame. */
export function mediaStartOf(item: Item): Rational {
  const range = fileOf(item)?.availableRange ?? null;
  return range === null ? zero : secondsFromTime(range.start);
}

/** Reports key frames that are not joined by straight lines. */
export function reportCurves(context: TrackContext, keyframes: readonly Keyframe[], where: string): void {
  if (keyframes.every(({ interpolation }) => interpolation === 'linear')) return;
  context.writing.notSaid.add(
    'PW_WRITE_KEYFRAME',
    'error',
    'held and eased key frames are written as linear ones',
    where,
  );
}

/** A parameter with its number or key frames. */
export function animated(
  context: TrackContext,
  item: Item,
  id: string,
  param: Param,
  spell: (value: number) => string,
  where: string,
): XmlOut {
  if (typeof param === 'number') return parameter(id, spell(param));
  reportCurves(context, param.keyframes, where);
  const keys = param.keyframes.map((key) =>
    xml('keyframe', [], [text('when', whenOf(context, item, key.time, where)), text('value', spell(key.value))]),
  );
  return parameter(id, spell(param.keyframes[0]?.value ?? 0), keys);
}

/** A share in percent, shifted in the text. */
export function percent(value: number): string {
  return shifted(value, 2);
}
