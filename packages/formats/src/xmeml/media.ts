import { divide, zero, type Rate, type Rational } from '@patchwork/time';
import {
  jsonFrom,
  makeExternalReference,
  makeGeneratorReference,
  makeMissingReference,
  type MediaReference,
} from '@patchwork/timeline';
import type { Moment } from '../diagnostics.ts';
import { metadataOf, timeAt, type PlainObject } from '../fcpxml/nodes.ts';
import type { TrackKind } from '../fcpxml/scene.ts';
import { canonicalXml } from '../xml/canonical.ts';
import { attribute, childElement, childElements, childText, type XmlElement } from '../xml/element.ts';
import { rasterOf } from './raster.ts';
import type { XmemlReading } from './reading.ts';
import { flag, frameCount, rateOf } from './values.ts';

/** Timecode of the media's first frame, in seconds of the media. */
export function fileStart(file: XmlElement | null, mediaRate: Rate): Rational {
  const timecode = file === null ? null : childElement(file, 'timecode');
  const frame = timecode === null ? null : frameCount(timecode, 'frame');
  if (timecode === null || frame === null || frame.num < 0) return zero;
  return divide(frame, rateOf(timecode) ?? mediaRate);
}

const imageEnding = /\.(?:png|jpe?g|tiff?|bmp|gif|tga|psd|exr|dpx)$/i;

/** A reference to what a clip shows: a file, something made by rule, or nothing that can be named. */
export function mediaOf(
  reading: XmemlReading,
  element: XmlElement,
  file: XmlElement | null,
  mediaRate: Rate,
  mediaStart: Rational,
): MediaReference {
  if (element.name === 'generatoritem') return generatorReference(element);
  const url = file === null ? null : childText(file, 'pathurl');
  const name = (file === null ? null : childText(file, 'name')) ?? '';
  const length = file === null ? null : frameCount(file, 'duration');
  const isStill = flag(element, 'stillframe', false) || (url !== null && imageEnding.test(url));
  const availableRange =
    isStill || length === null || length.num <= 0
      ? null
      : { start: timeAt(mediaStart, mediaRate), duration: timeAt(divide(length, mediaRate), mediaRate) };
  if (url === null || url === '') {
    reading.remarks.add({
      code: 'PW_XMEML_OFFLINE',
      severity: 'error',
      at: element.position,
      message: `clip "${childText(element, 'name') ?? ''}" names no file`,
      hint: 'Relink the clip to its media.',
    });
    return makeMissingReference({ name, availableRange });
  }
  const raster = rasterOf(file);
  const metadata = metadataOf('xmeml', raster === null ? {} : { width: raster.width, height: raster.height });
  return makeExternalReference({ name, targetUrl: url, availableRange, metadata });
}

/** A plain colour of a generator, 0 to 1, or null for a generator that draws something else. */
function fillColor(element: XmlElement): number[] | null {
  const effect = childElement(element, 'effect');
  if (effect === null || !/^(color|colour)/i.test(childText(effect, 'effectid') ?? '')) return null;
  const fill = childElements(effect, 'parameter').find((candidate) =>
    /fillcolor|color/i.test(childText(candidate, 'parameterid') ?? ''),
  );
  const value = fill === undefined ? null : childElement(fill, 'value');
  if (value === null) return null;
  const parts = ['red', 'green', 'blue'].map((name) => frameCount(value, name));
  const numbers = parts.filter((part) => part !== null).map((part) => part.num / part.den / 255);
  return numbers.length === 3 ? [...numbers, 1] : null;
}

function generatorReference(element: XmlElement): MediaReference {
  const effect = childElement(element, 'effect');
  const color = fillColor(element);
  const kind = color === null ? ((effect === null ? null : childText(effect, 'name')) ?? 'Generator') : 'SolidColor';
  return makeGeneratorReference({
    name: childText(element, 'name') ?? '',
    generatorKind: kind,
    parameters: jsonFrom(color === null ? {} : { color }),
  });
}

/** What of a generator the model cannot say. */
export function generatorThings(
  reading: XmemlReading,
  element: XmlElement,
  timecode: Moment | null,
): { label: string; content: string }[] {
  const effect = childElement(element, 'effect');
  if (fillColor(element) !== null || effect === null) return [];
  const label = `generator "${childText(effect, 'name') ?? ''}"`;
  reading.remarks.add({
    code: 'PW_XMEML_UNMODELLED',
    severity: 'warning',
    at: element.position,
    timecode,
    message: `${label} is not modelled`,
    hint: 'It is kept and watched for changes; the built-in renderer cannot draw it.',
  });
  return [{ label, content: canonicalXml(effect, (_owner, name, value) => (name === 'authoringApp' ? null : value)) }];
}

/** One channel of a file on its own track: which one, and to which side the track sends it. */
export function channelMap(element: XmlElement, file: XmlElement | null, kind: TrackKind): PlainObject {
  if (kind !== 'Audio' || attribute(element, 'premiereChannelType') === 'stereo') return {};
  const source = childElement(element, 'sourcetrack');
  const media = file === null ? null : childElement(file, 'media');
  const audio = media === null ? null : childElement(media, 'audio');
  const count = audio === null ? null : frameCount(audio, 'channelcount');
  const index = source === null ? null : frameCount(source, 'trackindex');
  if (count === null || index === null || count.num < 2 || count.num > 64 || index.num < 1 || index.num > count.num)
    return {};
  const pan = panOf(element);
  const weights = Array.from({ length: count.num }, (_unused, at) => (at + 1 === index.num ? 1 : 0));
  const silence = weights.map(() => 0);
  return { channelMap: { left: pan === 1 ? silence : weights, right: pan === -1 ? silence : weights } };
}

/** A clip's balance as it stands in the file, −1 … 1; 0 where it has none. */
export function panOf(element: XmlElement): number {
  for (const filter of childElements(element, 'filter')) {
    const effect = childElement(filter, 'effect');
    if (effect === null || (childText(effect, 'effectid') ?? '').toLowerCase() !== 'audiopan') continue;
    const [found] = childElements(effect, 'parameter');
    if (found !== undefined) return Number(childText(found, 'value') ?? '0');
  }
  return 0;
}
