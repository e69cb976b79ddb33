import { mediaUrlsOf } from '@patchwork/program';
import type { Clip, Composable, Timeline } from '@patchwork/timeline';
import type { RenderContext } from '../run/context.ts';
import { unpackMedia } from './bundle-media.ts';
import { linkMedia } from './media-link.ts';
import type { TimelineRequest, TimelineWithMedia } from './timeline-media.ts';
import { mediaFolderOf } from '../timeline/timeline-source.ts';

/**
 * Finds also the media that nothing plays: of switched-off clips, and of references that are not the active ones. A bundle
 * holds these files too. Of a bundle they are unpacked into the store; what is not found stays without a path.
 *
 * @throws PW_ZIP_DAMAGED, PW_ZIP_SIZE, PW_FILE_*
 */
export async function withIdleMedia(
  context: RenderContext,
  request: Pick<TimelineRequest, 'mediaMap' | 'searchFolders'>,
  opened: TimelineWithMedia,
): Promise<TimelineWithMedia> {
  const { loaded, source, linked } = opened;
  const idle = idleTimeline(loaded.timeline, linked.paths);
  const { bundled } = source;
  const timelineFolder =
    bundled === null ? mediaFolderOf(source) : await unpackMedia(context, { ...source, bundled }, mediaUrlsOf(idle));
  const search = { timelineFolder, map: request.mediaMap, folders: request.searchFolders };
  const { paths } = await linkMedia(context, idle, search);
  return { ...opened, linked: { ...linked, paths: new Map([...paths, ...linked.paths]) } };
}

/** A timeline that plays every file without a path, tracks as they were: where media is told apart, picture and sound differ. */
function idleTimeline(timeline: Timeline, known: ReadonlyMap<string, string>): Timeline {
  const children = timeline.tracks.children.flatMap((child) => idleNodes(child, known));
  return { ...timeline, tracks: { ...timeline.tracks, enabled: true, children } };
}

function idleNodes(node: Composable, known: ReadonlyMap<string, string>): Composable[] {
  if (node.kind === 'Clip') return idleClips(node, known);
  if (node.kind !== 'Track' && node.kind !== 'Stack') return [];
  return [{ ...node, enabled: true, children: node.children.flatMap((child) => idleNodes(child, known)) }];
}

function idleClips(clip: Clip, known: ReadonlyMap<string, string>): Clip[] {
  return clip.mediaReferences.flatMap(([key, reference]) =>
    reference.kind === 'ExternalReference' && !known.has(reference.targetUrl)
      ? [{ ...clip, enabled: true, activeMediaReferenceKey: key }]
      : [],
  );
}
