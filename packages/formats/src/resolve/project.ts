import { PatchworkError, type Digest, type Diagnostic, type Sha256 } from '@patchwork/kernel';
import { decodeText } from '../text/decode.ts';
import { attribute, childElement, childElements, childText, ownText, type XmlElement } from '../xml/element.ts';
import { parseXml } from '../xml/parse.ts';
import { openArchive } from '../zip/unpack.ts';
import { canonicalFusion } from './blob.ts';
import { canonicalElement, databaseIds } from './canonical.ts';
import { canonicalTable, canonicalVersion } from './grade.ts';

/** A clip of a Resolve sequence. Two clips with equal digests look equal as far as the file can tell. */
export interface ResolveClip {
  /** `V1`, `A2`. */
  readonly track: string;
  readonly name: string;
  /** Record frames, absolute; numbers as the file has them. */
  readonly start: number;
  readonly duration: number;
  readonly mediaPath: string;
  readonly digests: {
    /** Everything that is not in the others. */
    readonly structure: Digest;
    /** Null where the clip has none. */
    readonly grade: Digest | null;
    readonly effects: Digest | null;
    readonly fusion: Digest | null;
    readonly retime: Digest | null;
  };
}

/** A sequence: a timeline, a compound clip or a nested timeline. */
export interface ResolveSequence {
  /** Name of the timeline or compound clip, or empty where the file does not join them. */
  readonly name: string;
  readonly clips: readonly ResolveClip[];
  /** Of the timeline-level grade; null where there is none. */
  readonly grade: Digest | null;
}

