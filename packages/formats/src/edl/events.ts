import type { Position } from '../xml/element.ts';

/** How an event comes in: cut, dissolve, wipe, or a key over what lies below. */
export type EdlEdit = 'cut' | 'dissolve' | 'wipe' | 'key';

/** One event line of a CMX3600 list and the comments that follow it. Timecodes are texts: the list does not say their rate. */
export interface EdlEvent {
  readonly number: string;
  readonly reel: string;
  /** `V`, `V2`, `A1`, `A2` …: the tracks that the channel field and `AUD` lines name. */
  readonly tracks: string[];
  readonly edit: EdlEdit;
  /** `D`, `W001`, `KB` as spelled. */
  readonly editText: string;
  /** Frames of a dissolve or wipe; 0 for a cut. */
  readonly editFrames: number;
  readonly sourceIn: string;
  readonly sourceOut: string;
  readonly recordIn: string;
  readonly recordOut: string;
  readonly at: Position;
  readonly comments: string[];
  /** Frames a second of an `M2` line, with its sign; null without one. */
  speed: number | null;
  /** Counting that an `FCM` line before this event names; null where none did. */
  readonly dropFrame: boolean | null;
}

/** A list, read line by line. */
export interface EdlList {
  readonly title: string;
  readonly events: readonly EdlEvent[];
  /** Lines that are neither event nor comment nor header. */
  readonly strange: readonly { readonly text: string; readonly at: Position }[];
}

const timecode = String.raw`(\d{1,2}[:;.]\d{2}[:;.]\d{2}[:;.,]\d{2,3})`;
const channels = String.raw`((?:NONE|B|AA|[VA]\d{0,2})(?:\/(?:NONE|B|AA|[VA]\d{0,2}))*)`;
const eventLine = new RegExp(
  String.raw`^\s*(\d{1,6}[A-Z]?)\s+(\S.*?)\s+${channels}\s+(C|D|W\d{1,3}|K\s?B|K\s?O|K)\s*(\d{1,4})?\s+${timecode}\s+${timecode}\s+${timecode}\s+${timecode}\s*$`,
);
const speedLine = /^\s*M2\s+(.*?)\s+(-?\s*\d{1,4}(?:\.\d{1,6})?)\s+(\d{1,2}[:;.]\d{2}[:;.]\d{2}[:;.,]\d{2,3})/;
/** Further sounds of the event before it: `AUD   3    4`. */
const soundLine = /^\s*AUD((?:\s+\d{1,2})+)\s*$/;

/** Tracks that a channel field names: `B` is picture and first sound, `AA` the first two sounds, `A2/V` both. */
function tracksOf(field: string): string[] {
  return field.split('/').flatMap((part) => {
    if (part === 'NONE') return [];
    if (part === 'B') return ['V', 'A1'];
    if (part === 'AA') return ['A1', 'A2'];
    if (part === 'A') return ['A1'];
    return [part === 'V1' ? 'V' : part];
  });
}

const blackReels: ReadonlySet<string> = new Set(['BL', 'BLK', 'BLACK']);

/** Tells whether a reel name stands for black and not for a reel. */
export function isBlackReel(reel: string): boolean {
  return blackReels.has(reel.toUpperCase());
}

function editOf(text: string): EdlEdit {
  if (text === 'C') return 'cut';
  if (text === 'D') return 'dissolve';
  return text.startsWith('W') ? 'wipe' : 'key';
}

/** Tells whether a text looks like a CMX3600 list. */
export function isEdlText(text: string): boolean {
  return (
    text
      .slice(0, 20_000)
      .split(/\r\n|\r|\n/)
      .some((line) => eventLine.test(line)) || /^\s*TITLE:/.test(text)
  );
}

/** Both lines of a dissolve can have a speed, and one reel: the one that begins where the speed says, else the last. */
function speedOwner(events: readonly EdlEvent[], last: EdlEvent, [, reel = '', , from]: RegExpExecArray): EdlEvent {
  const isOwn = (event: EdlEvent): boolean => event.number === last.number && event.reel === reel.trim();
  return events.findLast((event) => isOwn(event) && event.sourceIn === from) ?? events.findLast(isOwn) ?? last;
}

/** The sounds belong to all lines of the edit. */
function addSounds(events: readonly EdlEvent[], last: EdlEvent, numbers: string): void {
  for (const event of events) {
    if (event.number !== last.number || event.recordIn !== last.recordIn) continue;
    for (const number of numbers.trim().split(/\s+/)) {
      const track = `A${Number(number)}`;
      if (!event.tracks.includes(track)) event.tracks.push(track);
    }
  }
}

function eventFrom(match: RegExpExecArray, at: Position, dropFrame: boolean | null): EdlEvent {
  const [
    ,
    number = '',
    reel = '',
    field = '',
    edit = 'C',
    frames = '0',
    sourceIn = '',
    sourceOut = '',
    recordIn = '',
    recordOut = '',
  ] = match;
  return {
    number,
    reel: reel.trim(),
    tracks: tracksOf(field),
    edit: editOf(edit),
    editText: edit.replace(' ', ''),
    editFrames: Number(frames),
    sourceIn,
    sourceOut,
    recordIn,
    recordOut,
    at,
    comments: [],
    speed: null,
    dropFrame,
  };
}

/** Splits a list into its events. Linear in the number of lines. */
export function parseEdl(text: string): EdlList {
  let title = '';
  let dropFrame: boolean | null = null;
  // What follows an event that cannot be read is its own, not the event's before.
  let isLost = false;
  const events: EdlEvent[] = [];
  const strange: { text: string; at: Position }[] = [];
  text.split(/\r\n|\r|\n/).forEach((line, index) => {
    const at = { line: index + 1, column: 1 };
    // A line longer than any list has is no event; matching it could cost much.
    const match = line.length > 2000 ? null : eventLine.exec(line);
    if (match !== null) {
      events.push(eventFrom(match, at, dropFrame));
      isLost = false;
      return;
    }
    const trimmed = line.trim();
    if (trimmed === '') return;
    if (/^\d{1,6}[A-Z]?\s/.test(trimmed)) isLost = true;
    const last = isLost ? undefined : events.at(-1);
    const speed = speedLine.exec(line.slice(0, 2000));
    const sounds = soundLine.exec(line.slice(0, 2000));
    if (trimmed.startsWith('TITLE:')) title = trimmed.slice(6).trim();
    else if (trimmed.startsWith('FCM:')) dropFrame = /FCM:\s*DROP/.test(trimmed);
    else if (speed !== null && last !== undefined)
      speedOwner(events, last, speed).speed = Number((speed[2] ?? '0').replaceAll(' ', ''));
    else if (sounds !== null && last !== undefined) addSounds(events, last, sounds[1] ?? '');
    else if (trimmed.startsWith('SPLIT:')) strange.push({ text: trimmed.slice(0, 120), at });
    else if (last !== undefined && (trimmed.startsWith('*') || /^[A-Z>]/.test(trimmed))) last.comments.push(trimmed);
    else if (isLost || (!trimmed.startsWith('*') && !trimmed.startsWith('REM')))
      strange.push({ text: trimmed.slice(0, 120), at });
  });
  return { title, events, strange };
}
