import { isPatchworkError, PatchworkError, type Diagnostic } from '@patchwork/kernel';
import { zero } from '@patchwork/time';
import { makeTimeline, type Timeline } from '@patchwork/timeline';
import { Remarks } from '../diagnostics.ts';
import { withTidyLinks } from '../links.ts';
import { attribute, childElement, childElements, countElements, type XmlElement } from '../xml/element.ts';
import { parseXml } from '../xml/parse.ts';
import { isItemElement } from './clip-node.ts';
import { canvasOf } from './nested.ts';
import { keptOf } from './clip-frame.ts';
import type { FcpFormat } from './format.ts';
import { metadataOf, timeAt, type PlainObject } from './nodes.ts';
import { Reading } from './reading.ts';
import { contentOfMedia, readResources } from './resources.ts';
import { Scene, type SceneFormat } from './scene.ts';
import { readSequenceContent, sceneFormatOf, sequenceMarkers } from './sequence.ts';
import { readItem, readStory } from './story.ts';

/** What a reader gives back. */
export interface ReadTimelines {
  readonly timelines: readonly Timeline[];
  readonly diagnostics: readonly Diagnostic[];
  /** Several timelines, or one beside clips of a browser or in a collection: the file holds what one timeline of it does not say. */
  readonly holdsMore: boolean;
}

/** Where a project stands in the file. */
interface Place {
  readonly library: string | null;
  readonly event: string | null;
}

/**
 * Reads FCPXML 1.8 to 1.14: one timeline per project, in file order; a file without projects gives one per browser clip.
 *
 * @throws PW_XML_* for text that is no usable XML; PW_FCPXML_ROOT for another kind of document; PW_FCPXML_SIZE for
 * compound clips that unfold without bound; PW_TIME_RANGE for times beyond exact arithmetic.
 */
export function readFcpxml(fileName: string, text: string): ReadTimelines {
  const root = parseXml(fileName, text);
  if (root.name !== 'fcpxml') {
    throw new PatchworkError('PW_FCPXML_ROOT', `${fileName}: the document is <${root.name}>, not <fcpxml>`, {
      hint: 'Export the timeline as FCPXML.',
      details: { file: fileName, root: root.name },
    });
  }
  const remarks = new Remarks(fileName, 'FCPXML');
  reportVersion(remarks, root);
  const reading = new Reading(
    remarks,
    readResources(root, remarks),
    { version: attribute(root, 'version') ?? '', elements: countElements(root) },
    { readItem, readStory },
  );
  const content = contentOf(root);
  const timelines = withPlace(fileName, () => readContent(reading, content));
  if (timelines.length === 0) {
    remarks.add({
      code: 'PW_FCPXML_EMPTY',
      severity: 'warning',
      at: root.position,
      message: 'the file holds no project and no clip',
      hint: 'Export a project.',
    });
  }
  const holdsMore = content.projects.length + content.clips.length > 1;
  return { timelines, diagnostics: remarks.all(), holdsMore };
}

/** Exact arithmetic gives up on absurd times; the message gets the file's name. */
function withPlace<T>(fileName: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isPatchworkError(error) || error.code !== 'PW_TIME_RANGE') throw error;
    throw new PatchworkError('PW_TIME_RANGE', `${fileName}: ${error.message}`, {
      ...(error.hint === null ? {} : { hint: error.hint }),
      details: { file: fileName },
      cause: error,
    });
  }
}

function reportVersion(remarks: Remarks, root: XmlElement): void {
  const version = attribute(root, 'version') ?? '';
  const minor = /^1\.(\d{1,2})$/.exec(version)?.[1];
  if (minor !== undefined && Number(minor) >= 8 && Number(minor) <= 14) return;
  remarks.add({
    code: 'PW_FCPXML_VERSION',
    severity: 'warning',
    at: root.position,
    message: `version "${version}" is not one of 1.8 to 1.14; it is read as the nearest`,
    hint: 'Check the timeline against the program that wrote it.',
  });
}

/** What a file holds: projects, and clips of the browser beside them. */
interface Content {
  readonly projects: readonly { readonly element: XmlElement; readonly place: Place }[];
  readonly clips: readonly { readonly element: XmlElement; readonly place: Place }[];
}

