import { PatchworkError, type Diagnostic, type Digest } from '@patchwork/kernel';
import { multiply, round, secondsFromTime, type Rate } from '@patchwork/time';
import {
  isJsonObject,
  jsonFrom,
  member,
  plainJson,
  unmodelledOf,
  seenThing,
  withMember,
  withoutSeenThings,
  withUnmodelled,
  type Composable,
  type Item,
  type SeenDigest,
  type Stack,
  type Timeline,
  type Unmodelled,
} from '@patchwork/timeline';
import { timelineRate } from '../listing.ts';
import { matchClips } from './match-clips.ts';
import { placedItems } from './placed-item.ts';
import type { ResolveClip, ResolveDigests, ResolveSequence } from './project.ts';

/** What was seen of a timeline beside the edit: it stands in `metadata.patchwork.seen`. */
export interface Seen {
  /** Of the project's settings; null where the file has none. */
  readonly settings: Digest | null;
  /** Items whose grades nobody could see, `V1 / m07`. */
  readonly unseen: readonly string[];
}

const seenPath = ['patchwork', 'seen'] as const;

/** What was seen of a timeline; null where no program's digests were read. */
export function seenOf(timeline: Timeline): Seen | null {
  const seen = member(timeline.metadata, ...seenPath);
  if (!isJsonObject(seen)) return null;
  const { settings, unseen } = plainJson(seen) as { readonly [key: string]: unknown };
  return {
    settings: typeof settings === 'string' ? settings : null,
    unseen: Array.isArray(unseen) ? unseen.filter((each) => typeof each === 'string') : ['all clips'],
  };
}

/**
 * Puts the digests of a Resolve project on the timeline that was exported from it, as things that are not modelled: so they
 * enter the frame keys. A clip's own grade, Fusion composition, effects and time map stand on the clip, a group's grade on
 * each of its members, a timeline's grade on the timeline; compounds are followed. What Resolve itself calls no correction
 * is none.
 *
 * @throws PW_GRADES_TIMELINE where the project has no sequence of the timeline's name, or several
 */
export function withResolveDigests(
  timeline: Timeline,
  project: ResolveDigests,
  file: string,
): { readonly timeline: Timeline; readonly diagnostics: readonly Diagnostic[] } {
  const rate = timelineRate(timeline);
  const sequence = sequenceFor(timeline.name, project, file);
  const attaching = new Attaching(project, file, rate);
  const start =
    timeline.globalStartTime === null ? 0 : round(multiply(secondsFromTime(timeline.globalStartTime), rate));
  const tracks = attaching.stack(timeline.tracks, sequence, start, '');
  const graded = withThings({ ...timeline, tracks }, timelineThings(sequence));
  const seen: Seen = { settings: project.settings, unseen: attaching.unseen };
  return {
    timeline: { ...graded, metadata: withMember(graded.metadata, seenPath, jsonFrom({ ...seen })) },
    diagnostics: attaching.diagnostics(),
  };
}

function sequenceFor(name: string, { sequences }: ResolveDigests, file: string): ResolveSequence {
  const [first, second] = sequences.filter((each) => each.name === name);
  if (first !== undefined && second === undefined) return first;
  const names = sequences.map((each) => each.name).filter((each) => each !== '');
  throw new PatchworkError(
    'PW_GRADES_TIMELINE',
    `${file} holds ${first === undefined ? 'no' : 'more than one'} timeline "${name}"`,
    {
      hint:
        first === undefined
          ? `It holds: ${names.map((each) => `"${each}"`).join(', ')}. Export project and timeline at one time, under one name.`
          : 'Give the timelines different names in the project, or export the one alone as .drt.',
      details: { file, name, names },
    },
  );
}

function withThings<T extends Item | Timeline>(node: T, things: readonly Unmodelled[]): T {
  return things.length === 0 ? node : withUnmodelled(node, [...unmodelledOf(node), ...things]);
}

function timelineThings({ grade, isGraded }: ResolveSequence): Unmodelled[] {
  return grade === null || !isGraded
    ? []
    : [seenThing({ domain: 'grade', level: 'timeline', digest: grade }, 'timeline grade')];
}

