import {
  add,
  equals,
  formatRational,
  multiply,
  secondsFromTime,
  subtract,
  toNumber,
  type Rate,
  type Rational,
} from '@patchwork/time';
import { knownEffect, plainJson, type Clip, type Item, type Marker, type Stack } from '@patchwork/timeline';
import { keptIn, keptObject, keptObjects, keptText, keptTexts } from '../../clip-metadata.ts';
import { childElements, type XmlElement } from '../../xml/element.ts';
import { parseXml } from '../../xml/parse.ts';
import { outFromElement, xml, type XmlOut } from '../../xml/write.ts';
import { withHints, type Hints } from '../hints.ts';
import { formatFcpTime } from '../time.ts';
import { decimal } from './decimals.ts';
import { knownEffectsOf, pictureAdjustments, soundAdjustments, type EffectContext } from './effects.ts';
import { constantSpeed, fileOf, timeEffectsOf } from './links.ts';
import type { NotSaid } from './not-said.ts';
import type { FcpxmlProfile } from './options.ts';
import type { Piece } from './pieces.ts';
import { formatOfReference, isStillReference, type FileReference, type ResourcesOut } from './resources.ts';

/** What the writing of items shares. */
export interface ItemContext {
  readonly resources: ResourcesOut;
  readonly notSaid: NotSaid;
  readonly profile: FcpxmlProfile;
  readonly rate: Rate;
  readonly canvas: { readonly width: number | null; readonly height: number | null };
  /** Writes a nested stack's content as a `<sequence>` (for the picture, its sound, or both). */
  nestedSequence(picture: Stack | null, sound: Stack | null): XmlOut;
}

/** Where an item is written: lane and offset in its parent's local time. */
export interface ItemPlace {
  readonly lane: number | null;
  readonly offset: Rational;
  /** Path of the item, for remarks: `V1 / m06`. */
  readonly where: string;
  /** What goes into the metadata for our own reader. */
  readonly hints: Hints;
}

/** An element and the local time at which it begins: what hangs on it is offset from there. */
export interface WrittenItem {
  readonly name: string;
  readonly attributes: XmlOut['attributes'];
  /** Children before and after the place of connected items, in the order that the document type demands. */
  readonly before: readonly XmlOut[];
  readonly after: readonly XmlOut[];
  readonly localStart: Rational;
}

/** The item's first moment in its own time. */
export function ownStartOf(item: Item): Rational {
  return item.sourceRange === null ? { num: 0, den: 1 } : secondsFromTime(item.sourceRange.start);
}

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

