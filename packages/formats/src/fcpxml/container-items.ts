import { add, compare, divide, equals, max, min, one, subtract, zero, type Rational } from '@patchwork/time';
import type { Moment } from '../diagnostics.ts';
import { attribute, childElement, childElements, type XmlElement } from '../xml/element.ts';
import { assetOf, clipOf, isAnchored, isItemElement, soundEdges, reportEmpty } from './clip-node.ts';
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
  type SideContent,
} from './clip-frame.ts';
import type { Placed, Spot } from './spot.ts';
import { overridesOfAsset, rateOfAsset, referenceOfAsset } from './media-reference.ts';
import { contentOf } from './lanes.ts';
import { placeNested, type NestedSound } from './nested.ts';
import type { Reading } from './reading.ts';
import type { FcpAsset } from './asset.ts';
import { contentOfMedia } from './resources.ts';
import { Scene, type Placement, type SceneFormat } from './scene.ts';
import { emptySide } from './side.ts';
import { chooseChannels, isSoundSource, readSoundSources, saysNothing } from './sound-sources.ts';
import { readSequenceContent, sceneFormatOf } from './sequence.ts';

interface Read {
  readonly placed: Placed;
  readonly frame: ClipFrame | null;
}

function nothing(spot: Spot): Read {
  return { placed: { end: spot.start, video: null, audio: [] }, frame: null };
}

/** Reads a `<clip>`: usually one picture, with its sound, trimmed by the clip around it. */
export function readClip(reading: Reading, element: XmlElement, spot: Spot): Read {
  const content = contentOf(element);
  const [first] = content;
  const plain = content.length === 1 && first !== undefined ? plainContent(reading, first) : null;
  const timecode = spot.scene.timecode(spot.start);
  const origin = first === undefined ? zero : (timeAttribute(reading, first, 'offset', timecode) ?? zero);
  const frame = readFrame(reading, element, spot, {
    start: origin,
    duration: null,
    mediaRate: plain === null ? null : rateOfAsset(plain),
    hasSound: true,
  });
  if (frame === null) return nothing(spot);
  if (first === undefined) reportEmpty(reading, frame);
  if (plain !== null && first !== undefined && isCovered(reading, frame, first, origin))
    return readPlainClip(reading, frame, first, plain, origin);
  return readContainer(reading, frame, content, origin);
}

/** The asset of a content that is nothing but an asset's picture or sound, retimed by nobody; null otherwise. */
function plainContent(reading: Reading, element: XmlElement): FcpAsset | null {
  if (element.name !== 'video' && element.name !== 'audio') return null;
  const asset = reading.resources.assets.get(attribute(element, 'ref') ?? '');
  const isRetimed = (one: XmlElement): boolean =>
    childElement(one, 'timeMap') !== null || childElement(one, 'conform-rate') !== null;
  const inner = childElements(element).filter(isAnchored);
  const isSound = (one: XmlElement): boolean =>
    one.name === 'audio' &&
    !isRetimed(one) &&
    childElements(one).filter(isAnchored).every(isSound) &&
    reading.resources.assets.has(attribute(one, 'ref') ?? '');
  return asset !== undefined && !isRetimed(element) && inner.every(isSound) ? asset : null;
}

/** Tells whether the clip's window lies within its content; beyond it there would be black. */
function isCovered(reading: Reading, frame: ClipFrame, content: XmlElement, offset: Rational): boolean {
  if (frame.retime.speed === null || !equals(frame.retime.recordPerLocal, one) || !equals(frame.retime.speed, one))
    return true;
  const duration = timeAttribute(reading, content, 'duration', frame.timecode);
  const isWithin =
    compare(frame.start, offset) >= 0 &&
    (duration === null || compare(add(frame.start, frame.duration), add(offset, duration)) <= 0);
  return isWithin;
}

/** Where a content's own local time stands in the clip's. */
interface Inner {
  readonly element: XmlElement;
  readonly asset: FcpAsset;
  /** In the clip's local time. */
  readonly offset: Rational;
  /** Media time − clip's local time. */
  readonly shift: Rational;
}

function innerOf(reading: Reading, frame: ClipFrame, element: XmlElement, offsetInClip: Rational): Inner | null {
  const asset = assetOf(reading, element, frame.timecode);
  if (asset === null) return null;
  const start = timeAttribute(reading, element, 'start', frame.timecode) ?? asset.start;
  return { element, asset, offset: offsetInClip, shift: subtract(start, offsetInClip) };
}

