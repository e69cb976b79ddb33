import {
  add,
  compare,
  divide,
  equals,
  multiply,
  one,
  rational,
  subtract,
  type Rate,
  type Rational,
} from '@patchwork/time';
import type { TimeMapEffect } from '@patchwork/timeline';
import type { Moment, Remarks } from '../diagnostics.ts';
import { attribute, childElement, childElements, type XmlElement } from '../xml/element.ts';
import { formatFcpTime, parseFcpTime } from './time.ts';

/**
 * How a clip's local time becomes record time and media time.
 *
 * ```
 * record = place of the clip + (local − clip start) × recordPerLocal
 * media  = mediaFromLocal(local)
 * ```
 */
export interface Retime {
  /** 1 unless the clip was conformed to another rate. */
  readonly recordPerLocal: Rational;
  /** Media seconds per record second; null for a map that is no straight line. */
  readonly speed: Rational | null;
  /** The map itself, in local time, where it is no straight line. */
  readonly points: TimeMapEffect['points'] | null;
  /** How frames are picked; `optical flow` and others stand in `unmodelledSampling`. */
  readonly sampling: TimeMapEffect['sampling'];
  readonly unmodelledSampling: string | null;
  /** Points whose corners the file rounds; the model's maps are made of straight pieces. */
  readonly smoothing: readonly SmoothPoint[];
  mediaFromLocal(local: Rational): Rational;
}

/** How far about a point of a time map its corner is rounded, as spelled in reduced form; null where the file is silent. */
export interface SmoothPoint {
  readonly time: string;
  readonly interp: string | null;
  readonly inTime: string | null;
  readonly outTime: string | null;
}

/** Local time is media time. */
export const noRetime: Retime = {
  recordPerLocal: one,
  speed: one,
  points: null,
  sampling: 'nearest',
  unmodelledSampling: null,
  smoothing: [],
  mediaFromLocal: (local) => local,
};

interface RetimeContext {
  readonly remarks: Remarks;
  readonly timecode: Moment | null;
  /** Of the timeline that the clip stands in. */
  readonly rate: Rate;
  /** Of the clip's media, where the file says it. */
  readonly mediaRate: Rate | null;
  /** Start of the clip in its local time. */
  readonly start: Rational;
  readonly hasSound: boolean;
}

/** Rates as `conform-rate srcFrameRate` spells them. */
const conformRates: ReadonlyMap<string, Rate> = new Map([
  ['23.98', rational(24000, 1001)],
  ['24', rational(24)],
  ['25', rational(25)],
  ['29.97', rational(30000, 1001)],
  ['30', rational(30)],
  ['47.95', rational(48000, 1001)],
  ['48', rational(48)],
  ['50', rational(50)],
  ['59.94', rational(60000, 1001)],
  ['60', rational(60)],
  ['90', rational(90)],
  ['100', rational(100)],
  ['119.88', rational(120000, 1001)],
  ['120', rational(120)],
]);

/** Rates nearer than this are played frame for frame; others keep their speed and drop or repeat frames. */
const conformLimit: Rational = rational(1, 20);

/**
 * Speed at which a conformed clip plays: the timeline's rate over the media's, or over the multiple of it that is
 * nearest; 1 when none lies within 5 % (measured on Final Cut's files: 23.98 in 24 and 25 in 24 scale, 29.97 in 24 and
 * 29.97 in 59.94 do not).
 */
export function conformSpeed(mediaRate: Rate, rate: Rate): Rational {
  for (const multiple of [one, rational(2), rational(1, 2), rational(4), rational(1, 4)]) {
    const ratio = divide(rate, multiply(mediaRate, multiple));
    const off = subtract(ratio, one);
    if (compare(off.num < 0 ? { num: -off.num, den: off.den } : off, conformLimit) <= 0) return ratio;
  }
  return one;
}

/** Reads `conform-rate` and `timeMap` of a clip. */
export function readRetime(context: RetimeContext, element: XmlElement): Retime {
  const timeMap = childElement(element, 'timeMap');
  if (timeMap !== null) {
    const retime = readTimeMap(context, timeMap);
    if (retime !== null) return retime;
  }
  const conform = childElement(element, 'conform-rate');
  return conform === null ? noRetime : readConformRate(context, conform);
}

function readConformRate(context: RetimeContext, element: XmlElement): Retime {
  const sampling = samplingOf(context, element);
  if (attribute(element, 'scaleEnabled') === '0') return { ...noRetime, ...sampling };
  const mediaRate = conformRates.get(attribute(element, 'srcFrameRate') ?? '') ?? context.mediaRate;
  if (mediaRate === null) {
    context.remarks.add({
      code: 'PW_FCPXML_CONFORM',
      severity: 'warning',
      at: element.position,
      timecode: context.timecode,
      message: 'conform-rate names no source rate; the clip plays at its own speed',
    });
    return { ...noRetime, ...sampling };
  }
  const speed = conformSpeed(mediaRate, context.rate);
  const { start } = context;
  // Local time is the media's own; only its speed on the record differs.
  return {
    recordPerLocal: divide(one, speed),
    speed,
    points: null,
    smoothing: [],
    ...sampling,
    mediaFromLocal: (local) => add(start, subtract(local, start)),
  };
}

