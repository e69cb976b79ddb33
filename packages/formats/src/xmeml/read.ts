import { isPatchworkError, PatchworkError } from '@patchwork/kernel';
import { add, divide, equals, subtract, zero, type Rational } from '@patchwork/time';
import {
  makeClip,
  makeMissingReference,
  makeStack,
  makeTimeline,
  withUnmodelled,
  type Item,
  type Timeline,
} from '@patchwork/timeline';
import { Remarks } from '../diagnostics.ts';
import { metadataOf, timeAt } from '../fcpxml/nodes.ts';
import type { ReadTimelines } from '../fcpxml/read.ts';
import { Scene, type Placement, type SceneFormat } from '../fcpxml/scene.ts';
import { withTidyLinks } from '../links.ts';
import { canonicalXml } from '../xml/canonical.ts';
import { attribute, childElement, childElements, childText, type XmlElement } from '../xml/element.ts';
import { parseXml } from '../xml/parse.ts';
import { readFilters } from './filters.ts';
import { channelMap, fileStart, generatorThings, mediaOf } from './media.ts';
import { type TrackSpot, type CutTransition, cutOf, recordEdges, sourceEntry, linkGroup } from './place.ts';
import { isPannedApart, wholeTracks } from './exploded.ts';
import { XmemlReading } from './reading.ts';
import { hasOtherPixels, placingOf, rasterOf, type Placing } from './raster.ts';
import { formatOf, canvasOf, readMarkers } from './sequence-format.ts';
import { blendedSpeed } from './time-graph.ts';
import { flag, rateOf } from './values.ts';

/**
 * Reads xmeml (Final Cut Pro 7 XML) versions 4 and 5: one timeline per sequence that stands on its own, in file order.
 *
 * @throws PW_XML_* for text that is no usable XML; PW_XMEML_ROOT for another kind of document; PW_XMEML_SIZE.
 */
export function readXmeml(fileName: string, text: string): ReadTimelines {
  const root = parseXml(fileName, text);
  if (root.name !== 'xmeml') {
    throw new PatchworkError('PW_XMEML_ROOT', `${fileName}: the document is <${root.name}>, not <xmeml>`, {
      hint: 'Export the timeline as Final Cut Pro XML.',
      details: { file: fileName, root: root.name },
    });
  }
  const remarks = new Remarks(fileName, 'XMEML');
  const reading = new XmemlReading(remarks, root);
  const sequences: XmlElement[] = [];
  let clips = 0;
  const collect = (element: XmlElement): void => {
    for (const child of childElements(element)) {
      // Sequences inside clips are nested ones; those of projects and bins stand on their own.
      if (child.name === 'sequence' && childElement(child, 'media') !== null) sequences.push(child);
      else if (child.name === 'clip') clips += 1;
      else if (['project', 'bin', 'children'].includes(child.name)) collect(child);
    }
  };
  collect(root);
  if (sequences.length === 0) {
    remarks.add({
      code: 'PW_XMEML_EMPTY',
      severity: 'warning',
      at: root.position,
      message: 'the file holds no sequence',
      hint: 'Export a sequence.',
    });
  }
  const timelines = sequences.map((sequence) => withTidyLinks(readSequence(reading, sequence)));
  return { timelines, diagnostics: remarks.all(), holdsMore: sequences.length + clips > 1 };
}

function readSequence(reading: XmemlReading, sequence: XmlElement): Timeline {
  const format = formatOf(reading, sequence);
  const scene =
    reading.inside(sequence, () => readScene(reading, sequence, format, false)) ??
    new Scene(format, reading.remarks, false);
  const timeline = makeTimeline({
    name: childText(sequence, 'name') ?? '',
    tracks: scene.tracks(['Video', 'Audio']),
    globalStartTime: timeAt(format.start, format.rate),
    metadata: metadataOf(
      'xmeml',
      { producer: reading.producer },
      { canvas: canvasOf(format), dropFrame: format.dropFrame },
    ),
  });
  const markers = readMarkers(sequence, format.rate, zero);
  return markers.length === 0 ? timeline : { ...timeline, tracks: { ...timeline.tracks, markers } };
}

