import { basename, extname } from 'node:path';
import type { FileStat } from '@patchwork/kernel';
import { resolveProfile, type Profile } from '@patchwork/plan';
import type { LedgerEntry } from '@patchwork/store';
import type { MediaCatalog } from '../media/media-catalog.ts';
import { checkOnline, checkSearched, checkUnambiguous } from '../media/media-refusal.ts';
import { openTimelineWithCatalog } from '../media/timeline-media.ts';
import type { RenderContext } from '../run/context.ts';
import type { RenderRequest } from '../run/request.ts';
import { timelineFacts, type TimelineFacts } from '../timeline/timeline-facts.ts';
import { firstVideoFacts, withRaster, type LoadedTimeline } from '../timeline/timeline-file.ts';
import { checkNotMedia } from './refusal.ts';

/** What follows a preparation: a render that will need media processes, or nothing. */
export type Purpose = 'render' | 'forecast';

/** What a request names, read: nothing is compiled yet. */
export interface OpenedRequest {
  /** In the raster of the profile. */
  readonly loaded: LoadedTimeline;
  readonly facts: TimelineFacts;
  readonly profile: Profile;
  readonly catalog: MediaCatalog;
}

/**
 * Reads timeline and media, and resolves the profile. The media processes that a render will need start meanwhile.
 *
 * @param standing.baseStat facts of the file at the deliverable's path; null for none.
 * @param standing.entry what is patched; null for a full render.
 * @throws PW_MEDIA_*, PW_TIMELINE_*, PW_PROFILE_*, PW_DELIVERABLE_IS_MEDIA
 */
export async function openRequest(
  context: RenderContext,
  request: RenderRequest,
  purpose: Purpose,
  { baseStat, entry }: { readonly baseStat: FileStat | null; readonly entry: LedgerEntry | null },
): Promise<OpenedRequest> {
  // The first media processes start while this one reads: there are media to probe, and pictures and sound to render.
  if (purpose === 'render') {
    if (entry === null) context.workers().warm(2);
    else if (await isOtherLength(context, entry, request.timelinePath)) context.workers().warm(1);
  }
  const opened = await openTimelineWithCatalog(context, {
    ...request,
    path: request.timelinePath,
    name: request.timelineName,
  });
  // Where nothing changed there will be nothing for it to do.
  if (purpose === 'render' && entry !== null && isChanged(entry, opened.loaded, request)) context.workers().warm(1);
  const { catalog } = opened;
  checkUnambiguous(opened.linked);
  checkSearched(opened.linked, catalog.find);
  const facts = timelineFacts(opened.loaded.timeline);
  const first = firstVideoFacts(opened.loaded.timeline, catalog.find);
  if (first === null && facts.width === null) checkOnline(opened.linked);
  checkNotMedia(baseStat, await statsOf(context, catalog), request.deliverablePath);
  const profile = resolveProfile({
    requested: request.profile,
    ledger: entry?.profile ?? null,
    extension: extname(request.deliverablePath).toLowerCase(),
    timelineFacts: facts,
    firstMediaFacts: first,
  });
  return { loaded: withRaster(context.sha256, opened.loaded, profile.video), facts, profile, catalog };
}

/** Whether the file cannot be the delivered one, by its length alone; false where only reading it would tell. */
async function isOtherLength(context: RenderContext, { timeline }: LedgerEntry, path: string): Promise<boolean> {
  if (timeline.name !== basename(path)) return false;
  const stat = await context.files.stat(path);
  return stat !== null && !stat.isDirectory && stat.size !== new TextEncoder().encode(timeline.text).length;
}

/** Whether there is more to render than new media under old names would ask for. */
function isChanged({ timeline }: LedgerEntry, { bytes }: LoadedTimeline, { forceRanges }: RenderRequest): boolean {
  return forceRanges.length > 0 || timeline.text !== new TextDecoder().decode(bytes);
}

async function statsOf(
  context: RenderContext,
  catalog: MediaCatalog,
): Promise<readonly { readonly path: string; readonly stat: FileStat | null }[]> {
  return Promise.all(catalog.named.map(async ({ path }) => ({ path, stat: await context.files.stat(path) })));
}
