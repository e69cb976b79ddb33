import { attribute, childElements, type XmlElement } from '../xml/element.ts';
import { isAnchored } from './clip-node.ts';

/** Lane of an element; absent means 0. */
export function laneOf(element: XmlElement): number {
  const text = attribute(element, 'lane');
  if (text === null) return 0;
  return isLane(text) ? Number(text) : 0;
}

/** Tells whether a text is the number of a lane. */
export function isLane(text: string): boolean {
  return /^-?\d{1,6}$/.test(text.trim());
}

/** Tells whether an element hangs on the clip that holds it (it has a lane), rather than being its content. */
export function isConnected(element: XmlElement): boolean {
  return isAnchored(element) && laneOf(element) !== 0;
}

/** Children that are a clip's own content rather than hanging on it. */
export function contentOf(element: XmlElement): XmlElement[] {
  return childElements(element).filter((child) => isAnchored(child) && !isConnected(child));
}
