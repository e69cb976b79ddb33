import { isPatchworkError } from '@patchwork/kernel';
import { add, compare, equals, subtract, zero, type Rational } from '@patchwork/time';
import type { Moment } from '../diagnostics.ts';
import { attribute, childElements, type XmlElement } from '../xml/element.ts';
import { readAssetClip, readAudio, readVideo } from './asset-items.ts';
import { isAnchored, isItemElement } from './clip-node.ts';
import { readClip, readMulticamClip, readReferenceClip, readSyncClip } from './container-items.ts';
import {
  endOfFrame,
  isCosmetic,
  markerNode,
  readFrame,
  recordFromLocal,
  timeAttribute,
  type ClipFrame,
} from './clip-frame.ts';
import type { Placed, Spot, StorySpot } from './spot.ts';
import { isConnected, isLane, laneOf } from './lanes.ts';
import { gapNode, timeAt } from './nodes.ts';
import type { Reading } from './reading.ts';
import { readCaption, readTitle } from './text-items.ts';
import { parseFcpTime } from './time.ts';
import { placeTransition } from './transition.ts';

interface Read {
  readonly placed: Placed;
  readonly frame: ClipFrame | null;
}

/** Reads a clip of any kind and all that hangs on it. */
export function readItem(reading: Reading, element: XmlElement, spot: Spot): Placed {
  if (element.name === 'audition') return readAudition(reading, element, spot);
  try {
    const { placed, frame } = readByName(reading, element, spot);
    if (frame !== null) readAnchored(reading, element, frame);
    return placed;
  } catch (error) {
    if (!isPatchworkError(error) || error.code !== 'PW_TIME_RANGE') throw error;
    reading.remarks.add({
      code: error.code,
      severity: 'error',
      at: element.position,
      message: `${element.name} "${attribute(element, 'name') ?? ''}": ${error.message}; it was left out`,
      hint: 'Correct its times, or export the file again.',
    });
    return { end: spot.start, video: null, audio: [] };
  }
}

function readByName(reading: Reading, element: XmlElement, spot: Spot): Read {
  switch (element.name) {
    case 'asset-clip':
      return readAssetClip(reading, element, spot);
    case 'clip':
      return readClip(reading, element, spot);
    case 'video':
      return readVideo(reading, element, spot);
    case 'audio':
      return readAudio(reading, element, spot);
    case 'ref-clip':
      return readReferenceClip(reading, element, spot);
    case 'sync-clip':
      return readSyncClip(reading, element, spot);
    case 'mc-clip':
      return readMulticamClip(reading, element, spot);
    case 'title':
      return readTitle(reading, element, spot);
    case 'caption':
      return readCaption(reading, element, spot);
    case 'gap':
      return readGap(reading, element, spot);
    default:
      return refuseItem(reading, element, spot);
  }
}

/** A clip kind that this reader cannot place at all: said as an error, so that nobody renders a hole in its stead. */
function refuseItem(reading: Reading, element: XmlElement, spot: Spot): Read {
  const frame = readFrame(reading, element, spot, { start: zero, duration: null, mediaRate: null, hasSound: false });
  reading.remarks.add({
    code: 'PW_FCPXML_ELEMENT',
    severity: 'error',
    at: element.position,
    timecode: spot.scene.timecode(spot.start),
    message: `<${element.name}> "${attribute(element, 'name') ?? ''}" cannot be read; it was left out`,
    hint: 'Render it to a file and place that in its stead.',
  });
  return { placed: { end: frame === null ? spot.start : endOfFrame(frame), video: null, audio: [] }, frame };
}

function readGap(reading: Reading, element: XmlElement, spot: Spot): Read {
  const frame = readFrame(reading, element, spot, { start: zero, duration: null, mediaRate: null, hasSound: false });
  if (frame === null) return { placed: { end: spot.start, video: null, audio: [] }, frame };
  const { scene, lane, start } = spot;
  const { rate } = scene.format;
  const markers = childElements(element)
    .filter(({ name }) => name === 'marker' || name === 'chapter-marker')
    .flatMap((child) => {
      const at = timeAttribute(reading, child, 'start', frame.timecode);
      const length = timeAttribute(reading, child, 'duration', frame.timecode) ?? zero;
      // A gap's own time begins at zero, whatever local time the file gave it.
      return at === null
        ? []
        : [markerNode(child, { start: timeAt(subtract(at, frame.start), rate), duration: timeAt(length, rate) })];
    });
  const item = gapNode(frame.duration, rate, { name: frame.name, markers });
  const video =
    spot.sides === 'audio'
      ? null
      : scene.place({ kind: 'Video', lane, start, duration: frame.duration, item }, element);
  return { placed: { end: endOfFrame(frame), video, audio: [] }, frame };
}