/** What a `.drt` or `.drp` says, as canonical digests. */
export interface ResolveDigests {
  readonly sequences: readonly ResolveSequence[];
  /** Grades of colour groups, by name. */
  readonly groups: readonly { readonly name: string; readonly digest: Digest }[];
  /** Of the project's settings and everything else outside of clips. */
  readonly settings: Digest | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** A still's grades (`.drx`). */
export interface StillDigests {
  readonly label: string;
  readonly clipGrade: Digest | null;
  readonly timelineGrade: Digest | null;
}

function parseFile(fileName: string, bytes: Uint8Array): XmlElement {
  return parseXml(fileName, decodeText(fileName, bytes).text);
}

function elementsNamed(root: XmlElement, name: string): XmlElement[] {
  const found: XmlElement[] = [];
  const walk = (element: XmlElement): void => {
    if (element.name === name) found.push(element);
    for (const child of childElements(element)) walk(child);
  };
  walk(root);
  return found;
}

/** Parts of a clip that have a digest of their own. */
const parts: ReadonlySet<string> = new Set([
  'pLmVerTable',
  'EffectFiltersBA',
  'MediaTimemapBA',
  'Sm2TiCompositionTable',
  'CompositionBA',
]);

function filled(element: XmlElement | null): string | null {
  const text = element === null ? '' : ownText(element).trim();
  return text === '' ? null : text;
}

function clipOf(element: XmlElement, track: string, ids: ReadonlyMap<string, string>, sha256: Sha256): ResolveClip {
  const digest = (text: string | null): Digest | null => (text === null ? null : sha256(text));
  const compositions = elementsNamed(element, 'CompositionBA')
    .map((blob) => filled(blob))
    .filter((hex) => hex !== null);
  const number = (name: string): number => Number(childText(element, name) ?? '0') || 0;
  return {
    track,
    name: childText(element, 'Name') ?? '',
    start: number('Start'),
    duration: number('Duration'),
    mediaPath: childText(element, 'MediaFilePath') ?? '',
    digests: {
      // Where a clip stands is told by its numbers; its name is for people.
      structure: sha256(
        canonicalElement(
          element,
          ids,
          (child) => parts.has(child.name) || child.name === 'Start' || child.name === 'Name',
        ),
      ),
      grade: digest(canonicalTable(element, 'clip')),
      effects: digest(filled(childElement(element, 'EffectFiltersBA'))),
      fusion:
        compositions.length === 0
          ? null
          : sha256(compositions.map((hex) => canonicalFusion(hex) ?? `bytes ${hex}`).join('\n')),
      retime: digest(filled(childElement(element, 'MediaTimemapBA'))),
    },
  };
}

function clipsOf(
  container: XmlElement,
  ids: ReadonlyMap<string, string>,
  sha256: Sha256,
): { clips: ResolveClip[]; sequence: string | null } {
  const clips: ResolveClip[] = [];
  let sequence: string | null = null;
  for (const [vector, letter] of [
    ['VideoTrackVec', 'V'],
    ['AudioTrackVec', 'A'],
    ['SubtitleTrackVec', 'S'],
  ] as const) {
    const holder = childElement(container, vector);
    const tracks =
      holder === null ? [] : childElements(holder).flatMap((element) => childElements(element, 'Sm2TiTrack'));
    tracks.forEach((track, index) => {
      sequence ??= childText(track, 'Sequence');
      const items = childElement(track, 'Items');
      for (const item of items === null ? [] : childElements(items).flatMap((element) => childElements(element))) {
        clips.push(clipOf(item, `${letter}${index + 1}`, ids, sha256));
      }
    });
  }
  return { clips, sequence };
}

/**
 * Reads a Resolve timeline or project file (`.drt`, `.drp`): its sequences' clips and canonical digests of grades, group
 * and timeline grades, effects, retimes, Fusion compositions and settings. Volatile stamps and ids are left out; bytes that
 * nobody understands count. Two exports of an unchanged timeline give equal digests; a digest that differs may be a false
 * alarm, one that is equal is none.
 *
 * @throws PW_ZIP_* for a damaged or hostile archive; PW_XML_*; PW_RESOLVE_FILE where it is no Resolve file.
 */
export function readResolveProject(fileName: string, bytes: Uint8Array, sha256: Sha256): ResolveDigests {
  const archive = openArchive(fileName, bytes);
  const documents = archive.entries
    .filter(({ name }) => name.endsWith('.xml'))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((entry) => ({ name: entry.name, root: parseFile(`${fileName}/${entry.name}`, archive.unpack(entry)) }));
  if (!documents.some(({ name }) => name === 'project.xml' || name.startsWith('SeqContainer/'))) {
    throw new PatchworkError('PW_RESOLVE_FILE', `${fileName}: the archive is no DaVinci Resolve timeline or project`, {
      hint: 'Export the timeline as .drt or the project as .drp.',
      details: { file: fileName },
    });
  }
  const ids = new Map<string, string>();
  for (const { root } of documents) databaseIds(root, ids);
  const facts = sequenceFacts(
    documents.map(({ root }) => root),
    sha256,
  );
  const sequences = documents
    .filter(({ root }) => root.name === 'Sm2SequenceContainer')
    .map(({ root }): ResolveSequence => {
      const { clips, sequence } = clipsOf(root, ids, sha256);
      const fact = sequence === null ? undefined : facts.get(sequence);
      return { name: fact?.name ?? '', clips, grade: fact?.grade ?? null };
    });
  const project = documents.find(({ name }) => name === 'project.xml')?.root ?? null;
  return {
    sequences: sequences.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    groups: project === null ? [] : groupsOf(project, sha256),
    settings:
      project === null ? null : sha256(canonicalElement(project, ids, (element) => element.name === 'Sm2Group')),
    diagnostics: [],
  };
}

/** Names and timeline-level grades of sequences, by the sequence's id. */
function sequenceFacts(
  roots: readonly XmlElement[],
  sha256: Sha256,
): Map<string, { name: string; grade: Digest | null }> {
  const facts = new Map<string, { name: string; grade: Digest | null }>();
  for (const root of roots) {
    for (const holder of [...elementsNamed(root, 'Sm2MpTimelineClip'), ...elementsNamed(root, 'Sm2MpCompoundClip')]) {
      for (const sequence of elementsNamed(holder, 'Sm2Sequence')) {
        const id = attribute(sequence, 'DbId');
        const grade = canonicalTable(sequence, 'timeline');
        if (id !== null)
          facts.set(id, { name: childText(holder, 'Name') ?? '', grade: grade === null ? null : sha256(grade) });
      }
    }
  }
  return facts;
}

function groupsOf(project: XmlElement, sha256: Sha256): { name: string; digest: Digest }[] {
  return elementsNamed(project, 'Sm2Group').map((group) => ({
    name: childText(group, 'Name') ?? '',
    digest: sha256(
      elementsNamed(group, 'ListMgt::LmVersion')
        .map((version) => canonicalVersion(version, 'clip'))
        .join('\n--\n'),
    ),
  }));
}

/**
 * Reads a gallery still's grades (`.drx`).
 *
 * @throws PW_XML_*; PW_RESOLVE_FILE where it is no still.
 */
export function readResolveStill(fileName: string, bytes: Uint8Array, sha256: Sha256): StillDigests {
  const root = parseFile(fileName, bytes);
  if (root.name !== 'Gallery::GyStill') {
    throw new PatchworkError('PW_RESOLVE_FILE', `${fileName}: the document is <${root.name}>, not a gallery still`, {
      hint: 'Export the still with its grade from the gallery.',
      details: { file: fileName },
    });
  }
  const gradeOf = (name: string, level: 'clip' | 'timeline'): Digest | null => {
    const holder = childElement(root, name);
    const [version] = holder === null ? [] : elementsNamed(holder, 'ListMgt::LmVersion');
    return version === undefined ? null : sha256(canonicalVersion(version, level));
  };
  return {
    label: childText(root, 'Label') ?? '',
    clipGrade: gradeOf('pClipFullVer', 'clip'),
    timelineGrade: gradeOf('pTrackVer', 'timeline'),
  };
}
