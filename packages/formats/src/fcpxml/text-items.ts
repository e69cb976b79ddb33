import { zero } from '@patchwork/time';
import { attribute, type XmlElement } from '../xml/element.ts';
import { inlineXml, outFromElement } from '../xml/write.ts';
import { placeGenerated } from './generator-items.ts';
import { canonicalTitle, meaningOfReference, wordsOfTitle } from './canonical.ts';
import { endOfFrame, keptOf, readFrame, type ClipFrame } from './clip-frame.ts';
import type { Placed, Spot } from './spot.ts';
import type { Reading } from './reading.ts';
import { emptySide } from './side.ts';

/** Reads a `<title>`: kept whole, since its look is its template's. */
export function readTitle(
  reading: Reading,
  element: XmlElement,
  spot: Spot,
): { placed: Placed; frame: ClipFrame | null } {
  const frame = readFrame(reading, element, spot, { start: zero, duration: null, mediaRate: null, hasSound: false });
  if (frame === null) return { placed: { end: spot.start, video: null, audio: [] }, frame };
  const words = wordsOfTitle(element);
  const side = emptySide();
  const label = `title "${words === '' ? frame.name : words}"`;
  side.unmodelled.push({ label, content: canonicalTitle(reading.resources, element) });
  if (spot.sides !== 'audio') {
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
    kind: 'Title',
    side,
    parameters: { effect: meaningOfReference(reading.resources, attribute(element, 'ref') ?? ''), text: words },
    kept: keptOf(element, { xml: inlineXml(outFromElement(ownParts(element))) }),
  });
  return { placed: { end: endOfFrame(frame), video, audio: [] }, frame };
}

/** The parts of a title that the writer puts back: text, styles and parameters. */
function ownParts(element: XmlElement): XmlElement {
  const names = new Set(['param', 'text', 'text-style-def']);
  return {
    ...element,
    attributes: [],
    content: element.content.filter((part) => typeof part !== 'string' && names.has(part.name)),
  };
}

/** Reads a `<caption>`: text beside the picture, on a track of its own kind, never drawn. */
export function readCaption(
  reading: Reading,
  element: XmlElement,
  spot: Spot,
): { placed: Placed; frame: ClipFrame | null } {
  const frame = readFrame(reading, element, spot, { start: zero, duration: null, mediaRate: null, hasSound: false });
  if (frame === null) return { placed: { end: spot.start, video: null, audio: [] }, frame };
  placeGenerated(reading, frame, {
    kind: 'Caption',
    track: 'Caption',
    side: emptySide(),
    parameters: { text: wordsOfTitle(element) },
    kept: keptOf(element, { xml: inlineXml(outFromElement(ownParts(element))) }),
  });
  return { placed: { end: endOfFrame(frame), video: null, audio: [] }, frame };
}
