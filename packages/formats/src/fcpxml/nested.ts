import { add, compare, equals, formatRate, one, secondsFromTime, subtract, zero, type Rational } from '@patchwork/time';
import {
  makeEffect,
  makeStack,
  trimmedRange,
  unmodelledOf,
  withUnmodelled,
  type Clip,
  type Item,
  type Track,
} from '@patchwork/timeline';
import { attribute, childElement, childElements, type XmlElement } from '../xml/element.ts';
import { clipOf, enabledSides, isAnchored, soundEdges } from './clip-node.ts';
import {
  aspectOf,
  endOfFrame,
  keptOf,
  readAdjustments,
  readMarkers,
  reportUnknown,
  soundLane,
  sourceOfSide,
  type ClipFrame,
  type SideContent,
  type SideSource,
} from './clip-frame.ts';
import type { Placed } from './spot.ts';
import { colorTagsOf } from './color-tags.ts';
import { hintIn } from './hints.ts';
import { metadataOf, type PlainObject } from './nodes.ts';
import type { Reading } from './reading.ts';
import type { Placement, Scene, SceneFormat, ScenePart } from './scene.ts';
import { emptySide, plainRaw } from './side.ts';
import { isSoundSource, readSoundSources } from './sound-sources.ts';

/** One sound of a nested clip, which is switched and adjusted by itself. */
export interface NestedSound {
  readonly scene: Scene;
  /** Default all. */
  readonly part?: ScenePart;
  readonly owners: readonly XmlElement[];
}

/** What a nested clip shows and plays. */
export interface Nested {
  readonly picture: Scene;
  readonly pictureOwners: readonly XmlElement[];
  /** Each with the elements that hold its adjustments and components: a multicam clip may play several angles. */
  readonly sounds: readonly NestedSound[];
  /** Local time of the nested scenes' zero. */
  readonly origin: Rational;
  readonly kept: PlainObject;
  readonly colorSpace: string;
}

/** Raster, rate and colour of a scene, as the packages above read them. */
export function canvasOf(format: SceneFormat, colorSpace: string): PlainObject {
  return {
    ...(format.width === null ? {} : { width: format.width }),
    ...(format.height === null ? {} : { height: format.height }),
    rate: formatRate(format.rate),
    colorSpace,
    ...colorTagsOf(colorSpace),
  };
}

/** Places a nested scene: one item for its picture, one for each of its sounds, linked. */
export function placeNested(reading: Reading, frame: ClipFrame, nested: Nested): { placed: Placed; frame: ClipFrame } {
  const sides = enabledSides(frame.spot.sides, attribute(frame.element, 'srcEnable'));
  const pictures = sides === 'all' || sides === 'video' ? nested.picture.tracks(['Video']) : [];
  const sounds = (sides === 'all' || sides === 'audio' ? nested.sounds : [])
    .map(({ scene, owners, part }) => ({ scene, owners, tracks: scene.tracks(['Audio'], part) }))
    .filter(({ tracks }) => tracks.length > 0);
  const link = pictures.length > 0 && sounds.length > 0 ? reading.nextLink() : null;
  const { scene, lane, start } = frame.spot;
  const side = { reading, frame, nested, link };
  const picture = { localStart: frame.start, duration: frame.duration };
  const video =
    pictures.length === 0
      ? null
      : scene.place(
          {
            kind: 'Video',
            lane,
            start,
            duration: frame.duration,
            item: nestedItem({
              ...side,
              ...picture,
              scene: nested.picture,
              tracks: pictures,
              owners: nested.pictureOwners,
              isPicture: true,
              isFirst: true,
            }),
          },
          frame.element,
        );
  const edges = soundEdges(reading, frame);
  const audio = sounds.flatMap((sound, index): Placement[] => {
    const item = nestedItem({
      ...side,
      ...sound,
      localStart: edges.localStart,
      duration: edges.duration,
      isPicture: false,
      isFirst: pictures.length === 0 && index === 0,
    });
    const placement = scene.place(
      { kind: 'Audio', lane: soundLane(frame), start: edges.start, duration: edges.duration, item },
      frame.element,
    );
    return placement === null ? [] : [placement];
  });
  return { placed: { end: endOfFrame(frame), video, audio }, frame };
}

interface NestedSide {
  readonly reading: Reading;
  readonly frame: ClipFrame;
  readonly nested: Nested;
  readonly scene: Scene;
  readonly tracks: readonly Track[];
  readonly owners: readonly XmlElement[];
  readonly localStart: Rational;
  readonly duration: Rational;
  readonly isPicture: boolean;
  /** The first item keeps what stands on the element: markers, notes, unknown children. */
  readonly isFirst: boolean;
  readonly link: string | null;
}