function readPlainClip(
  reading: Reading,
  frame: ClipFrame,
  content: XmlElement,
  asset: FcpAsset,
  origin: Rational,
): Read {
  const inner = innerOf(reading, frame, content, origin);
  if (inner === null) return { placed: { end: endOfFrame(frame), video: null, audio: [] }, frame };
  const sounds =
    content.name === 'audio' ? [inner, ...innerSounds(reading, frame, inner)] : innerSounds(reading, frame, inner);
  const isPicture = content.name === 'video' && frame.spot.sides !== 'audio';
  const wantedSounds = frame.spot.sides === 'video' ? [] : sounds;
  const link = isPicture && wantedSounds.length > 0 ? reading.nextLink() : null;
  const video = isPicture ? placeInnerPicture(reading, frame, inner, link) : null;
  const audio = wantedSounds.flatMap((sound, index) => {
    const placement = placeInnerSound(reading, frame, sound, { link, isAlone: !isPicture && index === 0 });
    return placement === null ? [] : [placement];
  });
  void asset;
  return { placed: { end: endOfFrame(frame), video, audio }, frame };
}

/** Sounds that hang inside a content, at any depth, in file order. */
function innerSounds(reading: Reading, frame: ClipFrame, outer: Inner): Inner[] {
  return childElements(outer.element, 'audio').flatMap((element) => {
    const offset = timeAttribute(reading, element, 'offset', frame.timecode) ?? add(outer.offset, outer.shift);
    const inner = innerOf(reading, frame, element, subtract(offset, outer.shift));
    return inner === null ? [] : [inner, ...innerSounds(reading, frame, inner)];
  });
}

/** Local time of the clip at which its content shows a moment of its own. */
function clipLocalFromContent(frame: ClipFrame, content: Rational): Rational {
  const { retime } = frame;
  const at = retime.mediaFromLocal(frame.start);
  if (retime.speed === null || retime.speed.num === 0) return content;
  const mediaPerLocal = subtract(retime.mediaFromLocal(add(frame.start, one)), at);
  return add(frame.start, divide(subtract(content, at), mediaPerLocal));
}

function placeInnerPicture(reading: Reading, frame: ClipFrame, inner: Inner, link: string | null): Placement | null {
  const mediaRate = inner.asset.format?.rate ?? null;
  const content: SideContent = { localStart: frame.start, duration: frame.duration, shift: inner.shift, mediaRate };
  const source = sourceOfSide(frame, content);
  const side = emptySide();
  const aspect = aspectOf(inner.asset.format?.width ?? null, inner.asset.format?.height ?? null);
  const place = { source, duration: frame.duration, aspect };
  const innerTime = (local: Rational): Rational =>
    source.ownFromLocal(clipLocalFromContent(frame, subtract(local, inner.shift)));
  readAdjustments(reading, frame, inner.element, 'picture', { ...place, ownFromLocal: innerTime }, side);
  readAdjustments(reading, frame, frame.element, 'picture', place, side);
  side.unmodelled.push(...overridesOfAsset(inner.asset));
  reportUnknown(reading, frame, isClipChild, side);
  const { scene, lane, start } = frame.spot;
  const item = clipOf(frame, frame.name, {
    media: referenceOfAsset(inner.asset, scene.format.rate),
    source,
    side,
    link,
    enabled: frame.enabled && attribute(inner.element, 'enabled') !== '0',
    markers: readMarkers(reading, frame, source, mediaRate),
    kept: keptOf(frame.element),
  });
  return scene.place({ kind: 'Video', lane, start, duration: frame.duration, item }, frame.element);
}

function isClipChild(element: XmlElement): boolean {
  return isAnchored(element) || isSoundSource(element);
}

