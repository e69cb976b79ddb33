import { pathToFileURL } from 'node:url';
import { isPatchworkError, PatchworkError, type Diagnostic } from '@patchwork/kernel';
import {
  activeReferenceOrNull,
  isJsonObject,
  makeExternalReference,
  member,
  type Clip,
  type Composable,
  type MediaReference,
  type Timeline,
} from '@patchwork/timeline';
import type { MediaInfo } from '@patchwork/program';
import type { RenderContext } from '../run/context.ts';
import { identifyMedia } from './media-catalog.ts';
import { indexMedia, type MediaIndex } from './media-index.ts';
import { canBe, matchOf, togetherWanted, wantedBy, type WantedMedia } from './media-match.ts';
import { decodedName, statedName, statedPlace, type MediaSearch } from './media-paths.ts';
import type { IdentifiedMedia } from '../timeline/snapshot.ts';

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

/** All uses of one name. */
interface Sought {
  /** As the timeline spells it. */
  readonly name: string;
  /** Names of files that it may be, the likeliest first. */
  readonly fileNames: readonly string[];
  readonly reels: readonly string[];
  readonly clips: readonly Clip[];
  readonly wanted: WantedMedia;
}

type Found =
  | { readonly kind: 'one'; readonly path: string; readonly isByName?: true }
  | { readonly kind: 'none'; readonly found: string }
  | { readonly kind: 'several'; readonly paths: readonly string[] };

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
  for (const path of reels.values()) paths.set(pathToFileURL(path).href, path);
  return { timeline: withFiles(timeline, reels), paths, diagnostics, searched, ambiguous };
}

/** Refuses names that several files answer to. @throws PW_MEDIA_AMBIGUOUS naming all of them */
export function checkUnambiguous({ ambiguous }: LinkedTimeline): void {
  if (ambiguous.length === 0) return;
  const lines = ambiguous.map(({ name, paths }) => `${decodedName(name)}: ${paths.join(' or ')}`);
  throw new PatchworkError('PW_MEDIA_AMBIGUOUS', `several files answer to one name: ${lines.join('; ')}`, {
    hint: 'Search in fewer folders, or say which file it is with --media-map OLD=NEW.',
    details: { media: ambiguous.map(({ name, paths }) => ({ name, paths: [...paths] })) },
  });
}

/**
 * Refuses files that a search found by their name alone and that are not what the timeline means: another timecode, or too
 * short for what is played. Every card of a camera has its `C0001.MP4`.
 *
 * @throws PW_MEDIA_OFFLINE naming all of them
 */
export function checkSearched(
  { searched }: Pick<LinkedTimeline, 'searched'>,
  find: (targetUrl: string) => MediaInfo | null,
): void {
  const others = searched.filter(({ targetUrl, wanted }) => {
    const info = find(targetUrl);
    return info !== null && !canBe(wanted, info);
  });
  if (others.length === 0) return;
  const lines = others.map(
    ({ name, path, where }) => `${decodedName(name)} (${where}): ${path} is not at its timecode, or too short`,
  );
  throw new PatchworkError('PW_MEDIA_OFFLINE', `media is offline: ${lines.join('; ')}`, {
    hint: 'Search where the right file is, or say that it is this one with --media-map OLD=NEW.',
    details: { media: others.map(({ name, path, where }) => ({ name, path, where })) },
  });
}

/**
 * Refuses missing media where nothing else says what the film is like: its first clip would give the raster.
 *
 * @throws PW_MEDIA_OFFLINE naming all of it
 */
export function checkOnline({ diagnostics }: LinkedTimeline): void {
  const offline = diagnostics.filter(({ code }) => code === 'PW_MEDIA_OFFLINE');
  const [first] = offline;
  if (first === undefined) return;
  throw new PatchworkError(
    'PW_MEDIA_OFFLINE',
    offline.map(({ message, where }) => `${message}${where === null ? '' : ` (${where})`}`).join('; '),
    {
      hint: 'Bring the files back, or point to them with --search DIR or --media-map OLD=NEW.',
      details: { media: offline.map(({ message, where }) => ({ message, where })) },
    },
  );
}

class Seeker {
  readonly #context: RenderContext;
  readonly #search: MediaSearch;
  readonly #known = new Map<string, IdentifiedMedia | null>();
  #index: Promise<MediaIndex> | null = null;

  constructor(context: RenderContext, search: MediaSearch) {
    this.#context = context;
    this.#search = search;
  }

