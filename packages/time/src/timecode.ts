import { PatchworkError } from '@patchwork/kernel';
import type { Rate } from './rational-time.ts';
import { formatRate } from './rate.ts';

/** A timecode read from text. */
export interface ParsedTimecode {
  /** Frames from 00:00:00:00. */
  readonly frame: number;
  readonly dropFrame: boolean;
}

/** How frames are numbered at a rate. */
interface Counting {
  /** Frame numbers in a second that drops none. */
  readonly base: number;
  /** Numbers left out at the start of every minute that is no multiple of ten; 0 without drop frame. */
  readonly dropped: number;
}

interface Fields {
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly frames: number;
}

/** Drop frame repeats after ten minutes: the first drops nothing, the other nine do. */
const minutesPerCycle = 10;

/**
 * Tells whether drop-frame timecode exists at a rate: 29.97, 59.94 and 119.88 (SMPTE ST 12-1 and 12-3).
 */
export function canDropFrame(rate: Rate): boolean {
  return rate.den === 1001 && (rate.num === 30_000 || rate.num === 60_000 || rate.num === 120_000);
}

/**
 * Frames in 24 hours of timecode, after which it begins again at zero.
 *
 * @throws PW_TIMECODE_RATE, PW_TIMECODE_DROP
 */
export function framesPerDay(rate: Rate, dropFrame: boolean): number {
  return frameFromFields({ hours: 24, minutes: 0, seconds: 0, frames: 0 }, countingOf(rate, dropFrame));
}

/**
 * Writes a frame as SMPTE timecode: `HH:MM:SS:FF`, with drop frame `HH:MM:SS;FF`; three digits of frames above 100 fps.
 * A day has 24 hours: frames before 0 or past the day wrap, as on a tape deck.
 *
 * @throws TypeError when `frame` is no safe integer
 * @throws PW_TIMECODE_RATE, PW_TIMECODE_DROP
 */
export function formatTimecode(frame: number, rate: Rate, dropFrame: boolean): string {
  if (!Number.isSafeInteger(frame)) throw new TypeError(`formatTimecode: frame ${frame} is not a whole number`);
  const counting = countingOf(rate, dropFrame);
  const day = framesPerDay(rate, dropFrame);
  const { hours, minutes, seconds, frames } = fieldsFromFrame(((frame % day) + day) % day, counting);
  const digits = String(counting.base - 1).length;
  return `${padded(hours)}:${padded(minutes)}:${padded(seconds)}${dropFrame ? ';' : ':'}${padded(frames, digits)}`;
}

/**
 * Reads `HH:MM:SS:FF` or, drop frame, `HH:MM:SS;FF` (also `HH;MM;SS;FF`); the last separator decides.
 *
 * @throws PW_TIMECODE_FORM when it is no timecode, a field is too large, or the number is one that drop frame leaves out
 * @throws PW_TIMECODE_RATE, PW_TIMECODE_DROP
 */
export function parseTimecode(text: string, rate: Rate): ParsedTimecode {
  const dropFrame = text.lastIndexOf(';') > text.lastIndexOf(':');
  return { frame: frameFromTimecode(text, rate, dropFrame), dropFrame };
}

/**
 * Reads a timecode whose counting is known from elsewhere (an EDL's `FCM:` line, a timeline's own), whatever its
 * separators say. Frames from 00:00:00:00.
 *
 * @throws PW_TIMECODE_FORM, PW_TIMECODE_RATE, PW_TIMECODE_DROP
 */
export function frameFromTimecode(text: string, rate: Rate, dropFrame: boolean): number {
  const counting = countingOf(rate, dropFrame);
  const match = /^(\d{1,2})[:;](\d{1,2})[:;](\d{1,2})[:;](\d{1,3})$/.exec(text.trim());
  if (match === null) throw formError(text, 'is not of the form HH:MM:SS:FF');
  const [hours = 0, minutes = 0, seconds = 0, frames = 0] = match.slice(1).map(Number);
  if (hours > 23 || minutes > 59 || seconds > 59) throw formError(text, 'has a field that is too large');
  if (frames >= counting.base) throw formError(text, `has frame ${frames} at ${counting.base} frames a second`);
  if (frames < counting.dropped && seconds === 0 && minutes % minutesPerCycle !== 0) {
    throw formError(text, 'is a number that drop-frame timecode leaves out');
  }
  return frameFromFields({ hours, minutes, seconds, frames }, counting);
}

