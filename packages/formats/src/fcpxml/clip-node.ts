import type { Rational } from '@patchwork/time';
import { makeClip, makeEffect, withUnmodelled, type Clip, type Marker, type MediaReference } from '@patchwork/timeline';
import type { Moment } from '../diagnostics.ts';
import { attribute, type XmlElement } from '../xml/element.ts';
import { recordFromLocal, timeAttribute, type ClipFrame, type SideSource } from './clip-frame.ts';
import type { Sides } from './spot.ts';
import { hintIn } from './hints.ts';
import { metadataOf, type PlainObject } from './nodes.ts';
import type { Reading } from './reading.ts';
import type { FcpAsset } from './asset.ts';
import { plainChannelMap, plainRaw, type Side } from './side.ts';
import { isSoundSource } from './sound-sources.ts';

/** The sides that are wanted and not switched off by `srcEnable`. */
export function enabledSides(sides: Sides, srcEnable: string | null): Sides | 'none' {
  const own = srcEnable === 'audio' || srcEnable === 'video' ? srcEnable : 'all';
  if (own === 'all') return sides;
  return sides === 'all' || sides === own ? own : 'none';
}

/** Looks an asset up; a missing one is reported. */
export function assetOf(reading: Reading, element: XmlElement, timecode: Moment | null): FcpAsset | null {
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
  readonly source: SideSource;
  readonly side: Side;
  readonly markers: readonly Marker[];
  readonly enabled: boolean;
  readonly kept: PlainObject;
  readonly link: string | null;
}

/** Makes a clip of one side. */
export function clipOf(frame: ClipFrame, name: string, parts: ClipParts): Clip {
  const { source } = parts;
  const { side, kept } = parts;
  const link = hintIn(frame.element, 'link') ?? parts.link;
  const ours = link === null ? plainChannelMap(side) : { link, ...plainChannelMap(side) };
  const effects =
    side.effects.length === 0 ? source.timeEffects : source.timeEffects.concat(side.effects.map(makeEffect));
  const clip = makeClip({
    name,
    sourceRange: source.sourceRange,
    effects,
    markers: parts.markers,
    enabled: parts.enabled,
    media: parts.media,
    metadata: metadataOf('fcpxml', side.raw.length === 0 ? kept : { ...kept, ...plainRaw(side.raw) }, ours),
  });
  return side.unmodelled.length === 0 ? clip : withUnmodelled(clip, side.unmodelled);
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

/** Notes and keywords stand on the picture; the sound keeps its role. */
export function soundKept(element: XmlElement): PlainObject {
  const role = attribute(element, 'audioRole');
  return { element: element.name, ...(role === null ? {} : { attributes: { audioRole: role } }) };
}

/** Tells whether a child of a clip is read by others than the clip itself: sound components and what hangs on it. */
export function isAssetChild(element: XmlElement): boolean {
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

/** Reports a clip that has no content. */
export function reportEmpty(reading: Reading, { element, name, timecode }: ClipFrame): void {
  reading.remarks.add({
    code: 'PW_FCPXML_EMPTY',
    severity: 'warning',
    at: element.position,
    timecode,
    message: `clip "${name}" holds nothing; nothing is shown in its place`,
    hint: 'Remove it, or export the file again.',
  });
}