function nestedItem(side: NestedSide): Item {
  const { frame, nested, scene, tracks } = side;
  const content: SideContent = {
    localStart: side.localStart,
    duration: side.duration,
    shift: subtract(zero, add(nested.origin, scene.begin)),
    mediaRate: scene.format.rate,
  };
  const only = onlyClip(side, content, tracks);
  if (only === null) return stackOf(side, content);
  // One plain clip under the whole window: the same picture without the nesting.
  const shown = only.clip.mediaReferences[0]?.[1];
  const kept =
    only.clip.sourceRange === null || shown === undefined
      ? null
      : { start: secondsFromTime(only.clip.sourceRange.start), shown };
  if (kept === null) return stackOf(side, content);
  const direct: SideContent = {
    ...content,
    shift: add(content.shift, subtract(kept.start, only.start)),
    mediaRate: only.clip.sourceRange?.start.rate ?? content.mediaRate,
  };
  const parts = partsOf(side, direct);
  const clip = clipOf(frame, frame.name, {
    media: kept.shown,
    source: parts.source,
    side: parts.side,
    markers: parts.markers,
    enabled: parts.enabled,
    kept: { ...parts.kept, content: only.clip.name },
    link: side.link,
  });
  return clip;
}

/** The one clip that fills the window, when nesting it changes nothing; null otherwise. */
function onlyClip(
  side: NestedSide,
  content: SideContent,
  tracks: readonly Track[],
): { clip: Clip; start: Rational } | null {
  const { frame, scene } = side;
  const outer = frame.spot.scene.format;
  const isSameFrame =
    outer.width === scene.format.width && outer.height === scene.format.height && equals(outer.rate, scene.format.rate);
  const [track] = tracks;
  if (tracks.length !== 1 || track === undefined || (side.isPicture && !isSameFrame)) return null;
  if (frame.retime.speed === null || !equals(frame.retime.speed, one) || frame.retime.sampling !== 'nearest')
    return null;
  if (side.isPicture && side.owners.some(reshapes)) return null;
  const window = add(frame.retime.mediaFromLocal(content.localStart), content.shift);
  const from = subtract(window, frame.spot.handles?.head ?? zero);
  const to = add(add(window, content.duration), frame.spot.handles?.tail ?? zero);
  let start: Rational = zero;
  for (const child of track.children) {
    if (child.kind === 'Unknown' || child.kind === 'Transition') {
      if (child.kind === 'Transition') return null;
      continue;
    }
    const end = add(start, secondsFromTime(trimmedRange(child).duration));
    if (compare(start, from) <= 0 && compare(end, to) >= 0) return isPlain(child) ? { clip: child, start } : null;
    start = end;
  }
  return null;
}

/** A crop or conform of the composition is not one of the clip in it, whose raster may be another. */
function reshapes(owner: XmlElement): boolean {
  const crop = childElement(owner, 'adjust-crop');
  const conform = childElement(owner, 'adjust-conform');
  const isCropped = crop !== null && childElements(crop).length > 0;
  return isCropped || (conform !== null && (attribute(conform, 'type') ?? 'fit') !== 'fit');
}

function isPlain(item: Item): item is Clip {
  return (
    item.kind === 'Clip' &&
    item.enabled &&
    item.effects.length === 0 &&
    unmodelledOf(item).length === 0 &&
    item.sourceRange !== null
  );
}

function isNestedChild(element: XmlElement): boolean {
  return (
    isAnchored(element) || isSoundSource(element) || element.name === 'sync-source' || element.name === 'mc-source'
  );
}

function partsOf(
  nested: NestedSide,
  content: SideContent,
): {
  side: ReturnType<typeof emptySide>;
  markers: Clip['markers'];
  enabled: boolean;
  kept: PlainObject;
  source: SideSource;
} {
  const { reading, frame, scene, isPicture, isFirst } = nested;
  const source = sourceOfSide(frame, content);
  const side = emptySide();
  const { format } = scene;
  const place = { source, duration: content.duration, aspect: aspectOf(format.width, format.height) };
  let plays = true;
  for (const owner of nested.owners) {
    readAdjustments(reading, frame, owner, isPicture ? 'picture' : 'sound', place, side);
    if (!isPicture)
      plays =
        readSoundSources(reading, frame, owner, { source, duration: content.duration, channelCount: null }, side) &&
        plays;
  }
  if (isFirst) reportUnknown(reading, frame, isNestedChild, side);
  return {
    side,
    source,
    markers: isFirst ? readMarkers(reading, frame, source, content.mediaRate) : [],
    enabled: frame.enabled && plays,
    kept: isFirst ? keptOf(frame.element, nested.nested.kept) : { element: frame.element.name, ...nested.nested.kept },
  };
}

function stackOf(nested: NestedSide, content: SideContent): Item {
  const parts = partsOf(nested, content);
  const link = hintIn(nested.frame.element, 'link') ?? nested.link;
  const stack = makeStack({
    name: nested.frame.name,
    sourceRange: parts.source.sourceRange,
    effects: [...parts.source.timeEffects, ...parts.side.effects.map(makeEffect)],
    markers: parts.markers,
    enabled: parts.enabled,
    children: nested.tracks,
    metadata: metadataOf(
      'fcpxml',
      { ...parts.kept, ...plainRaw(parts.side.raw) },
      {
        canvas: canvasOf(nested.scene.format, nested.nested.colorSpace),
        ...(link === null ? {} : { link }),
      },
    ),
  });
  return withUnmodelled(stack, parts.side.unmodelled);
}
