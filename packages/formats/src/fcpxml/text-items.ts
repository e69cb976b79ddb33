import { zero } from '@patchwork/time';
import { attribute, partsOf, type XmlElement } from '../xml/element.ts';
import { inlineElement } from '../xml/write.ts';
import { placeGenerated } from './generator-items.ts';
import { canonicalTitle, meaningOfReference, wordsOfTitle } from './canonical.ts';
import { endOfFrame, keptOf, readFrame, type ClipFrame } from './clip-frame.ts';
import type { Placed, Spot } from './spot.ts';
import type { Reading } from './reading.ts';
import { emptySide } from './side.ts';

/** The parts of a title or caption that the writer puts back: text, styles and parameters. */
const textParts: readonly string[] = ['param', 'text', 'text-style-def'];

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
    kept: keptOf(element, { xml: inlineElement(partsOf(element, element.name, textParts)) }),
  });
  return { placed: { end: endOfFrame(frame), video, audio: [] }, frame };
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
    kept: keptOf(element, { xml: inlineElement(partsOf(element, element.name, textParts)) }),
  });
  return { placed: { end: endOfFrame(frame), video: null, audio: [] }, frame };
}
