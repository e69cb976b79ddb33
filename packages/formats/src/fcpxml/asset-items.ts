import { zero, type Rate } from '@patchwork/time';
import { makeMissingReference, type Marker } from '@patchwork/timeline';
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
  type SideSource,
} from './clip-frame.ts';
import type { Placed, Spot } from './spot.ts';
import { enabledSides, assetOf, clipOf, soundEdges, soundKept, isAssetChild, type SoundEdges } from './clip-node.ts';
import { readGenerator } from './generator-items.ts';
import { overridesOfAsset, rateOfAsset, referenceOfAsset } from './media-reference.ts';
import type { Reading } from './reading.ts';
import type { FcpAsset } from './asset.ts';
import type { Placement } from './scene.ts';
import { emptySide, type Side } from './side.ts';
import { chooseChannels, readSoundSources } from './sound-sources.ts';

const noMarkers: readonly Marker[] = [];

/** Which side of an asset a clip shows, and what of its element stands on that side. */
interface AssetSide {
  readonly asset: FcpAsset | null;
  readonly wanted: 'picture' | 'sound';
  readonly link: string | null;
  readonly mediaRate: Rate | null;
  readonly edges: SoundEdges;
  readonly name: string;
  /** Whether the notes, markers and unknown children of the element stand here. */
  readonly isFirst: boolean;
  /** What else stands on the side; tells whether it plays at all. */
  finish(side: Side, source: SideSource): boolean;
}

/** One side of an asset as one clip, with the adjustments of its element. */
function placeSide(reading: Reading, frame: ClipFrame, parts: AssetSide): Placement | null {
  const { asset, wanted, mediaRate } = parts;
  const { localStart, start, duration } = parts.edges;
  const content = { localStart, duration, shift: zero, mediaRate };
  const source = sourceOfSide(frame, content);
  const side = emptySide();
  const isPicture = wanted === 'picture';
  const aspect = isPicture ? aspectOf(asset?.format?.width ?? null, asset?.format?.height ?? null) : 1;
  readAdjustments(reading, frame, frame.element, wanted, { source, duration, aspect }, side);
  const plays = parts.finish(side, source);
  if (parts.isFirst) reportUnknown(reading, frame, isAssetChild, side);
  const { scene } = frame.spot;
  const item = clipOf(frame, parts.name, {
    media: asset === null ? makeMissingReference({ name: frame.name }) : referenceOfAsset(asset, scene.format.rate),
    source,
    side,
    enabled: frame.enabled && plays,
    link: parts.link,
    markers: parts.isFirst ? readMarkers(reading, frame, source, mediaRate) : noMarkers,
    kept: parts.isFirst ? keptOf(frame.element) : soundKept(frame.element),
  });
  const lane = isPicture ? frame.spot.lane : soundLane(frame);
  return scene.place({ kind: isPicture ? 'Video' : 'Audio', lane, start, duration, item }, frame.element);
}

/** The edges of the clip itself. */
function frameEdges({ start, duration, spot }: ClipFrame): SoundEdges {
  return { localStart: start, start: spot.start, duration };
}

function placePicture(
  reading: Reading,
  frame: ClipFrame,
  asset: FcpAsset | null,
  link: string | null,
): Placement | null {
  return placeSide(reading, frame, {
    asset,
    wanted: 'picture',
    link,
    mediaRate: asset?.format?.rate ?? null,
    edges: frameEdges(frame),
    name: frame.name,
    isFirst: true,
    finish(side) {
      side.unmodelled.push(...(asset === null ? [] : overridesOfAsset(asset)));
      return true;
    },
  });
}

/** The sound of an asset, whose edges may be others than the picture's. */
function placeSound(
  reading: Reading,
  frame: ClipFrame,
  asset: FcpAsset,
  options: { readonly link: string | null; readonly isAlone: boolean },
): Placement | null {
  const edges = soundEdges(reading, frame);
  const { duration } = edges;
  return placeSide(reading, frame, {
    asset,
    wanted: 'sound',
    link: options.link,
    mediaRate: rateOfAsset(asset),
    edges,
    name: frame.name,
    isFirst: options.isAlone,
    finish: (side, source) =>
      readSoundSources(reading, frame, frame.element, { source, duration, channelCount: asset.audioChannels }, side),
  });
}

/** An `<audio>` element's sound: as the asset's, save that it may pick channels. */
function placeChannels(reading: Reading, frame: ClipFrame, asset: FcpAsset | null): Placement | null {
  return placeSide(reading, frame, {
    asset,
    wanted: 'sound',
    link: null,
    mediaRate: asset === null ? null : rateOfAsset(asset),
    edges: frameEdges(frame),
    name: frame.name === '' ? (asset?.name ?? '') : frame.name,
    isFirst: true,
    finish(side) {
      chooseChannels(reading, frame, { element: frame.element, channelCount: asset?.audioChannels ?? null }, side);
      return true;
    },
  });
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
  const sound = spot.sides === 'video' ? null : placeChannels(reading, frame, asset);
  return { placed: { end: endOfFrame(frame), video: null, audio: sound === null ? [] : [sound] }, frame };
}
