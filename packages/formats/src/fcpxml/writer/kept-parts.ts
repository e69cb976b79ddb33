import { secondsFromTime, type Rational } from '@patchwork/time';
import { unmodelledOf, type Item, type Marker } from '@patchwork/timeline';
import { keptIn, keptObject, keptObjects, keptText, keptTexts } from '../../clip-metadata.ts';
import { attribute, childElements, type XmlElement } from '../../xml/element.ts';
import { parseXml } from '../../xml/parse.ts';
import { outFromElement, xml, type XmlOut } from '../../xml/write.ts';
import { formatFcpTime } from '../time.ts';
import type { ItemContext } from './item-context.ts';

/** Kept parts of a retime: they stand in the `timeMap`, not beside it. */
const ofRetime: ReadonlySet<string> = new Set(['frameSampling', 'smoothing']);

/** Elements that the reader kept because the model cannot say them, with their effects' ids renewed. */
export function keptRaw(context: ItemContext, item: Item): XmlOut[] {
  reportForeign(context, item);
  return keptObjects(keptIn(item.metadata, 'fcpxml'), 'raw').flatMap((plain) => {
    const element = parsed(keptText(plain, 'xml'));
    if (element === null || ofRetime.has(element.name)) return [];
    const effect = keptObject(plain, 'effect');
    return [withEffect(context, outFromElement(element), effect)];
  });
}

/** What another format's reader could not model has no element here: it is named, and left out. */
function reportForeign(context: ItemContext, item: Item): void {
  if (keptText(keptIn(item.metadata, 'fcpxml'), 'element') !== null) return;
  for (const { label } of unmodelledOf(item))
    context.notSaid.add('PW_WRITE_EFFECT', 'error', `${label} was left out`, item.name);
}

/** Frame sampling that the vocabulary has no word for (optical flow), as the reader kept it. */
export function keptSampling(item: Item): string | null {
  const element = rawOfRetime(item, 'frameSampling');
  return element === null ? null : attribute(element, 'value');
}

function rawOfRetime(item: Item, name: string): XmlElement | null {
  for (const plain of keptObjects(keptIn(item.metadata, 'fcpxml'), 'raw')) {
    const element = parsed(keptText(plain, 'xml'));
    if (element?.name === name) return element;
  }
  return null;
}

/** How the corners of a ramp are rounded, by the points' times as they are spelled; a point may have moved since. */
export function keptSmoothing(item: Item): ReadonlyMap<string, XmlElement> {
  const smoothing = rawOfRetime(item, 'smoothing');
  const points = smoothing === null ? [] : childElements(smoothing, 'timept');
  return new Map(points.map((point) => [attribute(point, 'time') ?? '', point]));
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

/** Parses an element that the reader kept as text; null for none. */
export function parsed(text: string | null): XmlElement | null {
  return text === null ? null : parseXml('kept', text);
}

/** Children that the reader kept as they were, of some names. */
export function keptChildren(item: Item, isWanted: (name: string) => boolean): XmlOut[] {
  return keptTexts(keptIn(item.metadata, 'fcpxml'), 'kept')
    .map((text) => parsed(text))
    .filter((element): element is XmlElement => element !== null && isWanted(element.name))
    .map(outFromElement);
}

/** Attributes that the reader kept, of some names. */
export function keptAttributes(item: Item, names: readonly string[]): (readonly [string, string | null])[] {
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
