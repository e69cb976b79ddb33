import { PatchworkError, type Digest, type Diagnostic, type Sha256 } from '@patchwork/kernel';
import { decodeText } from '../text/decode.ts';
import { attribute, childElement, childElements, childText, ownText, type XmlElement } from '../xml/element.ts';
import { parseXml } from '../xml/parse.ts';
import { openArchive } from '../zip/unpack.ts';
import { canonicalFusion } from './blob.ts';
import { canonicalElement, databaseIds } from './canonical.ts';
import { canonicalVersion, corrects, usedGrade, type VersionIndex } from './grade.ts';
import { groupFinder } from './group-members.ts';

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
  /** Whether Resolve says that the grade corrects anything. */
  readonly isGraded: boolean;
  /** Whether it runs otherwise than at the speed of its media. */
  readonly isRetimed: boolean;
  /** Names of the colour groups that it is in. */
  readonly groups: readonly string[];
}

/** A sequence: a timeline, a compound clip or a nested timeline. */
export interface ResolveSequence {
  /** Name of the timeline or compound clip, or empty where the file does not join them. */
  readonly name: string;
  readonly clips: readonly ResolveClip[];
  /** Of the timeline-level grade; null where there is none. */
  readonly grade: Digest | null;
  /** Whether Resolve says that the timeline-level grade corrects anything. */
  readonly isGraded: boolean;
}

/** The grades of a colour group. */
export interface ResolveGroup {
  readonly name: string;
  readonly digest: Digest;
  readonly isGraded: boolean;
  /** Whether a clip of the file names it; else nobody can tell which clips it grades. */
  readonly hasMembers: boolean;
}

/** What a `.drt` or `.drp` says, as canonical digests. */
export interface ResolveDigests {
  readonly sequences: readonly ResolveSequence[];
  /** Grades of colour groups, by name. */
  readonly groups: readonly ResolveGroup[];
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

/** What reading a clip takes besides its element. */
interface Reading {
  readonly ids: ReadonlyMap<string, string>;
  readonly versions: VersionIndex;
  readonly groupsOf: (clip: XmlElement) => readonly string[];
  readonly sha256: Sha256;
}

/** A time map of one length, at the speed of the media: `02` and a double. */
const plainTimeMap = /^02[0-9a-fA-F]{16}$/;

function clipOf(element: XmlElement, track: string, { ids, versions, groupsOf, sha256 }: Reading): ResolveClip {
  const digest = (text: string | null): Digest | null => (text === null ? null : sha256(text));
  const compositions = elementsNamed(element, 'CompositionBA')
    .map((blob) => filled(blob))
    .filter((hex) => hex !== null);
  const number = (name: string): number => Number(childText(element, name) ?? '0') || 0;
  const grade = usedGrade(element, 'clip', versions);
  const timeMap = filled(childElement(element, 'MediaTimemapBA'));
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
      grade: digest(grade?.text ?? null),
      effects: digest(filled(childElement(element, 'EffectFiltersBA'))),
      fusion:
        compositions.length === 0
          ? null
          : sha256(compositions.map((hex) => canonicalFusion(hex) ?? `bytes ${hex}`).join('\n')),
      retime: digest(timeMap),
    },
    isGraded: grade?.corrects ?? false,
    isRetimed: timeMap !== null && !plainTimeMap.test(timeMap),
    groups: groupsOf(element),
  };
}

function clipsOf(container: XmlElement, reading: Reading): { clips: ResolveClip[]; sequence: string | null } {
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
        clips.push(clipOf(item, `${letter}${index + 1}`, reading));
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
  const roots = documents.map(({ root }) => root);
  const versions = versionIndex(roots);
  const project = documents.find(({ name }) => name === 'project.xml')?.root ?? null;
  const groups = project === null ? [] : elementsNamed(project, 'Sm2Group');
  const reading: Reading = { ids, versions, groupsOf: groupFinder(groups), sha256 };
  const facts = sequenceFacts(roots, versions, sha256);
  const sequences = roots
    .filter((root) => root.name === 'Sm2SequenceContainer')
    .map((root): ResolveSequence => {
      const { clips, sequence } = clipsOf(root, reading);
      const fact = sequence === null ? undefined : facts.get(sequence);
      return { name: fact?.name ?? '', clips, grade: fact?.grade ?? null, isGraded: fact?.isGraded ?? false };
    });
  const named = new Set(sequences.flatMap(({ clips }) => clips.flatMap((clip) => clip.groups)));
  return {
    sequences: sequences.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    groups: groups.map((group) => groupOf(group, named, sha256)),
    settings:
      project === null ? null : sha256(canonicalElement(project, ids, (element) => element.name === 'Sm2Group')),
    diagnostics: [],
  };
}

function versionIndex(roots: readonly XmlElement[]): VersionIndex {
  const index = new Map<string, XmlElement>();
  for (const root of roots) {
    for (const version of elementsNamed(root, 'ListMgt::LmVersion')) {
      const id = attribute(version, 'DbId');
      if (id !== null) index.set(id, version);
    }
  }
  return index;
}

interface SequenceFact {
  readonly name: string;
  readonly grade: Digest | null;
  readonly isGraded: boolean;
}

/** Names and timeline-level grades of sequences, by the sequence's id. */
function sequenceFacts(
  roots: readonly XmlElement[],
  versions: VersionIndex,
  sha256: Sha256,
): Map<string, SequenceFact> {
  const facts = new Map<string, SequenceFact>();
  for (const root of roots) {
    for (const holder of [...elementsNamed(root, 'Sm2MpTimelineClip'), ...elementsNamed(root, 'Sm2MpCompoundClip')]) {
      for (const sequence of elementsNamed(holder, 'Sm2Sequence')) {
        const id = attribute(sequence, 'DbId');
        const grade = usedGrade(sequence, 'timeline', versions);
        if (id === null) continue;
        facts.set(id, {
          name: childText(holder, 'Name') ?? '',
          grade: grade === null ? null : sha256(grade.text),
          isGraded: grade?.corrects ?? false,
        });
      }
    }
  }
  return facts;
}

function groupOf(group: XmlElement, named: ReadonlySet<string>, sha256: Sha256): ResolveGroup {
  const name = childText(group, 'Name') ?? '';
  const versions = elementsNamed(group, 'ListMgt::LmVersion');
  return {
    name,
    digest: sha256(versions.map((version) => canonicalVersion(version, 'clip')).join('\n--\n')),
    isGraded: versions.some(corrects),
    hasMembers: named.has(name),
  };
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