/**
 * Reads a place in a timeline as people type it: a plain number counts frames from the timeline's start; a timecode is
 * a record timecode, counted as the timeline counts (`:` is accepted in a drop-frame timeline, `;` is not in another).
 * A timecode more than half a day before the start is taken as past midnight. Returns frames from the timeline's start.
 *
 * @param startFrame the timeline's first frame, in frames from 00:00:00:00.
 * @throws PW_TIMECODE_FORM, PW_TIMECODE_RATE, PW_TIMECODE_DROP
 * @throws PW_TIMECODE_BEFORE_START when the timecode lies before the timeline's start
 */
export function parseFrameOrTimecode(text: string, rate: Rate, dropFrame: boolean, startFrame: number): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  if (!dropFrame && text.includes(';')) throw dropError(rate, `${text} is drop-frame timecode, the timeline is not`);
  const frame = frameFromTimecode(text, rate, dropFrame);
  const day = framesPerDay(rate, dropFrame);
  const offset = frame - startFrame < -day / 2 ? frame - startFrame + day : frame - startFrame;
  if (offset >= 0) return offset;
  const start = formatTimecode(startFrame, rate, dropFrame);
  throw new PatchworkError('PW_TIMECODE_BEFORE_START', `${text} lies before the timeline's start, ${start}`, {
    hint: `Give a timecode from ${start} on, or a number of frames from the start.`,
    details: { text, start },
  });
}

/** Nominal base of a rate: 24 for 24000/1001 and 24/1. Other fractions have no timecode. */
function countingOf(rate: Rate, dropFrame: boolean): Counting {
  const base = rate.den === 1001 && rate.num % 1000 === 0 ? rate.num / 1000 : rate.num;
  if (
    (rate.den !== 1 && rate.den !== 1001) ||
    (rate.den === 1001 && rate.num % 1000 !== 0) ||
    base < 1 ||
    base > 1000
  ) {
    throw new PatchworkError('PW_TIMECODE_RATE', `there is no timecode at ${formatRate(rate)} frames a second`, {
      hint: 'Give frame numbers instead of timecode.',
      details: { rate: formatRate(rate) },
    });
  }
  if (!dropFrame) return { base, dropped: 0 };
  if (!canDropFrame(rate))
    throw dropError(rate, `there is no drop-frame timecode at ${formatRate(rate)} frames a second`);
  return { base, dropped: base / 15 };
}

function frameFromFields(fields: Fields, counting: Counting): number {
  const minutes = fields.hours * 60 + fields.minutes;
  const numbered = (minutes * 60 + fields.seconds) * counting.base + fields.frames;
  return numbered - counting.dropped * (minutes - Math.floor(minutes / minutesPerCycle));
}

/** `frame` lies within the day. */
function fieldsFromFrame(frame: number, counting: Counting): Fields {
  const number = frame + droppedBefore(frame, counting);
  const seconds = Math.floor(number / counting.base);
  return {
    hours: Math.floor(seconds / 3600),
    minutes: Math.floor(seconds / 60) % 60,
    seconds: seconds % 60,
    frames: number % counting.base,
  };
}

/** How many frame numbers were left out up to and at a frame. */
function droppedBefore(frame: number, { base, dropped }: Counting): number {
  if (dropped === 0) return 0;
  const fullMinute = base * 60;
  const shortMinute = fullMinute - dropped;
  const cycle = fullMinute + (minutesPerCycle - 1) * shortMinute;
  const inCycle = frame % cycle;
  const shortMinutes = inCycle < fullMinute ? 0 : 1 + Math.floor((inCycle - fullMinute) / shortMinute);
  return dropped * ((minutesPerCycle - 1) * Math.floor(frame / cycle) + shortMinutes);
}

function padded(value: number, digits: number = 2): string {
  return String(value).padStart(digits, '0');
}

function formError(text: string, what: string): PatchworkError {
  return new PatchworkError('PW_TIMECODE_FORM', `timecode ${JSON.stringify(text)} ${what}`, {
    hint: 'Write HH:MM:SS:FF, with a semicolon before the frames for drop frame.',
    details: { text },
  });
}

function dropError(rate: Rate, message: string): PatchworkError {
  return new PatchworkError('PW_TIMECODE_DROP', message, {
    hint: 'Drop frame exists at 29.97, 59.94 and 119.88; write a colon before the frames for anything else.',
    details: { rate: formatRate(rate) },
  });
}
