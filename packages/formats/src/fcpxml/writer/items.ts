import { plainJson, type Clip, type Item, type Stack } from '@patchwork/timeline';
import { keptIn, keptObject, keptText } from '../../clip-metadata.ts';
import { childElements } from '../../xml/element.ts';
import { outFromElement, xml, type XmlOut } from '../../xml/write.ts';
import { decimal } from './decimals.ts';
import { knownEffectsOf, pictureAdjustments, soundAdjustments } from './effects.ts';
import { type ItemContext, type ItemPlace, type WrittenItem, ownStartOf } from './item-context.ts';
import {
  retimeElements,
  childrenOf,
  commonAttributes,
  effectContext,
  aspectOf,
  soundEdges,
  soundLocal,
} from './item-parts.ts';
import { keptRaw, parsed, keptAttributes } from './kept-parts.ts';
import { fileOf } from './links.ts';
import type { Piece } from './pieces.ts';
import { formatOfReference, isStillReference, type FileReference } from './resources.ts';

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
          effectContext(context, place.where, piece, aspectOf(format), (own) => own),
          knownEffectsOf({ notSaid: context.notSaid, where: place.where }, picture.item.effects),
        );
  const edges = sound === null || picture === null ? [] : soundEdges(picture, sound);
  const soundPart =
    sound === null
      ? []
      : soundAdjustments(
          effectContext(context, place.where, sound, 1, soundLocal(picture, sound)),
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

function stillItem(context: ItemContext, place: ItemPlace, piece: Piece, reference: FileReference): WrittenItem {
  const asset = context.resources.asset(reference, 'video', context.rate);
  const known = knownEffectsOf({ notSaid: context.notSaid, where: place.where }, piece.item.effects);
  return {
    name: 'video',
    attributes: commonAttributes(piece, place, asset.id),
    ...childrenOf(context, piece, {
      head: retimeElements(context, piece, null, place.where),
      picture: pictureAdjustments(
        effectContext(context, place.where, piece, aspectOf(formatOfReference(reference)), (own) => own),
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
    effectContext(context, place.where, piece, aspect, (time) => time),
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
        effectContext(context, place.where, piece, aspect, (own) => own),
        known(picture),
      ),
      sound:
        sound === null
          ? []
          : soundAdjustments(effectContext(context, place.where, sound, 1, soundLocal(picture, sound)), known(sound)),
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
        effectContext(context, place.where, piece, 1, (own) => own),
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
