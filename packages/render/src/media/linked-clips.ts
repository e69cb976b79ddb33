import { pathToFileURL } from 'node:url';
import {
  activeReferenceOrNull,
  makeExternalReference,
  type Clip,
  type Composable,
  type Timeline,
} from '@patchwork/timeline';

/** Lets clips name the files that were found for them. */
export function withFiles(timeline: Timeline, files: ReadonlyMap<Clip, string>): Timeline {
  return files.size === 0 ? timeline : mapClips(timeline, (clip) => linkedClip(clip, files.get(clip)));
}

/** Changes clips wherever they stand; what stays as it was is the same object. */
export function mapClips(timeline: Timeline, map: (clip: Clip) => Clip): Timeline {
  const change = (node: Composable): Composable => {
    if (node.kind === 'Clip') return map(node);
    if (node.kind !== 'Track' && node.kind !== 'Stack') return node;
    const children = node.children.map(change);
    return children.every((child, index) => child === node.children[index]) ? node : { ...node, children };
  };
  const tracks = change(timeline.tracks);
  return tracks === timeline.tracks || tracks.kind !== 'Stack' ? timeline : { ...timeline, tracks };
}

function linkedClip(clip: Clip, path: string | undefined): Clip {
  if (path === undefined) return clip;
  const before = activeReferenceOrNull(clip);
  const reference = makeExternalReference({
    name: before?.name ?? '',
    targetUrl: pathToFileURL(path).href,
    ...(before === null || before.kind === 'Unknown'
      ? {}
      : { availableRange: before.availableRange, metadata: before.metadata }),
  });
  const others = clip.mediaReferences.filter(([key]) => key !== clip.activeMediaReferenceKey);
  return { ...clip, mediaReferences: [...others, [clip.activeMediaReferenceKey, reference] as const] };
}