/** Reads the tracks of a sequence; picture tracks bottom first, as the file has them. */
function readScene(reading: XmemlReading, sequence: XmlElement, format: SceneFormat, isNested: boolean): Scene {
  const scene = new Scene(format, reading.remarks, isNested, 'lanes');
  const media = childElement(sequence, 'media');
  for (const [name, kind] of [
    ['video', 'Video'],
    ['audio', 'Audio'],
  ] as const) {
    const side = media === null ? null : childElement(media, name);
    if (side === null) continue;
    const tracks = wholeTracks(childElements(side, 'track'));
    tracks.forEach(({ track, twins }, index) => {
      readTrack(reading, track, {
        scene,
        kind,
        lane: [index + 1],
        isEnabled: flag(track, 'enabled', true),
        rate: format.rate,
        raster: format.width === null || format.height === null ? null : { width: format.width, height: format.height },
        twins,
      });
    });
  }
  return scene;
}

function readTrack(reading: XmemlReading, track: XmlElement, spot: TrackSpot): void {
  const children = childElements(track).filter(({ name }) =>
    ['clipitem', 'generatoritem', 'transitionitem'].includes(name),
  );
  const cuts = children.map((child) => (child.name === 'transitionitem' ? cutOf(child) : null));
  const placed = children.map((child, index) => {
    if (child.name === 'transitionitem') return null;
    return readItem(reading, child, spot, cuts[index - 1] ?? null, cuts[index + 1] ?? null);
  });
  children.forEach((child, index) => {
    if (child.name === 'transitionitem')
      placeTransition(reading, child, cuts[index] ?? null, spot, placed[index - 1] ?? null, placed[index + 1] ?? null);
  });
}

function placeTransition(
  reading: XmemlReading,
  element: XmlElement,
  cut: CutTransition | null,
  spot: TrackSpot,
  left: Placement | null,
  right: Placement | null,
): void {
  const effect = childElement(element, 'effect');
  const name = (effect === null ? null : childText(effect, 'name')) ?? '';
  const refuse = (why: string): void =>
    reading.remarks.add({
      code: 'PW_XMEML_TRANSITION',
      severity: 'error',
      at: element.position,
      message: `transition "${name}" ${why}; it was left out`,
      hint: 'Remove or correct the transition.',
    });
  if (cut === null) return refuse('has no readable place');
  // Only what touches the cut takes part: at the edge of a gap it fades.
  const at = divide(cut.cut, spot.rate);
  const before = left !== null && equals(add(left.start, left.duration), at) ? left : null;
  const after = right !== null && equals(right.start, at) ? right : null;
  if (before === null && after === null) return refuse('touches no clip');
  const id = effect === null ? '' : (childText(effect, 'effectid') ?? '');
  const isDissolve =
    /^(cross dissolve|ADBE Cross Dissolve New|.*cross ?fade.*|KGAudioTransCrossFade.*)/i.test(id) ||
    /^cross (dissolve|fade)/i.test(name);
  spot.scene.join({
    kind: spot.kind,
    lane: spot.lane,
    before,
    after,
    cut: at,
    inOffset: divide(subtract(cut.cut, cut.start), spot.rate),
    outOffset: divide(subtract(cut.end, cut.cut), spot.rate),
    name,
    transitionType: isDissolve ? 'SMPTE_Dissolve' : 'Custom_Transition',
    metadata: {},
    unmodelled:
      isDissolve || effect === null
        ? []
        : [{ label: `transition "${name}"`, content: canonicalXml(effect, (_owner, _name, value) => value) }],
    element,
  });
  if (!isDissolve) {
    reading.remarks.add({
      code: 'PW_XMEML_UNMODELLED',
      severity: 'warning',
      at: element.position,
      timecode: spot.scene.timecode(at),
      message: `transition "${name}" is not modelled`,
      hint: 'It is kept and watched for changes; the built-in renderer cannot draw it.',
    });
  }
}

function readItem(
  reading: XmemlReading,
  element: XmlElement,
  spot: TrackSpot,
  before: CutTransition | null,
  after: CutTransition | null,
): Placement | null {
  reading.countItem(element);
  const name = childText(element, 'name') ?? '';
  const edges = recordEdges(element, before, after);
  if (edges === null) {
    reading.remarks.add({
      code: 'PW_XMEML_LENGTH',
      severity: 'error',
      at: element.position,
      message: `${element.name} "${name}" has no readable place on the track; it was left out`,
      hint: 'Export the sequence again.',
    });
    return null;
  }
  try {
    return placeItem(reading, element, spot, edges, name);
  } catch (error) {
    if (!isPatchworkError(error) || error.code !== 'PW_TIME_RANGE') throw error;
    reading.remarks.add({
      code: error.code,
      severity: 'error',
      at: element.position,
      message: `${element.name} "${name}": ${error.message}; it was left out`,
      hint: 'Export the sequence again.',
    });
    return null;
  }
}

