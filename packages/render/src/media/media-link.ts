import { pathToFileURL } from 'node:url';
import type { Diagnostic } from '@patchwork/kernel';
import { abstractUrl, activeReferenceOrNull, clipsIn, type Clip, type Timeline } from '@patchwork/timeline';
import type { RenderContext } from '../run/context.ts';
import { withFiles } from './linked-clips.ts';
import type { WantedMedia } from './media-match.ts';
import { decodedName, type MediaSearch } from './media-paths.ts';
import { Seeker, type Found } from './media-seeker.ts';
import { placeOf, soughtIn, type Sought } from './sought-media.ts';

/** A timeline whose media was looked for on this machine. */
export interface LinkedTimeline {
  /** Clips that named no file but whose reel was found name it now; otherwise the timeline that was given. */
  readonly timeline: Timeline;
  /** Where the files are, by the name that the timeline uses. What is not in it is offline. */
  readonly paths: ReadonlyMap<string, string>;
  /** A warning for each name that was not found, or that several files answer to. */
  readonly diagnostics: readonly Diagnostic[];
  /** Files that were found by their name alone, in a search folder: nothing was held against what the clips play yet. */
  readonly searched: readonly SearchedMedia[];
  /** Names that several files answer to, with the files. */
  readonly ambiguous: readonly { readonly name: string; readonly paths: readonly string[] }[];
}

/** A file that was found by its name, and what the timeline wants of it. */
export interface SearchedMedia {
  readonly name: string;
  /** As the linked timeline spells it. */
  readonly targetUrl: string;
  readonly path: string;
  readonly wanted: WantedMedia;
  /** Which clips, for people. */
  readonly where: string;
}

/**
 * Looks for all media of a timeline: at the place it names, moved by the map; then by file name in the search folders and
 * below; then, for clips that name a reel alone, by reel. Where several files have the name, and always for a reel, the
 * file's timecode and length must hold what the clips play.
 *
 * @param atHand names that need no search: what lies in a bundle.
 * @throws PW_FILE_* when a folder or file cannot be read
 */
export async function linkMedia(
  context: RenderContext,
  timeline: Timeline,
  search: MediaSearch,
  atHand: ReadonlySet<string> = new Set(),
): Promise<LinkedTimeline> {
  const seeker = new Seeker(context, search);
  const paths = new Map<string, string>();
  const reels = new Map<Clip, string>();
  const diagnostics: Diagnostic[] = [];
  const searched: SearchedMedia[] = [];
  const ambiguous: { name: string; paths: readonly string[] }[] = [];
  for (const sought of soughtIn(timeline)) {
    if (atHand.has(sought.name) || atHand.has(decodedName(sought.name))) continue;
    const isNamed = sought.reels.length === 0;
    const found = (isNamed ? await seeker.atStatedPlace(sought.name) : null) ?? (await seeker.find(sought));
    if (found.kind === 'one') {
      if (found.isByName === true)
        searched.push({
          name: sought.name,
          targetUrl: isNamed ? sought.name : pathToFileURL(found.path).href,
          path: found.path,
          wanted: sought.wanted,
          where: placeOf(sought),
        });
      if (isNamed) paths.set(sought.name, found.path);
      else for (const clip of sought.clips) reels.set(clip, found.path);
      continue;
    }
    if (found.kind === 'several') ambiguous.push({ name: sought.name, paths: found.paths });
    diagnostics.push(offlineRemark(sought, found));
  }
  diagnostics.push(...sequenceRemarks(timeline));
  for (const path of reels.values()) paths.set(pathToFileURL(path).href, path);
  return { timeline: withFiles(timeline, reels), paths, diagnostics, searched, ambiguous };
}

/** Files are looked for one by one: what stands for many is told by name. */
function sequenceRemarks(timeline: Timeline): Diagnostic[] {
  return [...clipsIn(timeline)].flatMap((clip) => {
    const reference = clip.enabled ? activeReferenceOrNull(clip) : null;
    if (reference?.kind !== 'ImageSequenceReference') return [];
    return {
      code: 'PW_MEDIA_SEQUENCE',
      severity: 'warning' as const,
      message: `image sequences are neither searched for nor moved: ${abstractUrl(reference, '#')}`,
      where: `clip "${clip.name}"`,
      hint: 'Convert the sequence to one movie file and relink the clip to it.',
    };
  });
}

function offlineRemark(sought: Sought, found: Exclude<Found, { kind: 'one' }>): Diagnostic {
  return {
    code: found.kind === 'several' ? 'PW_MEDIA_AMBIGUOUS' : 'PW_MEDIA_OFFLINE',
    severity: 'warning',
    message:
      found.kind === 'several'
        ? `several files answer to ${decodedName(sought.name)}: ${found.paths.join(', ')}`
        : `media is offline: ${decodedName(sought.name)}${found.found === '' ? '' : ` (${found.found})`}`,
    where: placeOf(sought),
    hint: 'Point to it with --search DIR or --media-map OLD=NEW.',
  };
}