/** An audition shows its first clip; the others are told by name. */
function readAudition(reading: Reading, element: XmlElement, spot: Spot): Placed {
  const [shown, ...others] = childElements(element).filter(isItemElement);
  if (shown === undefined) return { end: spot.start, video: null, audio: [] };
  if (others.length > 0) {
    const names = others.map((other) => `"${attribute(other, 'name') ?? ''}"`).join(', ');
    reading.remarks.add({
      code: 'PW_FCPXML_AUDITION',
      severity: 'note',
      at: element.position,
      timecode: spot.scene.timecode(spot.start),
      message: `audition: "${attribute(shown, 'name') ?? ''}" is shown, ${names} not`,
    });
  }
  return readItem(reading, shown, spot);
}

/** Clips in which an element without lane is content, read with the clip itself. */
const containerNames: ReadonlySet<string> = new Set(['clip', 'sync-clip']);

/** Reads what hangs on a clip: connected clips and storylines, offset in the clip's local time. */
export function readAnchored(reading: Reading, element: XmlElement, frame: ClipFrame): void {
  const isContainer = containerNames.has(element.name);
  for (const child of childElements(element)) {
    if (!isAnchored(child) || (isContainer && !isConnected(child))) continue;
    const offset = timeAttribute(reading, child, 'offset', frame.timecode) ?? frame.start;
    checkLane(reading, child, frame);
    const spot: Spot = {
      scene: frame.spot.scene,
      sides: frame.spot.sides,
      lane: [...frame.spot.lane, laneOf(child)],
      start: recordFromLocal(frame, offset),
    };
    if (child.name === 'spine') readStory(reading, child, { ...spot, localStart: zero });
    else readItem(reading, child, spot);
  }
}

/** A lane that cannot be read counts as the host's own, and is told. */
function checkLane(reading: Reading, element: XmlElement, frame: ClipFrame): void {
  const lane = attribute(element, 'lane');
  if (lane === null || isLane(lane)) return;
  reading.remarks.add({
    code: 'PW_FCPXML_VALUE',
    severity: 'error',
    at: element.position,
    timecode: frame.timecode,
    message: `lane="${lane.slice(0, 80)}" on <${element.name}> is no lane; 0 was taken`,
    hint: 'Write a whole number.',
  });
}

/** Reads a storyline: items one after another, with transitions on their cuts. Returns its end on the record. */
export function readStory(reading: Reading, element: XmlElement, spot: StorySpot): Rational {
  const { scene } = spot;
  let end = spot.start;
  let before: Placed | null = null;
  let waiting: XmlElement | null = null;
  const recordFromOffset = (offset: Rational): Rational => add(spot.start, subtract(offset, spot.localStart));
  const children = childElements(element);
  for (const [index, child] of children.entries()) {
    if (child.name === 'transition') {
      if (waiting !== null)
        placeTransition(reading, waiting, { spot, before, after: null, cut: end, recordFromOffset });
      waiting = child;
      continue;
    }
    if (!isItemElement(child)) {
      reportForeign(reading, child, scene.timecode(end));
      continue;
    }
    const timecode = scene.timecode(end);
    const offset = timeAttribute(reading, child, 'offset', timecode);
    const start: Rational = offset === null ? end : recordFromOffset(offset);
    if (!equals(start, end)) reportSeam(reading, child, compare(start, end) > 0, scene.timecode(start));
    const handles = { head: lengthOfTransition(children[index - 1]), tail: lengthOfTransition(children[index + 1]) };
    const placed = readItem(reading, child, { scene, sides: spot.sides, lane: spot.lane, start, handles });
    if (waiting !== null)
      placeTransition(reading, waiting, { spot, before, after: placed, cut: start, recordFromOffset });
    waiting = null;
    before = placed;
    end = placed.end;
  }
  if (waiting !== null) placeTransition(reading, waiting, { spot, before, after: null, cut: end, recordFromOffset });
  return end;
}

/** Length of what stands beside an item, where it is a transition. What is no time is told when the transition is read. */
function lengthOfTransition(beside: XmlElement | undefined): Rational {
  const duration = beside?.name === 'transition' ? attribute(beside, 'duration') : null;
  return (duration === null ? null : parseFcpTime(duration)) ?? zero;
}

function reportSeam(reading: Reading, element: XmlElement, isHole: boolean, timecode: Moment | null): void {
  reading.remarks.add({
    code: isHole ? 'PW_FCPXML_HOLE' : 'PW_FCPXML_OVERLAP',
    severity: 'warning',
    at: element.position,
    timecode,
    message: `${element.name} "${attribute(element, 'name') ?? ''}" ${isHole ? 'leaves a hole before it; a gap was put there' : 'overlaps the clip before it; it was put on a track above'}`,
    hint: 'Clips of a storyline should follow each other.',
  });
}

function reportForeign(reading: Reading, element: XmlElement, timecode: Moment | null): void {
  if (isCosmetic(element) || element.name === 'marker' || element.name === 'chapter-marker') return;
  reading.remarks.add({
    code: 'PW_FCPXML_ELEMENT',
    severity: 'error',
    at: element.position,
    timecode,
    message: `<${element.name}> in a storyline is not known; it was left out`,
    hint: 'Remove it, or export the file again.',
  });
}
