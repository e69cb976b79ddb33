import { PatchworkError } from '@patchwork/kernel';
import {
  add,
  divide,
  floor,
  multiply,
  rateFromNumber,
  rational,
  secondsFromTime,
  subtract,
  timeFromSeconds,
  type Rational,
  type RationalTime,
  type TimeRange,
} from '@patchwork/time';
import type { ImageSequenceReference } from '../model.ts';
import { lastFrameOf, rangeContains } from '../opentime/range-relations.ts';

/** Number of images of a sequence: its available range counted in steps; 0 when the range is not known. @throws PW_SEQUENCE_RATE */
export function imageCount(sequence: ImageSequenceReference): number {
  const { availableRange } = sequence;
  if (availableRange === null) return 0;
  const imagesPerSecond = divide(rateOf(sequence), rational(sequence.frameStep));
  return floor(multiply(secondsFromTime(availableRange.duration), imagesPerSecond));
}

/** Number in the name of the last frame that the available range covers; the first one's when the range is not known. @throws PW_SEQUENCE_RATE */
export function lastFrameNumber(sequence: ImageSequenceReference): number {
  const { availableRange, startFrame } = sequence;
  if (availableRange === null) return startFrame;
  return startFrame + floor(multiply(secondsFromTime(availableRange.duration), rateOf(sequence))) - 1;
}

/** URL of the n-th image, counted from 0. @throws PW_SEQUENCE_IMAGE when there is none, PW_SEQUENCE_RATE */
export function imageUrl(sequence: ImageSequenceReference, image: number): string {
  expectImage(sequence, image);
  const number = sequence.startFrame + image * sequence.frameStep;
  const digits = String(Math.abs(number)).padStart(sequence.frameZeroPadding, '0');
  return abstractUrl(sequence, `${number < 0 ? '-' : ''}${digits}`);
}

/** The sequence's URL with `symbol` where the number stands: `shot.####.exr`. */
export function abstractUrl(sequence: ImageSequenceReference, symbol: string): string {
  const base = sequence.targetUrlBase;
  const slash = base === '' || base.endsWith('/') ? '' : '/';
  return `${base}${slash}${sequence.namePrefix}${symbol}${sequence.nameSuffix}`;
}

/** Media time at which the n-th image begins to show. @throws PW_SEQUENCE_IMAGE, PW_SEQUENCE_RATE */
export function imageTime(sequence: ImageSequenceReference, image: number): RationalTime {
  const range = expectImage(sequence, image);
  const seconds = divide(rational(image * sequence.frameStep), rateOf(sequence));
  return timeFromSeconds(add(secondsFromTime(range.start), seconds), range.start.rate);
}

/** Number in the name of the frame that shows at a media time, steps aside. @throws PW_SEQUENCE_TIME outside the available range */
export function frameNumberAt(sequence: ImageSequenceReference, time: RationalTime): number {
  const { availableRange } = sequence;
  if (availableRange === null || !rangeContains(availableRange, time)) {
    throw new PatchworkError(
      'PW_SEQUENCE_TIME',
      `image sequence "${abstractUrl(sequence, '#')}" has no frame at this time`,
      {
        hint: 'Ask for a time within the available range.',
        details: { sequence: abstractUrl(sequence, '#') },
      },
    );
  }
  const since = subtract(secondsFromTime(time), secondsFromTime(availableRange.start));
  return sequence.startFrame + floor(multiply(since, rateOf(sequence)));
}

/** Numbers of the first and the last frame that show in a range. @throws PW_SEQUENCE_TIME when the range reaches out */
export function frameNumbersIn(
  sequence: ImageSequenceReference,
  range: TimeRange,
): readonly [first: number, last: number] {
  return [frameNumberAt(sequence, range.start), frameNumberAt(sequence, lastFrameOf(range))];
}

function expectImage(sequence: ImageSequenceReference, image: number): TimeRange {
  const { availableRange } = sequence;
  if (availableRange !== null && Number.isSafeInteger(image) && image >= 0 && image < imageCount(sequence))
    return availableRange;
  throw new PatchworkError(
    'PW_SEQUENCE_IMAGE',
    `image sequence "${abstractUrl(sequence, '#')}" has no image ${image}`,
    {
      hint: `It has ${availableRange === null ? 'no known range' : `${imageCount(sequence)} images`}.`,
      details: { image },
    },
  );
}

function rateOf(sequence: ImageSequenceReference): Rational {
  const rate = rateFromNumber(sequence.rate);
  if (rate !== null && sequence.frameStep > 0) return rate;
  throw new PatchworkError(
    'PW_SEQUENCE_RATE',
    `image sequence "${abstractUrl(sequence, '#')}" has rate ${sequence.rate} and step ${sequence.frameStep}`,
    {
      hint: 'Both must be above zero.',
      details: { rate: sequence.rate, step: sequence.frameStep },
    },
  );
}
