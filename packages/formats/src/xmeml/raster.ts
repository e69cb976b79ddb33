import { childElement, childText, type XmlElement } from '../xml/element.ts';
import { frameCount } from './values.ts';

/** Size of a picture in pixels. */
export interface Raster {
  readonly width: number;
  readonly height: number;
}

/** Heights of the sequence's raster that one whole of a point's `horiz` and `vert` stands for. */
export interface PointUnit {
  readonly x: number;
  readonly y: number;
}

/** How a picture stands on the sequence before Basic Motion moves it. */
export interface Placing {
  /** Null where nobody says what a point is measured in. */
  readonly unit: PointUnit | null;
  /**
   * Its size when fitted, where it is shown pixel by pixel instead: the vocabulary counts scales from there. Null where it
   * is fitted to begin with.
   */
  readonly fitted: number | null;
}

/** The raster that a `<file>` or `<sequence>` names; null where it names none. */
export function rasterOf(element: XmlElement | null): Raster | null {
  const samples = samplesOf(element);
  if (samples === null) return null;
  const width = frameCount(samples, 'width');
  const height = frameCount(samples, 'height');
  return width === null || height === null || width.num <= 0 || height.num <= 0
    ? null
    : { width: width.num / width.den, height: height.num / height.den };
}

function samplesOf(element: XmlElement | null): XmlElement | null {
  const media = element === null ? null : childElement(element, 'media');
  const video = media === null ? null : childElement(media, 'video');
  const owner = video === null ? null : (childElement(video, 'format') ?? video);
  return owner === null ? null : childElement(owner, 'samplecharacteristics');
}

/** Tells whether a `<file>` or `<sequence>` has pixels that are not square. */
export function hasOtherPixels(element: XmlElement | null): boolean {
  const samples = samplesOf(element);
  const shape = samples === null ? null : childText(samples, 'pixelaspectratio');
  return shape !== null && shape !== '' && shape.toLowerCase() !== 'square';
}

/**
 * How a picture of one raster stands on a sequence of another. Final Cut Pro 7 and Premiere show it pixel by pixel and
 * measure points in its own size (2048 pixels at 93.75 % fill 1920); Resolve fits it first, and nobody says what its points
 * are then measured in. Where the sizes are equal, or one of them is not named, all mean the same.
 */
export function placingOf(picture: Raster | null, sequence: Raster | null, producer: string): Placing {
  if (sequence === null) return { unit: null, fitted: null };
  if (picture === null || (picture.width === sequence.width && picture.height === sequence.height))
    return { unit: { x: sequence.width / sequence.height, y: 1 }, fitted: null };
  if (producer === 'resolve') return { unit: null, fitted: null };
  return { unit: unitOf(picture, sequence), fitted: fittedSize(picture, sequence) };
}

/** The unit of points that are fractions of a picture's own size. */
export function unitOf(picture: Raster, sequence: Raster): PointUnit {
  return { x: picture.width / sequence.height, y: picture.height / sequence.height };
}

/** The scale at which a picture just fits into a sequence. */
export function fittedSize(picture: Raster, sequence: Raster): number {
  return Math.min(sequence.width / picture.width, sequence.height / picture.height);
}
