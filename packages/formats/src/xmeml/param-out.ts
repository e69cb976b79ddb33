import { isInteger, multiply, secondsFromTime, subtract, zero, type Rational } from '@patchwork/time';
import type { Item, Keyframe, Param } from '@patchwork/timeline';
import { shifted } from '../fcpxml/writer/decimals.ts';
import { fileOf } from '../fcpxml/writer/links.ts';
import { straightKeyframes } from '../fcpxml/writer/straight-keys.ts';
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

/**
 * Key frames between which straight lines show the same at every frame: a hold gets a second key in its last frame, an ease
 * one in every frame. Programs agree on straight lines alone.
 */
export function straightKeys(
  context: TrackContext,
  item: Item,
  keyframes: readonly Keyframe[],
  where: string,
): readonly Keyframe[] {
  if (keyframes.every(({ interpolation }) => interpolation === 'linear')) return keyframes;
  const start = item.sourceRange === null ? zero : secondsFromTime(item.sourceRange.start);
  const isOnGrid = keyframes.every((key) => isInteger(multiply(subtract(key.time, start), context.rate)));
  const straight = isOnGrid ? straightKeyframes(keyframes, { start, rate: context.rate }) : null;
  if (context.side === 'audio' || straight === null)
    context.writing.notSaid.add(
      'PW_WRITE_KEYFRAME',
      straight === null ? 'error' : 'warning',
      straight !== null
        ? 'held and eased levels are written as straight pieces from frame to frame'
        : 'held and eased key frames are written as linear ones',
      where,
    );
  return straight ?? keyframes;
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
  const keys = straightKeys(context, item, param.keyframes, where).map((key) =>
    xml('keyframe', [], [text('when', whenOf(context, item, key.time, where)), text('value', spell(key.value))]),
  );
  return parameter(id, spell(param.keyframes[0]?.value ?? 0), keys);
}

/** A share in percent, shifted in the text. */
export function percent(value: number): string {
  return shifted(value, 2);
}
