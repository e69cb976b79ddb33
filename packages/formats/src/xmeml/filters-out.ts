import { secondsFromTime, subtract, zero } from '@patchwork/time';
import { knownEffect, unmodelledOf, type Item, type Param } from '@patchwork/timeline';
import { constantSpeed, fileOf, timeEffectsOf } from '../fcpxml/writer/links.ts';
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

/** A parameter with its number or key frames, counted in frames from the media's first one. */
function animated(
  context: TrackContext,
  item: Item,
  id: string,
  param: Param,
  map: (value: number) => number,
  where: string,
): XmlOut {
  if (typeof param === 'number') return parameter(id, String(map(param)));
  const range = fileOf(item)?.availableRange ?? null;
  const mediaStart = range === null ? zero : secondsFromTime(range.start);
  if (param.keyframes.some(({ interpolation }) => interpolation !== 'linear')) {
    context.writing.notSaid.add(
      'PW_WRITE_KEYFRAME',
      'error',
      'held and eased key frames are written as linear ones',
      where,
    );
  }
  const keys = param.keyframes.map((key) =>
    xml(
      'keyframe',
      [],
      [
        text(
          'when',
          String(context.writing.frames(subtract(key.time, mediaStart), context.rate, 'a key frame', where)),
        ),
        text('value', String(map(key.value))),
      ],
    ),
  );
  return parameter(id, String(map(param.keyframes[0]?.value ?? 0)), keys);
}

/** Writes the effects of an item as filters; what has no place is reported. */
export function filtersOf(context: TrackContext, item: Item, where: string): XmlOut[] {
  const { notSaid } = context.writing;
  for (const { label } of unmodelledOf(item)) notSaid.add('PW_WRITE_EFFECT', 'error', `${label} was left out`, where);
  const speed = constantSpeed(item);
  const times = timeEffectsOf(item);
  if (times.length > 0 && speed === null)
    notSaid.add('PW_WRITE_RETIME', 'error', 'a speed that changes was written at 100 %', where);
  const filters =
    times.length === 0 || speed === null
      ? []
      : [
          filter('timeremap', 'Time Remap', 'video', [
            parameter('variablespeed', '0'),
            parameter('speed', String(Number(((speed.num / speed.den) * 100).toPrecision(15)))),
            parameter('reverse', speed.num < 0 ? 'TRUE' : 'FALSE'),
            parameter('frameblending', 'FALSE'),
          ]),
        ];
  for (const effect of item.effects) {
    if (times.includes(effect)) continue;
    const known = effect.enabled ? knownEffect(effect) : null;
    if (known?.type === 'opacity')
      filters.push(
        filter('opacity', 'Opacity', 'video', [
          animated(context, item, 'opacity', known.opacity, (value) => value * 100, where),
        ]),
      );
    else if (known?.type === 'volume')
      filters.push(
        filter('audiolevels', 'Audio Levels', 'audio', [
          animated(context, item, 'level', known.gainDb, (value) => (value <= -1000 ? 0 : 10 ** (value / 20)), where),
        ]),
      );
    else if (known?.type === 'pan')
      filters.push(
        filter('audiopan', 'Audio Pan', 'audio', [animated(context, item, 'pan', known.pan, (value) => value, where)]),
      );
    else if (known?.type === 'transform' && isCentred(known)) {
      filters.push(
        filter('basic', 'Basic Motion', 'video', [
          animated(context, item, 'scale', known.scale.x, (value) => value * 100, where),
          animated(context, item, 'rotation', known.rotation, (value) => (value === 0 ? 0 : -value), where),
        ]),
      );
    } else
      notSaid.add(
        'PW_WRITE_EFFECT',
        effect.enabled ? 'error' : 'note',
        `the effect "${known?.type ?? effect.effectName}" has no place in xmeml; it was left out`,
        where,
      );
  }
  return filters;
}

function isCentred(transform: Extract<NonNullable<ReturnType<typeof knownEffect>>, { type: 'transform' }>): boolean {
  const { position, anchor, scale } = transform;
  return (
    [position.x, position.y, anchor.x, anchor.y].every((value) => value === 0) &&
    JSON.stringify(scale.x) === JSON.stringify(scale.y)
  );
}
