import {
  add,
  canDropFrame,
  formatTimecode,
  isInteger,
  multiply,
  rational,
  round,
  secondsFromTime,
  subtract,
  toNumber,
  zero,
  type Rational,
} from '@patchwork/time';
import {
  activeReferenceOrNull,
  durationOf,
  knownEffect,
  makeGap,
  member,
  unmodelledOf,
  type Item,
  type Timeline,
  type Track,
} from '@patchwork/timeline';
import { keptIn, keptText, keptTexts } from '../clip-metadata.ts';
import { constantSpeed, fileOf, timeEffectsOf } from '../fcpxml/writer/links.ts';
import { NotSaid } from '../fcpxml/writer/not-said.ts';
import type { WrittenText } from '../fcpxml/writer/options.ts';
import { piecesOf, type Piece, type PieceTrack } from '../fcpxml/writer/pieces.ts';
import { isBlackReel } from './events.ts';
import { type Draft, type Frames, type ListContext, markersByDraft, ownMarkers, type PlacedMarker } from './drafts.ts';
import { timelineRate } from '../listing.ts';

/** How to write a list. */
export interface WriteEdlOptions {
  /** Name of the one picture track that the list holds. Default: the lowest. */
  readonly videoTrack?: string;
}

/** What plays under a dissolve's beginning: its reel and the source frame at which it is there. */
interface Outgoing {
  readonly reel: string;
  readonly at: number;
}

/**
 * Writes a timeline as CMX3600: one picture track and up to four sounds, cuts, dissolves, constant speeds. A dissolve
 * begins at its record in point, so one that is centred on its cut begins earlier in the list and shows the same frames.
 * What a list cannot say is in `notSaid`.
 */
export function writeEdl(timeline: Timeline, options: WriteEdlOptions = {}): WrittenText {
  const notSaid = new NotSaid();
  const rate = timelineRate(timeline);
  const context: ListContext = {
    reels: new Map(),
    rate,
    notSaid,
    dropFrame: member(timeline.metadata, 'patchwork', 'dropFrame') === true && canDropFrame(rate),
    start: timeline.globalStartTime === null ? zero : secondsFromTime(timeline.globalStartTime),
  };
  const tracks = timeline.tracks.children.filter((child): child is Track => child.kind === 'Track');
  const videos = tracks.filter(({ trackKind }) => trackKind === 'Video');
  const sounds = tracks.filter(({ trackKind }) => trackKind === 'Audio');
  const video = videos.find(({ name }) => name === options.videoTrack) ?? videos[0];
  for (const track of videos)
    if (track !== video)
      notSaid.add('PW_WRITE_TRACK', 'error', 'a list holds one picture track; this one was left out', track.name);
  for (const track of sounds.slice(4))
    notSaid.add('PW_WRITE_TRACK', 'error', 'a list holds four sounds; this one was left out', track.name);
  const channels = soundChannels(sounds.slice(0, 4));
  const drafts = [
    ...(video === undefined ? [] : draftsOf(context, piecesOf(video, video.name, notSaid), 'V')),
    ...sounds
      .slice(0, 4)
      .flatMap((track, index) => draftsOf(context, piecesOf(track, track.name, notSaid), channels[index] ?? 'A')),
  ];
  drafts.push(...leadOf(context, drafts));
  reportTail(context, tracks, drafts);
  drafts.sort((a, b) => a.recordIn - b.recordIn || a.track.localeCompare(b.track) * -1);
  const lines = [`TITLE: ${oneLine(timeline.name)}`, `FCM: ${context.dropFrame ? 'DROP FRAME' : 'NON-DROP FRAME'}`, ''];
  const markersOf = markersByDraft(context, timeline, drafts);
  drafts.forEach((draft, index) =>
    lines.push(...draft.lines(String(index + 1).padStart(3, '0'), markersOf.get(draft) ?? [])),
  );
  return { text: `${lines.join('\n')}\n`, notSaid: notSaid.all() };
}

