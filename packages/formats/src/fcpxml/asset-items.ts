import { zero, type Rational } from '@patchwork/time';
import {
  makeClip,
  makeEffect,
  makeGeneratorReference,
  makeMissingReference,
  withUnmodelled,
  jsonFrom,
  type Clip,
  type Marker,
  type MediaReference,
} from '@patchwork/timeline';
import { attribute, childElements, type XmlElement } from '../xml/element.ts';
import { inlineXml, outFromElement } from '../xml/write.ts';
import { canonicalValue, meaningOfReference } from './canonical.ts';
import { canonicalXml } from '../xml/canonical.ts';
import {
  aspectOf,
  endOfFrame,
  keptOf,
  readAdjustments,
  readFrame,
  readMarkers,
  recordFromLocal,
  reportUnknown,
  soundLane,
  sourceOfSide,
  timeAttribute,
  type ClipFrame,
  type Placed,
  type SideContent,
  type Sides,
  type Spot,
} from './clip-frame.ts';
import { hintsIn } from './hints.ts';
import { overridesOfAsset, rateOfAsset, referenceOfAsset } from './media-reference.ts';
import { metadataOf, type PlainObject } from './nodes.ts';
import type { Reading } from './reading.ts';
import type { FcpAsset } from './resources.ts';
import { noRetime } from './retime.ts';
import { shiftPoint } from './param.ts';
import type { Placement } from './scene.ts';
import { emptySide, plainChannelMap, plainRaw, type Side } from './side.ts';
import { chooseChannels, isSoundSource, readSoundSources } from './sound-sources.ts';

/** The sides that are wanted and not switched off by `srcEnable`. */
export function enabledSides(sides: Sides, srcEnable: string | null): Sides | 'none' {
  const own = srcEnable === 'audio' || srcEnable === 'video' ? srcEnable : 'all';
  if (own === 'all') return sides;
  return sides === 'all' || sides === own ? own : 'none';
}

/** Looks an asset up; a missing one is reported. */
export function assetOf(reading: Reading, element: XmlElement, timecode: string | null): FcpAsset | null {
  const id = attribute(element, 'ref') ?? '';
  const asset = reading.resources.assets.get(id) ?? null;
  if (asset === null) {
    reading.remarks.add({
      code: 'PW_FCPXML_RESOURCE',
      severity: 'error',
      at: element.position,
      timecode,
      message: `${element.name} "${attribute(element, 'name') ?? ''}" refers to the resource "${id}", which the file does not hold`,
      hint: 'Export the file again, or relink the clip.',
    });
  } else if (asset.source === null) {
    reading.remarks.add({
      code: 'PW_FCPXML_OFFLINE',
      severity: 'error',
      at: element.position,
      timecode,
      message: `asset "${asset.name}" names no file`,
      hint: 'Relink the clip to its media.',
    });
  }
  return asset;
}

/** What a clip of one side is made of. */
export interface ClipParts {
  readonly media: MediaReference;
  readonly content: SideContent;
  readonly side: Side;
  readonly markers: readonly Marker[];
  readonly enabled: boolean;
  readonly kept: PlainObject;
  readonly link: string | null;
}

/** Makes a clip of one side. */
export function clipOf(frame: ClipFrame, name: string, parts: ClipParts): Clip {
  const source = sourceOfSide(frame, parts.content);
  const link = hintsIn(frame.element).link ?? parts.link;
  const clip = makeClip({
    name,
    sourceRange: source.sourceRange,
    effects: [...source.timeEffects, ...parts.side.effects.map(makeEffect)],
    markers: parts.markers,
    enabled: parts.enabled,
    media: parts.media,
    metadata: metadataOf(
      'fcpxml',
      { ...parts.kept, ...plainRaw(parts.side.raw) },
      { ...(link === null ? {} : { link }), ...plainChannelMap(parts.side) },
    ),
  });
  return withUnmodelled(clip, parts.side.unmodelled);
}

/** Where a side stands on the record; the sound of a split edit begins elsewhere than its picture. */
export interface SoundEdges {
  readonly localStart: Rational;
  readonly start: Rational;
  readonly duration: Rational;
}

