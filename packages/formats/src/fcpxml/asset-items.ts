import { zero } from '@patchwork/time';
import { makeMissingReference } from '@patchwork/timeline';
import { attribute, type XmlElement } from '../xml/element.ts';
import {
  aspectOf,
  endOfFrame,
  keptOf,
  readAdjustments,
  readFrame,
  readMarkers,
  reportUnknown,
  soundLane,
  sourceOfSide,
  type ClipFrame,
  type Placed,
  type Spot,
} from './clip-frame.ts';
import { enabledSides, assetOf, clipOf, soundEdges, soundKept, isAssetChild } from './clip-node.ts';
import { readGenerator } from './generator-items.ts';
import { overridesOfAsset, rateOfAsset, referenceOfAsset } from './media-reference.ts';
import type { Reading } from './reading.ts';
import type { FcpAsset } from './resources.ts';
import type { Placement } from './scene.ts';
import { emptySide } from './side.ts';
import { chooseChannels, readSoundSources } from './sound-sources.ts';

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
