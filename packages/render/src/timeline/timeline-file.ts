import { PatchworkError, type Diagnostic, type Digest, type FilePort, type Sha256 } from '@patchwork/kernel';
import { readTimelineFile, type ReadTimelineOptions } from '@patchwork/formats';
import type { Rate } from '@patchwork/time';
import type { MediaInfo } from '@patchwork/program';
import { activeReference, writeOtio, type Timeline } from '@patchwork/timeline';
import { firstVideoClip } from './timeline-facts.ts';
import { openTimelineSource, type TimelineSource } from './timeline-source.ts';

/**
 * A timeline read from a file, and the text that it is read from again: the ledger keeps that as the snapshot of what was
 * rendered. It is the file's own text, or the timeline as OTIO where reading it took more than the file.
 */
export interface LoadedTimeline {
  readonly timeline: Timeline;
  readonly diagnostics: readonly Diagnostic[];
  /** Last part of the path, for people. */
  readonly fileName: string;
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  /** The file holds what this timeline does not say: other timelines, clips beside it, a collection around it. */
  readonly holdsMore: boolean;
}

/** How a timeline is picked from a file and read. */
export interface TimelineChoice {
  /** Which timeline of the file; null takes the only one. */
  readonly name: string | null;
  /** Frame rate of an edit decision list; null: guessed, with a warning. */
  readonly edlRate: Rate | null;
}

/**
 * Reads a timeline file, a folder that is a document, or a bundle, and picks one timeline of it.
 *
 * @throws PW_FILE_MISSING, PW_FILE_IS_FOLDER and what the reader throws; PW_TIMELINE_CHOICE when the file holds several
 *   and none is named, PW_TIMELINE_NONE when it holds none (of that name).
 */
export async function loadTimeline(
  context: { readonly files: FilePort; readonly sha256: Sha256 },
  path: string,
  choice: TimelineChoice,
): Promise<{ readonly loaded: LoadedTimeline; readonly source: TimelineSource }> {
  const source = await openTimelineSource(context.files, path);
  const options = choice.edlRate === null ? {} : { edlRate: choice.edlRate };
  const loaded = timelineFromBytes(context.sha256, source.fileName, source.bytes, choice.name, options);
  // A rate that the file does not hold must be in the snapshot.
  return { source, loaded: choice.edlRate === null ? loaded : withTimeline(context.sha256, loaded, loaded.timeline) };
}

/** Reads all timelines of a file. @throws PW_FILE_*, PW_FILE_IS_FOLDER and what the reader throws */
export async function readTimelines(
  context: { readonly files: FilePort },
  path: string,
  options: ReadTimelineOptions = {},
): Promise<{
  readonly timelines: readonly Timeline[];
  readonly diagnostics: readonly Diagnostic[];
  /** The file holds what one timeline of it does not say. */
  readonly holdsMore: boolean;
  readonly source: TimelineSource;
}> {
  const source = await openTimelineSource(context.files, path);
  return { ...readTimelineFile({ name: source.fileName, bytes: source.bytes }, options), source };
}

/** As {@link loadTimeline}, from content at hand: a ledger's snapshot. */
export function timelineFromBytes(
  sha256: Sha256,
  file: string,
  bytes: Uint8Array,
  name: string | null,
  options: ReadTimelineOptions = {},
): LoadedTimeline {
  const { timelines, diagnostics, holdsMore } = readTimelineFile({ name: file, bytes }, options);
  const timeline = chosen(timelines, name, file);
  return { timeline, diagnostics, fileName: file, bytes, digest: sha256(bytes), holdsMore };
}

/** The same file with its timeline changed after reading: from here on its text is that timeline as OTIO. */
export function withTimeline(sha256: Sha256, loaded: LoadedTimeline, timeline: Timeline): LoadedTimeline {
  const bytes = new TextEncoder().encode(writeOtio(timeline, { style: 'lossless' }));
  return { ...loaded, timeline, bytes, digest: sha256(bytes) };
}

/** Reads again where the raster is needed and the file does not name it: Resolve's OTIO counts pans in widths. */
export function withRaster(
  sha256: Sha256,
  loaded: LoadedTimeline,
  raster: { readonly width: number; readonly height: number },
): LoadedTimeline {
  if (!loaded.diagnostics.some(({ code }) => code === 'PW_RESOLVE_EFFECT')) return loaded;
  const again = timelineFromBytes(sha256, loaded.fileName, loaded.bytes, loaded.timeline.name, { raster });
  // What a project had to say, the timeline's own text does not say again.
  const project = loaded.diagnostics.filter(({ code }) => code.startsWith('PW_GRADES_'));
  return project.length === 0 ? again : { ...again, diagnostics: [...again.diagnostics, ...project] };
}

function chosen(timelines: readonly Timeline[], name: string | null, file: string): Timeline {
  const names = timelines.map((timeline) => timeline.name);
  const fitting = name === null ? timelines : timelines.filter((timeline) => timeline.name === name);
  const [first, second] = fitting;
  if (first === undefined) {
    throw new PatchworkError(
      'PW_TIMELINE_NONE',
      `${file} holds no timeline${name === null ? '' : ` named "${name}"`}`,
      {
        hint:
          names.length > 0 ? `It holds: ${names.map((each) => `"${each}"`).join(', ')}.` : 'Export the timeline again.',
        details: { file, names },
      },
    );
  }
  if (second !== undefined) {
    throw new PatchworkError('PW_TIMELINE_CHOICE', `${file} holds ${fitting.length} timelines`, {
      hint: `Choose one with --timeline (adopt: --name): ${names.map((each) => `"${each}"`).join(', ')}.`,
      details: { file, names },
    });
  }
  return first;
}

/** Raster and rate of the first video clip's media; null where there is none at hand. */
export function firstVideoFacts(
  timeline: Timeline,
  find: (targetUrl: string) => MediaInfo | null,
): { readonly width: number; readonly height: number; readonly rate: Rate } | null {
  const clip = firstVideoClip(timeline);
  const reference = clip === null ? null : activeReference(clip);
  const video = reference?.kind === 'ExternalReference' ? find(reference.targetUrl)?.video : null;
  return video == null ? null : { width: video.width, height: video.height, rate: video.rate };
}