/** Channels of sound tracks: the numbers that their names say, where all of them say one, else counted. */
function soundChannels(sounds: readonly Track[]): readonly string[] {
  const said = sounds.map(({ name }) => Number(/^A([1-9]\d?)$/.exec(name)?.[1] ?? '0'));
  const isSaid = said.every((number, index) => number > 0 && said.indexOf(number) === index);
  return sounds.map((_track, index) => {
    const number = isSaid ? (said[index] ?? 1) : index + 1;
    return number === 1 ? 'A' : `A${number}`;
  });
}

/** Black before the first event: a list begins with its first record in point. */
function leadOf(context: ListContext, drafts: readonly Draft[]): Draft[] {
  const { rate, dropFrame } = context;
  const start = framesOf(context, context.start, 'the start', 'timeline');
  const first = drafts.reduce((least, { recordIn }) => Math.min(least, recordIn), Number.MAX_SAFE_INTEGER);
  if (drafts.length === 0 || first <= start) return [];
  const code = (frame: number): string => formatTimecode(frame, rate, dropFrame);
  const times = `${code(0)} ${code(first - start)} ${code(start)} ${code(first)}`;
  return [
    {
      recordIn: start,
      recordOut: first,
      track: 'V',
      hasClip: false,
      lines: (number) => [`${number}  BL       V     C        ${times}`],
    },
  ];
}

function reportTail(context: ListContext, tracks: readonly Track[], drafts: readonly Draft[]): void {
  const end = tracks.reduce((most, track) => Math.max(most, toNumber(secondsFromTime(durationOf(track)))), 0);
  const last = drafts.reduce((most, { recordOut }) => Math.max(most, recordOut), 0);
  if (round(multiply(context.start, context.rate)) + Math.round(end * toNumber(context.rate)) <= last) return;
  context.notSaid.add(
    'PW_WRITE_ITEM',
    'warning',
    'the list ends with its last event; the black after it was left out',
    null,
  );
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ').trim();
}

function framesOf(context: ListContext, seconds: Rational, what: string, where: string): number {
  const frames = multiply(seconds, context.rate);
  if (!isInteger(frames))
    context.notSaid.add('PW_WRITE_GRID', 'warning', `${what} lies between frames and was rounded`, where);
  return round(frames);
}

function draftsOf(context: ListContext, track: PieceTrack, channel: string): Draft[] {
  const pieces = [...track.pieces, ...fadeOutOf(track)];
  return pieces.flatMap((piece, index) => {
    if (piece.item.kind === 'Gap' && piece.head === null) return [];
    const where = `${track.name} / ${piece.item.name}`;
    if (!piece.item.enabled) {
      context.notSaid.add('PW_WRITE_ITEM', 'note', 'the switched-off item was left out', where);
      return [];
    }
    return [draftOf(context, piece, pieces[index - 1] ?? null, channel, where)];
  });
}

/** The black that the transition at a track's end leads to, where nothing says it. */
function fadeOutOf({ pieces }: PieceTrack): Piece[] {
  const last = pieces.at(-1);
  if (last === undefined || last.tail === null || last.item.kind === 'Gap') return [];
  const { outOffset } = last.tail;
  const duration = secondsFromTime(outOffset);
  return [
    {
      item: makeGap(outOffset),
      start: last.end,
      duration,
      end: add(last.end, duration),
      head: last.tail,
      tail: null,
    },
  ];
}

function outgoingOf(context: ListContext, before: Piece | null, reach: Rational, where: string): Outgoing {
  if (before === null || before.item.kind === 'Gap' || before.item.sourceRange === null) return { reel: 'BL', at: 0 };
  const played = multiply(subtract(before.duration, reach), constantSpeed(before.item) ?? rational(1));
  const at = add(secondsFromTime(before.item.sourceRange.start), played.num < 0 ? zero : played);
  return { reel: reelOf(context, before.item), at: framesOf(context, at, 'the outgoing source', where) };
}