/** Reads `audioStart` and `audioDuration`: the sound's own edges. */
export function soundEdges(reading: Reading, frame: ClipFrame): SoundEdges {
  const localStart = timeAttribute(reading, frame.element, 'audioStart', frame.timecode) ?? frame.start;
  const duration = timeAttribute(reading, frame.element, 'audioDuration', frame.timecode) ?? frame.duration;
  return { localStart, start: recordFromLocal(frame, localStart), duration };
}

/** An asset's picture as one clip, with the adjustments of its element. */
export function placePicture(
  reading: Reading,
  frame: ClipFrame,
  asset: FcpAsset | null,
  link: string | null,
): Placement | null {
  const mediaRate = asset?.format?.rate ?? null;
  const content = { localStart: frame.start, duration: frame.duration, shift: zero, mediaRate };
  const source = sourceOfSide(frame, content);
  const side = emptySide();
  const format = asset?.format ?? null;
  readAdjustments(
    reading,
    frame,
    frame.element,
    'picture',
    {
      source,
      duration: frame.duration,
      aspect: aspectOf(format?.width ?? null, format?.height ?? null),
    },
    side,
  );
  side.unmodelled.push(...(asset === null ? [] : overridesOfAsset(asset)));
  reportUnknown(reading, frame, isAssetChild, side);
  const item = clipOf(frame, frame.name, {
    media:
      asset === null
        ? makeMissingReference({ name: frame.name })
        : referenceOfAsset(asset, frame.spot.scene.format.rate),
    content,
    side,
    enabled: frame.enabled,
    link,
    markers: readMarkers(reading, frame, source, mediaRate),
    kept: keptOf(frame.element),
  });
  const { scene, lane, start } = frame.spot;
  return scene.place({ kind: 'Video', lane, start, duration: frame.duration, item }, frame.element);
}

/** An asset's sound as one clip, with the adjustments of its element. */
export function placeSound(
  reading: Reading,
  frame: ClipFrame,
  asset: FcpAsset,
  options: { readonly link: string | null; readonly isAlone: boolean },
): Placement | null {
  const edges = soundEdges(reading, frame);
  const mediaRate = rateOfAsset(asset);
  const content = { localStart: edges.localStart, duration: edges.duration, shift: zero, mediaRate };
  const source = sourceOfSide(frame, content);
  const side = emptySide();
  readAdjustments(reading, frame, frame.element, 'sound', { source, duration: edges.duration, aspect: 1 }, side);
  const plays = readSoundSources(
    reading,
    frame,
    frame.element,
    { source, duration: edges.duration, channelCount: asset.audioChannels },
    side,
  );
  if (options.isAlone) reportUnknown(reading, frame, isAssetChild, side);
  const item = clipOf(frame, frame.name, {
    media: referenceOfAsset(asset, frame.spot.scene.format.rate),
    content,
    side,
    enabled: frame.enabled && plays,
    link: options.link,
    markers: options.isAlone ? readMarkers(reading, frame, source, mediaRate) : [],
    kept: options.isAlone ? keptOf(frame.element) : soundKept(frame.element),
  });
  return frame.spot.scene.place(
    { kind: 'Audio', lane: soundLane(frame), start: edges.start, duration: edges.duration, item },
    frame.element,
  );
}

/** Notes and keywords stand on the picture; the sound keeps its role. */
function soundKept(element: XmlElement): PlainObject {
  const role = attribute(element, 'audioRole');
  return { element: element.name, ...(role === null ? {} : { attributes: { audioRole: role } }) };
}

function isAssetChild(element: XmlElement): boolean {
  return isSoundSource(element) || isAnchored(element);
}

const itemNames: ReadonlySet<string> = new Set([
  'asset-clip',
  'clip',
  'ref-clip',
  'sync-clip',
  'mc-clip',
  'title',
  'video',
  'audio',
  'caption',
  'audition',
  'gap',
  'live-drawing',
]);

/** Tells whether an element is a clip of some kind. */
export function isItemElement(element: XmlElement): boolean {
  return itemNames.has(element.name);
}

/** Tells whether an element may hang on a clip. */
export function isAnchored(element: XmlElement): boolean {
  return isItemElement(element) || element.name === 'spine';
}

