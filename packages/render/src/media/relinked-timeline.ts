import { dirname, isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ExternalReference, Timeline } from '@patchwork/timeline';
import { mapClips } from './linked-clips.ts';
import { mappedName, statedPlace, type MediaSearch } from './media-paths.ts';
import type { TimelineRequest, TimelineWithMedia } from './timeline-media.ts';
import { mediaFolderOf } from '../timeline/timeline-source.ts';

/**
 * The timeline with its references as they are to be written at `path`: exchanged by the media map, also where no file is
 * there yet; pointing to what a search found; relative names in full when the new file stands in another folder.
 */
export function relinked(
  { loaded, linked, source }: TimelineWithMedia,
  request: Pick<TimelineRequest, 'mediaMap'>,
  path: string,
): Timeline {
  const search = { timelineFolder: mediaFolderOf(source), map: request.mediaMap };
  const isElsewhere = dirname(path) !== search.timelineFolder || source.bundled !== null;
  const change = (reference: ExternalReference): string =>
    nameFor(reference.targetUrl, linked.paths.get(reference.targetUrl), search, isElsewhere);
  return mapClips(loaded.timeline, (clip) => {
    const mediaReferences = clip.mediaReferences.map(([key, reference]) =>
      reference.kind === 'ExternalReference' && change(reference) !== reference.targetUrl
        ? ([key, { ...reference, targetUrl: change(reference) }] as const)
        : ([key, reference] as const),
    );
    const isSame = mediaReferences.every(([, reference], index) => reference === clip.mediaReferences[index]?.[1]);
    return isSame ? clip : { ...clip, mediaReferences };
  });
}

function nameFor(
  name: string,
  found: string | undefined,
  search: Pick<MediaSearch, 'timelineFolder' | 'map'>,
  isElsewhere: boolean,
): string {
  const mapped = mappedName(name, search.map);
  if (mapped !== null) return name.startsWith('file:') && isAbsolute(mapped) ? pathToFileURL(mapped).href : mapped;
  if (found === undefined) return name;
  const isRelative = !isAbsolute(name) && !name.startsWith('file:');
  const isWhereSaid = statedPlace(name, search) === found;
  return isWhereSaid && !(isRelative && isElsewhere) ? name : pathToFileURL(found).href;
}
