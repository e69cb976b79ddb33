import { PatchworkError } from '@patchwork/kernel';
import { divide, one } from '@patchwork/time';
import { sameValue, type Timeline } from '@patchwork/timeline';
import { Remarks } from '../../diagnostics.ts';
import { attribute, childElement, childElements, type XmlElement } from '../../xml/element.ts';
import { parseXml } from '../../xml/parse.ts';
import { asUtf8, offsetOf, placeOfElement, type ElementPlace } from '../../xml/place.ts';
import { indentedXml, type XmlOut } from '../../xml/write.ts';
import { readFormat } from '../format.ts';
import { readFcpxml } from '../read.ts';
import { withTagAttribute } from '../../xml/tag.ts';
import { formatFcpTime } from '../time.ts';
import { respelled } from './respelled.ts';
import type { WriteFcpxmlOptions, WrittenText } from './options.ts';
import { ResourceIds, withAttributes } from './resource-ids.ts';
import { fcpxmlParts, type FcpxmlParts } from './write.ts';

/** A document, and the project of it that a timeline was read from. */
export interface FcpxmlPlace {
  readonly fileName: string;
  readonly text: string;
  readonly project: string;
}

/**
 * Writes a timeline in the place of a project of a document: all around it (other projects, browser clips, keyword and
 * smart collections, bookmarks, comments) stays letter by letter, and within it what the timeline does not say otherwise. Resources are
 * added, none is taken away. The text is read back, and refused when another project of it says something else than before.
 *
 * @throws PW_FCPXML_PLACE where that cannot be: no such project or several, FCPXML before 1.9, a tag that is not found; and
 * what the reader throws.
 */
export function writeFcpxmlInto(place: FcpxmlPlace, timeline: Timeline, options: WriteFcpxmlOptions = {}): WrittenText {
  const before = readFcpxml(place.fileName, place.text).timelines;
  const written = anew(place, timeline, options);
  const after = readFcpxml(place.fileName, written.text).timelines;
  const isOther = ({ name }: Timeline): boolean => name !== place.project;
  if (!isSameList(before.filter(isOther), after.filter(isOther)))
    throw refusal(place, 'another project would say something else');
  const text = inOwnLetters({ place, options, before, after, written: written.text }) ?? written.text;
  return { text: asUtf8(text), notSaid: written.notSaid };
}

/** The document with the project's sequence written anew. */
function anew(place: FcpxmlPlace, timeline: Timeline, options: WriteFcpxmlOptions): WrittenText {
  const { fileName, text } = place;
  const root = parseXml(fileName, text);
  const sequence = sequenceOf(place, root);
  const resources = childElement(root, 'resources');
  if (resources === null) throw refusal(place, 'it has no resources');
  const version = /^1\.(\d{1,2})$/.exec(attribute(root, 'version') ?? '')?.[1];
  if (version === undefined || Number(version) < 9)
    throw refusal(place, `it is version "${attribute(root, 'version') ?? ''}", and 1.9 or later is written`);
  const parts = fcpxmlParts(timeline, options);
  const all = childElements(root, 'resources').flatMap((each) => childElements(each));
  const ids = new ResourceIds(all, parts.resources);
  // The document's own format says more than a canvas does: a projection, a name.
  const keepsFormat = isSameCanvas(sequence, parts, all);
  const renamed = ids.renamed({
    ...parts.sequence,
    attributes: parts.sequence.attributes.filter(([name]) => name !== 'format' || !keepsFormat),
  });
  const changes = new Map(renamed.attributes.filter(([name]) => ['format', 'tcStart', 'tcFormat'].includes(name))).set(
    'duration',
    null,
  );
  const indent = ' '.repeat(Math.min(sequence.position.column - 1, 40));
  const fresh = indentedXml({ ...renamed, attributes: withAttributes(sequence, changes) }, indent);
  const end = placeIn(place, resources);
  if (end.innerEnd === end.end && ids.added.length > 0) throw refusal(place, 'its resources are an empty tag');
  const written = replaced(text, [
    [placeIn(place, sequence), fresh],
    [endOf(end), ids.added.map((each) => `    ${indentedXml(each, '        ')}\n    `).join('')],
  ]);
  return { text: written, notSaid: parts.notSaid };
}