function placeItem(
  reading: XmemlReading,
  element: XmlElement,
  spot: TrackSpot,
  edges: { start: Rational; end: Rational; lead: Rational },
  name: string,
): Placement | null {
  const { scene, rate } = spot;
  const start = divide(edges.start, rate);
  const duration = divide(subtract(edges.end, edges.start), rate);
  const timecode = scene.timecode(start);
  const file = reading.resolve(childElement(element, 'file'));
  const nested = reading.resolve(childElement(element, 'sequence'));
  const mediaRate = rateOf(file) ?? rateOf(element) ?? rate;
  const mediaStart = fileStart(file, mediaRate);
  const placing = placingFor(reading, nested ?? file, spot);
  const channels = channelMap(element, file, spot.kind);
  const isChannel = 'channelMap' in channels || isPannedApart(element, spot.twins);
  const filters = readFilters(
    { isChannel, remarks: reading.remarks, timecode, rate: rateOf(element) ?? rate, mediaZero: mediaStart, ...placing },
    element,
  );
  const entry = sourceEntry(element, edges, { rate, mediaStart, speed: filters.speed, duration });
  const sourceRange = { start: timeAt(entry, mediaRate, rate), duration: timeAt(duration, rate) };
  const mode = childText(element, 'compositemode')?.toLowerCase() ?? 'normal';
  const unmodelled = [
    ...filters.unmodelled,
    ...(mode === 'normal' ? [] : [{ label: `composite mode "${mode}"`, content: `composite ${mode}` }]),
  ];
  const link = linkGroup(element);
  const patchwork = { ...(link === null ? {} : { link }), ...channels };
  const common = {
    name,
    sourceRange,
    effects: [...blendedSpeed(filters, entry, duration), ...filters.effects],
    enabled: spot.isEnabled && flag(element, 'enabled', true),
    markers: readMarkers(element, rateOf(element) ?? rate, mediaStart),
    metadata: metadataOf(
      'xmeml',
      attribute(element, 'id') === null ? {} : { id: attribute(element, 'id') ?? '' },
      patchwork,
    ),
  };
  const item =
    nested !== null && childElement(nested, 'media') !== null
      ? nestedItem(reading, nested, common, spot)
      : withUnmodelled(makeClip({ ...common, media: mediaOf(reading, element, file, mediaRate, mediaStart) }), []);
  const generator = element.name === 'generatoritem' ? generatorThings(reading, element, timecode) : [];
  return scene.place(
    { kind: spot.kind, lane: spot.lane, start, duration, item: withUnmodelled(item, [...unmodelled, ...generator]) },
    element,
  );
}

/** Sound has no place on the raster. */
function placingFor(reading: XmemlReading, shown: XmlElement | null, spot: TrackSpot): Placing {
  if (spot.kind !== 'Video') return { unit: null, fitted: null };
  const placing = placingOf(rasterOf(shown), spot.raster, reading.producer);
  return placing.fitted !== null && hasOtherPixels(shown) ? { ...placing, unit: null } : placing;
}

function nestedItem(
  reading: XmemlReading,
  sequence: XmlElement,
  common: Pick<Item, 'name' | 'sourceRange' | 'effects' | 'enabled' | 'markers' | 'metadata'>,
  { kind, rate }: Pick<TrackSpot, 'kind' | 'rate'>,
): Item {
  const format = formatOf(reading, sequence, rate);
  const scene = reading.inside(sequence, () => readScene(reading, sequence, format, true));
  if (scene === null) {
    reading.remarks.add({
      code: 'PW_XMEML_CYCLE',
      severity: 'error',
      at: sequence.position,
      message: `sequence "${childText(sequence, 'name') ?? ''}" holds itself; it was left out`,
      hint: 'Export the sequence again.',
    });
    return makeClip({ ...common, media: makeMissingReference({ name: common.name }) });
  }
  const metadata = metadataOf('xmeml', {}, { canvas: canvasOf(format) });
  const merged = {
    ...common.metadata,
    entries: [...common.metadata.entries.filter(([key]) => key !== 'patchwork'), ...metadata.entries],
  };
  const link = common.metadata.entries.find(([key]) => key === 'patchwork')?.[1];
  const withLink =
    typeof link === 'object' && link !== null && link.type === 'object'
      ? {
          ...merged,
          entries: merged.entries.map(([key, value]) =>
            key === 'patchwork' && typeof value === 'object' && value !== null && value.type === 'object'
              ? ([key, { ...value, entries: [...value.entries, ...link.entries] }] as const)
              : ([key, value] as const),
          ),
        }
      : merged;
  return makeStack({ ...common, metadata: withLink, children: scene.tracks([kind]) });
}
