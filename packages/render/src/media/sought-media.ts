import {
  activeReferenceOrNull,
  isJsonObject,
  member,
  type Clip,
  type Composable,
  type MediaReference,
  type Timeline,
} from '@patchwork/timeline';
import { togetherWanted, wantedBy, type WantedMedia } from './media-match.ts';
import { statedName } from './media-paths.ts';

/** All uses of one name. */
export interface Sought {
  /** As the timeline spells it. */
  readonly name: string;
  /** Names of files that it may be, the likeliest first. */
  readonly fileNames: readonly string[];
  readonly reels: readonly string[];
  readonly clips: readonly Clip[];
  readonly wanted: WantedMedia;
}

/** What a timeline plays, one entry a name: switched-off items play nothing. */
export function soughtIn(timeline: Timeline): readonly Sought[] {
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

/** Which clips use a name, for people. */
export function placeOf({ clips }: Sought): string {
  return `${clips.length === 1 ? 'clip' : `${clips.length} clips, first`} "${clips[0]?.name ?? ''}"`;
}
