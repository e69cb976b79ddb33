import {
  add,
  compare,
  divide,
  equals,
  floor,
  multiply,
  negate,
  rational,
  subtract,
  zero,
  type Rate,
  type Rational,
} from '@patchwork/time';
import { type Scene, type TrackKind } from '../fcpxml/scene.ts';
import { childElements, childText, type XmlElement } from '../xml/element.ts';
import type { Raster } from './raster.ts';
import { frameCount, rateOf, tickSeconds } from './values.ts';

/** Where the items of a track go. */
export interface TrackSpot {
  readonly scene: Scene;
  readonly kind: TrackKind;
  readonly lane: readonly number[];
  readonly isEnabled: boolean;
  readonly rate: Rate;
  /** Of the sequence; null where the file does not say it. */
  readonly raster: Raster | null;
  /** Clips of a stereo track with those of its other half. */
  readonly twins: ReadonlyMap<XmlElement, XmlElement>;
}

/** A transition and the frame at which the edit stands. */
export interface CutTransition {
  readonly element: XmlElement;
  readonly start: Rational;
  readonly end: Rational;
  readonly cut: Rational;
}

/** Reads where a transition stands; null where it says no usable place. */
export function cutOf(element: XmlElement): CutTransition | null {
  const start = frameCount(element, 'start');
  const end = frameCount(element, 'end');
  if (start === null || end === null || compare(end, start) <= 0) return null;
  const alignment = childText(element, 'alignment') ?? 'center';
  if (alignment.startsWith('start')) return { element, start, end, cut: start };
  if (alignment.startsWith('end')) return { element, start, end, cut: end };
  return { element, start, end, cut: rational(floor(divide(add(start, end), rational(2)))) };
}

/** Record edges of a clip; −1 stands for the cut of the transition beside it. */
export function recordEdges(
  element: XmlElement,
  before: CutTransition | null,
  after: CutTransition | null,
): { start: Rational; end: Rational; lead: Rational } | null {
  const start = frameCount(element, 'start');
  const end = frameCount(element, 'end');
  if (start === null || end === null) return null;
  const isOpen = (value: Rational): boolean => value.num === -1 && value.den === 1;
  if ((isOpen(start) && before === null) || (isOpen(end) && after === null)) return null;
  const from = isOpen(start) && before !== null ? before.cut : start;
  const to = isOpen(end) && after !== null ? after.cut : end;
  // The source begins with the transition: what lies before the cut is its handle.
  return { start: from, end: to, lead: isOpen(start) && before !== null ? subtract(before.cut, before.start) : zero };
}

/**
 * Media time of the first record frame. `in` counts at the clip's own rate, or, where a program wrote as many source as
 * record frames although the rates differ, on the sequence's grid (Premiere and Resolve read it so). Premiere's own clock
 * wins where it is there. Retimed clips count in retimed frames.
 */
export function sourceEntry(
  element: XmlElement,
  edges: { start: Rational; end: Rational; lead: Rational },
  place: {
    readonly rate: Rate;
    readonly mediaStart: Rational;
    readonly speed: Rational | null;
    readonly duration: Rational;
  },
): Rational {
  const from = frameCount(element, 'in') ?? zero;
  const to = frameCount(element, 'out');
  const own = rateOf(element) ?? place.rate;
  const isOnRecordGrid = to !== null && equals(subtract(to, from), subtract(edges.end, edges.start));
  const seconds = tickSeconds(element, 'pproTicksIn') ?? divide(from, isOnRecordGrid ? place.rate : own);
  const speed = place.speed ?? rational(1);
  const lead = divide(edges.lead, place.rate);
  if (speed.num >= 0) return add(place.mediaStart, multiply(add(seconds, lead), speed.num === 0 ? rational(1) : speed));
  // Backwards: `in` counts from the end of the retimed media.
  const total = divide(frameCount(element, 'duration') ?? zero, own);
  const end = multiply(subtract(total, add(seconds, lead)), negate(speed));
  return add(place.mediaStart, subtract(end, multiply(place.duration, negate(speed))));
}

/** A name that all clips of one link share, or null. */
export function linkGroup(element: XmlElement): string | null {
  const references = childElements(element, 'link').flatMap((link) => childText(link, 'linkclipref') ?? []);
  return references.length < 2 ? null : `group ${references.toSorted()[0] ?? ''}`;
}
