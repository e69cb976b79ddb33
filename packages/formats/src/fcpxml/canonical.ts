import { attribute, childElement, childElements, type XmlElement } from '../xml/element.ts';
import { canonicalXml } from '../xml/canonical.ts';
import type { FcpResources } from './resources.ts';
import { formatFcpTime, parseFcpTime } from './time.ts';

/** Attributes that never reach a pixel, or that say where a thing stands and are said by the model. */
const placeAttributes: ReadonlySet<string> = new Set(['offset', 'lane', 'name', 'ref', 'modDate', 'id', 'note']);

/** A value in one spelling: times are reduced (`24100/2400s` and `241/24s` are one time). */
export function canonicalValue(value: string): string {
  const time = parseFcpTime(value);
  return time === null ? value : formatFcpTime(time);
}

/** What a resource id means, whatever the id: an effect by its unique id, an asset by its file. */
export function meaningOfReference(resources: FcpResources, id: string): string {
  const effect = resources.effects.get(id);
  if (effect !== undefined) return `effect ${effect.uid === '' ? effect.name : effect.uid}`;
  const asset = resources.assets.get(id);
  if (asset !== undefined) return `asset ${asset.source ?? asset.name}`;
  const media = resources.media.get(id);
  if (media !== undefined) return `media ${attribute(media, 'name') ?? ''}`;
  const format = resources.formats.get(id);
  if (format !== undefined) return `format ${format.width}x${format.height} ${format.colorSpace}`;
  return `missing`;
}

/**
 * The canonical text of a filter, an adjustment or the like: resource ids resolved, attributes sorted, names and places
 * left out. Two exports that shuffle ids and attributes give equal texts.
 */
export function canonicalEffect(resources: FcpResources, element: XmlElement): string {
  const reference = attribute(element, 'ref');
  const head = reference === null ? '' : `${meaningOfReference(resources, reference)} `;
  return (
    head +
    canonicalXml(element, (owner, name, value) => {
      if (owner === element && placeAttributes.has(name)) return null;
      if (name === 'ref' && owner !== element) return meaningOfReference(resources, value);
      return canonicalValue(value);
    })
  );
}

/**
 * The canonical text of a title: its template, parameters and styled text. Style ids are numbered by first use; the length
 * and the local start count, since a title moves within them.
 */
export function canonicalTitle(resources: FcpResources, element: XmlElement): string {
  const order = new Map<string, string>();
  const styles = new Map(
    childElements(element, 'text-style-def').map((style) => [attribute(style, 'id') ?? '', style] as const),
  );
  const styleName = (id: string): string => {
    const known = order.get(id);
    if (known !== undefined) return known;
    order.set(id, `style${order.size + 1}`);
    return `style${order.size}`;
  };
  const rule = (owner: XmlElement, name: string, value: string): string | null => {
    if (owner === element) return name === 'start' || name === 'duration' ? canonicalValue(value) : null;
    if (owner.name === 'text-style' && name === 'ref') return styleName(value);
    if (owner.name === 'text-style-def' && name === 'id') return null;
    return canonicalValue(value);
  };
  const parts: string[] = [meaningOfReference(resources, attribute(element, 'ref') ?? '')];
  for (const name of ['start', 'duration']) parts.push(`${name}=${canonicalValue(attribute(element, name) ?? '')}`);
  for (const child of childElements(element)) {
    if (child.name === 'param' || child.name === 'text') parts.push(canonicalXml(child, rule));
  }
  // Definitions after their uses, in the order of first use; unused ones draw nothing.
  for (const id of order.keys()) {
    const style = styles.get(id);
    if (style !== undefined) parts.push(canonicalXml(style, rule));
  }
  return parts.join(' ');
}

/** The words of a title, for people. */
export function wordsOfTitle(element: XmlElement): string {
  const text = childElement(element, 'text');
  if (text === null) return '';
  const words = (part: XmlElement | string): string =>
    typeof part === 'string' ? part : part.content.map(words).join('');
  return text.content.map(words).join('').trim();
}
