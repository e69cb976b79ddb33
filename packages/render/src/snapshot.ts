import { PatchworkError, type Digest } from '@patchwork/kernel';
import { fontDigest } from '@patchwork/media';
import { compileProgram, type MediaInfo, type Program } from '@patchwork/program';
import type { LedgerEntry } from '@patchwork/store';
import type { RenderContext } from './context.ts';
import { hasTimeline } from './film-history.ts';
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

/** The fields of an entry that its programme follows from. */
export type SnapshotFields = Pick<LedgerEntry, 'profile' | 'timeline' | 'timelineName' | 'media' | 'range' | 'epochs'>;

/**
 * Compiles what an entry was rendered from, with the media as they were then: nothing outside the ledger is looked at.
 *
 * @throws PW_LEDGER_NO_TIMELINE for a version that was patched by hand, or found
 */
export function compileEntry(context: Pick<RenderContext, 'sha256'>, entry: SnapshotFields): Snapshot {
  if (!hasTimeline(entry)) {
    throw new PatchworkError('PW_LEDGER_NO_TIMELINE', `this version ("${entry.timeline.name}") has no timeline`, {
      hint: 'It was found or patched by hand. Bind it to its timeline with patchwork adopt.',
      details: { name: entry.timeline.name },
    });
  }
  const bytes = new TextEncoder().encode(entry.timeline.text);
  const loaded = timelineFromBytes(context.sha256, entry.timeline.name, bytes, entry.timelineName, {
    raster: entry.profile.video,
  });
  const byUrl = new Map<string, MediaInfo>();
  for (const info of entry.media as readonly NamedMedia[]) {
    for (const url of info.urls) byUrl.set(url, info);
  }
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
