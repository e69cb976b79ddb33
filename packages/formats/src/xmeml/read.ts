import { isPatchworkError, PatchworkError } from '@patchwork/kernel';
import {
  add, canDropFrame, compare, divide, equals, floor, formatRate, multiply, negate, rational, subtract, zero, type Rate, type Rational,
} from '@patchwork/time';
import {
  jsonFrom, makeClip, makeExternalReference, makeGeneratorReference, makeMarker, makeMissingReference, makeStack, makeTimeline,
  withUnmodelled, type Item, type Marker, type MediaReference, type Timeline,
} from '@patchwork/timeline';
import { Remarks } from '../diagnostics.ts';
import type { ReadTimelines } from '../fcpxml/read.ts';
import { metadataOf, timeAt, type PlainObject } from '../fcpxml/nodes.ts';
import { Scene, type Placement, type SceneFormat, type TrackKind } from '../fcpxml/scene.ts';
import { withTidyLinks } from '../links.ts';
import { canonicalXml } from '../xml/canonical.ts';
import { attribute, childElement, childElements, childText, countElements, type XmlElement } from '../xml/element.ts';
import { parseXml } from '../xml/parse.ts';
import { readFilters } from './filters.ts';
import { definitionsOf, flag, frameCount, rateOf, tickSeconds } from './values.ts';

/** Which program wrote a document: it decides how some numbers are meant. */
export type XmemlProducer = 'premiere' | 'resolve' | 'fcp7';

function producerOf(root: XmlElement): XmemlProducer {
  let producer: XmemlProducer = 'fcp7';
  const walk = (element: XmlElement): void => {
    for (const [name] of element.attributes) if (name.startsWith('MZ.') || name.startsWith('TL.') || name.startsWith('premiere')) producer = 'premiere';
    if (element.name === 'pproTicksIn') producer = 'premiere';
    if (producer !== 'premiere') for (const child of childElements(element)) walk(child);
  };
  walk(root);
  if (producer === 'fcp7' && attribute(root, 'version') === '5') return 'resolve';
  return producer;
}

/** What the reading of one document shares. */
class XmemlReading {
  readonly remarks: Remarks;
  readonly producer: XmemlProducer;
  readonly definitions: ReadonlyMap<string, XmlElement>;
  readonly #maxItems: number;
  readonly #open: XmlElement[] = [];
  #items = 0;

  constructor(remarks: Remarks, root: XmlElement) {
    this.remarks = remarks;
    this.producer = producerOf(root);
    this.definitions = definitionsOf(root, new Set(['file', 'sequence', 'clipitem', 'clip']));
    this.#maxItems = 20_000 + 8 * countElements(root);
  }

