import { isPatchworkError, PatchworkError, type Digest } from '@patchwork/kernel';
import { fontDigest } from '@patchwork/media';
import { compileProgram, type MediaInfo, type Program } from '@patchwork/program';
import type { LedgerEntry, TimelineSnapshot } from '@patchwork/store';
import type { RenderContext } from '../run/context.ts';
import { timelineFromBytes, type LoadedTimeline } from './timeline-file.ts';
import { timelineFacts, type TimelineFacts } from './timeline-facts.ts';

/** A media file: its facts, its identity by content, and the SHA-256 of the whole file as it was read. */
export type IdentifiedMedia = MediaInfo & { readonly file: Digest };

/** What an entry keeps of a media file: the names under which the timeline used it as well. */
export type NamedMedia = IdentifiedMedia & { readonly urls: readonly string[] };

/** A ledger entry's timeline, as it was when it was rendered. */
export interface Snapshot {
  readonly loaded: LoadedTimeline;
  readonly facts: TimelineFacts;
  readonly program: Program;
}

/** The fields of an entry that its programme follows from; `id` names the version where something is missing. */
export type SnapshotFields = Pick<LedgerEntry, 'profile' | 'timeline' | 'timelineName' | 'media' | 'range' | 'epochs'> &
  Partial<Pick<LedgerEntry, 'id'>>;

/**
 * Compiles what an entry was rendered from, with the media as they were then: nothing outside the ledger is looked at.
 * `change` is applied to its timeline first.
 *
 * @throws PW_LEDGER_NO_TIMELINE for a version that was patched by hand, or found; PW_LEDGER_SNAPSHOT for one whose record
 *   is there in part
 */
export function compileEntry(
  context: Pick<RenderContext, 'sha256'>,
  entry: SnapshotFields,
  change: (loaded: LoadedTimeline) => LoadedTimeline = (loaded) => loaded,
): Snapshot {
  const loaded = change(loadedFrom(context, entry));
  const byUrl = mediaByUrl(entry);
  const { width, height, rate, color } = entry.profile.video;
  const { program } = compileProgram({
    timeline: loaded.timeline,
    canvas: { width, height, rate, color },
    media: (url) => byUrl.get(url) ?? null,
    sha256: context.sha256,
    sampleRate: entry.profile.sound.sampleRate,
    epochs: entry.epochs,
    font: fontDigest(),
    range: entry.range,
  });
  return { loaded, facts: timelineFacts(loaded.timeline), program };
}

/** A timeline as an entry keeps it: the text that it is read from again. */
export function timelineSnapshot({ fileName, bytes }: LoadedTimeline): TimelineSnapshot {
  return {
    name: fileName,
    format: fileName.slice(fileName.lastIndexOf('.') + 1),
    text: new TextDecoder().decode(bytes),
  };
}

/** Where an entry knows of no timeline. */
export function noTimeline(name: string): TimelineSnapshot {
  return { name, format: 'none', text: '' };
}

/** Tells whether an entry knows what its film was made from. */
export function hasTimeline({ timeline }: Pick<LedgerEntry, 'timeline'>): boolean {
  return timeline.format !== 'none';
}

function loadedFrom(context: Pick<RenderContext, 'sha256'>, entry: SnapshotFields): LoadedTimeline {
  const { timeline, timelineName, profile } = entry;
  if (!hasTimeline(entry)) {
    throw new PatchworkError('PW_LEDGER_NO_TIMELINE', `${versionText(entry)} has no timeline`, {
      hint: 'It was found or patched by hand. Bind it to its timeline with patchwork adopt.',
      details: { name: timeline.name, entry: entry.id ?? null },
    });
  }
  const bytes = new TextEncoder().encode(timeline.text);
  try {
    return timelineFromBytes(context.sha256, timeline.name, bytes, timelineName, { raster: profile.video });
  } catch (error) {
    if (!isPatchworkError(error)) throw error;
    throw unreadable(entry, 'timeline', `${error.message} (${error.code})`, error);
  }
}

function mediaByUrl(entry: SnapshotFields): ReadonlyMap<string, MediaInfo> {
  const byUrl = new Map<string, MediaInfo>();
  for (const info of entry.media as readonly Partial<NamedMedia>[]) {
    if (!Array.isArray(info.urls))
      throw unreadable(entry, 'media', `${info.path ?? 'a file'} is there without its names`);
    for (const url of (info as NamedMedia).urls) byUrl.set(url, info as NamedMedia);
  }
  return byUrl;
}

function unreadable(entry: SnapshotFields, what: 'timeline' | 'media', why: string, cause?: unknown): PatchworkError {
  return new PatchworkError('PW_LEDGER_SNAPSHOT', `${versionText(entry)}: its ${what} cannot be read: ${why}`, {
    hint: 'Bring the sidecar back from a backup; or render the timeline with --full, which asks for no history.',
    details: { name: entry.timeline.name, entry: entry.id ?? null, what },
    cause,
  });
}

function versionText({ id, timeline }: SnapshotFields): string {
  return `version ${id === undefined ? '' : `${id.slice(0, 12)} `}("${timeline.name}")`;
}