/** Reads an `<asset-clip>`: its picture and its sound, linked. */
export function readAssetClip(
  reading: Reading,
  element: XmlElement,
  spot: Spot,
): { placed: Placed; frame: ClipFrame | null } {
  const asset = assetOf(reading, element, spot.scene.timecode(spot.start));
  const frame = readFrame(reading, element, spot, {
    start: asset?.start ?? zero,
    duration: asset?.isStill === true ? null : (asset?.duration ?? null),
    mediaRate: asset?.format?.rate ?? null,
    hasSound: asset?.hasAudio ?? false,
  });
  if (frame === null) return { placed: { end: spot.start, video: null, audio: [] }, frame };
  const sides = enabledSides(spot.sides, attribute(element, 'srcEnable'));
  const hasPicture = sides !== 'none' && sides !== 'audio' && (asset?.hasVideo ?? true);
  const hasSound = sides !== 'none' && sides !== 'video' && asset !== null && asset.hasAudio;
  const link = hasPicture && hasSound ? reading.nextLink() : null;
  const video = hasPicture ? placePicture(reading, frame, asset, link) : null;
  const sound = hasSound && asset !== null ? placeSound(reading, frame, asset, { link, isAlone: !hasPicture }) : null;
  return { placed: { end: endOfFrame(frame), video, audio: sound === null ? [] : [sound] }, frame };
}

/** Reads a `<video>`: an asset's picture, or a generator. */
export function readVideo(
  reading: Reading,
  element: XmlElement,
  spot: Spot,
): { placed: Placed; frame: ClipFrame | null } {
  const id = attribute(element, 'ref') ?? '';
  if (reading.resources.effects.has(id)) return readGenerator(reading, element, spot);
  const asset = assetOf(reading, element, spot.scene.timecode(spot.start));
  const frame = readFrame(reading, element, spot, {
    start: asset?.start ?? zero,
    duration: asset?.isStill === true ? null : (asset?.duration ?? null),
    mediaRate: asset?.format?.rate ?? null,
    hasSound: false,
  });
  if (frame === null) return { placed: { end: spot.start, video: null, audio: [] }, frame };
  const video = spot.sides === 'audio' ? null : placePicture(reading, frame, asset, null);
  return { placed: { end: endOfFrame(frame), video, audio: [] }, frame };
}

/** Reads an `<audio>`: some channels of an asset's sound. */
export function readAudio(
  reading: Reading,
  element: XmlElement,
  spot: Spot,
): { placed: Placed; frame: ClipFrame | null } {
  const asset = assetOf(reading, element, spot.scene.timecode(spot.start));
  const frame = readFrame(reading, element, spot, {
    start: asset?.start ?? zero,
    duration: asset?.duration ?? null,
    mediaRate: asset === null ? null : rateOfAsset(asset),
    hasSound: true,
  });
  if (frame === null) return { placed: { end: spot.start, video: null, audio: [] }, frame };
  const sound = spot.sides === 'video' ? null : placeChannels(reading, frame, asset, null);
  return { placed: { end: endOfFrame(frame), video: null, audio: sound === null ? [] : [sound] }, frame };
}

/** An `<audio>` element's sound: as the asset's, save that it may pick channels. */
export function placeChannels(
  reading: Reading,
  frame: ClipFrame,
  asset: FcpAsset | null,
  link: string | null,
): Placement | null {
  const mediaRate = asset === null ? null : rateOfAsset(asset);
  const content = { localStart: frame.start, duration: frame.duration, shift: zero, mediaRate };
  const source = sourceOfSide(frame, content);
  const side = emptySide();
  readAdjustments(reading, frame, frame.element, 'sound', { source, duration: frame.duration, aspect: 1 }, side);
  reportUnknown(reading, frame, isAssetChild, side);
  chooseChannels(reading, frame, { element: frame.element, channelCount: asset?.audioChannels ?? null }, side);
  const item = clipOf(frame, frame.name === '' ? (asset?.name ?? '') : frame.name, {
    media:
      asset === null
        ? makeMissingReference({ name: frame.name })
        : referenceOfAsset(asset, frame.spot.scene.format.rate),
    content,
    side,
    enabled: frame.enabled,
    link,
    markers: readMarkers(reading, frame, source, mediaRate),
    kept: keptOf(frame.element),
  });
  const { scene, start } = frame.spot;
  return scene.place({ kind: 'Audio', lane: soundLane(frame), start, duration: frame.duration, item }, frame.element);
}