/** The timeline without what was seen of a project: what is left is what its own file says. */
export function withoutSeen(timeline: Timeline): Timeline {
  const bare = withoutSeenThings(timeline);
  const metadata = withMember(bare.metadata, seenPath, undefined);
  const own = member(metadata, 'patchwork');
  const isEmpty = isJsonObject(own) && own.entries.length === 0;
  return { ...bare, metadata: isEmpty ? withMember(metadata, ['patchwork'], undefined) : metadata };
}

/** Walks a timeline and its compounds, and notes what found no partner. */
class Attaching {
  readonly unseen: string[] = [];
  readonly #left: string[] = [];
  readonly #project: ResolveDigests;
  readonly #file: string;
  readonly #rate: Rate;

  constructor(project: ResolveDigests, file: string, rate: Rate) {
    this.#project = project;
    this.#file = file;
    this.#rate = rate;
  }

  /** A composition with the digests of a sequence; `path` says where it stands, for people. */
  stack(stack: Stack, sequence: ResolveSequence, start: number, path: string): Stack {
    const items = placedItems(stack, this.#rate);
    const { clipOf, left } = matchClips(sequence.clips, items, start);
    const byNode = new Map(items.map((item) => [item.node, item]));
    for (const clip of left) if (isSeen(clip)) this.#left.push(`${path}${clip.track} / ${clip.name}`);
    const change = (node: Composable): Composable => {
      if (node.kind === 'Track') return { ...node, children: node.children.map(change) };
      const item = node.kind === 'Clip' || node.kind === 'Stack' ? byNode.get(node) : undefined;
      if (item === undefined) return node;
      const clip = clipOf.get(item);
      const name = `${path}${item.track} / ${item.node.name}`;
      if (clip === undefined) this.unseen.push(name);
      const inner = item.node.kind === 'Stack' ? this.#compound(item.node, name) : item.node;
      return clip === undefined ? inner : withThings(inner, this.#thingsOf(clip));
    };
    return { ...stack, children: stack.children.map(change) };
  }

  /** What is inside of a compound has grades of its own. */
  #compound(stack: Stack, name: string): Stack {
    const [sequence, second] = this.#project.sequences.filter((each) => each.name === stack.name);
    if (sequence !== undefined && second === undefined) {
      return withThings(this.stack(stack, sequence, 0, `${name} / `), timelineThings(sequence));
    }
    this.unseen.push(`${name}, inside`);
    return stack;
  }

  #thingsOf(clip: ResolveClip): Unmodelled[] {
    const { fusion, effects, retime, grade } = clip.digests;
    const own = (domain: SeenDigest['domain'], digest: Digest | null, label: string): Unmodelled[] =>
      digest === null ? [] : [seenThing({ domain, level: 'clip', digest }, label)];
    return [
      ...own('effects', clip.isRetimed ? retime : null, 'time map in Resolve'),
      ...own('effects', effects, 'effects in Resolve'),
      ...own('fusion', fusion, 'Fusion composition'),
      ...own('grade', clip.isGraded ? grade : null, 'grade'),
      ...this.#project.groups.flatMap(({ name, digest, isGraded, hasMembers }) =>
        isGraded && (clip.groups.includes(name) || !hasMembers)
          ? [seenThing({ domain: 'grade', level: 'group', digest }, `group grade "${name}"`)]
          : [],
      ),
    ];
  }

  diagnostics(): readonly Diagnostic[] {
    const loose = this.#project.groups.filter(({ isGraded, hasMembers }) => isGraded && !hasMembers);
    return [
      ...loose.map(({ name }) =>
        remark('PW_GRADES_GROUP', `no clip names the group "${name}": its grade counts for all clips`, this.#file),
      ),
      ...listed(this.unseen, 'PW_GRADES_UNSEEN', 'the timeline has clips that the project does not', this.#file),
      ...listed(this.#left, 'PW_GRADES_LEFT', 'the project has graded clips that the timeline does not', this.#file),
    ];
  }
}

function isSeen({ isGraded, isRetimed, digests }: ResolveClip): boolean {
  return isGraded || isRetimed || digests.fusion !== null || digests.effects !== null;
}

/** How many clips a remark names. */
const mostNamed = 12;

function listed(names: readonly string[], code: string, what: string, file: string): Diagnostic[] {
  if (names.length === 0) return [];
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  return [remark(code, `${what} at the same place: ${names.slice(0, mostNamed).join(', ')}${more}`, file)];
}

function remark(code: string, message: string, where: string): Diagnostic {
  return { code, severity: 'warning', message, where, hint: 'Export timeline and project from one state of Resolve.' };
}
