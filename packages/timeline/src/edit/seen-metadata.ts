import { member, withMember } from '../json/json-member.ts';
import type { JsonValue } from '../json-value.ts';
import { knownEffect } from '../known-effect.ts';
import type { TimelineNode } from '../model.ts';
import { childNodesOf } from '../tracks.ts';

/** Metadata that may be seen or heard: all of ours, but ids and links. */
export function seenMetadata(node: TimelineNode): JsonValue {
  const own = member(node.metadata, 'patchwork') ?? null;
  if (typeof own !== 'object' || own === null || own.type !== 'object') return own;
  const seen = ['id', 'link', 'conflicts'].reduce((rest, key) => withMember(rest, [key], undefined), own);
  return seen.entries.length === 0 ? null : seen;
}

/** Tells whether a node or what it holds writes on the picture what it is called, or what time it is. */
export function hasBurnIn(node: TimelineNode): boolean {
  return node.kind === 'Effect' ? knownEffect(node)?.type === 'burnIn' : childNodesOf(node).some(hasBurnIn);
}