/** A generator's plain colour, `[red, green, blue, 1]` from 0 to 1, or null for a generator that draws something else. */
function solidColorOf(reading: Reading, element: XmlElement): readonly number[] | null {
  const effect = reading.resources.effects.get(attribute(element, 'ref') ?? '');
  if (effect === undefined || !/Solids\.localized|\/Solids\//.test(effect.uid) || !/Custom/.test(effect.uid))
    return null;
  const params = childElements(element, 'param');
  const color = params.find((param) => attribute(param, 'name') === 'Color');
  if (color === undefined || params.length !== 1) return null;
  const parts = (attribute(color, 'value') ?? '')
    .trim()
    .split(/\s+/)
    .map((part) => shiftPoint(part, 0));
  const numbers = parts.filter((part): part is number => part !== null && part >= 0 && part <= 1);
  if (parts.length < 3 || numbers.length !== parts.length) return null;
  return [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0, numbers[3] ?? 1];
}

function readGenerator(reading: Reading, element: XmlElement, spot: Spot): { placed: Placed; frame: ClipFrame | null } {
  const frame = readFrame(reading, element, spot, { start: zero, duration: null, mediaRate: null, hasSound: false });
  if (frame === null) return { placed: { end: spot.start, video: null, audio: [] }, frame };
  const reference = attribute(element, 'ref') ?? '';
  const color = solidColorOf(reading, element);
  const side = emptySide();
  if (color === null) {
    const params = childElements(element)
      .filter((child) => child.name === 'param' || child.name === 'timeMap')
      .map((param) => canonicalXml(param, (_owner, _name, value) => canonicalValue(value)));
    const label = `generator "${reading.resources.effects.get(reference)?.name ?? ''}"`;
    side.unmodelled.push({
      label,
      content: `${meaningOfReference(reading.resources, reference)} start=${canonicalValue(attribute(element, 'start') ?? '')} duration=${canonicalValue(attribute(element, 'duration') ?? '')} ${params.join(' ')}`,
    });
    reading.remarks.add({
      code: 'PW_FCPXML_UNMODELLED',
      severity: 'warning',
      at: element.position,
      timecode: frame.timecode,
      message: `${label} is not modelled`,
      hint: 'It is kept and watched for changes; the built-in renderer cannot draw it.',
    });
  }
  const video = placeGenerated(reading, frame, {
    kind: color === null ? (reading.resources.effects.get(reference)?.name ?? 'Generator') : 'SolidColor',
    parameters: color === null ? { effect: meaningOfReference(reading.resources, reference) } : { color: [...color] },
    side,
    kept: keptOf(
      element,
      color === null
        ? {
            xml: inlineXml(
              outFromElement({
                ...element,
                name: 'generator',
                attributes: new Map(),
                content: childElements(element, 'param'),
              }),
            ),
          }
        : {},
    ),
  });
  return { placed: { end: endOfFrame(frame), video, audio: [] }, frame };
}

/** Places a picture made by rule. */
export function placeGenerated(
  reading: Reading,
  frame: ClipFrame,
  generated: {
    readonly kind: string;
    readonly parameters: PlainObject;
    readonly side: Side;
    readonly kept: PlainObject;
    readonly track?: 'Video' | 'Caption';
  },
): Placement | null {
  const { scene, lane, start, sides } = frame.spot;
  if (sides === 'audio') return null;
  const content = { localStart: frame.start, duration: frame.duration, shift: zero, mediaRate: null };
  const source = sourceOfSide({ ...frame, retime: noRetime }, content);
  readAdjustments(
    reading,
    frame,
    frame.element,
    'picture',
    { source, duration: frame.duration, aspect: aspectOf(scene.format.width, scene.format.height) },
    generated.side,
  );
  reportUnknown(reading, frame, (child) => isAssetChild(child) || generatorNames.has(child.name), generated.side);
  const item = clipOf({ ...frame, retime: noRetime }, frame.name, {
    media: makeGeneratorReference({
      name: frame.name,
      generatorKind: generated.kind,
      parameters: jsonFrom(generated.parameters),
    }),
    content,
    side: generated.side,
    enabled: frame.enabled,
    link: null,
    markers: readMarkers(reading, frame, source, null),
    kept: generated.kept,
  });
  return scene.place({ kind: generated.track ?? 'Video', lane, start, duration: frame.duration, item }, frame.element);
}

const generatorNames: ReadonlySet<string> = new Set(['param', 'text', 'text-style-def']);
