import {
  add,
  canDropFrame,
  compare,
  divide,
  formatRate,
  rational,
  subtract,
  zero,
  type Rate,
  type Rational,
} from '@patchwork/time';
import { makeMarker, type Marker } from '@patchwork/timeline';
import { timeAt, type PlainObject } from '../fcpxml/nodes.ts';
import type { SceneFormat } from '../fcpxml/scene.ts';
import { childElement, childElements, childText, type XmlElement } from '../xml/element.ts';
import { type XmemlReading } from './reading.ts';
import { frameCount, rateOf } from './values.ts';

/** Reads raster, rate and start of a sequence; one inside of another has that one's rate where it names none. */
export function formatOf(reading: XmemlReading, sequence: XmlElement, inherited: Rate | null = null): SceneFormat {
  const media = childElement(sequence, 'media');
  const video = media === null ? null : childElement(media, 'video');
  const format = video === null ? null : childElement(video, 'format');
  const samples = format === null ? null : childElement(format, 'samplecharacteristics');
  const rate = rateOf(sequence) ?? rateOf(samples) ?? inherited;
  if (rate === null) {
    reading.remarks.add({
      code: 'PW_XMEML_RATE',
      severity: 'error',
      at: sequence.position,
      message: `sequence "${childText(sequence, 'name') ?? ''}" has no frame rate`,
      hint: '24 frames a second were taken; export the sequence again.',
    });
  }
  const used = rate ?? rational(24);
  const timecode = childElement(sequence, 'timecode');
  const frame = timecode === null ? null : frameCount(timecode, 'frame');
  const side = (name: string): number | null => {
    const value = samples === null ? null : frameCount(samples, name);
    return value !== null && value.den === 1 && value.num > 0 ? value.num : null;
  };
  const wantsDrop = timecode !== null && childText(timecode, 'displayformat') === 'DF';
  return {
    rate: used,
    width: side('width'),
    height: side('height'),
    start: frame === null ? zero : divide(frame, (timecode === null ? null : rateOf(timecode)) ?? used),
    dropFrame: wantsDrop && canDropFrame(used),
  };
}

/** The canvas note of a sequence. */
export function canvasOf(format: SceneFormat): PlainObject {
  return {
    ...(format.width === null ? {} : { width: format.width }),
    ...(format.height === null ? {} : { height: format.height }),
    rate: formatRate(format.rate),
    colorSpace: '',
  };
}

/** Reads the markers of a clip or a sequence, in own time. */
export function readMarkers(owner: XmlElement, rate: Rate, ownZero: Rational): Marker[] {
  return childElements(owner, 'marker').flatMap((element) => {
    const from = frameCount(element, 'in');
    const to = frameCount(element, 'out');
    if (from === null) return [];
    const length = to === null || compare(to, from) <= 0 ? rational(1) : subtract(to, from);
    return [
      makeMarker({
        name: childText(element, 'name') ?? '',
        comment: childText(element, 'comment') ?? '',
        markedRange: {
          start: timeAt(add(ownZero, divide(from, rate)), rate),
          duration: timeAt(divide(length, rate), rate),
        },
      }),
    ];
  });
}
