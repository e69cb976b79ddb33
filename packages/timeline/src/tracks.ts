import type { Clip, Composable, Timeline, TimelineNode, Track } from './model.ts';

/** The timeline's tracks, the lowest first. Layers that are no tracks (a stack in the stack) are left out. */
export function tracksOf(timeline: Timeline): readonly Track[] {
  return timeline.tracks.children.filter((child) => child.kind === 'Track');
}

/** The timeline's video tracks, the lowest first. */
export function videoTracksOf(timeline: Timeline): readonly Track[] {
  return tracksOf(timeline).filter((track) => track.trackKind === 'Video');
}

/** The timeline's audio tracks, the first one first. */
export function audioTracksOf(timeline: Timeline): readonly Track[] {
  return tracksOf(timeline).filter((track) => track.trackKind === 'Audio');
}

/** The direct children of a node: tracks, items, effects, markers, media references. */
export function childNodesOf(node: TimelineNode): readonly TimelineNode[] {
  switch (node.kind) {
    case 'Timeline':
      return [node.tracks];
    case 'Track':
    case 'Stack':
      return [...node.effects, ...node.markers, ...node.children];
    case 'Clip':
      return [...node.effects, ...node.markers, ...node.mediaReferences.map((entry) => entry[1])];
    case 'Gap':
      return [...node.effects, ...node.markers];
    case 'SerializableCollection':
      return node.children;
    default:
      return [];
  }
}

/** All clips below a node, in order, nested ones included. */
export function* clipsIn(node: TimelineNode): Generator<Clip> {
  if (node.kind === 'Clip') yield node;
  for (const child of composablesOf(node)) yield* clipsIn(child);
}

function composablesOf(node: TimelineNode): readonly (Composable | TimelineNode)[] {
  switch (node.kind) {
    case 'Timeline':
      return [node.tracks];
    case 'Track':
    case 'Stack':
    case 'SerializableCollection':
      return node.children;
    default:
      return [];
  }
}
