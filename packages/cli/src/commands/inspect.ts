import { resolve } from 'node:path';
import type { Command } from 'commander';
import { PatchworkError, type Diagnostic } from '@patchwork/kernel';
import { inspection, listing, strip } from '@patchwork/formats';
import { linkMedia, mediaFolderOf, readTimelines } from '@patchwork/render';
import type { Timeline } from '@patchwork/timeline';
import { digestsOutcome, resolveDigestsOf } from '../resolve-digests.ts';
import type { CommandContext, CommandOutcome, CommonFlags, RunAction, Shell } from '../shell.ts';
import { timelineRequest, withMediaFlags, type MediaFlags } from '../timeline-flags.ts';
import { diagnosticLines } from '../words.ts';

/** Adds `inspect`. */
export function addInspect(program: Command, shell: Shell, run: RunAction): void {
  withMediaFlags(program.command('inspect'))
    .argument('<timeline>', 'a timeline file, an .fcpxmld or .otiod folder, or a Resolve .drt, .drp or .drx')
    .description('tracks, items, effects and everything odd about a timeline file')
    .action(async (path: string, flags: CommonFlags & MediaFlags) =>
      run(flags, (context) => inspect(context, shell, path, flags)),
    );
}

async function inspect(
  context: CommandContext,
  shell: Shell,
  path: string,
  flags: MediaFlags,
): Promise<CommandOutcome> {
  const digests = await resolveDigestsOf(context, resolve(shell.folder, path));
  if (digests !== null) return digestsOutcome(digests, shell.terminal);
  const request = timelineRequest(shell.folder, path, flags);
  const read = await readTimelines(context, request.path, request.edlRate === null ? {} : { edlRate: request.edlRate });
  const shown = named(read.timelines, request.name, read.source.fileName);
  const search = {
    timelineFolder: mediaFolderOf(read.source),
    map: request.mediaMap,
    folders: request.searchFolders,
  };
  // What lies in a bundle is at hand.
  const bundled = new Set(read.source.bundled?.map(({ name }) => name));
  const offline: Diagnostic[] = [];
  for (const timeline of shown) offline.push(...(await linkMedia(context, timeline, search, bundled)).diagnostics);
  const diagnostics = [...read.diagnostics, ...offline];
  return {
    document: inspection(shown, diagnostics) as CommandOutcome['document'],
    text: [...shown.flatMap((timeline) => picture(timeline, shell)), ...diagnosticLines(diagnostics)].join('\n'),
  };
}

function picture(timeline: Timeline, { terminal }: Shell): readonly string[] {
  const faint = (text: string): string => (terminal.color ? `\u001B[2m${text}\u001B[22m` : text);
  return [
    strip(timeline, { columns: Math.min(terminal.width ?? 80, 240), faint }).trimEnd(),
    listing(timeline).trimEnd(),
  ].filter((text) => text !== '');
}

/** @throws PW_TIMELINE_NONE when none has the name */
function named(timelines: readonly Timeline[], name: string | null, file: string): readonly Timeline[] {
  const shown = name === null ? timelines : timelines.filter((timeline) => timeline.name === name);
  if (name === null || shown.length > 0) return shown;
  const names = timelines.map((timeline) => timeline.name);
  throw new PatchworkError('PW_TIMELINE_NONE', `${file} holds no timeline named "${name}"`, {
    hint: names.length > 0 ? `It holds: ${names.map((each) => `"${each}"`).join(', ')}.` : 'Export the timeline again.',
    details: { file, names },
  });
}
