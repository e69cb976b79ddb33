import type { Json } from '@patchwork/kernel';
import {
  add,
  equals,
  multiply,
  one,
  subtract,
  toNumber,
  type Rate,
  type Rational,
  type TimeRange,
} from '@patchwork/time';
import {
  makeEffect,
  makeFreezeFrame,
  makeMarker,
  makeTimeWarp,
  rationalFromDouble,
  type Effect,
  type Marker,
} from '@patchwork/timeline';
import type { Moment } from '../diagnostics.ts';
import { attribute, childElements, ownText, type XmlElement } from '../xml/element.ts';
import { inlineElement, inlineXml, xml } from '../xml/write.ts';
import { isAdjustment, isSoundAdjustment, readAdjustment, type AdjustContext } from './adjust.ts';
import { hintIn, withoutHints } from './hints.ts';
import { metadataOf, timeAt, type PlainObject } from './nodes.ts';
import type { Reading } from './reading.ts';
import { readRetime, type Retime } from './retime.ts';
import type { LanePath } from './scene.ts';
import type { Spot } from './spot.ts';
import { rawElement, type Side } from './side.ts';
import { parseFcpTime } from './time.ts';

/** What all clips have in common, read. */
export interface ClipFrame {
  readonly element: XmlElement;
  readonly spot: Spot;
  readonly name: string;
  readonly enabled: boolean;
  /** In the clip's local time. */
  readonly start: Rational;
  /** On the record. */
  readonly duration: Rational;
  readonly retime: Retime;
  readonly timecode: Moment | null;
}

/** One side of a clip: which of its local time it shows and where its media stands in that. */
export interface SideContent {
  readonly localStart: Rational;
  readonly duration: Rational;
  /** Media time − content time: what the content's own wrapping adds. */
  readonly shift: Rational;
  readonly mediaRate: Rate | null;
}

/** A side's place in its media, and how local times translate. */
export interface SideSource {
  readonly sourceRange: TimeRange;
  readonly timeEffects: readonly Effect[];
  readonly ownStart: Rational;
  readonly ownFromLocal: (local: Rational) => Rational;
}

/** What a clip falls back to where its attributes say nothing. */
export interface FrameDefaults {
  readonly start: Rational;
  /** Null where the clip must say it. */
  readonly duration: Rational | null;
  readonly mediaRate: Rate | null;
  readonly hasSound: boolean;
}

/** Reads a time attribute; an unreadable one is reported and taken as absent. */
export function timeAttribute(
  reading: Reading,
  element: XmlElement,
  name: string,
  timecode: Moment | null,
): Rational | null {
  const text = attribute(element, name);
  if (text === null) return null;
  const time = parseFcpTime(text);
  if (time === null) {
    reading.remarks.add({
      code: 'PW_FCPXML_TIME',
      severity: 'error',
      at: element.position,
      timecode,
      message: `${name}="${text.slice(0, 60)}" on <${element.name}> is no time`,
      hint: 'Write exact seconds, like 1001/24000s.',
    });
  }
  return time;
}

/** Reads what all clips have in common. Null, reported, where the clip has no length. */
export function readFrame(
  reading: Reading,
  element: XmlElement,
  spot: Spot,
  defaults: FrameDefaults,
): ClipFrame | null {
  reading.countItem(element);
  const timecode = spot.scene.timecode(spot.start);
  const name = attribute(element, 'name') ?? '';
  const start = timeAttribute(reading, element, 'start', timecode) ?? defaults.start;
  const retime = readRetime(
    {
      remarks: reading.remarks,
      timecode,
      rate: spot.scene.format.rate,
      mediaRate: defaults.mediaRate,
      start,
      hasSound: defaults.hasSound,
    },
    element,
  );
  const left =
    defaults.duration === null
      ? null
      : multiply(subtract(defaults.duration, subtract(start, defaults.start)), retime.recordPerLocal);
  const duration = timeAttribute(reading, element, 'duration', timecode) ?? left;
  if (duration === null) {
    reading.remarks.add({
      code: 'PW_FCPXML_LENGTH',
      severity: 'error',
      at: element.position,
      timecode,
      message: `${element.name} "${name}" has no length; it was left out`,
      hint: 'Give it a duration.',
    });
    return null;
  }
  return { element, spot, name, enabled: attribute(element, 'enabled') !== '0', start, duration, retime, timecode };
}

/** Lane on which a clip's sound is laid out: its picture's, or the one that the writer noted. */
export function soundLane(frame: ClipFrame): LanePath {
  const lane = hintIn(frame.element, 'lane');
  if (lane === null || !/^-?\d{1,4}$/.test(lane)) return frame.spot.lane;
  return lane === '0' ? [] : [Number(lane)];
}

