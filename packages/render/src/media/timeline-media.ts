import type { Rate } from '@patchwork/time';
import { mediaUrlsOf } from '@patchwork/program';
import { unpackMedia } from './bundle-media.ts';
import type { RenderContext } from '../run/context.ts';
import { openCatalog, type MediaCatalog } from './media-catalog.ts';
import { linkMedia, type LinkedTimeline } from './media-link.ts';
import { withProject } from '../timeline/seen-domains.ts';
import { loadTimeline, withTimeline, type LoadedTimeline } from '../timeline/timeline-file.ts';
import { mediaFolderOf, type TimelineSource } from '../timeline/timeline-source.ts';

/** Which timeline is read, and how names in it become files on this machine. */
export interface TimelineRequest {
  /** Path of the timeline file, folder or bundle. */
  readonly path: string;
  /** Which timeline of the file; null takes the only one. */
  readonly name: string | null;
  /** Frame rate of an edit decision list; null: guessed, with a warning. */
  readonly edlRate: Rate | null;
  readonly mediaMap: readonly { readonly from: string; readonly to: string }[];
  readonly searchFolders: readonly string[];
  /** Path of the project (`.drp`, `.drt`) whose grades, Fusion compositions and effects are looked at. Default: none. */
  readonly grades?: string | null;
}

/** A timeline and where its media is. */
export interface TimelineWithMedia {
  readonly loaded: LoadedTimeline;
  readonly source: TimelineSource;
  readonly linked: LinkedTimeline;
}

/** Reads a timeline and finds its media; media of a bundle is unpacked into the store. Nothing is hashed that need not be. */
export async function openTimeline(context: RenderContext, request: TimelineRequest): Promise<TimelineWithMedia> {
  const { loaded, source } = await loadTimeline(context, request.path, request);
  const { bundled } = source;
  const timelineFolder =
    bundled === null
      ? mediaFolderOf(source)
      : await unpackMedia(context, { ...source, bundled }, mediaUrlsOf(loaded.timeline));
  const linked = await linkMedia(context, loaded.timeline, {
    timelineFolder,
    map: request.mediaMap,
    folders: request.searchFolders,
  });
  const isSame = linked.timeline === loaded.timeline;
  const named = isSame ? loaded : withTimeline(context.sha256, loaded, linked.timeline);
  const { grades = null } = request;
  return { source, linked, loaded: grades === null ? named : await withProject(context, named, grades) };
}

/** As {@link openTimeline}, with all media hashed and probed. @throws what the probe throws (`PW_MEDIA_*`) as well */
export async function openTimelineWithCatalog(
  context: RenderContext,
  request: TimelineRequest,
): Promise<TimelineWithMedia & { readonly catalog: MediaCatalog }> {
  const opened = await openTimeline(context, request);
  return { ...opened, catalog: await openCatalog(context, opened.linked.paths) };
}
