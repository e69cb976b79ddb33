import { zero } from '@patchwork/time';
import { makeGeneratorReference, jsonFrom } from '@patchwork/timeline';
import { canonicalXml } from '../xml/canonical.ts';
import { attribute, childElements, partsOf, type XmlElement } from '../xml/element.ts';
import { inlineElement } from '../xml/write.ts';
import { canonicalValue, meaningOfReference } from './canonical.ts';
import {
  aspectOf,
  endOfFrame,
  keptOf,
  readAdjustments,
  readFrame,
  readMarkers,
  reportUnknown,
  sourceOfSide,
  type ClipFrame,
} from './clip-frame.ts';
import type { Placed, Spot } from './spot.ts';
import { clipOf, isAssetChild } from './clip-node.ts';
import type { PlainObject } from './nodes.ts';
import { shiftPoint } from './param.ts';
import type { Reading } from './reading.ts';
import { noRetime } from './retime.ts';
import type { Placement } from './scene.ts';
import { emptySide, type Side } from './side.ts';

/** A generator's plain colour, `[red, green, blue, 1]` from 0 to 1, or null for a generator that draws something else. */
function solidColorOf(reading: Reading, element: XmlElement): readonly number[] | null {
  const effect = reading.resources.effects.get(attribute(element, 'ref') ?? '');
  if (effect === undefined || !/Solids\.localized|\/Solids\//.test(effect.uid) || !/Custom/.test(effect.uid))
    return null;
  const params = childElements(element, 'param');
  const color = params.find((param) => attribute(param, 'name') === 'Color');
  if (color === undefined || params.length !== 1) return null;
  const parts = (attribute(color, 'value') ?? '')
    .trim()
    .split(/\s+/)
    .map((part) => shiftPoint(part, 0));
  const numbers = parts.filter((part): part is number => part !== null && part >= 0 && part <= 1);
  if (parts.length < 3 || numbers.length !== parts.length) return null;
  return [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0, numbers[3] ?? 1];
}

/** Reads a `<video>` that refers to a generator. */
export function readGenerator(
  reading: Reading,
  element: XmlElement,
  spot: Spot,
): { placed: Placed; frame: ClipFrame | null } {
  const frame = readFrame(reading, element, spot, { start: zero, duration: null, mediaRate: null, hasSound: false });
  if (frame === null) return { placed: { end: spot.start, video: null, audio: [] }, frame };
  const reference = attribute(element, 'ref') ?? '';
  const color = solidColorOf(reading, element);
  const side = emptySide();
  if (color === null) {
    const params = childElements(element)
      .filter((child) => child.name === 'param' || child.name === 'timeMap')
      .map((param) => canonicalXml(param, (_owner, _name, value) => canonicalValue(value)));
    const label = `generator "${reading.resources.effects.get(reference)?.name ?? ''}"`;
    side.unmodelled.push({
      label,
      content: `${meaningOfReference(reading.resources, reference)} start=${canonicalValue(attribute(element, 'start') ?? '')} duration=${canonicalValue(attribute(element, 'duration') ?? '')} ${params.join(' ')}`,
    });
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
    kind: color === null ? (reading.resources.effects.get(reference)?.name ?? 'Generator') : 'SolidColor',
    parameters: color === null ? { effect: meaningOfReference(reading.resources, reference) } : { color: [...color] },
    side,
    kept: keptOf(
      element,
      color === null
        ? {
            xml: inlineElement(partsOf(element, 'generator', ['param'])),
          }
        : {},
    ),
  });
  return { placed: { end: endOfFrame(frame), video, audio: [] }, frame };
}

/** Places a picture made by rule. */
export function placeGenerated(
  reading: Reading,
  frame: ClipFrame,
  generated: {
    readonly kind: string;
    readonly parameters: PlainObject;
    readonly side: Side;
    readonly kept: PlainObject;
    readonly track?: 'Video' | 'Caption';
  },
): Placement | null {
  const { scene, lane, start, sides } = frame.spot;
  if (sides === 'audio') return null;
  const content = { localStart: frame.start, duration: frame.duration, shift: zero, mediaRate: null };
  const source = sourceOfSide({ ...frame, retime: noRetime }, content);
  readAdjustments(
    reading,
    frame,
    frame.element,
    'picture',
    { source, duration: frame.duration, aspect: aspectOf(scene.format.width, scene.format.height) },
    generated.side,
  );
  reportUnknown(reading, frame, (child) => isAssetChild(child) || generatorNames.has(child.name), generated.side);
  const item = clipOf(frame, frame.name, {
    media: makeGeneratorReference({
      name: frame.name,
      generatorKind: generated.kind,
      parameters: jsonFrom(generated.parameters),
    }),
    source,
    side: generated.side,
    enabled: frame.enabled,
    link: null,
    markers: readMarkers(reading, frame, source, null),
    kept: generated.kept,
  });
  return scene.place({ kind: generated.track ?? 'Video', lane, start, duration: frame.duration, item }, frame.element);
}

const generatorNames: ReadonlySet<string> = new Set(['param', 'text', 'text-style-def']);
