import { add, equals, formatRational, multiply, subtract, toNumber, type Rate, type Rational } from '@patchwork/time';
import { knownEffect, type TimeMapEffect } from '@patchwork/timeline';
import { attribute, type XmlElement } from '../../xml/element.ts';
import { xml, type XmlOut } from '../../xml/write.ts';
import { withHints, type Hints } from '../hints.ts';
import { formatFcpTime } from '../time.ts';
import { decimal } from './decimals.ts';
import type { EffectContext } from './effects.ts';
import { type ItemContext, type ItemPlace, type WrittenItem, ownStartOf } from './item-context.ts';
import { keptSampling, keptSmoothing, keptChildren, markerElements } from './kept-parts.ts';
import { constantSpeed, timeEffectsOf } from './links.ts';
import type { Piece } from './pieces.ts';
import { type formatOfReference } from './resources.ts';

const conformNames: ReadonlyMap<string, string> = new Map([
  ['24000/1001', '23.98'],
  ['24', '24'],
  ['25', '25'],
  ['30000/1001', '29.97'],
  ['30', '30'],
  ['48000/1001', '47.95'],
  ['48', '48'],
  ['50', '50'],
  ['60000/1001', '59.94'],
  ['60', '60'],
  ['90', '90'],
  ['100', '100'],
  ['120000/1001', '119.88'],
  ['120', '120'],
]);

/** The points of a ramp, with the corners that the reader kept beside them. */
function rampPoints(
  context: ItemContext,
  { points }: TimeMapEffect,
  smoothing: ReadonlyMap<string, XmlElement>,
  where: string,
): XmlOut[] {
  const times = points.map(({ time }) => formatFcpTime(time));
  if ([...smoothing.keys()].some((time) => !times.includes(time)))
    context.notSaid.add('PW_WRITE_RETIME', 'error', 'the smoothing of a ramp whose points moved was left out', where);
  return points.map(({ time, value }, at) => {
    const corner = smoothing.get(times[at] ?? '');
    const kept = (name: string): string | null => (corner === undefined ? null : attribute(corner, name));
    const isRound = kept('inTime') !== null || kept('outTime') !== null;
    return xml('timept', [
      ['time', formatFcpTime(time)],
      ['value', formatFcpTime(value)],
      ['interp', kept('interp') ?? (isRound ? 'smooth2' : 'linear')],
      ['inTime', kept('inTime')],
      ['outTime', kept('outTime')],
    ]);
  });
}

/** The retime of an item: `timeMap`, or `conform-rate` where only the rates differ. */
export function retimeElements(context: ItemContext, piece: Piece, mediaRate: Rate | null, where: string): XmlOut[] {
  const { item } = piece;
  const start = ownStartOf(item);
  const effects = timeEffectsOf(item);
  if (effects.length > 1)
    context.notSaid.add('PW_WRITE_RETIME', 'error', 'several retimes on one item; only the first was written', where);
  const [effect] = effects;
  const known = effect === undefined ? null : knownEffect(effect);
  const speed =
    effects.length > 1 && effect !== undefined && effect.timeScalar !== null
      ? constantSpeed({ ...item, effects: [effect] })
      : constantSpeed(item);
  if (known?.type === 'timeMap') {
    const points = rampPoints(context, known, keptSmoothing(item), where);
    return [
      xml(
        'timeMap',
        [['frameSampling', keptSampling(item) ?? (known.sampling === 'blend' ? 'frame-blending' : null)]],
        points,
      ),
    ];
  }
  if (effect !== undefined && speed === null) {
    context.notSaid.add(
      'PW_WRITE_RETIME',
      'error',
      `the speed ${effect.timeScalar} cannot be said exactly; the clip was written at 100 %`,
      where,
    );
  } else if (effect !== undefined && speed !== null) {
    const reach = multiply(piece.duration, speed);
    const entry = speed.num < 0 ? subtract(start, reach) : start;
    return [
      xml(
        'timeMap',
        [['frameSampling', keptSampling(item)]],
        [
          xml('timept', [
            ['time', formatFcpTime(start)],
            ['value', formatFcpTime(entry)],
            ['interp', 'linear'],
          ]),
          xml('timept', [
            ['time', formatFcpTime(add(start, piece.duration))],
            ['value', formatFcpTime(add(entry, reach))],
            ['interp', 'linear'],
          ]),
        ],
      ),
    ];
  }
  // Final Cut plays other rates frame for frame where they are near; said so, it keeps their speed.
  const isOther = mediaRate !== null && !equals(mediaRate, context.rate);
  const sampling = keptSampling(item);
  if ((!isOther && sampling === null) || context.profile === 'resolve') return [];
  const name =
    mediaRate === null
      ? null
      : (conformNames.get(formatRational(mediaRate)) ?? decimal(Number(toNumber(mediaRate).toFixed(2))));
  return [
    xml('conform-rate', [
      ['scaleEnabled', '0'],
      ['srcFrameRate', name],
      ['frameSampling', sampling],
    ]),
  ];
}

