import { PatchworkError } from '@patchwork/kernel';
import {
  add,
  multiply,
  parseRational,
  rational,
  round,
  secondsFromTime,
  timeFromSeconds,
  type Rate,
  type RationalTime,
  type Rational,
} from '@patchwork/time';
import { rationalFromDecimal } from '../json/decimal.ts';

/** Writes a time as `HH:MM:SS.ffffff`, to the microsecond, without closing zeros but with one decimal: `00:00:01.0`. */
export function formatTimeString(time: RationalTime): string {
  const seconds = secondsFromTime(time);
  const micros = round(multiply({ num: Math.abs(seconds.num), den: seconds.den }, rational(1_000_000)));
  const whole = Math.floor(micros / 1_000_000);
  const fraction = String(micros % 1_000_000)
    .padStart(6, '0')
    .replace(/0{1,5}$/, '');
  const clock = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${seconds.num < 0 && micros > 0 ? '-' : ''}${clock.join(':')}.${fraction}`;
}

/**
 * Reads `HH:MM:SS.fff`; hours, or hours and minutes, may be absent; a minus may stand before all.
 *
 * @throws PW_TIME_STRING when it is something else
 */
export function parseTimeString(text: string, rate: Rate): RationalTime {
  const match = /^(-?)(?:(?:(\d{1,6}):)?(\d{1,2}):)?(\d{1,9}(?:\.\d{1,15})?)$/.exec(text);
  const last = match === null ? null : rationalOf(match[4] ?? '');
  if (match === null || last === null) {
    throw new PatchworkError('PW_TIME_STRING', `"${text}" is no time of the form HH:MM:SS.fff`, { details: { text } });
  }
  const before = Number(match[2] ?? 0) * 3600 + Number(match[3] ?? 0) * 60;
  const seconds = add(rational(before), last);
  return timeFromSeconds(
    match[1] === '-' ? { num: seconds.num === 0 ? 0 : -seconds.num, den: seconds.den } : seconds,
    rate,
  );
}

function rationalOf(text: string): Rational | null {
  return parseRational(text) ?? rationalFromDecimal(text);
}
