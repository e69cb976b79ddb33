import type { Json } from '@patchwork/kernel';
import {
  parseRate,
  parseRational,
  rational,
  subtract,
  type Rate,
  type Rational,
  type TimeRange,
} from '@patchwork/time';

/** Frames as a step spells them: a whole number, or `"n/d"`; null for anything else. */
export function framesFrom(value: Json | undefined): Rational | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return rational(value);
  return typeof value === 'string' ? parseRational(value) : null;
}

/** A rate, `25` or `"24000/1001"`; null for anything else. */
export function rateFrom(rate: Json): Rate | null {
  return typeof rate === 'string' || typeof rate === 'number' ? parseRate(String(rate)) : null;
}

/** The range from one frame to another. */
export function rangeBetween(from: Rational, to: Rational, rate: Rate): TimeRange {
  return { start: { value: from, rate }, duration: { value: subtract(to, from), rate } };
}

/** Names a clip that a step gives no name: after the file of its media. */
export function mediaFileName(media: string): string {
  return media.split(/[\\/]/).at(-1) ?? media;
}