/** Record time of a local time of the clip. */
export function recordFromLocal(frame: ClipFrame, local: Rational): Rational {
  return add(frame.spot.start, multiply(subtract(local, frame.start), frame.retime.recordPerLocal));
}

/** End of the clip on the record. */
export function endOfFrame(frame: ClipFrame): Rational {
  return add(frame.spot.start, frame.duration);
}

/** Works out a side's source range and time effects. */
export function sourceOfSide(frame: ClipFrame, content: SideContent): SideSource {
  const { retime } = frame;
  const { rate } = frame.spot.scene.format;
  const entry = add(retime.mediaFromLocal(content.localStart), content.shift);
  // A range that is played backwards is entered at its end; own time begins at its start nevertheless.
  const isBackwards = retime.speed !== null && retime.speed.num < 0;
  const straight = isBackwards ? add(entry, multiply(content.duration, retime.speed ?? one)) : entry;
  const ownStart = retime.points === null ? straight : content.localStart;
  const sourceRange = {
    start: timeAt(ownStart, content.mediaRate ?? rate, rate),
    duration: timeAt(content.duration, rate, content.mediaRate),
  };
  const ownFromLocal = (local: Rational): Rational =>
    add(ownStart, multiply(subtract(local, content.localStart), retime.recordPerLocal));
  return { sourceRange, ownStart, ownFromLocal, timeEffects: timeEffectsOf(retime, { ownStart, entry }, content) };
}

const noEffects: readonly Effect[] = [];

/** Above it a double does not tell one speed from the next. */
const maxSpeedDenominator = 1_000_000;

function timeEffectsOf(
  retime: Retime,
  from: { readonly ownStart: Rational; readonly entry: Rational },
  content: SideContent,
): readonly Effect[] {
  const { speed, sampling } = retime;
  if (retime.points !== null) {
    const points = retime.points.map(({ time, value }) => ({ time, value: add(value, content.shift) }));
    return [makeEffect({ type: 'timeMap', points, sampling })];
  }
  if (speed === null || (equals(speed, one) && sampling === 'nearest')) return noEffects;
  if (speed.num === 0) return [makeFreezeFrame()];
  const scalar = toNumber(speed);
  const spelled = rationalFromDouble(scalar);
  const isNamed = spelled !== null && equals(spelled, speed) && speed.den <= maxSpeedDenominator;
  if (sampling === 'nearest' && isNamed) return [makeTimeWarp(scalar)];
  // A speed that a double cannot name, or blended frames: the same straight line as a map.
  const points = [
    { time: from.ownStart, value: from.entry },
    { time: add(from.ownStart, content.duration), value: add(from.entry, multiply(content.duration, speed)) },
  ];
  return content.duration.num > 0 ? [makeEffect({ type: 'timeMap', points, sampling })] : [];
}

/** Attributes that the model says in its own words. */
const saidAttributes: ReadonlySet<string> = new Set([
  'ref',
  'lane',
  'offset',
  'start',
  'duration',
  'name',
  'enabled',
  'srcEnable',
  'audioStart',
  'audioDuration',
  'format',
]);

/** Children that draw nothing and are kept as they are. */
const cosmeticNames: ReadonlySet<string> = new Set([
  'note',
  'keyword',
  'rating',
  'metadata',
  'analysis-marker',
  'hidden-clip-marker',
  'reserved',
]);

/** Tells whether a child of a clip draws nothing and is kept as it is. */
export function isCosmetic(element: XmlElement): boolean {
  return cosmeticNames.has(element.name);
}

/** What the item keeps of its element for the writer and for people. */
export function keptOf(element: XmlElement, more?: PlainObject): PlainObject {
  const { name, attributes } = element;
  // Built in place: a long film has hundreds of thousands.
  const all: { [name: string]: Json } = { element: name };
  const own: (readonly [name: string, value: string])[] = [];
  for (let at = 0; at < attributes.length; at += 2) {
    const key = attributes[at] ?? '';
    if (!saidAttributes.has(key)) own.push([key, attributes[at + 1] ?? '']);
  }
  if (own.length > 0) all['attributes'] = Object.fromEntries(own);
  const kept: string[] = [];
  for (const child of childElements(element)) {
    const part = isCosmetic(child) ? withoutHints(child) : null;
    if (part !== null) kept.push(inlineElement(part));
  }
  if (kept.length > 0) all['kept'] = kept;
  return more === undefined ? all : Object.assign(all, more);
}

const noMarkers: readonly Marker[] = [];