const isFilter =
  (name: string): ((element: XmlOut) => boolean) =>
  (element) =>
    element.name === name;

/** Puts a clip's children in the order of the document type. */
export function childrenOf(
  context: ItemContext,
  piece: Piece,
  parts: {
    head: readonly XmlOut[];
    picture: readonly XmlOut[];
    sound: readonly XmlOut[];
    raw: readonly XmlOut[];
    sources: readonly XmlOut[];
    hints: Hints;
  },
): Pick<WrittenItem, 'before' | 'after'> {
  const { item } = piece;
  const rawAdjust = parts.raw.filter(({ name }) => name.startsWith('adjust-'));
  const soundNames = new Set([
    'adjust-loudness',
    'adjust-noiseReduction',
    'adjust-humReduction',
    'adjust-EQ',
    'adjust-matchEQ',
    'adjust-voiceIsolation',
  ]);
  const own = (local: Rational): Rational => local;
  return {
    before: [
      ...keptChildren(item, (name) => name === 'note'),
      ...parts.head,
      ...parts.picture,
      ...rawAdjust.filter(({ name }) => !soundNames.has(name)),
      ...rawAdjust.filter(({ name }) => soundNames.has(name)),
      ...parts.sound,
    ],
    after: [
      ...markerElements(item, own),
      ...keptChildren(item, (name) => ['keyword', 'rating', 'analysis-marker', 'hidden-clip-marker'].includes(name)),
      ...parts.sources,
      ...parts.raw.filter(isFilter('audio-channel-source')),
      ...parts.raw.filter(isFilter('audio-role-source')),
      ...parts.raw.filter(isFilter('filter-video')),
      ...parts.raw.filter(isFilter('filter-video-mask')),
      ...parts.raw.filter(isFilter('filter-audio')),
      ...withHints(
        keptChildren(item, (name) => name === 'metadata'),
        parts.hints,
      ),
    ],
  };
}

/** Attributes that all clips have. */
export function commonAttributes(
  piece: Piece,
  place: ItemPlace,
  ref: string | null,
): (readonly [string, string | null])[] {
  const { item } = piece;
  return [
    ['ref', ref],
    ['lane', place.lane === null ? null : String(place.lane)],
    ['offset', formatFcpTime(place.offset)],
    ['name', item.name],
    ['start', formatFcpTime(ownStartOf(item))],
    ['duration', formatFcpTime(piece.duration)],
    ['enabled', item.enabled ? null : '0'],
  ];
}

/** What the adjustments of one clip are written with. */
export function effectContext(
  context: ItemContext,
  where: string,
  piece: Piece,
  aspect: number,
  localFromOwn: (own: Rational) => Rational,
): EffectContext {
  const ownStart = ownStartOf(piece.item);
  const ownEnd = add(ownStart, piece.duration);
  const grid = { start: ownStart, rate: context.rate };
  return { notSaid: context.notSaid, where, profile: context.profile, aspect, ownStart, ownEnd, grid, localFromOwn };
}

/** Width ÷ height of a format, 1 where it is not known. */
export function aspectOf(format: ReturnType<typeof formatOfReference>): number {
  return format?.width == null || format.height === null ? 1 : format.width / format.height;
}

/** `audioStart` and `audioDuration` of a split edit. */
export function soundEdges(picture: Piece, sound: Piece): (readonly [string, string | null])[] {
  if (equals(picture.start, sound.start) && equals(picture.duration, sound.duration)) return [];
  const start = add(ownStartOf(picture.item), subtract(sound.start, picture.start));
  return [
    ['audioStart', formatFcpTime(start)],
    ['audioDuration', formatFcpTime(sound.duration)],
  ];
}

/** The sound's own time → the clip's local time; they part where a retimed clip's sound begins elsewhere. */
export function soundLocal(picture: Piece | null, sound: Piece): (own: Rational) => Rational {
  if (picture === null) return (own) => own;
  const local = add(ownStartOf(picture.item), subtract(sound.start, picture.start));
  const shift = subtract(local, ownStartOf(sound.item));
  return (own) => add(own, shift);
}
