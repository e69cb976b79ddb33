import { dirname } from 'node:path';
import { PatchworkError, type Diagnostic } from '@patchwork/kernel';
import { writeAtomically } from '@patchwork/files';
import type { WrittenText } from '@patchwork/formats';
import {
  linkMedia,
  openTimeline,
  relinked,
  withIdleMedia,
  writeBundle,
  type LoadedTimeline,
  type TimelineRequest,
  type TimelineSource,
  type TimelineWithMedia,
} from '@patchwork/render';
import { clipsIn, type Timeline } from '@patchwork/timeline';
import { documentText } from './document-text.ts';
import type { CommandContext } from './shell.ts';

/** Refuses to write one timeline over a file that holds more, or a bundle over one whose media it could not hold. @throws PW_EDIT_PLACE */
export function checkPlace(
  { holdsMore, fileName, timeline }: LoadedTimeline,
  target: string,
  source: TimelineSource,
): void {
  if (target !== source.path) return;
  const refusal = (what: string): PatchworkError =>
    new PatchworkError('PW_EDIT_PLACE', `${fileName} holds ${what}: that would be lost`, {
      hint: 'Write to another file with -o.',
      details: { path: target, timeline: timeline.name },
    });
  // FCPXML is changed in its own text, and refused there where that cannot be.
  if (holdsMore && !/\.fcpxml$/i.test(target)) throw refusal(`more than "${timeline.name}"`);
  if (source.bundled === null) return;
  // Content tells what is a bundle, an ending what is written.
  if (!isBundle(target)) throw refusal('media');
  for (const { name, mediaReferences } of clipsIn(timeline))
    if (mediaReferences.some(([, { kind }]) => kind === 'ImageSequenceReference'))
      throw refusal(`"${name}" as single pictures, which bundles are written without`);
}

/** Writes the edited timeline; its media is looked at only where names or bytes of it go elsewhere. Returns what could not be said. */
export async function writeEdited(
  context: CommandContext,
  request: TimelineRequest,
  loaded: LoadedTimeline,
  timeline: Timeline,
  paths: { readonly target: string; readonly source: string },
): Promise<readonly Diagnostic[]> {
  const { target, source } = paths;
  if (target === source && !isBundle(target))
    return writeText(context, target, documentText(loaded, timeline, target, true));
  const opened = await openTimeline(context, request);
  const edited = { ...opened, loaded: { ...opened.loaded, timeline } };
  if (isBundle(target)) return packed(context, request, edited, target);
  return writeText(context, target, documentText(loaded, relinked(edited, request, target), target, false));
}

async function writeText(
  context: CommandContext,
  target: string,
  written: WrittenText,
): Promise<readonly Diagnostic[]> {
  await writeAtomically(context.files, target, written.text);
  return written.notSaid;
}

/** Media that the steps brought is looked for beside the timeline; what a bundle did not hold before, it need not hold now. */
async function packed(
  context: CommandContext,
  request: TimelineRequest,
  edited: TimelineWithMedia,
  path: string,
): Promise<readonly Diagnostic[]> {
  const { loaded, linked, source } = await withIdleMedia(context, request, edited);
  const { paths } = await linkMedia(context, loaded.timeline, {
    timelineFolder: dirname(request.path),
    map: request.mediaMap,
    folders: request.searchFolders,
  });
  const { notSaid } = await writeBundle(context, {
    timeline: loaded.timeline,
    paths: new Map([...paths, ...linked.paths]),
    policy: source.bundled === null ? 'error-if-not-file' : 'missing-if-not-file',
    path,
  });
  return notSaid;
}

/** What a dry run can tell of the writing: a target that cannot be written is refused as it would be later. */
export function previewEdited(
  loaded: LoadedTimeline,
  timeline: Timeline,
  paths: { readonly target: string; readonly source: string },
): readonly Diagnostic[] {
  const { target, source } = paths;
  return isBundle(target) ? [] : documentText(loaded, timeline, target, target === source).notSaid;
}

function isBundle(path: string): boolean {
  return /\.otio[dz]$/i.test(path);
}