/** As it is written, in the letters of what stood there wherever they still say it; null where that would say something else. */
function inOwnLetters({ place, options, before, after, written }: Rewriting): string | null {
  const old = before.find(({ name }) => name === place.project);
  if (old === undefined) return null;
  // Programs count the length anew; one that stood there would be of what it was.
  const standing = withoutDuration(place);
  const text = respelled({ standing, before: anew({ ...place, text: standing }, old, options).text, after: written });
  const own = readFcpxml(place.fileName, text).timelines;
  if (isSameList(own, after)) return text;
  // The reader may see how a thing is spelled (a start of zero that is not said): then our writer's spelling of both is compared.
  const again = own.find(({ name }) => name === place.project);
  if (again === undefined) return null;
  const spelled = readFcpxml(place.fileName, anew({ ...place, text }, again, options).text).timelines;
  return isSameList(spelled, after) ? text : null;
}

/** A document before and after its project was written anew. */
interface Rewriting {
  readonly place: FcpxmlPlace;
  readonly options: WriteFcpxmlOptions;
  readonly before: readonly Timeline[];
  readonly after: readonly Timeline[];
  readonly written: string;
}

function isSameList(one: readonly Timeline[], other: readonly Timeline[]): boolean {
  return one.length === other.length && one.every((timeline, at) => sameValue(timeline, other[at]));
}

function withoutDuration(place: FcpxmlPlace): string {
  const { start, inner } = placeIn(place, sequenceOf(place, parseXml(place.fileName, place.text)));
  const tag = place.text.slice(start, inner);
  return place.text.slice(0, start) + withTagAttribute(tag, 'duration', null) + place.text.slice(inner);
}

function refusal({ fileName, project }: FcpxmlPlace, why: string): PatchworkError {
  return new PatchworkError('PW_FCPXML_PLACE', `${fileName}: "${project}" cannot be replaced in its document: ${why}`, {
    hint: 'Write to another file.',
    details: { file: fileName, project },
  });
}

function sequenceOf(place: FcpxmlPlace, root: XmlElement): XmlElement {
  const found: XmlElement[] = [];
  const collect = (parent: XmlElement): void => {
    for (const child of childElements(parent)) {
      if (child.name === 'library' || child.name === 'event') collect(child);
      if (child.name !== 'project' || (attribute(child, 'name') ?? '') !== place.project) continue;
      const sequence = childElement(child, 'sequence');
      if (sequence !== null) found.push(sequence);
    }
  };
  collect(root);
  const [first, second] = found;
  if (first === undefined) throw refusal(place, 'it holds no project of that name');
  if (second !== undefined) throw refusal(place, `it holds ${found.length} projects of that name`);
  return first;
}

/** Tells whether a sequence's format in the document has the raster, rate and colour that the timeline is written with. */
function isSameCanvas(sequence: XmlElement, parts: FcpxmlParts, resources: readonly XmlElement[]): boolean {
  const valueOf = ({ attributes }: XmlOut, name: string): string | null =>
    attributes.find(([each]) => each === name)?.[1] ?? null;
  const id = valueOf(parts.sequence, 'format');
  const written = parts.resources.content.find((each) => typeof each !== 'string' && valueOf(each, 'id') === id);
  const own = attribute(sequence, 'format');
  const element = resources.find((each) => each.name === 'format' && attribute(each, 'id') === own);
  if (element === undefined || written === undefined || typeof written === 'string') return false;
  const { width, height, rate, colorSpace, fieldOrder } = readFormat(element, new Remarks('', 'FCPXML'));
  const said = [
    width === null ? null : String(width),
    height === null ? null : String(height),
    rate === null ? null : formatFcpTime(divide(one, rate)),
    colorSpace === '' ? null : colorSpace,
    fieldOrder === '' || fieldOrder === 'progressive' ? null : fieldOrder,
  ];
  const names = ['width', 'height', 'frameDuration', 'colorSpace', 'fieldOrder'];
  return names.every((name, at) => valueOf(written, name) === said[at]);
}

function placeIn(place: FcpxmlPlace, { name, position }: XmlElement): ElementPlace {
  const start = offsetOf(place.text, position);
  const found = start === null ? null : placeOfElement(place.text, name, start);
  if (found === null) throw refusal(place, `its <${name}> is not found at line ${position.line}`);
  return found;
}

/** The empty place before an element's end tag. */
function endOf({ innerEnd }: ElementPlace): Pick<ElementPlace, 'start' | 'end'> {
  return { start: innerEnd, end: innerEnd };
}

function replaced(
  text: string,
  changes: readonly (readonly [place: Pick<ElementPlace, 'start' | 'end'>, fresh: string])[],
): string {
  // From the end, so that places before stay where they are.
  return changes
    .toSorted(([a], [b]) => b.start - a.start)
    .reduce((sum, [{ start, end }, fresh]) => sum.slice(0, start) + fresh + sum.slice(end), text);
}
