import { PatchworkError, type Diagnostic, type Digest, type FilePort, type Sha256 } from '@patchwork/kernel';
import { readTimelineFile } from '@patchwork/formats';
import type { Rate } from '@patchwork/time';
import type { MediaInfo } from '@patchwork/program';
import { activeReference, type Timeline } from '@patchwork/timeline';
import { firstVideoClip } from './timeline-facts.ts';
import { fileName } from './media-paths.ts';
import { readWholeFile } from './whole-file.ts';

/** A timeline read from a file, and the file itself: the ledger keeps it as the snapshot of what was rendered. */
export interface LoadedTimeline {
  readonly timeline: Timeline;
  readonly diagnostics: readonly Diagnostic[];
  /** Last part of the path: decides the format together with the content. */
  readonly fileName: string;
  readonly bytes: Uint8Array;
  readonly digest: Digest;
}

/** Timeline files larger than this are refused: 50 MB is a feature film's FCPXML many times over. */
const largestTimelineBytes = 512 * 1024 * 1024;

/**
 * Reads a timeline file and picks one timeline of it.
 *
 * @throws PW_FILE_MISSING and what the reader throws; PW_TIMELINE_CHOICE when the file holds several and none is named,
 *   PW_TIMELINE_NONE when it holds none (of that name).
 */
export async function loadTimeline(
  files: FilePort,
  sha256: Sha256,
  path: string,
  name: string | null,
): Promise<LoadedTimeline> {
  const bytes = await readWholeFile(files, path, largestTimelineBytes);
  return timelineFromBytes(sha256, fileName(path), bytes, name);
}

/** Reads all timelines of a file. @throws PW_FILE_* and what the reader throws */
export async function readTimelines(
  context: { readonly files: FilePort },
  path: string,
): Promise<{ readonly timelines: readonly Timeline[]; readonly diagnostics: readonly Diagnostic[] }> {
  return readTimelineFile({
    name: fileName(path),
    bytes: await readWholeFile(context.files, path, largestTimelineBytes),
  });
}

/** As {@link loadTimeline}, from content at hand: a ledger's snapshot. */
export function timelineFromBytes(
  sha256: Sha256,
  file: string,
  bytes: Uint8Array,
  name: string | null,
): LoadedTimeline {
  const { timelines, diagnostics } = readTimelineFile({ name: file, bytes });
  return { timeline: chosen(timelines, name, file), diagnostics, fileName: file, bytes, digest: sha256(bytes) };
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
      hint: `Choose one with --timeline: ${names.map((each) => `"${each}"`).join(', ')}.`,
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