/** The retime of an item: `timeMap`, or `conform-rate` where only the rates differ. */
function retimeElements(context: ItemContext, piece: Piece, mediaRate: Rate | null, where: string): XmlOut[] {
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
    const points = known.points.map(({ time, value }) =>
      xml('timept', [
        ['time', formatFcpTime(time)],
        ['value', formatFcpTime(value)],
        ['interp', 'linear'],
      ]),
    );
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

/** Elements that the reader kept because the model cannot say them, with their effects' ids renewed. */
function keptRaw(context: ItemContext, item: Item): XmlOut[] {
  return keptObjects(keptIn(item.metadata, 'fcpxml'), 'raw').flatMap((plain) => {
    const element = parsed(keptText(plain, 'xml'));
    if (element === null || element.name === 'frameSampling') return [];
    const effect = keptObject(plain, 'effect');
    return [withEffect(context, outFromElement(element), effect)];
  });
}

/** Frame sampling that the vocabulary has no word for (optical flow), as the reader kept it. */
function keptSampling(item: Item): string | null {
  for (const plain of keptObjects(keptIn(item.metadata, 'fcpxml'), 'raw')) {
    const element = parsed(keptText(plain, 'xml'));
    if (element?.name === 'frameSampling') return element.attributes.get('value') ?? null;
  }
  return null;
}

function withEffect(context: ItemContext, element: XmlOut, effect: ReturnType<typeof keptObject>): XmlOut {
  const uid = keptText(effect, 'uid');
  if (uid === null) return element;
  const id = context.resources.effect(keptText(effect, 'name') ?? '', uid);
  return {
    ...element,
    attributes: element.attributes.map(([name, value]) => [name, name === 'ref' ? id : value] as const),
  };
}

function parsed(text: string | null): XmlElement | null {
  return text === null ? null : parseXml('kept', text);
}

/** Children that the reader kept as they were, of some names. */
function keptChildren(item: Item, isWanted: (name: string) => boolean): XmlOut[] {
  return keptTexts(keptIn(item.metadata, 'fcpxml'), 'kept')
    .map((text) => parsed(text))
    .filter((element): element is XmlElement => element !== null && isWanted(element.name))
    .map(outFromElement);
}

/** Attributes that the reader kept, of some names. */
function keptAttributes(item: Item, names: readonly string[]): (readonly [string, string | null])[] {
  const attributes = keptObject(keptIn(item.metadata, 'fcpxml'), 'attributes');
  return names.map((name) => [name, keptText(attributes, name)] as const);
}

function markerElement(marker: Marker, localFromOwn: (own: Rational) => Rational): XmlOut {
  const kept = keptIn(marker.metadata, 'fcpxml');
  const isChapter =
    kept['element'] === 'chapter-marker' || (kept['element'] === undefined && marker.color === 'ORANGE');
  const completed =
    keptText(kept, 'completed') ?? (kept['element'] === undefined && marker.color === 'RED' ? '0' : null);
  return xml(isChapter ? 'chapter-marker' : 'marker', [
    ['start', formatFcpTime(localFromOwn(secondsFromTime(marker.markedRange.start)))],
    ['duration', formatFcpTime(secondsFromTime(marker.markedRange.duration))],
    ['value', marker.name],
    ['note', marker.comment === '' ? null : marker.comment],
    ['completed', isChapter ? null : completed],
    ['posterOffset', isChapter ? keptText(kept, 'posterOffset') : null],
  ]);
}

/** Markers of an item or a sequence. */
export function markerElements(item: Item, localFromOwn: (own: Rational) => Rational): XmlOut[] {
  return item.markers.map((marker) => markerElement(marker, localFromOwn));
}

const isFilter =
  (name: string): ((element: XmlOut) => boolean) =>
  (element) =>
    element.name === name;

/** Puts a clip's children in the order of the document type. */
function childrenOf(
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

function commonAttributes(piece: Piece, place: ItemPlace, ref: string | null): (readonly [string, string | null])[] {
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

function effectContext(
  context: ItemContext,
  where: string,
  aspect: number,
  localFromOwn: (own: Rational) => Rational,
): EffectContext {
  return { notSaid: context.notSaid, where, profile: context.profile, aspect, localFromOwn };
}

/** Clips of one file, with picture, sound or both. */
function fileItem(
  context: ItemContext,
  place: ItemPlace,
  picture: Piece | null,
  sound: Piece | null,
  reference: FileReference,
): WrittenItem {
  const piece = picture ?? sound;
  if (piece === null) throw new TypeError('fileItem: neither picture nor sound');
  if (isStillReference(reference)) return stillItem(context, place, piece, reference);
  const videoAsset = picture === null ? null : context.resources.asset(reference, 'video', context.rate);
  const soundReference = sound === null ? null : picture === null ? reference : (fileOf(sound.item) ?? reference);
  const audioAsset =
    sound === null
      ? null
      : context.resources.asset(picture === null ? (soundReference ?? reference) : reference, 'audio', context.rate);
  const asset = videoAsset ?? audioAsset;
  const kept = keptIn(reference.metadata, 'fcpxml');
  const format = formatOfReference(reference);
  const mediaRate = format?.rate ?? (picture === null ? null : (reference.availableRange?.start.rate ?? null));
  const srcEnable =
    picture === null && (kept['hasVideo'] === true || isPictureFile(reference))
      ? 'audio'
      : sound === null
        ? 'video'
        : null;
  const picturePart =
    picture === null
      ? []
      : pictureAdjustments(
          effectContext(context, place.where, aspectOf(format), (own) => own),
          knownEffectsOf({ notSaid: context.notSaid, where: place.where }, picture.item.effects),
        );
  const edges = sound === null || picture === null ? [] : soundEdges(picture, sound);
  const soundPart =
    sound === null
      ? []
      : soundAdjustments(
          effectContext(context, place.where, 1, soundLocal(picture, sound)),
          knownEffectsOf({ notSaid: context.notSaid, where: place.where }, sound.item.effects),
        );
  const isMuted = sound !== null && picture !== null && picture.item.enabled && !sound.item.enabled;
  const raw = [
    ...(picture === null ? [] : keptRaw(context, picture.item)),
    ...(sound === null || sound === picture ? [] : keptRaw(context, sound.item)),
  ];
  const hasOwnSources = raw.some(({ name }) => name === 'audio-channel-source');
  const roles = sound === null ? [['audioRole', null] as const] : keptAttributes(sound.item, ['audioRole']);
  return {
    name: 'asset-clip',
    attributes: [
      ...commonAttributes(piece, place, asset?.id ?? null),
      ['srcEnable', srcEnable],
      ...edges,
      ['format', null],
      ...keptAttributes(piece.item, ['tcFormat']),
      ...roles,
      ...(picture === null ? [] : keptAttributes(picture.item, ['videoRole'])),
    ],
    ...childrenOf(context, piece, {
      head: retimeElements(context, piece, mediaRate, place.where),
      picture: picturePart,
      sound: soundPart,
      raw,
      hints: place.hints,
      sources:
        isMuted && !hasOwnSources
          ? [
              xml('audio-channel-source', [
                ['srcCh', '1, 2'],
                ['enabled', '0'],
              ]),
            ]
          : [],
    }),
    localStart: ownStartOf(piece.item),
  };
}

/** A file that a timeline not read from FCPXML uses for sound alone may still hold a picture. */
function isPictureFile(reference: FileReference): boolean {
  const kept = keptIn(reference.metadata, 'fcpxml');
  return (
    kept['hasVideo'] === undefined &&
    reference.kind === 'ExternalReference' &&
    !/\.(?:wav|aiff?|mp3|m4a|caf|flac|aac|ogg|bwf)$/i.test(reference.targetUrl)
  );
}

function aspectOf(format: ReturnType<typeof formatOfReference>): number {
  return format?.width == null || format.height === null ? 1 : format.width / format.height;
}

/** `audioStart` and `audioDuration` of a split edit. */
function soundEdges(picture: Piece, sound: Piece): (readonly [string, string | null])[] {
  if (equals(picture.start, sound.start) && equals(picture.duration, sound.duration)) return [];
  const start = add(ownStartOf(picture.item), subtract(sound.start, picture.start));
  return [
    ['audioStart', formatFcpTime(start)],
    ['audioDuration', formatFcpTime(sound.duration)],
  ];
}

/** The sound's own time → the clip's local time; they part where a retimed clip's sound begins elsewhere. */
function soundLocal(picture: Piece | null, sound: Piece): (own: Rational) => Rational {
  if (picture === null) return (own) => own;
  const local = add(ownStartOf(picture.item), subtract(sound.start, picture.start));
  const shift = subtract(local, ownStartOf(sound.item));
  return (own) => add(own, shift);
}

function stillItem(context: ItemContext, place: ItemPlace, piece: Piece, reference: FileReference): WrittenItem {
  const asset = context.resources.asset(reference, 'video', context.rate);
  const known = knownEffectsOf({ notSaid: context.notSaid, where: place.where }, piece.item.effects);
  return {
    name: 'video',
    attributes: commonAttributes(piece, place, asset.id),
    ...childrenOf(context, piece, {
      head: retimeElements(context, piece, null, place.where),
      picture: pictureAdjustments(
        effectContext(context, place.where, aspectOf(formatOfReference(reference)), (own) => own),
        known,
      ),
      sound: [],
      raw: keptRaw(context, piece.item),
      sources: [],
      hints: place.hints,
    }),
    localStart: ownStartOf(piece.item),
  };
}

const solid = { name: 'Custom', uid: '.../Generators.localized/Solids.localized/Custom.localized/Custom.motn' };

/** Titles, captions, solids and other generators. */
function generatedItem(context: ItemContext, place: ItemPlace, piece: Piece, clip: Clip): WrittenItem | null {
  const reference = clip.mediaReferences.find(([key]) => key === clip.activeMediaReferenceKey)?.[1];
  if (reference?.kind !== 'GeneratorReference') return null;
  const kept = keptIn(clip.metadata, 'fcpxml');
  const parameters = plainJson(reference.parameters) as { readonly [key: string]: unknown };
  const own = parsed(keptText(kept, 'xml'));
  const ownParts = own === null ? [] : childElements(own).map(outFromElement);
  const known = knownEffectsOf({ notSaid: context.notSaid, where: place.where }, clip.effects);
  const aspect =
    context.canvas.width === null || context.canvas.height === null ? 1 : context.canvas.width / context.canvas.height;
  const picture = pictureAdjustments(
    effectContext(context, place.where, aspect, (time) => time),
    known,
  );
  const rest = (head: readonly XmlOut[]): Pick<WrittenItem, 'before' | 'after'> =>
    childrenOf(context, piece, {
      head,
      picture,
      sound: [],
      raw: keptRaw(context, clip),
      sources: [],
      hints: place.hints,
    });
  const localStart = ownStartOf(clip);
  const attributes = (ref: string | null): XmlOut['attributes'] => [
    ...commonAttributes(piece, place, ref),
    ...keptAttributes(clip, ['role']),
  ];
  if (reference.generatorKind === 'SolidColor' && Array.isArray(parameters['color'])) {
    const value = parameters['color']
      .map((part) => decimal(Number(part)))
      .filter((_part, index, all) => index < 3 || all[3] !== '1')
      .join(' ');
    const head = [
      xml('param', [
        ['name', 'Color'],
        ['key', '9999/999166631/999166633/2/353/113/111'],
        ['value', value],
      ]),
    ];
    return {
      name: 'video',
      attributes: attributes(context.resources.effect(solid.name, solid.uid)),
      ...rest(head),
      localStart,
    };
  }
  if (reference.generatorKind === 'Caption')
    return { name: 'caption', attributes: attributes(null), ...rest(ownParts), localStart };
  const effect = typeof parameters['effect'] === 'string' ? parameters['effect'].replace(/^effect /, '') : null;
  if (effect === null) return null;
  const name =
    reference.generatorKind === 'Title'
      ? (effect.split('/').at(-2)?.replace('.localized', '') ?? 'Title')
      : reference.generatorKind;
  const ref = context.resources.effect(name, effect);
  return {
    name: reference.generatorKind === 'Title' ? 'title' : 'video',
    attributes: attributes(ref),
    ...rest(ownParts),
    localStart,
  };
}

/** Nested stacks, picture and sound of one compound clip together. */
function nestedItem(
  context: ItemContext,
  place: ItemPlace,
  picture: Piece | null,
  sound: Piece | null,
): WrittenItem | null {
  const piece = picture ?? sound;
  if (piece === null) return null;
  const stack = (side: Piece | null): Stack | null => (side?.item.kind === 'Stack' ? side.item : null);
  const kept = keptIn(piece.item.metadata, 'fcpxml');
  const element = keptText(kept, 'element');
  if (element !== null && element !== 'ref-clip') {
    context.notSaid.add('PW_WRITE_NESTED', 'warning', `the ${element} is written as a compound clip`, place.where);
  }
  const sequence = context.nestedSequence(stack(picture), stack(sound));
  const ref = context.resources.media(keptText(kept, 'media') ?? piece.item.name, sequence);
  const known = (side: Piece | null): ReturnType<typeof knownEffectsOf> =>
    side === null ? [] : knownEffectsOf({ notSaid: context.notSaid, where: place.where }, side.item.effects);
  const aspect =
    context.canvas.width === null || context.canvas.height === null ? 1 : context.canvas.width / context.canvas.height;
  const raw = [
    ...(picture === null ? [] : keptRaw(context, picture.item)),
    ...(sound === null ? [] : keptRaw(context, sound.item)),
  ];
  const isMuted = sound !== null && picture !== null && picture.item.enabled && !sound.item.enabled;
  return {
    name: 'ref-clip',
    attributes: [
      ...commonAttributes(piece, place, ref),
      ['srcEnable', picture === null ? 'audio' : sound === null ? 'video' : null],
      ...(picture === null || sound === null ? [] : soundEdges(picture, sound)),
    ],
    ...childrenOf(context, piece, {
      head: retimeElements(context, piece, null, place.where),
      picture: pictureAdjustments(
        effectContext(context, place.where, aspect, (own) => own),
        known(picture),
      ),
      sound:
        sound === null
          ? []
          : soundAdjustments(effectContext(context, place.where, 1, soundLocal(picture, sound)), known(sound)),
      raw,
      hints: place.hints,
      sources: isMuted
        ? [
            xml('audio-role-source', [
              ['role', 'dialogue'],
              ['enabled', '0'],
            ]),
          ]
        : [],
    }),
    localStart: ownStartOf(piece.item),
  };
}

/** Sound that picks channels stays an `<audio>`. */
function channelItem(context: ItemContext, place: ItemPlace, piece: Piece, reference: FileReference): WrittenItem {
  const asset = context.resources.asset(reference, 'audio', context.rate);
  const known = knownEffectsOf({ notSaid: context.notSaid, where: place.where }, piece.item.effects);
  return {
    name: 'audio',
    attributes: [
      ...commonAttributes(piece, place, asset.id),
      ...keptAttributes(piece.item, ['role', 'srcCh', 'outCh']),
    ],
    ...childrenOf(context, piece, {
      head: retimeElements(context, piece, null, place.where),
      picture: [],
      sound: soundAdjustments(
        effectContext(context, place.where, 1, (own) => own),
        known,
      ),
      raw: keptRaw(context, piece.item),
      sources: [],
      hints: place.hints,
    }),
    localStart: ownStartOf(piece.item),
  };
}

/** Writes an item: its picture, its sound, or both. Null, reported, for what FCPXML cannot hold. */
export function writeItem(
  context: ItemContext,
  place: ItemPlace,
  picture: Piece | null,
  sound: Piece | null,
): WrittenItem | null {
  const piece = picture ?? sound;
  if (piece === null) return null;
  const { item } = piece;
  if (item.kind === 'Stack') return nestedItem(context, place, picture, sound);
  if (item.kind === 'Clip') {
    const reference = fileOf(item);
    if (
      reference !== null &&
      picture === null &&
      keptText(keptObject(keptIn(item.metadata, 'fcpxml'), 'attributes'), 'srcCh') !== null
    ) {
      return channelItem(context, place, piece, reference);
    }
    if (reference !== null) return fileItem(context, place, picture, sound, reference);
    const generated = generatedItem(context, place, piece, item);
    if (generated !== null) return generated;
  }
  context.notSaid.add(
    'PW_WRITE_ITEM',
    'error',
    `the ${describe(item)} has no place in FCPXML; a gap was written`,
    place.where,
    'Render it to a file and place that in its stead.',
  );
  return null;
}

function describe(item: Item): string {
  if (item.kind !== 'Clip') return item.kind.toLowerCase();
  const reference = item.mediaReferences.find(([key]) => key === item.activeMediaReferenceKey)?.[1];
  return reference === undefined ? 'clip without media' : `clip of ${reference.kind}`;
}
