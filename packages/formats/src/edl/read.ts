import { isPatchworkError } from '@patchwork/kernel';
import {
  divide,
  frameFromTimecode,
  rational,
  round,
  subtract,
  zero,
  formatRate,
  type Rate,
  type Rational,
} from '@patchwork/time';
import {
  makeClip,
  makeExternalReference,
  makeFreezeFrame,
  makeMarker,
  makeMissingReference,
  makeTimeline,
  makeTimeWarp,
  withUnmodelled,
  type Effect,
  type Marker,
  type MediaReference,
  type Timeline,
  type Unmodelled,
} from '@patchwork/timeline';
import { Remarks } from '../diagnostics.ts';
import { gapNode, metadataOf, timeAt } from '../fcpxml/nodes.ts';
import type { ReadTimelines } from '../fcpxml/read.ts';
import { Scene, type Placement } from '../fcpxml/scene.ts';
import { mixEffects, readComments, type EdlComments } from './comments.ts';
import { isBlackReel, parseEdl, type EdlEvent, type EdlList } from './events.ts';

/** What a list does not say itself. */
export interface ReadEdlOptions {
  /** Frames a second. Default: guessed from drop frame and the highest frame number, with a warning. */
  readonly rate?: Rate;
}

/** An event with its numbers. */
interface Timed {
  readonly event: EdlEvent;
  readonly sourceIn: number;
  readonly sourceOut: number;
  readonly recordIn: number;
  readonly recordOut: number;
}

/**
 * Reads a CMX3600 edit decision list. The timeline starts at the first record timecode.
 *
 * Dissolves and wipes begin at the record in point, as the format has it; `M2` is a speed; keys go to a track above.
 */
export function readEdl(fileName: string, text: string, options: ReadEdlOptions = {}): ReadTimelines {
  const remarks = new Remarks(fileName, 'EDL');
  const list = parseEdl(text);
  for (const { text: line, at } of list.strange) {
    remarks.add({
      code: 'PW_EDL_LINE',
      severity: 'warning',
      at,
      message: `line not understood: ${line}`,
      hint: 'Check the line; it was left out.',
    });
  }
  if (list.events.length === 0) {
    remarks.add({
      code: 'PW_EDL_EMPTY',
      severity: 'warning',
      at: null,
      message: 'the list holds no event',
      hint: 'Export the list again.',
    });
    return { timelines: [], diagnostics: remarks.all(), holdsMore: false };
  }
  const dropFrame =
    list.events.find((event) => event.dropFrame !== null)?.dropFrame ??
    list.events.some(({ recordIn }) => recordIn.includes(';'));
  const rate = options.rate ?? guessedRate(list, dropFrame, remarks);
  const timed = timedEvents(list, rate, dropFrame, remarks);
  const start = timed.reduce((first, { recordIn }) => Math.min(first, recordIn), timed[0]?.recordIn ?? 0);
  const timeline = timelineOf(list, { rate, dropFrame, start }, timed, remarks);
  return { timelines: [timeline], diagnostics: remarks.all(), holdsMore: false };
}

/** The list names no rate: drop frame means 29.97, else the highest frame number tells the least that it can be. */
function guessedRate(list: EdlList, dropFrame: boolean, remarks: Remarks): Rate {
  const texts = list.events.flatMap(({ sourceIn, sourceOut, recordIn, recordOut }) => [
    sourceIn,
    sourceOut,
    recordIn,
    recordOut,
  ]);
  const highest = texts.reduce((most, text) => Math.max(most, Number(/\d+$/.exec(text)?.[0] ?? '0')), 0);
  const nominal = [24, 25, 30, 50, 60].find((candidate) => highest < candidate) ?? 60;
  const rate = dropFrame ? rational(nominal > 30 ? 60000 : 30000, 1001) : rational(nominal);
  remarks.add({
    code: 'PW_EDL_RATE',
    severity: dropFrame ? 'note' : 'warning',
    at: null,
    message: `the list does not say its frame rate; ${formatRate(rate)} was taken (highest frame number ${highest})`,
    hint: 'Name the rate if it is another one.',
  });
  return rate;
}

function timedEvents(list: EdlList, rate: Rate, dropFrame: boolean, remarks: Remarks): Timed[] {
  return list.events.flatMap((event) => {
    const frame = (text: string, counts: boolean): number =>
      frameFromTimecode(text.replaceAll(/[.,]/g, ':'), rate, counts);
    try {
      const counted = event.dropFrame ?? dropFrame;
      return [
        {
          event,
          sourceIn: frame(event.sourceIn, counted),
          sourceOut: frame(event.sourceOut, counted),
          recordIn: frame(event.recordIn, dropFrame),
          recordOut: frame(event.recordOut, dropFrame),
        },
      ];
    } catch (error) {
      if (!isPatchworkError(error)) throw error;
      remarks.add({
        code: error.code,
        severity: 'error',
        at: event.at,
        message: `event ${event.number}: ${error.message}; it was left out`,
        hint: error.hint ?? 'Correct the timecode.',
      });
      return [];
    }
  });
}