function draftOf(context: ListContext, piece: Piece, before: Piece | null, channel: string, where: string): Draft {
  const { item, head } = piece;
  reportLosses(context, item, where);
  const speed = constantSpeed(item) ?? rational(1);
  const reach = head === null ? zero : secondsFromTime(head.inOffset);
  const after = head === null ? zero : secondsFromTime(head.outOffset);
  // The incoming side begins with its dissolve: its handle comes first.
  const begin = subtract(piece.start, reach);
  const end = piece.tail === null ? piece.end : subtract(piece.end, secondsFromTime(piece.tail.inOffset));
  const ownStart = item.sourceRange === null ? zero : secondsFromTime(item.sourceRange.start);
  // Backwards the range begins where it is left: there the tail that the next dissolve takes over is cut off.
  const shift = speed.num < 0 ? multiply(subtract(piece.end, end), speed) : multiply(reach, speed);
  const sourceStart = item.kind === 'Gap' ? zero : subtract(ownStart, shift);
  const frames: Frames = {
    sourceIn: framesOf(context, sourceStart, 'the source in point', where),
    recordIn: framesOf(context, add(begin, context.start), 'the record in point', where),
    length: framesOf(context, subtract(end, begin), 'the length', where),
  };
  if (frames.length <= 0) {
    context.notSaid.add(
      'PW_WRITE_TRANSITION',
      'error',
      'the dissolve after it begins before the clip does, which a list cannot say; the clip was left out',
      where,
    );
  }
  const dissolve = head === null ? 0 : framesOf(context, add(reach, after), 'the dissolve', where);
  if (head !== null && head.transitionType !== 'SMPTE_Dissolve') {
    context.notSaid.add(
      'PW_WRITE_TRANSITION',
      'error',
      `the transition "${head.transitionType}" was written as a dissolve`,
      where,
    );
  }
  const own = ownMarkers(context, piece, frames, where);
  return {
    recordIn: frames.recordIn,
    recordOut: frames.recordIn + frames.length,
    track: channel,
    hasClip: item.kind !== 'Gap' && frames.length > 0,
    lines: (number, markers) =>
      frames.length <= 0
        ? []
        : linesOf(context, item, {
            number,
            channel,
            frames,
            dissolve,
            speed,
            outgoing: outgoingOf(context, before, reach, where),
            markers: [...own, ...markers],
          }),
  };
}

function reportLosses(context: ListContext, item: Item, where: string): void {
  const media = item.kind === 'Clip' ? (activeReferenceOrNull(item)?.kind ?? null) : null;
  if (media === 'GeneratorReference' || media === 'ImageSequenceReference') {
    const what = media === 'GeneratorReference' ? 'a generator' : 'an image sequence';
    context.notSaid.add('PW_WRITE_ITEM', 'error', `${what} has no place in a list; its event names nothing`, where);
  }
  for (const { label } of unmodelledOf(item))
    context.notSaid.add('PW_WRITE_EFFECT', 'error', `${label} has no place in a list`, where);
  for (const effect of item.effects) {
    const known = knownEffect(effect);
    if (effect.timeScalar !== null && effect.enabled) continue;
    context.notSaid.add(
      'PW_WRITE_EFFECT',
      'error',
      `the effect "${known?.type ?? effect.effectName}" has no place in a list`,
      where,
    );
  }
  if (timeEffectsOf(item).length > 0 && constantSpeed(item) === null)
    context.notSaid.add(
      'PW_WRITE_RETIME',
      'error',
      'a speed that changes has no place in a list; it was written at 100 %',
      where,
    );
  if (item.kind !== 'Clip' && item.kind !== 'Gap')
    context.notSaid.add(
      'PW_WRITE_NESTED',
      'error',
      'a nested timeline has no place in a list; it was written as a clip',
      where,
    );
}