function placeInnerSound(
  reading: Reading,
  frame: ClipFrame,
  inner: Inner,
  options: { readonly link: string | null; readonly isAlone: boolean },
): Placement | null {
  const edges = soundEdges(reading, frame);
  const isPlainTime = frame.retime.speed !== null && equals(frame.retime.speed, one);
  const length = timeAttribute(reading, inner.element, 'duration', frame.timecode);
  // The sound inside is written with its full length; the clip around it bounds it.
  const localStart = isPlainTime ? max(edges.localStart, inner.offset) : edges.localStart;
  const start = recordFromLocal(frame, localStart);
  const end = add(edges.start, edges.duration);
  const bounded = isPlainTime && length !== null ? min(end, recordFromLocal(frame, add(inner.offset, length))) : end;
  const mediaRate = rateOfAsset(inner.asset);
  const content: SideContent = { localStart, duration: subtract(bounded, start), shift: inner.shift, mediaRate };
  const source = sourceOfSide(frame, content);
  const side = emptySide();
  const place = { source, duration: content.duration, aspect: 1 };
  const innerTime = (local: Rational): Rational =>
    source.ownFromLocal(clipLocalFromContent(frame, subtract(local, inner.shift)));
  readAdjustments(reading, frame, inner.element, 'sound', { ...place, ownFromLocal: innerTime }, side);
  readAdjustments(reading, frame, frame.element, 'sound', place, side);
  const plays = readSoundSources(
    reading,
    frame,
    frame.element,
    { source, duration: content.duration, channelCount: inner.asset.audioChannels },
    side,
  );
  chooseChannels(reading, frame, { element: inner.element, channelCount: inner.asset.audioChannels }, side);
  if (options.isAlone) reportUnknown(reading, frame, isClipChild, side);
  const attributes = Object.fromEntries(
    ['role', 'srcCh', 'outCh'].flatMap((name) => {
      const value = attribute(inner.element, name);
      return value === null ? [] : [[name, value] as const];
    }),
  );
  const { scene } = frame.spot;
  const item = clipOf(frame, frame.name, {
    media: referenceOfAsset(inner.asset, scene.format.rate),
    source,
    side,
    link: options.link,
    enabled: frame.enabled && plays && attribute(inner.element, 'enabled') !== '0',
    markers: options.isAlone ? readMarkers(reading, frame, source, mediaRate) : [],
    kept: { ...(options.isAlone ? keptOf(frame.element) : {}), element: 'audio', attributes },
  });
  return scene.place({ kind: 'Audio', lane: soundLane(frame), start, duration: content.duration, item }, frame.element);
}

/** Reads a `<sync-clip>`: several contents played together, nested. */
export function readSyncClip(reading: Reading, element: XmlElement, spot: Spot): Read {
  const content = contentOf(element);
  const timecode = spot.scene.timecode(spot.start);
  const origin = earliestOffset(reading, content, timecode);
  const frame = readFrame(reading, element, spot, { start: origin, duration: null, mediaRate: null, hasSound: true });
  return frame === null ? nothing(spot) : readContainer(reading, frame, content, origin);
}

function earliestOffset(reading: Reading, content: readonly XmlElement[], timecode: Moment | null): Rational {
  const offsets = content.map((element) => timeAttribute(reading, element, 'offset', timecode) ?? zero);
  const [first = zero, ...others] = offsets;
  return others.reduce(min, first);
}

/** A clip whose contents stand in its own local time: they become a nested stack. */
function readContainer(reading: Reading, frame: ClipFrame, content: readonly XmlElement[], origin: Rational): Read {
  const outer = frame.spot.scene.format;
  const own = reading.resources.formats.get(attribute(frame.element, 'format') ?? '');
  const format: SceneFormat = {
    rate: own?.rate ?? outer.rate,
    width: own?.width ?? outer.width,
    height: own?.height ?? outer.height,
    start: origin,
    dropFrame: outer.dropFrame,
  };
  const inner = new Scene(format, reading.remarks, true);
  for (const child of content) {
    const offset = timeAttribute(reading, child, 'offset', frame.timecode) ?? origin;
    const spot: Spot = { scene: inner, lane: [], start: subtract(offset, origin), sides: 'all' };
    if (child.name === 'spine') reading.recursion.readStory(reading, child, { ...spot, localStart: zero });
    else if (isItemElement(child)) reading.recursion.readItem(reading, child, spot);
  }
  return placeNested(reading, frame, {
    picture: inner,
    sounds: synchronisedSounds(frame.element, inner),
    origin,
    kept: {},
    pictureOwners: [frame.element],
    colorSpace: own?.colorSpace ?? '',
  });
}

/**
 * The sounds of a synchronised clip: the camera's on the storyline and the recorder's that hangs on it are switched by
 * `sync-source` elements of their own. Where those only name roles, both are one sound.
 */
function synchronisedSounds(element: XmlElement, scene: Scene): NestedSound[] {
  const sources = childElements(element, 'sync-source');
  if (sources.every(saysNothing)) return [{ scene, owners: [element] }];
  return (['storyline', 'connected'] as const).map((part) => ({
    scene,
    part,
    owners: [element, ...sources.filter((source) => attribute(source, 'sourceID') === part)],
  }));
}

function missingMedia(reading: Reading, frame: ClipFrame, id: string, why: string): void {
  reading.remarks.add({
    code: why.includes('itself') ? 'PW_FCPXML_CYCLE' : 'PW_FCPXML_RESOURCE',
    severity: 'error',
    at: frame.element.position,
    timecode: frame.timecode,
    message: `${frame.element.name} "${frame.name}": ${why} ("${id}"); it was left out`,
    hint: 'Export the file again.',
  });
}