  /** Counts an item. @throws PW_XMEML_SIZE */
  countItem(element: XmlElement): void {
    this.#items += 1;
    if (this.#items <= this.#maxItems) return;
    throw new PatchworkError('PW_XMEML_SIZE', `${this.remarks.place(element.position)}: more than ${this.#maxItems} clips, nested sequences unfolded`, {
      hint: 'Export the sequences one by one.', details: { file: this.remarks.fileName },
    });
  }

  /** The full definition of an element that may be named by id only. */
  resolve(element: XmlElement | null): XmlElement | null {
    if (element === null) return null;
    const id = attribute(element, 'id');
    return (id === null ? undefined : this.definitions.get(`${element.name} ${id}`)) ?? element;
  }

  /** Reads inside a nested sequence; null where it holds itself or nests too deep. */
  inside<T>(sequence: XmlElement, read: () => T): T | null {
    if (this.#open.includes(sequence) || this.#open.length >= 32) return null;
    this.#open.push(sequence);
    try {
      return read();
    } finally {
      this.#open.pop();
    }
  }
}

/**
 * Reads xmeml (Final Cut Pro 7 XML) versions 4 and 5: one timeline per sequence that stands on its own, in file order.
 *
 * @throws PW_XML_* for text that is no usable XML; PW_XMEML_ROOT for another kind of document; PW_XMEML_SIZE.
 */
export function readXmeml(fileName: string, text: string): ReadTimelines {
  const root = parseXml(fileName, text);
  if (root.name !== 'xmeml') {
    throw new PatchworkError('PW_XMEML_ROOT', `${fileName}: the document is <${root.name}>, not <xmeml>`, {
      hint: 'Export the timeline as Final Cut Pro XML.', details: { file: fileName, root: root.name },
    });
  }
  const remarks = new Remarks(fileName, 'XMEML');
  const reading = new XmemlReading(remarks, root);
  const sequences: XmlElement[] = [];
  const collect = (element: XmlElement): void => {
    for (const child of childElements(element)) {
      // Sequences inside clips are nested ones; those of projects and bins stand on their own.
      if (child.name === 'sequence' && childElement(child, 'media') !== null) sequences.push(child);
      else if (['project', 'bin', 'children'].includes(child.name)) collect(child);
    }
  };
  collect(root);
  if (sequences.length === 0) {
    remarks.add({ code: 'PW_XMEML_EMPTY', severity: 'warning', at: root.position, message: 'the file holds no sequence', hint: 'Export a sequence.' });
  }
  const timelines = sequences.map((sequence) => withTidyLinks(readSequence(reading, sequence)));
  return { timelines, diagnostics: remarks.all() };
}

function formatOf(reading: XmemlReading, sequence: XmlElement): SceneFormat {
  const media = childElement(sequence, 'media');
  const video = media === null ? null : childElement(media, 'video');
  const format = video === null ? null : childElement(video, 'format');
  const samples = format === null ? null : childElement(format, 'samplecharacteristics');
  const rate = rateOf(sequence) ?? rateOf(samples);
  if (rate === null) {
    reading.remarks.add({
      code: 'PW_XMEML_RATE', severity: 'error', at: sequence.position, message: `sequence "${childText(sequence, 'name') ?? ''}" has no frame rate`,
      hint: '24 frames a second were taken; export the sequence again.',
    });
  }
  const used = rate ?? rational(24);
  const timecode = childElement(sequence, 'timecode');
  const frame = timecode === null ? null : frameCount(timecode, 'frame');
  const side = (name: string): number | null => {
    const value = samples === null ? null : frameCount(samples, name);
    return value !== null && value.den === 1 && value.num > 0 ? value.num : null;
  };
  const wantsDrop = timecode !== null && childText(timecode, 'displayformat') === 'DF';
  return {
    rate: used, width: side('width'), height: side('height'),
    start: frame === null ? zero : divide(frame, (timecode === null ? null : rateOf(timecode)) ?? used),
    dropFrame: wantsDrop && canDropFrame(used),
  };
}

function canvasOf(format: SceneFormat): PlainObject {
  return {
    ...(format.width === null ? {} : { width: format.width }), ...(format.height === null ? {} : { height: format.height }),
    rate: formatRate(format.rate), colorSpace: '',
  };
}

function readSequence(reading: XmemlReading, sequence: XmlElement): Timeline {
  const format = formatOf(reading, sequence);
  const scene = reading.inside(sequence, () => readScene(reading, sequence, format, false)) ?? new Scene(format, reading.remarks, false);
  const timeline = makeTimeline({
    name: childText(sequence, 'name') ?? '',
    tracks: scene.tracks(['Video', 'Audio']),
    globalStartTime: timeAt(format.start, format.rate),
    metadata: metadataOf('xmeml', { producer: reading.producer }, { canvas: canvasOf(format), dropFrame: format.dropFrame }),
  });
  const markers = readMarkers(sequence, format.rate, zero);
  return markers.length === 0 ? timeline : { ...timeline, tracks: { ...timeline.tracks, markers } };
}

function readMarkers(owner: XmlElement, rate: Rate, ownZero: Rational): Marker[] {
  return childElements(owner, 'marker').flatMap((element) => {
    const from = frameCount(element, 'in');
    const to = frameCount(element, 'out');
    if (from === null) return [];
    const length = to === null || compare(to, from) <= 0 ? rational(1) : subtract(to, from);
    return [makeMarker({
      name: childText(element, 'name') ?? '', comment: childText(element, 'comment') ?? '',
      markedRange: { start: timeAt(add(ownZero, divide(from, rate)), rate), duration: timeAt(divide(length, rate), rate) },
    })];
  });
}

/** Reads the tracks of a sequence; picture tracks bottom first, as the file has them. */
function readScene(reading: XmemlReading, sequence: XmlElement, format: SceneFormat, isNested: boolean): Scene {
  const scene = new Scene(format, reading.remarks, isNested);
  const media = childElement(sequence, 'media');
  for (const [name, kind] of [['video', 'Video'], ['audio', 'Audio']] as const) {
    const side = media === null ? null : childElement(media, name);
    if (side === null) continue;
    childElements(side, 'track').forEach((track, index) => {
      // Premiere writes a stereo track as two; the second says the same of the other channel.
      if (attribute(track, 'totalExplodedTrackCount') === '2' && attribute(track, 'currentExplodedTrackIndex') === '1') return;
      readTrack(reading, track, { scene, kind, lane: [index + 1], isEnabled: flag(track, 'enabled', true), rate: format.rate });
    });
  }
  return scene;
}

interface TrackSpot {
  readonly scene: Scene;
  readonly kind: TrackKind;
  readonly lane: readonly number[];
  readonly isEnabled: boolean;
  readonly rate: Rate;
}

/** A transition and the frame at which the edit stands. */
interface CutTransition {
  readonly element: XmlElement;
  readonly start: Rational;
  readonly end: Rational;
  readonly cut: Rational;
}

function cutOf(element: XmlElement): CutTransition | null {
  const start = frameCount(element, 'start');
  const end = frameCount(element, 'end');
  if (start === null || end === null || compare(end, start) <= 0) return null;
  const alignment = childText(element, 'alignment') ?? 'center';
  if (alignment.startsWith('start')) return { element, start, end, cut: start };
  if (alignment.startsWith('end')) return { element, start, end, cut: end };
  return { element, start, end, cut: rational(floor(divide(add(start, end), rational(2)))) };
}

function readTrack(reading: XmemlReading, track: XmlElement, spot: TrackSpot): void {
  const children = childElements(track).filter(({ name }) => ['clipitem', 'generatoritem', 'transitionitem'].includes(name));
  const cuts = children.map((child) => (child.name === 'transitionitem' ? cutOf(child) : null));
  const placed = children.map((child, index) => {
    if (child.name === 'transitionitem') return null;
    return readItem(reading, child, spot, cuts[index - 1] ?? null, cuts[index + 1] ?? null);
  });
  children.forEach((child, index) => {
    if (child.name === 'transitionitem') placeTransition(reading, child, cuts[index] ?? null, spot, placed[index - 1] ?? null, placed[index + 1] ?? null);
  });
}

function placeTransition(
  reading: XmemlReading, element: XmlElement, cut: CutTransition | null, spot: TrackSpot, left: Placement | null, right: Placement | null,
): void {
  const effect = childElement(element, 'effect');
  const name = (effect === null ? null : childText(effect, 'name')) ?? '';
  const refuse = (why: string): void => reading.remarks.add({
    code: 'PW_XMEML_TRANSITION', severity: 'error', at: element.position,
    message: `transition "${name}" ${why}; it was left out`, hint: 'Remove or correct the transition.',
  });
  if (cut === null) return refuse('has no readable place');
  // Only what touches the cut takes part: at the edge of a gap it fades.
  const at = divide(cut.cut, spot.rate);
  const before = left !== null && equals(add(left.start, left.duration), at) ? left : null;
  const after = right !== null && equals(right.start, at) ? right : null;
  if (before === null && after === null) return refuse('touches no clip');
  const id = effect === null ? '' : (childText(effect, 'effectid') ?? '');
  const isDissolve = /^(cross dissolve|ADBE Cross Dissolve New|.*cross ?fade.*|KGAudioTransCrossFade.*)/i.test(id) || /^cross (dissolve|fade)/i.test(name);
  spot.scene.join({
    kind: spot.kind, lane: spot.lane, before, after, cut: at,
    inOffset: divide(subtract(cut.cut, cut.start), spot.rate), outOffset: divide(subtract(cut.end, cut.cut), spot.rate),
    name, transitionType: isDissolve ? 'SMPTE_Dissolve' : 'Custom_Transition', metadata: {},
    unmodelled: isDissolve || effect === null ? [] : [{ label: `transition "${name}"`, content: canonicalXml(effect, (_owner, _name, value) => value) }],
    element,
  });
  if (!isDissolve) {
    reading.remarks.add({
      code: 'PW_XMEML_UNMODELLED', severity: 'warning', at: element.position, timecode: spot.scene.timecode(at), message: `transition "${name}" is not modelled`,
      hint: 'It is kept and watched for changes; the built-in renderer cannot draw it.',
    });
  }
}

/** Record edges of a clip; −1 stands for the cut of the transition beside it. */
function recordEdges(element: XmlElement, before: CutTransition | null, after: CutTransition | null): { start: Rational; end: Rational; lead: Rational } | null {
  const start = frameCount(element, 'start');
  const end = frameCount(element, 'end');
  if (start === null || end === null) return null;
  const isOpen = (value: Rational): boolean => value.num === -1 && value.den === 1;
  if ((isOpen(start) && before === null) || (isOpen(end) && after === null)) return null;
  const from = isOpen(start) && before !== null ? before.cut : start;
  const to = isOpen(end) && after !== null ? after.cut : end;
  // The source begins with the transition: what lies before the cut is its handle.
  return { start: from, end: to, lead: isOpen(start) && before !== null ? subtract(before.cut, before.start) : zero };
}

function readItem(reading: XmemlReading, element: XmlElement, spot: TrackSpot, before: CutTransition | null, after: CutTransition | null): Placement | null {
  reading.countItem(element);
  const name = childText(element, 'name') ?? '';
  const edges = recordEdges(element, before, after);
  if (edges === null) {
    reading.remarks.add({
      code: 'PW_XMEML_LENGTH', severity: 'error', at: element.position, message: `${element.name} "${name}" has no readable place on the track; it was left out`,
      hint: 'Export the sequence again.',
    });
    return null;
  }
  try {
    return placeItem(reading, element, spot, edges, name);
  } catch (error) {
    if (!isPatchworkError(error) || error.code !== 'PW_TIME_RANGE') throw error;
    reading.remarks.add({ code: error.code, severity: 'error', at: element.position, message: `${element.name} "${name}": ${error.message}; it was left out`, hint: 'Export the sequence again.' });
    return null;
  }
}

function placeItem(reading: XmemlReading, element: XmlElement, spot: TrackSpot, edges: { start: Rational; end: Rational; lead: Rational }, name: string): Placement | null {
  const { scene, rate } = spot;
  const start = divide(edges.start, rate);
  const duration = divide(subtract(edges.end, edges.start), rate);
  const timecode = scene.timecode(start);
  const file = reading.resolve(childElement(element, 'file'));
  const nested = reading.resolve(childElement(element, 'sequence'));
  const mediaRate = rateOf(file) ?? rateOf(element) ?? rate;
  const mediaStart = fileStart(file, mediaRate);
  const filters = readFilters({ remarks: reading.remarks, timecode, rate: rateOf(element) ?? rate, mediaZero: mediaStart }, element);
  const entry = sourceEntry(element, edges, { rate, mediaStart, speed: filters.speed, duration });
  const sourceRange = { start: timeAt(entry, mediaRate, rate), duration: timeAt(duration, rate) };
  const mode = childText(element, 'compositemode')?.toLowerCase() ?? 'normal';
  const unmodelled = [...filters.unmodelled, ...(mode === 'normal' ? [] : [{ label: `composite mode "${mode}"`, content: `composite ${mode}` }])];
  const link = linkGroup(element);
  const patchwork = { ...(link === null ? {} : { link }), ...channelMap(element, file, spot) };
  const common = {
    name, sourceRange, effects: filters.effects, enabled: spot.isEnabled && flag(element, 'enabled', true),
    markers: readMarkers(element, rateOf(element) ?? rate, mediaStart),
    metadata: metadataOf('xmeml', attribute(element, 'id') === null ? {} : { id: attribute(element, 'id') ?? '' }, patchwork),
  };
  const item = nested !== null && childElement(nested, 'media') !== null
    ? nestedItem(reading, nested, common, spot.kind)
    : withUnmodelled(makeClip({ ...common, media: mediaOf(reading, element, file, mediaRate, mediaStart) }), []);
  const generator = element.name === 'generatoritem' ? generatorThings(reading, element, timecode) : [];
  return scene.place({ kind: spot.kind, lane: spot.lane, start, duration, item: withUnmodelled(item, [...unmodelled, ...generator]) }, element);
}

/** Timecode of the media's first frame, in seconds of the media. */
function fileStart(file: XmlElement | null, mediaRate: Rate): Rational {
  const timecode = file === null ? null : childElement(file, 'timecode');
  const frame = timecode === null ? null : frameCount(timecode, 'frame');
  if (timecode === null || frame === null || frame.num < 0) return zero;
  return divide(frame, rateOf(timecode) ?? mediaRate);
}

/**
 * Media time of the first record frame. `in` counts at the clip's own rate, or, where a program wrote as many source as
 * record frames although the rates differ, on the sequence's grid (Premiere and Resolve read it so). Premiere's own clock
 * wins where it is there. Retimed clips count in retimed frames.
 */
function sourceEntry(
  element: XmlElement, edges: { start: Rational; end: Rational; lead: Rational },
  place: { readonly rate: Rate; readonly mediaStart: Rational; readonly speed: Rational | null; readonly duration: Rational },
): Rational {
  const from = frameCount(element, 'in') ?? zero;
  const to = frameCount(element, 'out');
  const own = rateOf(element) ?? place.rate;
  const isOnRecordGrid = to !== null && equals(subtract(to, from), subtract(edges.end, edges.start));
  const seconds = tickSeconds(element, 'pproTicksIn') ?? divide(from, isOnRecordGrid ? place.rate : own);
  const speed = place.speed ?? rational(1);
  const lead = divide(edges.lead, place.rate);
  if (speed.num >= 0) return add(place.mediaStart, multiply(add(seconds, lead), speed.num === 0 ? rational(1) : speed));
  // Backwards: `in` counts from the end of the retimed media.
  const total = divide(frameCount(element, 'duration') ?? zero, own);
  const end = multiply(subtract(total, add(seconds, lead)), negate(speed));
  return add(place.mediaStart, subtract(end, multiply(place.duration, negate(speed))));
}

function linkGroup(element: XmlElement): string | null {
  const references = childElements(element, 'link').flatMap((link) => childText(link, 'linkclipref') ?? []);
  return references.length < 2 ? null : `group ${references.toSorted()[0] ?? ''}`;
}

const imageEnding = /\.(?:png|jpe?g|tiff?|bmp|gif|tga|psd|exr|dpx)$/i;

function mediaOf(reading: XmemlReading, element: XmlElement, file: XmlElement | null, mediaRate: Rate, mediaStart: Rational): MediaReference {
  if (element.name === 'generatoritem') return generatorReference(element);
  const url = file === null ? null : childText(file, 'pathurl');
  const name = (file === null ? null : childText(file, 'name')) ?? '';
  const length = file === null ? null : frameCount(file, 'duration');
  const isStill = flag(element, 'stillframe', false) || (url !== null && imageEnding.test(url));
  const availableRange = isStill || length === null || length.num <= 0
    ? null
    : { start: timeAt(mediaStart, mediaRate), duration: timeAt(divide(length, mediaRate), mediaRate) };
  if (url === null || url === '') {
    reading.remarks.add({
      code: 'PW_XMEML_OFFLINE', severity: 'error', at: element.position, message: `clip "${childText(element, 'name') ?? ''}" names no file`,
      hint: 'Relink the clip to its media.',
    });
    return makeMissingReference({ name, availableRange });
  }
  return makeExternalReference({ name, targetUrl: url, availableRange });
}

/** A plain colour of a generator, 0 to 1, or null for a generator that draws something else. */
function fillColor(element: XmlElement): number[] | null {
  const effect = childElement(element, 'effect');
  if (effect === null || !/^(color|colour)/i.test(childText(effect, 'effectid') ?? '')) return null;
  const fill = childElements(effect, 'parameter').find((candidate) => /fillcolor|color/i.test(childText(candidate, 'parameterid') ?? ''));
  const value = fill === undefined ? null : childElement(fill, 'value');
  if (value === null) return null;
  const parts = ['red', 'green', 'blue'].map((name) => frameCount(value, name));
  const numbers = parts.filter((part) => part !== null).map((part) => part.num / part.den / 255);
  return numbers.length === 3 ? [...numbers, 1] : null;
}

function generatorReference(element: XmlElement): MediaReference {
  const effect = childElement(element, 'effect');
  const color = fillColor(element);
  const kind = color === null ? ((effect === null ? null : childText(effect, 'name')) ?? 'Generator') : 'SolidColor';
  return makeGeneratorReference({ name: childText(element, 'name') ?? '', generatorKind: kind, parameters: jsonFrom(color === null ? {} : { color }) });
}

function generatorThings(reading: XmemlReading, element: XmlElement, timecode: string | null): { label: string; content: string }[] {
  const effect = childElement(element, 'effect');
  if (fillColor(element) !== null || effect === null) return [];
  const label = `generator "${childText(effect, 'name') ?? ''}"`;
  reading.remarks.add({
    code: 'PW_XMEML_UNMODELLED', severity: 'warning', at: element.position, timecode, message: `${label} is not modelled`,
    hint: 'It is kept and watched for changes; the built-in renderer cannot draw it.',
  });
  return [{ label, content: canonicalXml(effect, (_owner, name, value) => (name === 'authoringApp' ? null : value)) }];
}

/** One channel of a file on its own track: which one, and to which side the track sends it. */
function channelMap(element: XmlElement, file: XmlElement | null, spot: TrackSpot): PlainObject {
  if (spot.kind !== 'Audio' || attribute(element, 'premiereChannelType') === 'stereo') return {};
  const source = childElement(element, 'sourcetrack');
  const media = file === null ? null : childElement(file, 'media');
  const audio = media === null ? null : childElement(media, 'audio');
  const count = audio === null ? null : frameCount(audio, 'channelcount');
  const index = source === null ? null : frameCount(source, 'trackindex');
  if (count === null || index === null || count.num < 2 || count.num > 64 || index.num < 1 || index.num > count.num) return {};
  const pan = childElements(element, 'filter').flatMap((filter) => {
    const effect = childElement(filter, 'effect');
    const found = effect === null || (childText(effect, 'effectid') ?? '').toLowerCase() !== 'audiopan' ? undefined : childElements(effect, 'parameter')[0];
    return found === undefined ? [] : [Number(childText(found, 'value') ?? '0')];
  })[0] ?? 0;
  const weights = Array.from({ length: count.num }, (_unused, at) => (at + 1 === index.num ? 1 : 0));
  const silence = weights.map(() => 0);
  return { channelMap: { left: pan === 1 ? silence : weights, right: pan === -1 ? silence : weights } };
}

function nestedItem(
  reading: XmemlReading, sequence: XmlElement,
  common: Pick<Item, 'name' | 'sourceRange' | 'effects' | 'enabled' | 'markers' | 'metadata'>, kind: TrackKind,
): Item {
  const format = formatOf(reading, sequence);
  const scene = reading.inside(sequence, () => readScene(reading, sequence, format, true));
  if (scene === null) {
    reading.remarks.add({
      code: 'PW_XMEML_CYCLE', severity: 'error', at: sequence.position, message: `sequence "${childText(sequence, 'name') ?? ''}" holds itself; it was left out`, hint: 'Export the sequence again.',
    });
    return makeClip({ ...common, media: makeMissingReference({ name: common.name }) });
  }
  const metadata = metadataOf('xmeml', {}, { canvas: canvasOf(format) });
  const merged = { ...common.metadata, entries: [...common.metadata.entries.filter(([key]) => key !== 'patchwork'), ...metadata.entries] };
  const link = common.metadata.entries.find(([key]) => key === 'patchwork')?.[1];
  const withLink = typeof link === 'object' && link !== null && link.type === 'object'
    ? { ...merged, entries: merged.entries.map(([key, value]) => (key === 'patchwork' && typeof value === 'object' && value !== null && value.type === 'object' ? [key, { ...value, entries: [...value.entries, ...link.entries] }] as const : [key, value] as const)) }
    : merged;
  return makeStack({ ...common, metadata: withLink, children: scene.tracks([kind]) });
}
