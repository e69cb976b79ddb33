import { isPatchworkError } from '@patchwork/kernel';
import { compare, formatRational, parseRational, rational, type Rational } from '@patchwork/time';

/** Times further than this from zero, in seconds (about 3 years), are taken for damage. */
const absurdSeconds: Rational = rational(100_000_000);

/** Digits that a double counts exactly, with room. */
const exactDigits = 15;

/** A time as programs write it, `36001/24s` or `5s`; null for every other spelling and for large numbers. */
function parsePlainTime(text: string): Rational | null {
  let num = 0;
  let den = 0;
  let digits = 0;
  let isBelow = false;
  const last = text.length - 1;
  for (let at = 0; at < last; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit === -1 && !isBelow && digits > 0) {
      isBelow = true;
      digits = 0;
      continue;
    }
    digits += 1;
    if (digit < 0 || digit > 9 || digits > exactDigits) return null;
    if (isBelow) den = den * 10 + digit;
    else num = num * 10 + digit;
  }
  if (digits === 0 || text.charCodeAt(last) !== 115) return null;
  if (!isBelow) return num > absurdSeconds.num ? null : rational(num);
  return den === 0 || num / den > absurdSeconds.num / 2 ? null : rational(num, den);
}

/**
 * Reads a time as FCPXML spells it, in exact seconds: `3600s`, `34677600/9600s`, `0/1s`; hand-made files also write
 * `3.5s`. Returns null for anything else: no unit, a zero denominator, more than 53 bits, more than three years.
 */
export function parseFcpTime(text: string): Rational | null {
  return parsePlainTime(text) ?? parseSpelledTime(text);
}

/** As {@link parseFcpTime}, whatever the spelling: what the short way is held against. */
export function parseSpelledTime(text: string): Rational | null {
  const match = /^\s*([+-]?)(\d{1,18})(?:\.(\d{1,9}))?(?:\/(\d{1,18}))?\s*s\s*$/.exec(text);
  if (match === null) return null;
  const [, sign = '', whole = '', decimals, denominator] = match;
  if (decimals !== undefined && denominator !== undefined) return null;
  const scale = decimals === undefined ? (denominator ?? '1') : `1${'0'.repeat(decimals.length)}`;
  const time = exactOrNull(`${sign === '-' ? '-' : ''}${whole}${decimals ?? ''}/${scale}`);
  if (time === null || compare(time, absurdSeconds) > 0 || compare(time, rational(-absurdSeconds.num)) < 0) return null;
  return time;
}

/** A number too large for exact arithmetic is no usable time; the caller reports it with its place. */
function exactOrNull(fraction: string): Rational | null {
  if (fraction.replace(/\/.*$/, '').length > 19) return null;
  try {
    return parseRational(fraction);
  } catch (error) {
    if (isPatchworkError(error) && error.code === 'PW_TIME_RANGE') return null;
    throw error;
  }
}

/** Writes exact seconds as FCPXML spells them: `5s`, `1001/24000s`. */
export function formatFcpTime(seconds: Rational): string {
  return `${formatRational(seconds)}s`;
}
