import type { Diagnostic } from '@patchwork/kernel';
import { isJsonObject, type Timeline } from '@patchwork/timeline';
import { mergeXmlText } from '../xml/merge/merge-text.ts';
import type { XmlClash } from '../xml/merge/rules.ts';
import { asUtf8 } from '../xml/place.ts';
import { textTree, type TextElement } from '../xml/text-tree.ts';
import { readFcpxml } from '../fcpxml/read.ts';
import { writeFcpxmlInto } from '../fcpxml/writer/write-into.ts';
import { fcpxmlRules } from '../fcpxml/document/merge-rules.ts';
import { ResourceSpace } from '../fcpxml/document/resource-space.ts';
import { withOwnStyleIds } from '../fcpxml/document/style-ids.ts';

/** One thing of three documents. */
export interface ThreeVersions<T> {
  readonly base: T;
  readonly ours: T;
  readonly theirs: T;
}

/** Merges one timeline of three documents; gives one of the three itself, where the merge is that. */
export type MergeOneTimeline = (three: ThreeVersions<Timeline>) => Timeline;

/** A merged document. */
export interface MergedDocument {
  readonly text: string;
  /** What stands beside the timelines and was changed by both sides, differently. */
  readonly clashes: readonly XmlClash[];
  readonly notSaid: readonly Diagnostic[];
}

/**
 * Merges three FCPXML documents: projects by their timelines, all around them (events, browser clips, collections, resources, comments) as
 * XML, where what one side alone changed is taken from it letter by letter. Null where one of them holds no project.
 *
 * @throws PW_FCPXML_PLACE where a merged project has no place; what the reader throws
 */
export function mergeFcpxml(
  fileName: string,
  texts: ThreeVersions<string>,
  mergeOne: MergeOneTimeline,
): MergedDocument | null {
  const documents = oneSpelling(fileName, texts);
  const all = [documents.base, documents.ours, documents.theirs];
  if (all.some((each) => each.sequences.size === 0)) return null;
  const sequences = new Map(all.flatMap((each) => [...each.sequences]));
  const rewritten: Timeline[] = [];
  const rules = fcpxmlRules(({ base, ours, theirs }) => {
    const [own, other] = [sequences.get(ours), sequences.get(theirs)];
    const before = base === null ? undefined : sequences.get(base);
    if (own === undefined || other === undefined || before === undefined) return null;
    const merged = mergeOne({ base: before, ours: own, theirs: other });
    if (merged === other) return theirs.text;
    if (merged !== own) rewritten.push(merged);
    return ours.text;
  });
  const [base, ours, theirs] = [documents.base.root, documents.ours.root, documents.theirs.root];
  const merged = mergeXmlText({ base, ours, theirs }, rules);
  const notSaid: Diagnostic[] = [];
  let text = withOwnStyleIds(merged.text);
  for (const timeline of rewritten) {
    const written = writeFcpxmlInto({ fileName, text, project: timeline.name }, timeline);
    text = written.text;
    notSaid.push(...written.notSaid);
  }
  return { text: asUtf8(withOwnStyleIds(text)), clashes: merged.clashes, notSaid };
}

interface Document {
  readonly root: TextElement;
  /** The sequences of its projects, and what they say. */
  readonly sequences: ReadonlyMap<TextElement, Timeline>;
}

/** The three documents with one kind of line ends and one set of resource ids: ours. */
function oneSpelling(fileName: string, texts: ThreeVersions<string>): ThreeVersions<Document> {
  const space = new ResourceSpace();
  const read = (text: string): Document => {
    const { timelines } = readFcpxml(fileName, text);
    const root = textTree(space.enter(textTree(withLineEnds(text, texts.ours))));
    const sequences = sequencesIn(root).flatMap((element, at) => {
      const timeline = timelines[at];
      return timeline === undefined ? [] : [[element, withoutPlace(timeline)] as const];
    });
    return { root, sequences: new Map(sequences) };
  };
  const ours = read(texts.ours);
  return { ours, base: read(texts.base), theirs: read(texts.theirs) };
}

/** What stands around a project is merged where it stands. */
function withoutPlace(timeline: Timeline): Timeline {
  const { entries } = timeline.metadata;
  const isPlace = (name: string): boolean => ['version', 'library', 'event', 'uid'].includes(name);
  const cut = entries.map(([name, value]) => {
    if (name !== 'fcpxml' || !isJsonObject(value)) return [name, value] as const;
    return [name, { ...value, entries: value.entries.filter(([each]) => !isPlace(each)) }] as const;
  });
  return { ...timeline, metadata: { ...timeline.metadata, entries: cut } };
}

function withLineEnds(text: string, like: string): string {
  return text.replace(/\r?\n/g, like.includes('\r\n') ? '\r\n' : '\n');
}

/** The sequences of projects, in the order in which they are read. */
function sequencesIn(element: TextElement): TextElement[] {
  return element.parts.flatMap((part): TextElement[] => {
    if (part.kind !== 'element') return [];
    if (['fcpxml', 'library', 'event'].includes(part.name)) return sequencesIn(part);
    if (part.name !== 'project') return [];
    const sequence = part.parts.find((each) => each.kind === 'element' && each.name === 'sequence');
    return sequence?.kind === 'element' ? [sequence] : [];
  });
}
