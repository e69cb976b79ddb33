import type { Composable, Stack, Timeline, Track } from '../model.ts';
import { TimelineIndex } from './timeline-index.ts';

/** The timeline with a composition replaced by its next version of the same id: only its ancestors are made anew. */
export function withComposition(timeline: Timeline, changed: Track | Stack): Timeline {
  const place = TimelineIndex.of(timeline).placeOf(changed.id);
  if (place.parent === null) return { ...timeline, tracks: asStack(changed) };
  return withComposition(timeline, { ...place.parent, children: place.parent.children.with(place.index, changed) });
}

function asStack(node: Composable): Stack {
  if (node.kind === 'Stack') return node;
  throw new TypeError(`withComposition: the timeline's tracks are a Stack, not a ${node.kind}`);
}