  /** Null where no file is there. A relative name may be a path or a piece of a URL: it is tried as it stands first. */
  async atStatedPlace(name: string): Promise<Found | null> {
    for (const spelling of new Set([name, name.startsWith('file:') ? name : decodedName(name)])) {
      const path = statedPlace(spelling, this.#search);
      const stat = path === null ? null : await this.#context.files.stat(path);
      if (path !== null && stat !== null && !stat.isDirectory) return { kind: 'one', path };
    }
    return null;
  }

  async find(sought: Sought): Promise<Found> {
    if (this.#search.folders.length === 0) return { kind: 'none', found: '' };
    const index = await (this.#index ??= indexMedia(this.#context.files, this.#search.folders));
    for (const name of sought.fileNames) {
      const paths = index.named(name);
      const [first, second] = paths;
      if (first === undefined) continue;
      return second === undefined ? { kind: 'one', path: first, isByName: true } : this.#byFacts(sought, paths);
    }
    for (const reel of sought.reels) {
      const paths = index.ofReel(reel);
      if (paths.length > 0) return this.#byFacts(sought, paths);
    }
    return { kind: 'none', found: '' };
  }

  async #byFacts(sought: Sought, paths: readonly string[]): Promise<Found> {
    const infos: IdentifiedMedia[] = [];
    for (const path of paths) {
      const info = await this.#identified(path);
      if (info !== null) infos.push(info);
    }
    const verdict = matchOf(sought.wanted, infos);
    return verdict.kind === 'none'
      ? { kind: 'none', found: `${paths.join(', ')}: not at its timecode, or too short` }
      : verdict;
  }

  /** Null for what is no media: a search folder holds other files as well. */
  async #identified(path: string): Promise<IdentifiedMedia | null> {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    let info: IdentifiedMedia | null = null;
    try {
      info = await identifyMedia(this.#context, path);
    } catch (error) {
      if (!isPatchworkError(error) || !error.code.startsWith('PW_MEDIA_')) throw error;
    }
    this.#known.set(path, info);
    return info;
  }
}

function placeOf({ clips }: Sought): string {
  return `${clips.length === 1 ? 'clip' : `${clips.length} clips, first`} "${clips[0]?.name ?? ''}"`;
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

/** What a timeline plays, one entry a name: switched-off items play nothing. */
function soughtIn(timeline: Timeline): readonly Sought[] {
  const all = new Map<string, Sought>();
  const walk = (node: Composable, isPicture: boolean): void => {
    if (node.kind === 'Gap' || node.kind === 'Transition' || node.kind === 'Unknown' || !node.enabled) return;
    if (node.kind !== 'Clip') {
      const shows = node.kind === 'Track' ? node.trackKind === 'Video' : isPicture;
      for (const child of node.children) walk(child, shows);
      return;
    }
    const one = soughtBy(node, isPicture);
    if (one === null) return;
    const key = JSON.stringify([one.name, one.fileNames, one.reels]);
    const before = all.get(key);
    all.set(
      key,
      before === undefined
        ? one
        : { ...before, clips: [...before.clips, node], wanted: togetherWanted(before.wanted, one.wanted) },
    );
  };
  walk(timeline.tracks, true);
  return [...all.values()];
}

function soughtBy(clip: Clip, isPicture: boolean): Sought | null {
  const reference = activeReferenceOrNull(clip);
  if (reference?.kind === 'ExternalReference') {
    const name = statedName(reference.targetUrl);
    return {
      name: reference.targetUrl,
      fileNames: name === '' ? [] : [name],
      reels: [],
      clips: [clip],
      wanted: wantedBy(clip, reference, isPicture),
    };
  }
  if (reference !== null && reference.kind !== 'MissingReference') return null;
  const [name, ...others] = reelsOf(clip, reference);
  if (name === undefined) return null;
  const reels = [name, ...others];
  return {
    name,
    fileNames: [...reels, clip.name].filter((each) => /\.[A-Za-z0-9]{2,5}$/.test(each)),
    reels,
    clips: [clip],
    wanted: wantedBy(clip, reference, isPicture),
  };
}

/** Names under which a clip without a file may be found: what it says of its media, its reel, its own name. */
function reelsOf(clip: Clip, reference: MediaReference | null): readonly string[] {
  const texts = [
    reference?.name,
    reference === null ? undefined : member(reference.metadata, 'Resolve_OTIO', 'Media Url'),
    isJsonObject(clip.metadata) ? member(clip.metadata, 'cmx', 'reel') : undefined,
    clip.name,
  ];
  const names = texts.flatMap((text) => (typeof text === 'string' && text !== '' ? [statedName(text)] : []));
  return [...new Set(names)].filter((name) => name !== '');
}

function withFiles(timeline: Timeline, files: ReadonlyMap<Clip, string>): Timeline {
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