interface Counting {
  readonly rate: Rate;
  readonly dropFrame: boolean;
  readonly start: number;
}

function timelineOf(list: EdlList, counting: Counting, timed: readonly Timed[], remarks: Remarks): Timeline {
  const { rate, start, dropFrame } = counting;
  const seconds = (frames: number): Rational => divide(rational(frames), rate);
  const scene = new Scene(
    { rate, width: null, height: null, start: seconds(start), dropFrame },
    remarks,
    false,
    'lanes',
  );
  const lastOn = new Map<string, Placement>();
  const nameOfEvent = namesOf(timed);
  for (const one of timed) {
    const { event } = one;
    if (one.recordOut <= one.recordIn) {
      // The outgoing half of a dissolve has no length of its own: the event before it plays on.
      if (one.recordOut < one.recordIn || event.edit !== 'cut')
        report(remarks, event, 'PW_EDL_LENGTH', 'error', 'ends before it begins; it was left out');
      continue;
    }
    if (event.tracks.length === 0) {
      report(remarks, event, 'PW_EDL_CHANNEL', 'note', 'names no track; it was left out');
      continue;
    }
    for (const track of event.tracks) {
      const placement = placeEvent(one, track, counting, { scene, remarks, names: nameOfEvent(one) });
      if (placement === null) continue;
      joinEvent(one, placement, lastOn.get(track) ?? null, scene, remarks, seconds);
      lastOn.set(track, placement);
    }
  }
  return makeTimeline({
    name: list.title,
    tracks: scene.tracks(['Video', 'Audio']),
    globalStartTime: { value: rational(start), rate },
    metadata: metadataOf('cmx', {}, { canvas: { rate: formatRate(rate), colorSpace: '' }, dropFrame }),
  });
}

function report(
  remarks: Remarks,
  event: EdlEvent,
  code: string,
  severity: 'error' | 'warning' | 'note',
  what: string,
): void {
  remarks.add({
    code,
    severity,
    at: event.at,
    timecode: event.recordIn,
    message: `event ${event.number} (${event.reel}) ${what}`,
    hint: 'Check the event in the program that wrote the list.',
  });
}

/** Comments stand after the last line of an edit: they belong to all lines of one number. */
function namesOf(timed: readonly Timed[]): (one: Timed) => EdlComments {
  const byEdit = new Map<string, string[]>();
  const keyOf = (event: EdlEvent): string => `${event.number} ${event.recordIn}`;
  for (const { event } of timed) byEdit.set(keyOf(event), [...(byEdit.get(keyOf(event)) ?? []), ...event.comments]);
  const read = new Map<string, EdlComments>();
  return ({ event }) => {
    const key = keyOf(event);
    const known = read.get(key) ?? readComments(byEdit.get(key) ?? []);
    read.set(key, known);
    return known;
  };
}

/** Height of a track: `V` is 1; keys stand one above; sounds by their number. */
function laneOf(track: string, isKey: boolean): number {
  const number = Number(/\d+$/.exec(track)?.[0] ?? '1');
  return isKey ? number + 1 : number;
}

function placeEvent(
  one: Timed,
  track: string,
  counting: Counting,
  context: { readonly scene: Scene; readonly remarks: Remarks; readonly names: EdlComments },
): Placement | null {
  const { event } = one;
  const { rate } = counting;
  const { names, remarks, scene } = context;
  const seconds = (frames: number): Rational => divide(rational(frames), rate);
  const length = one.recordOut - one.recordIn;
  if (isBlackReel(event.reel)) {
    // Black that is named lasts as long as it is said to, and dissolves reach into it.
    return scene.place(
      {
        kind: track.startsWith('A') ? 'Audio' : 'Video',
        lane: [laneOf(track, false)],
        start: seconds(one.recordIn - counting.start),
        duration: seconds(length),
        isBlack: true,
        item: gapNode(seconds(length), rate),
      },
      { name: `event ${event.number}`, position: event.at },
    );
  }
  const effects = speedEffects(one, length, rate, names, remarks);
  const isIncoming = event.edit !== 'cut' && names.toClipName !== null;
  const name = (isIncoming ? names.toClipName : names.fromClipName) ?? event.reel;
  const unmodelled: Unmodelled[] = [...names.unmodelled];
  if (event.edit === 'key') {
    unmodelled.push({ label: `key ${event.editText}`, content: `key ${event.editText} ${event.editFrames}` });
    report(
      remarks,
      event,
      'PW_EDL_KEY',
      'warning',
      `is a key (${event.editText}), which is not modelled; it stands on a track above`,
    );
  }
  if (unmodelled.some(({ label }) => label === 'ASC CDL'))
    report(
      remarks,
      event,
      'PW_EDL_UNMODELLED',
      'warning',
      'carries an ASC CDL, which is not modelled; it is kept and watched for changes',
    );
  const mix = names.mixes.findLast((one) => one.track === (track === 'A' ? 'A1' : track));
  const item = makeClip({
    name,
    sourceRange: { start: timeAt(seconds(one.sourceIn), rate), duration: timeAt(seconds(length), rate) },
    effects: [...effects, ...mixEffects(mix ?? null)],
    markers: markersOf(one, counting, names, remarks),
    media: referenceOf(event, names),
    metadata: metadataOf('cmx', {
      event: event.number,
      reel: event.reel,
      ...(names.other.length === 0 ? {} : { comments: [...names.other] }),
    }),
  });
  return scene.place(
    {
      kind: track.startsWith('A') ? 'Audio' : 'Video',
      lane: [laneOf(track, event.edit === 'key' && event.editText !== 'KB')],
      start: seconds(one.recordIn - counting.start),
      duration: seconds(length),
      item: withUnmodelled(item, unmodelled),
    },
    { name: `event ${event.number}`, position: event.at },
  );
}

