import { resolve } from 'node:path';
import type { Command } from 'commander';
import { PatchworkError, type Diagnostic } from '@patchwork/kernel';
import { inspection, strip, timelineTable } from '@patchwork/formats';
import { linkMedia, mediaFolderOf, readTimelines } from '@patchwork/render';
import type { Timeline } from '@patchwork/timeline';
import { digestsOutcome, resolveDigestsOf } from '../resolve-digests.ts';
import type { CommandContext, CommandOutcome, CommonFlags, RunAction, Shell } from '../shell.ts';
import { timelineRequest, withMediaFlags, type MediaFlags } from '../timeline-flags.ts';
import { counted, diagnosticLines } from '../words.ts';

interface InspectFlags extends CommonFlags, MediaFlags {
  readonly all?: boolean;
}

/** Adds `inspect`. */
export function addInspect(program: Command, shell: Shell, run: RunAction): void {
  withMediaFlags(program.command('inspect'))
    .argument('<timeline>', 'a timeline file, an .fcpxmld or .otiod folder, or a Resolve .drt, .drp or .drx')
    .option('--all', 'every item of long tracks, in a terminal too')
    .description('tracks, items, effects and everything odd about a timeline file')
    .action(async (path: string, flags: InspectFlags) => run(flags, (context) => inspect(context, shell, path, flags)));
}

async function inspect(
  context: CommandContext,
  shell: Shell,
  path: string,
  flags: InspectFlags,
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
  const look = lookOf(shell, flags.all === true);
  return {
    document: inspection(shown, diagnostics) as CommandOutcome['document'],
    text: [...shown.flatMap((timeline) => picture(timeline, look)), ...remarkLines(diagnostics, look)]
      .join('\n')
      .trimEnd(),
  };
}

/** Tracks of more items than this are folded in a terminal, so that the whole can be taken in. */
const foldedRows = 40;

/** Remarks that a terminal shows; files that are offline can be as many as clips. */
const foldedRemarks = 24;

interface Look {
  readonly columns: number | null;
  readonly rows: number | null;
  /** Select graphic rendition: `code` turns it on. */
  readonly marked: (code: number) => (text: string) => string;
}

/** In full where it goes to a file or a pipe, or is asked for. */
function lookOf({ terminal }: Shell, isWhole: boolean): Look {
  const columns = terminal.width === undefined ? null : Math.min(terminal.width, 240);
  return {
    columns,
    rows: isWhole || columns === null ? null : foldedRows,
    marked: (code) => (text) => (terminal.color ? `\u001B[${code}m${text}\u001B[0m` : text),
  };
}

/** A strip a track, then the table. */
function picture(timeline: Timeline, { columns, rows, marked }: Look): readonly string[] {
  const [strong, faint] = [marked(1), marked(2)];
  return [
    strip(timeline, { columns: columns ?? 80, faint }),
    `${timelineTable(timeline, { columns, rows, faint, strong }).join('\n')}\n`,
  ].filter((text) => text !== '');
}

const severityCodes = { error: 31, warning: 33, note: 2 } as const;

/** What is odd, the gravest first. */
function remarkLines(diagnostics: readonly Diagnostic[], { rows, marked }: Look): readonly string[] {
  const lines = diagnosticLines(diagnostics).map((line) =>
    line.replace(
      /^ {2}(error|warning|note)/,
      (_all, severity: keyof typeof severityCodes) => `  ${marked(severityCodes[severity])(severity)}`,
    ),
  );
  const shown = rows === null ? lines : lines.slice(0, foldedRemarks);
  const hidden = lines.length - shown.length;
  return hidden === 0
    ? shown
    : [...shown, marked(2)(`  … ${counted(hidden, 'more remark')}, all of them with --all or --json`)];
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