function contentOf(root: XmlElement): Content {
  const projects: { element: XmlElement; place: Place }[] = [];
  const clips: { element: XmlElement; place: Place }[] = [];
  const collect = (parent: XmlElement, place: Place): void => {
    for (const child of childElements(parent)) {
      if (child.name === 'project') projects.push({ element: child, place });
      else if (child.name === 'library') collect(child, { ...place, library: attribute(child, 'location') ?? '' });
      else if (child.name === 'event') collect(child, { ...place, event: attribute(child, 'name') ?? '' });
      else if (isItemElement(child) && child.name !== 'gap') clips.push({ element: child, place });
    }
  };
  collect(root, { library: null, event: null });
  return { projects, clips };
}

function readContent(reading: Reading, { projects, clips }: Content): Timeline[] {
  if (projects.length === 0) return clips.flatMap(({ element, place }) => readBrowserClip(reading, element, place));
  if (clips.length > 0) {
    reading.remarks.add({
      code: 'PW_FCPXML_BROWSER',
      severity: 'note',
      at: clips[0]?.element.position ?? null,
      message: `${clips.length} browser clips beside the projects were not read`,
    });
  }
  return projects.flatMap(({ element, place }) => readProject(reading, element, place));
}

function readProject(reading: Reading, project: XmlElement, place: Place): Timeline[] {
  const sequence = childElement(project, 'sequence');
  const name = attribute(project, 'name') ?? '';
  if (sequence === null) {
    reading.remarks.add({
      code: 'PW_FCPXML_SPINE',
      severity: 'error',
      at: project.position,
      message: `project "${name}" has no sequence`,
      hint: 'Export the project again.',
    });
    return [];
  }
  const format = sceneFormatOf(reading, sequence);
  const scene = readSequenceContent(reading, sequence, format, { isNested: false });
  return [timelineOf(reading, { name, scene, format, sequence, place, uid: attribute(project, 'uid') })];
}

/** Format of a clip that stands alone: its own, its media's, or its content's. */
function formatOfClip(reading: Reading, element: XmlElement): FcpFormat | null {
  const { formats, assets, media } = reading.resources;
  const reference = attribute(element, 'ref') ?? '';
  const compound = media.get(reference);
  const content = compound === undefined ? null : contentOfMedia(compound);
  const named =
    formats.get(attribute(element, 'format') ?? '') ??
    formats.get((content === null ? null : attribute(content, 'format')) ?? '') ??
    assets.get(reference)?.format ??
    null;
  if (named !== null) return named;
  for (const child of childElements(element)) {
    const inner = isItemElement(child) ? formatOfClip(reading, child) : null;
    if (inner !== null) return inner;
  }
  return null;
}

/** A clip of the browser as a timeline of its own. */
function readBrowserClip(reading: Reading, element: XmlElement, place: Place): Timeline[] {
  const own = formatOfClip(reading, element);
  const format: SceneFormat = {
    rate: own?.rate ?? { num: 24, den: 1 },
    width: own?.width ?? null,
    height: own?.height ?? null,
    start: zero,
    dropFrame: false,
  };
  const scene = new Scene(format, reading.remarks, false);
  readItem(reading, element, { scene, lane: [], start: zero, sides: 'all' });
  return [
    timelineOf(reading, { name: attribute(element, 'name') ?? '', scene, format, sequence: element, place, uid: null }),
  ];
}

function timelineOf(
  reading: Reading,
  parts: { name: string; scene: Scene; format: SceneFormat; sequence: XmlElement; place: Place; uid: string | null },
): Timeline {
  const { format, sequence, place, scene } = parts;
  const own = reading.resources.formats.get(attribute(sequence, 'format') ?? '');
  const kept: PlainObject = {
    ...keptOf(sequence),
    version: reading.version,
    ...(place.library === null ? {} : { library: place.library }),
    ...(place.event === null ? {} : { event: place.event }),
    ...(parts.uid === null ? {} : { uid: parts.uid }),
  };
  const canvas: PlainObject = {
    ...canvasOf(format, own?.colorSpace ?? ''),
    ...(own === undefined || own.fieldOrder === '' || own.fieldOrder === 'progressive'
      ? {}
      : { fieldOrder: own.fieldOrder }),
  };
  const timeline = makeTimeline({
    name: parts.name,
    tracks: scene.tracks(['Video', 'Audio', 'Caption']),
    globalStartTime: timeAt(format.start, format.rate),
    metadata: metadataOf('fcpxml', kept, { canvas, dropFrame: format.dropFrame }),
  });
  const markers = sequence.name === 'sequence' ? sequenceMarkers(reading, sequence, format) : [];
  return withTidyLinks(markers.length === 0 ? timeline : { ...timeline, tracks: { ...timeline.tracks, markers } });
}