function referenceOf(event: EdlEvent, names: EdlComments): MediaReference {
  const { sourceFile } = names;
  // A list seldom knows where its media lies: a reel is a name to look for, not a path.
  return sourceFile !== null && /[\\/]/.test(sourceFile)
    ? makeExternalReference({ name: event.reel, targetUrl: sourceFile })
    : makeMissingReference({ name: sourceFile ?? event.reel, metadata: metadataOf('cmx', { reel: event.reel }) });
}

function speedEffects(one: Timed, length: number, rate: Rate, names: EdlComments, remarks: Remarks): Effect[] {
  const { event } = one;
  const sourceLength = one.sourceOut - one.sourceIn;
  if (names.isFreeze || event.speed === 0) return [makeFreezeFrame()];
  if (event.speed !== null) {
    // `M2` counts in frames of the timecode's base: 24 at 23.976 is as shot.
    const scalar = Number((event.speed / round(rate)).toPrecision(9));
    return scalar === 1 ? [] : [makeTimeWarp(scalar)];
  }
  if (sourceLength !== length) {
    report(
      remarks,
      event,
      'PW_EDL_MISMATCH',
      'warning',
      `has ${sourceLength} source frames for ${length} record frames and no M2; it plays as shot from its in point`,
    );
  }
  return [];
}

const markerColors: ReadonlySet<string> = new Set([
  'PINK',
  'RED',
  'ORANGE',
  'YELLOW',
  'GREEN',
  'CYAN',
  'BLUE',
  'PURPLE',
  'MAGENTA',
  'BLACK',
  'WHITE',
]);

function markersOf(one: Timed, counting: Counting, names: EdlComments, remarks: Remarks): Marker[] {
  const { rate } = counting;
  return names.locators.flatMap(({ timecode, color, name }) => {
    try {
      const record = frameFromTimecode(timecode.replaceAll(/[.,]/g, ':'), rate, counting.dropFrame);
      const start = { value: rational(one.sourceIn + record - one.recordIn), rate };
      return [
        makeMarker({
          name,
          color: markerColors.has(color) ? color : 'GREEN',
          markedRange: { start, duration: { value: rational(1), rate } },
        }),
      ];
    } catch (error) {
      if (!isPatchworkError(error)) throw error;
      report(remarks, one.event, error.code, 'warning', `has a locator at an unreadable timecode: ${error.message}`);
      return [];
    }
  });
}

/** A dissolve or wipe begins at the record in point; what was there before plays on under it. */
function joinEvent(
  one: Timed,
  after: Placement,
  last: Placement | null,
  scene: Scene,
  remarks: Remarks,
  seconds: (frames: number) => Rational,
): void {
  const { event } = one;
  if ((event.edit !== 'dissolve' && event.edit !== 'wipe') || event.editFrames === 0) return;
  if (event.editFrames > one.recordOut - one.recordIn)
    report(
      remarks,
      event,
      'PW_EDL_TRANSITION',
      'warning',
      `has a transition of ${event.editFrames} frames, longer than itself`,
    );
  const meets =
    last !== null &&
    subtract(after.start, last.start).num * last.duration.den ===
      last.duration.num * subtract(after.start, last.start).den;
  const isWipe = event.edit === 'wipe';
  if (isWipe)
    report(
      remarks,
      event,
      'PW_EDL_UNMODELLED',
      'warning',
      `wipes (${event.editText}), which is not modelled; it is kept and watched for changes`,
    );
  scene.join({
    kind: after.kind,
    lane: after.lane,
    before: meets ? last : null,
    after,
    cut: after.start,
    inOffset: zero,
    outOffset: seconds(event.editFrames),
    name: isWipe ? event.editText : 'Dissolve',
    transitionType: isWipe ? 'SMPTE_Wipe' : 'SMPTE_Dissolve',
    metadata: {},
    unmodelled: isWipe ? [{ label: `wipe ${event.editText}`, content: `wipe ${event.editText}` }] : [],
    element: { name: `event ${event.number}`, position: event.at },
  });
}