/** A reel name of eight characters, as old machines want it; two files that come to the same are numbered. */
function reelOf(context: ListContext, item: Item): string {
  if (item.kind === 'Gap') return 'BL';
  const kept = keptText(keptIn(item.metadata, 'cmx'), 'reel');
  if (kept !== null) return kept;
  const file = fileOf(item);
  const name = (file?.name === '' || file === null ? item.name : file.name).replace(/\.[A-Za-z0-9]{1,5}$/, '');
  const plain = name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9_]/g, '')
    .slice(0, 8);
  if (plain === '' || isBlackReel(plain)) return 'AX';
  const key = file?.kind === 'ExternalReference' ? file.targetUrl : name;
  const known = context.reels.get(key);
  if (known !== undefined) return known;
  const taken = new Set(context.reels.values());
  let reel = plain;
  for (let number = 2; taken.has(reel); number += 1) reel = `${plain.slice(0, 7 - String(number).length)}_${number}`;
  context.reels.set(key, reel);
  return reel;
}

function linesOf(
  context: ListContext,
  item: Item,
  event: {
    readonly number: string;
    readonly channel: string;
    readonly frames: Frames;
    readonly dissolve: number;
    readonly speed: Rational;
    readonly outgoing: Outgoing;
    readonly markers: readonly PlacedMarker[];
  },
): string[] {
  const { rate, dropFrame } = context;
  const code = (frame: number): string => formatTimecode(frame, rate, dropFrame);
  const { sourceIn, recordIn, length } = event.frames;
  const reel = reelOf(context, item);
  const sourceLength = round(
    multiply(rational(length), event.speed.num < 0 ? { num: -event.speed.num, den: event.speed.den } : event.speed),
  );
  const head = (name: string, edit: string, frames: string): string =>
    `${event.number}  ${name.padEnd(8)} ${event.channel.padEnd(5)} ${edit.padEnd(4)} ${frames.padStart(3)}`;
  const lines: string[] = [];
  const kept = keptIn(item.metadata, 'cmx');
  if (event.dissolve > 0) {
    const { reel: outReel, at } = event.outgoing;
    lines.push(`${head(outReel, 'C', '')} ${code(at)} ${code(at)} ${code(recordIn)} ${code(recordIn)}`);
    lines.push(
      `${head(reel, 'D', String(event.dissolve).padStart(3, '0'))} ${code(sourceIn)} ${code(sourceIn + sourceLength)} ${code(recordIn)} ${code(recordIn + length)}`,
    );
  } else
    lines.push(
      `${head(reel, 'C', '')} ${code(sourceIn)} ${code(sourceIn + sourceLength)} ${code(recordIn)} ${code(recordIn + length)}`,
    );
  if (item.kind === 'Gap') return lines;
  const fps = toNumber(multiply(event.speed, rational(round(rate))));
  if (fps !== round(rate))
    lines.push(
      `M2   ${reel.padEnd(8)} ${fps < 0 ? '-' : ''}${Math.abs(fps)
        .toFixed(6)
        .replace(/0{1,5}$/, '')
        .padStart(6, '0')} ${code(sourceIn)}`,
    );
  const name = oneLine(item.name);
  if (name !== '') lines.push(event.dissolve > 0 ? `* TO CLIP NAME: ${name}` : `* FROM CLIP NAME: ${name}`);
  const file = fileOf(item);
  if (file?.kind === 'ExternalReference') lines.push(`* SOURCE FILE: ${oneLine(file.targetUrl)}`);
  lines.push(...keptTexts(kept, 'comments').map((line) => (line.startsWith('*') ? line : `* ${line}`)));
  for (const { marker, frame } of event.markers) {
    const words = oneLine(marker.name === '' ? marker.comment : marker.name);
    const color = typeof marker.color === 'string' ? marker.color : 'GREEN';
    lines.push(`* LOC: ${code(frame)} ${color} ${words}`.trimEnd());
  }
  return lines;
}
