import { zero, type RationalTime } from '@patchwork/time';
import {
  isItem,
  jsonFrom,
  makeMarker,
  member,
  trimmedRange,
  withMember,
  writeOtio,
  type Composable,
  type JsonValue,
  type Stack,
  type Timeline,
  type Track,
} from '@patchwork/timeline';
import type { Json } from '@patchwork/kernel';
import { otherSide, type MergeConflict } from './conflict.ts';

/** A conflict and what it is kept with. */
export interface KeptConflict {
  readonly conflict: MergeConflict;
  /** The node that it is written on. */
  readonly at: string;
  /** The version that does not stand in the timeline; of fields of the timeline itself, it or its stack, without tracks. */
  readonly other: readonly (Composable | Timeline)[];
}

/** How the names of the markers begin that conflicts get. */
export const conflictMarkerName = 'MERGE CONFLICT';

/**
 * Writes conflicts into the timeline: a red marker in words, and the version that does not stand there, as OTIO, in
 * `metadata.patchwork.conflicts` of the same node. So the file still parses and nothing of either side is lost.
 */
export function withConflicts(stack: Stack, conflicts: readonly KeptConflict[]): Stack {
  const byNode = new Map<string, KeptConflict[]>();
  for (const kept of conflicts) byNode.set(kept.at, [...(byNode.get(kept.at) ?? []), kept]);
  return marked(stack, byNode) as Stack;
}

function marked(node: Composable, byNode: ReadonlyMap<string, readonly KeptConflict[]>): Composable {
  const own = byNode.get(node.id);
  const inside = node.kind === 'Stack' || node.kind === 'Track' ? withMarkedChildren(node, byNode) : node;
  return own === undefined ? inside : withMarks(inside, own);
}

function withMarkedChildren(node: Stack | Track, byNode: ReadonlyMap<string, readonly KeptConflict[]>): Stack | Track {
  const children = node.children.map((child) => marked(child, byNode));
  return children.every((child, at) => child === node.children[at]) ? node : { ...node, children };
}

function withMarks(node: Composable, conflicts: readonly KeptConflict[]): Composable {
  const known = member(node.metadata, 'patchwork', 'conflicts');
  const before = typeof known === 'object' && known !== null && known.type === 'array' ? known.items : [];
  const items: JsonValue[] = [...before, ...conflicts.map((each) => jsonFrom(conflictJson(each)))];
  const metadata = withMember(node.metadata, ['patchwork', 'conflicts'], { type: 'array', items });
  if (!isItem(node)) return { ...node, metadata };
  const markers = conflicts.map(({ conflict }) =>
    makeMarker({
      // All in the name: it is the one text of a marker that every format keeps.
      name: markerName(conflict),
      color: 'RED',
      markedRange: { start: startOf(node), duration: frameOf(node) },
    }),
  );
  return { ...node, metadata, markers: [...node.markers, ...markers] };
}

function markerName({ subject, ours, theirs, kept }: MergeConflict): string {
  return `${conflictMarkerName} ${subject}: ours ${ours.text}; theirs ${theirs.text}; ${kept} is kept here`;
}

function startOf(node: Extract<Composable, { markers: unknown }>): RationalTime {
  return node.kind === 'Track' || node.kind === 'Stack'
    ? (node.sourceRange?.start ?? { ...frameOf(node), value: zero })
    : trimmedRange(node).start;
}

function frameOf(node: Extract<Composable, { markers: unknown }>): RationalTime {
  const rate = node.sourceRange?.duration.rate ?? firstRate(node);
  return { value: { num: 1, den: 1 }, rate };
}

function firstRate(node: Composable): RationalTime['rate'] {
  if (node.kind === 'Track' || node.kind === 'Stack') {
    const [first] = node.children;
    return first === undefined ? { num: 24, den: 1 } : firstRate(first);
  }
  return isItem(node) ? trimmedRange(node).duration.rate : { num: 24, den: 1 };
}

function conflictJson({ conflict, other }: KeptConflict): Json {
  const { kind, subject, properties, base, ours, theirs, kept } = conflict;
  return {
    kind,
    subject,
    properties: [...properties],
    base: base.text,
    ours: ours.text,
    theirs: theirs.text,
    kept,
    [`${otherSide(kept)}Version`]: other.map(otioJson),
  };
}

/** A node as JSON; as OTIO text where it holds numbers that JSON has not. */
function otioJson(node: Composable | Timeline): Json {
  const text = writeOtio(node, { style: 'canonical' });
  return /\b(?:NaN|Infinity)\b/.test(text) ? text : (JSON.parse(text) as Json);
}
