import { childElement, type XmlElement } from '../xml/element.ts';
import { frameCount } from './values.ts';

/** Size of a picture in pixels. */
export interface Raster {
  readonly width: number;
  readonly height: number;
}

/** The raster that a `<file>` or `<sequence>` names; null where it names none. */
export function rasterOf(element: XmlElement | null): Raster | null {
  const media = element === null ? null : childElement(element, 'media');
  const video = media === null ? null : childElement(media, 'video');
  const owner = video === null ? null : (childElement(video, 'format') ?? video);
  const samples = owner === null ? null : childElement(owner, 'samplecharacteristics');
  if (samples === null) return null;
  const width = frameCount(samples, 'width');
  const height = frameCount(samples, 'height');
  return width === null || height === null || width.num <= 0 || height.num <= 0
    ? null
    : { width: width.num / width.den, height: height.num / height.den };
}

/**
 * Width ÷ height for points of a picture on a sequence: they are fractions of the picture's size, and where that is the
 * sequence's (or not named), of the sequence's. Null where the sizes differ: programs do not agree on what is meant then.
 */
export function aspectOf(picture: Raster | null, sequence: Raster | null): number | null {
  if (sequence === null) return null;
  const isOther = picture !== null && (picture.width !== sequence.width || picture.height !== sequence.height);
  return isOther ? null : sequence.width / sequence.height;
}