/** Reads a `<ref-clip>`: a compound clip, nested. */
export function readReferenceClip(reading: Reading, element: XmlElement, spot: Spot): Read {
  const id = attribute(element, 'ref') ?? '';
  const media = reading.resources.media.get(id);
  const sequence = media === undefined ? null : contentOfMedia(media);
  const format = sequence === null ? null : sceneFormatOf(reading, sequence);
  const duration =
    sequence === null ? null : timeAttribute(reading, sequence, 'duration', spot.scene.timecode(spot.start));
  const frame = readFrame(reading, element, spot, {
    start: format?.start ?? zero,
    duration,
    mediaRate: format?.rate ?? null,
    hasSound: true,
  });
  if (frame === null) return nothing(spot);
  const placed = { placed: { end: endOfFrame(frame), video: null, audio: [] }, frame };
  if (sequence === null || format === null || sequence.name !== 'sequence') {
    missingMedia(reading, frame, id, 'the compound clip is not in the file');
    return placed;
  }
  const scene = reading.inside(id, () => readSequenceContent(reading, sequence, format, { isNested: true }));
  if (scene === null) {
    missingMedia(reading, frame, id, 'the compound clip holds itself');
    return placed;
  }
  const colorSpace = reading.resources.formats.get(attribute(sequence, 'format') ?? '')?.colorSpace ?? '';
  const kept = { media: attribute(media ?? element, 'name') ?? '' };
  return placeNested(reading, frame, {
    picture: scene,
    sounds: [{ scene, owners: [element] }],
    origin: format.start,
    kept,
    pictureOwners: [element],
    colorSpace,
  });
}

/** Reads an `<mc-clip>`: the chosen angles of a multicam clip, nested. */
export function readMulticamClip(reading: Reading, element: XmlElement, spot: Spot): Read {
  const id = attribute(element, 'ref') ?? '';
  const media = reading.resources.media.get(id);
  const multicam = media === undefined ? null : contentOfMedia(media);
  const format = multicam === null ? null : sceneFormatOf(reading, multicam);
  const frame = readFrame(reading, element, spot, {
    start: format?.start ?? zero,
    duration: null,
    mediaRate: format?.rate ?? null,
    hasSound: true,
  });
  if (frame === null) return nothing(spot);
  const placed = { placed: { end: endOfFrame(frame), video: null, audio: [] }, frame };
  if (multicam === null || format === null || multicam.name !== 'multicam') {
    missingMedia(reading, frame, id, 'the multicam clip is not in the file');
    return placed;
  }
  const sources = childElements(element, 'mc-source');
  const angles = childElements(multicam, 'mc-angle');
  const chosen = (side: 'video' | 'audio'): XmlElement[] =>
    sources.filter((source) => ['all', side].includes(attribute(source, 'srcEnable') ?? 'all'));
  const angleOf = (source: XmlElement | undefined): XmlElement | undefined =>
    source === undefined
      ? sources.length === 0
        ? angles[0]
        : undefined
      : angles.find((angle) => attribute(angle, 'angleID') === attribute(source, 'angleID'));
  const videoSource = chosen('video')[0];
  const videoAngle = angleOf(videoSource);
  const audioSources = chosen('audio');
  const audioAngles = sources.length === 0 ? angles.slice(0, 1) : audioSources.map(angleOf);
  if (audioAngles.includes(undefined) || (chosen('video').length > 0 && videoAngle === undefined)) {
    missingMedia(reading, frame, id, 'a chosen angle is not in the multicam clip');
  }
  const readAngle = (angle: XmlElement | undefined, side: 'video' | 'audio'): Scene => {
    const scene = new Scene(format, reading.remarks, true);
    if (angle !== undefined)
      reading.recursion.readStory(reading, angle, { scene, lane: [], start: zero, sides: side, localStart: zero });
    return scene;
  };
  const scenes = reading.inside(id, () => ({
    picture: readAngle(videoAngle, 'video'),
    sounds: audioAngles.map((angle, index) => {
      const source = audioSources[index];
      return { scene: readAngle(angle, 'audio'), owners: source === undefined ? [element] : [source, element] };
    }),
  }));
  if (scenes === null) {
    missingMedia(reading, frame, id, 'the multicam clip holds itself');
    return placed;
  }
  const kept = {
    media: attribute(media ?? element, 'name') ?? '',
    angles: {
      video: videoAngle === undefined ? null : (attribute(videoAngle, 'name') ?? ''),
      audio: audioAngles.flatMap((angle) => (angle === undefined ? [] : [attribute(angle, 'name') ?? ''])),
    },
  };
  const colorSpace = reading.resources.formats.get(attribute(multicam, 'format') ?? '')?.colorSpace ?? '';
  const pictureOwners = videoSource === undefined ? [element] : [videoSource, element];
  return placeNested(reading, frame, { ...scenes, origin: format.start, kept, pictureOwners, colorSpace });
}
