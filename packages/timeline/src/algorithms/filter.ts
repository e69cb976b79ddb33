import type { Composable, Stack, Timeline, Track } from '../model.ts';

/** What becomes of a node: itself or another, several, or null for none. */
export type NodeFilter = (node: Composable, context: FilterContext) => Composable | readonly Composable[] | null;

/** What stood beside the node before anything was filtered; null at the ends. */
export interface FilterContext {
  readonly before: Composable | null;
  readonly after: Composable | null;
}

/**
 * The tree with every composable below the root passed through a filter, parents first: what the filter drops takes all it holds
 * with it, what it keeps is entered. Nodes that nothing happened to are shared.
 */
export function filteredComposition<T extends Timeline | Track | Stack>(root: T, filter: NodeFilter): T {
  if (root.kind === 'Timeline') return { ...root, tracks: filteredComposition(root.tracks, filter) };
  return withFilteredChildren(root, filter) as T;
}

function withFilteredChildren(parent: Track | Stack, filter: NodeFilter): Track | Stack {
  const { children } = parent;
  const kept = children.flatMap((child, at) => {
    const result = filter(child, { before: children[at - 1] ?? null, after: children[at + 1] ?? null });
    const nodes = result === null ? [] : isList(result) ? result : [result];
    return nodes.map((node) =>
      node.kind === 'Track' || node.kind === 'Stack' ? withFilteredChildren(node, filter) : node,
    );
  });
  const isSame = kept.length === children.length && kept.every((child, at) => child === children[at]);
  return isSame ? parent : { ...parent, children: kept };
}

function isList(result: Composable | readonly Composable[]): result is readonly Composable[] {
  return Array.isArray(result);
}