/** Markers of a clip, in the item's own time. */
export function readMarkers(
  reading: Reading,
  frame: ClipFrame,
  source: SideSource,
  mediaRate: Rate | null,
): readonly Marker[] {
  const { rate } = frame.spot.scene.format;
  let markers: Marker[] | null = null;
  for (const element of childElements(frame.element)) {
    if (element.name !== 'marker' && element.name !== 'chapter-marker') continue;
    const start = timeAttribute(reading, element, 'start', frame.timecode);
    if (start === null) continue;
    const duration = timeAttribute(reading, element, 'duration', frame.timecode) ?? { num: 0, den: 1 };
    markers ??= [];
    markers.push(
      markerNode(element, {
        start: timeAt(source.ownFromLocal(start), mediaRate ?? rate, rate),
        duration: timeAt(duration, mediaRate ?? rate, rate),
      }),
    );
  }
  return markers ?? noMarkers;
}

/** A marker by its element. Final Cut's kinds: plain, to do, done, chapter. */
export function markerNode(element: XmlElement, markedRange: TimeRange): Marker {
  const completed = attribute(element, 'completed');
  const color =
    element.name === 'chapter-marker' ? 'ORANGE' : completed === '0' ? 'RED' : completed === '1' ? 'GREEN' : 'BLUE';
  const poster = attribute(element, 'posterOffset');
  return makeMarker({
    name: attribute(element, 'value') ?? '',
    comment: attribute(element, 'note') ?? ownText(element).trim(),
    color,
    markedRange,
    metadata: metadataOf('fcpxml', {
      element: element.name,
      ...(completed === null ? {} : { completed }),
      ...(poster === null ? {} : { posterOffset: poster }),
    }),
  });
}

/** Width ÷ height of a raster, 1 where it is not known. */
export function aspectOf(width: number | null, height: number | null): number {
  return width === null || height === null ? 1 : width / height;
}

/** Reads the adjustments and filters among an element's children onto the side that is wanted. */
export function readAdjustments(
  reading: Reading,
  frame: ClipFrame,
  element: XmlElement,
  wanted: 'picture' | 'sound',
  place: {
    readonly source: SideSource;
    readonly duration: Rational;
    readonly aspect: number;
    readonly ownFromLocal?: (local: Rational) => Rational;
  },
  side: Side,
): void {
  let context: AdjustContext | null = null;
  for (const child of childElements(element)) {
    if (!isAdjustment(child) || isSoundAdjustment(child) !== (wanted === 'sound')) continue;
    context ??= {
      remarks: reading.remarks,
      resources: reading.resources,
      timecode: frame.timecode,
      aspect: place.aspect,
      ownStart: place.source.ownStart,
      ownEnd: add(place.source.ownStart, place.duration),
      ownFromLocal: place.ownFromLocal ?? place.source.ownFromLocal,
    };
    readAdjustment(context, child, side);
  }
  if (element === frame.element) keepRetime(frame.retime, wanted, side);
}

/** What of a retime the model has no word for; sampling is of the picture alone. */
function keepRetime(retime: Retime, wanted: 'picture' | 'sound', side: Side): void {
  const sampling = retime.unmodelledSampling;
  if (wanted === 'picture' && sampling !== null) {
    side.unmodelled.push({ label: `frame sampling "${sampling}"`, content: `frameSampling ${sampling}` });
    side.raw.push({ xml: inlineXml(xml('frameSampling', [['value', sampling]])), effect: null });
  }
  if (retime.smoothing.length === 0) return;
  const points = retime.smoothing.map((point) => xml('timept', Object.entries(point)));
  const kept = inlineXml(xml('smoothing', [], points));
  side.unmodelled.push({ label: 'smoothed speed ramp', content: kept });
  side.raw.push({ xml: kept, effect: null });
}

/** Reports the children of a clip that this reader does not know; what may show is kept on the side. */
export function reportUnknown(
  reading: Reading,
  frame: ClipFrame,
  known: (element: XmlElement) => boolean,
  side: Side,
): void {
  for (const child of childElements(frame.element)) {
    if (isAdjustment(child) || isCosmetic(child) || commonNames.has(child.name) || known(child)) continue;
    side.unmodelled.push({ label: `<${child.name}>`, content: inlineElement(child) });
    side.raw.push(rawElement(reading.resources, child));
    reading.remarks.add({
      code: 'PW_FCPXML_ELEMENT',
      severity: 'warning',
      at: child.position,
      timecode: frame.timecode,
      message: `<${child.name}> in ${frame.element.name} "${frame.name}" is not known`,
      hint: 'It is kept and watched for changes; the built-in renderer cannot draw it.',
    });
  }
}

const commonNames: ReadonlySet<string> = new Set(['conform-rate', 'timeMap', 'marker', 'chapter-marker']);