function samplingOf(context: RetimeContext, element: XmlElement): Pick<Retime, 'sampling' | 'unmodelledSampling'> {
  const value = attribute(element, 'frameSampling') ?? 'floor';
  if (value === 'floor') return { sampling: 'nearest', unmodelledSampling: null };
  if (value === 'frame-blending') return { sampling: 'blend', unmodelledSampling: null };
  if (value === 'nearest-neighbor') {
    context.remarks.add({
      code: 'PW_FCPXML_SAMPLING',
      severity: 'warning',
      at: element.position,
      timecode: context.timecode,
      message: 'frame sampling "nearest-neighbor" is made as "floor": up to half a source frame earlier',
    });
    return { sampling: 'nearest', unmodelledSampling: null };
  }
  context.remarks.add({
    code: 'PW_FCPXML_SAMPLING',
    severity: 'warning',
    at: element.position,
    timecode: context.timecode,
    message: `frame sampling "${value}" is not modelled`,
    hint: 'It is kept and watched for changes; the built-in renderer cannot draw it.',
  });
  return { sampling: 'nearest', unmodelledSampling: value };
}

type Point = TimeMapEffect['points'][number];

function readPoints(context: RetimeContext, timeMap: XmlElement): Point[] {
  const points: Point[] = [];
  for (const element of childElements(timeMap, 'timept')) {
    const time = parseFcpTime(attribute(element, 'time') ?? '');
    const value = parseFcpTime(attribute(element, 'value') ?? '');
    if (time === null || value === null) {
      context.remarks.add({
        code: 'PW_FCPXML_TIME',
        severity: 'error',
        at: element.position,
        timecode: context.timecode,
        message: 'timept has an unreadable time or value',
        hint: 'Correct the retime; the point was left out.',
      });
      continue;
    }
    points.push({ time, value });
  }
  points.sort((a, b) => compare(a.time, b.time));
  return points.filter((point, index) => {
    const next = points[index + 1];
    return next === undefined || !equals(next.time, point.time);
  });
}

/** What of a ramp is no straight piece, reported. */
function readSmoothing(context: RetimeContext, timeMap: XmlElement): SmoothPoint[] {
  const reduced = (element: XmlElement, name: string): string | null => {
    const time = parseFcpTime(attribute(element, name) ?? '');
    return time === null ? null : formatFcpTime(time);
  };
  const smoothing = childElements(timeMap, 'timept').flatMap((element): SmoothPoint[] => {
    const [time, inTime, outTime] = [reduced(element, 'time'), reduced(element, 'inTime'), reduced(element, 'outTime')];
    const isSmooth = attribute(element, 'interp') === 'smooth';
    if (time === null || (inTime === null && outTime === null && !isSmooth)) return [];
    return [{ time, interp: isSmooth ? 'smooth' : null, inTime, outTime }];
  });
  if (smoothing.length > 0) {
    context.remarks.add({
      code: 'PW_FCPXML_RAMP',
      severity: 'warning',
      at: timeMap.position,
      timecode: context.timecode,
      message: 'the speed ramp is smoothed in the file, which is not modelled; it is made of straight pieces here',
      hint: 'It is kept and watched for changes; set the speed in steps to have it drawn exactly.',
    });
  }
  return smoothing;
}

function slope(from: Point, to: Point): Rational {
  return divide(subtract(to.value, from.value), subtract(to.time, from.time));
}

/** Null where the map says nothing. */
function readTimeMap(context: RetimeContext, timeMap: XmlElement): Retime | null {
  const points = readPoints(context, timeMap);
  const [first, second] = points;
  if (first === undefined) return null;
  if (context.hasSound && attribute(timeMap, 'preservesPitch') !== '0' && points.length > 1) {
    context.remarks.add({
      code: 'PW_FCPXML_PITCH',
      severity: 'note',
      at: timeMap.position,
      timecode: context.timecode,
      message: 'the file keeps the pitch of retimed sound; the built-in renderer lets it follow the speed',
    });
  }
  const sampling = samplingOf(context, timeMap);
  const speed = second === undefined ? rational(0) : slope(first, second);
  const isStraight = points.every((point, index) => {
    const next = points[index + 1];
    return next === undefined || equals(slope(point, next), speed);
  });
  if (isStraight) {
    const mediaFromLocal = (local: Rational): Rational =>
      add(first.value, multiply(subtract(local, first.time), speed));
    return { recordPerLocal: one, speed, points: null, smoothing: [], ...sampling, mediaFromLocal };
  }
  return {
    recordPerLocal: one,
    speed: null,
    points,
    smoothing: readSmoothing(context, timeMap),
    ...sampling,
    mediaFromLocal: (local) => alongPoints(points, local),
  };
}

/** Value of a map of straight pieces; the first and last piece run on. */
function alongPoints(points: readonly Point[], local: Rational): Rational {
  let from = points[0];
  let to = points[1];
  for (let index = 1; index + 1 < points.length; index += 1) {
    const point = points[index];
    if (point === undefined || compare(point.time, local) > 0) break;
    from = point;
    to = points[index + 1];
  }
  if (from === undefined) return local;
  if (to === undefined) return from.value;
  return add(from.value, multiply(subtract(local, from.time), slope(from, to)));
}
