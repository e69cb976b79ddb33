import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { PatchworkError, type Diagnostic } from '@patchwork/kernel';
import {
  changesJson,
  departmentNames,
  diffTimelines,
  onlyDepartments,
  scriptPatch,
  type Changes,
  type Department,
  type DiffInput,
} from '@patchwork/diff';
import { writeAtomically } from '@patchwork/files';
import { profileDifference } from '@patchwork/plan';
import { openSides, parseRevision, type ComparedSide } from '@patchwork/render';
import { annotatedTimeline, changeEdl, changeMarkers, changesCsv, changeTracks, diffPageHtml } from '@patchwork/report';
import { writeOtio } from '@patchwork/timeline';
import { diffPictures } from '../diff-pictures.ts';
import { diffPlan, isDeliverable, sidePath } from '../diff-plan.ts';
import { diffText } from '../diff-text.ts';
import { followedPath } from '../followed-path.ts';
import type { CommandContext, CommandOutcome, CommonFlags, RunAction, Shell } from '../shell.ts';
import { collect, timelineRequest, withGradesFlag, withMediaFlags, type MediaFlags } from '../timeline-flags.ts';
import { counted } from '../words.ts';

const formats = ['text', 'json', 'csv', 'html', 'edl', 'markers', 'otio'] as const;
type Format = (typeof formats)[number];

interface DiffFlags extends CommonFlags, MediaFlags {
  readonly format?: string;
  readonly output?: string;
  readonly only: readonly string[];
  readonly all?: boolean;
  readonly pictures: boolean;
  readonly handles?: string;
  readonly track?: string;
  readonly oldGrades?: string;
}

/** Changes of one department that a terminal shows. */
const foldedRows = 60;

/** Adds `diff`: what changed between two timelines, in words or as a report. */
export function addDiff(program: Command, shell: Shell, run: RunAction): void {
  withGradesFlag(withMediaFlags(program.command('diff')))
    .argument('<old>', 'a timeline file, a deliverable, or a revision (film.mov@{1})')
    .argument('<new>')
    .option('--old-grades <project>', 'the same of the old side, where that is a timeline file')
    .option('--format <format>', formats.join(' | '), 'text')
    .option('-o, --output <file>', 'where to write the report; default: stdout')
    .option('--only <department>', `${departmentNames.join(' | ')} (repeatable)`, collect, [])
    .option('--all', 'list every change and the unchanged clips, in a terminal too')
    .option('--no-pictures', 'html: without pictures before and after')
    .option(
      '--track <name>',
      'edl: the track to follow (V2, A1); all: a file a track; default: the lowest with pictures',
    )
    .option('--handles <frames>', 'tell clips that need more than the old side holds and this much on either end')
    .description("what changed, in an editor's words")
    .action(async (old: string, next: string, flags: DiffFlags) =>
      run(flags.format === 'json' ? { ...flags, json: true } : flags, (context) =>
        diff(context, shell, old, next, flags),
      ),
    );
}

async function diff(
  context: CommandContext,
  shell: Shell,
  oldText: string,
  newText: string,
  flags: DiffFlags,
): Promise<CommandOutcome> {
  const format = formatOf(flags);
  const only = flags.only.map(departmentOf);
  const compared = await compare(context, shell, oldText, newText, flags);
  const changes = only.length === 0 ? compared.changes : onlyDepartments(compared.changes, only);
  const document = {
    ...(changesJson(changes) as CommandOutcome['document']),
    ...(flags.json === true || format === 'json' ? { patch: { ...scriptPatch(compared.input, changes) } } : {}),
  };
  const { color, width } = shell.terminal;
  const options = { all: flags.all ?? false, only };
  const rows = width === undefined ? null : foldedRows;
  const text = diffText(changes, { ...options, color, width: width ?? 80, rows });
  if (format === 'text' || format === 'json') {
    if (flags.output === undefined) return { document, text };
    const written =
      format === 'json'
        ? `${JSON.stringify(document, null, 2)}\n`
        : `${diffText(changes, { ...options, color: false, width: 100, rows: null })}\n`;
    return writtenReport(context, shell, flags.output, written, { document, text: changes.summary });
  }
  if (format === 'edl' && flags.track === 'all') {
    return {
      document,
      text: `${(await writtenLists(context, shell, flags.output, changes)).join('\n')}\n${changes.summary}`,
    };
  }
  const report = await reportText(context, format, { ...compared, changes }, [oldText, newText], flags);
  if (flags.output === undefined) return { document, text: report.replace(/\n$/, '') };
  return writtenReport(context, shell, flags.output, report, { document, text: changes.summary });
}

async function writtenReport(
  context: CommandContext,
  shell: Shell,
  output: string,
  report: string,
  { document, text }: CommandOutcome,
): Promise<CommandOutcome> {
  const path = followedPath(shell.folder, output);
  await writeAtomically(context.files, path, new TextEncoder().encode(report));
  return { document, text: `${path}\n${text}` };
}

/** A change list a track beside the file named: `changes.edl` gives `changes.V1.edl`, `changes.V2.edl`. @throws PW_USAGE_TRACK */
async function writtenLists(
  context: CommandContext,
  shell: Shell,
  output: string | undefined,
  changes: Changes,
): Promise<readonly string[]> {
  if (output === undefined)
    throw new PatchworkError('PW_USAGE_TRACK', '--track all writes a file a track, and none is named', {
      hint: 'Say -o changes.edl: changes.V1.edl, changes.V2.edl … are written.',
    });
  const path = followedPath(shell.folder, output);
  const stem = path.endsWith('.edl') ? path.slice(0, -4) : path;
  const written: string[] = [];
  for (const label of changeTracks(changes)) {
    const file = `${stem}.${label.replaceAll(/[^A-Za-z0-9]+/g, '_')}.edl`;
    await writeAtomically(context.files, file, new TextEncoder().encode(changeEdl(changes, label)));
    written.push(file);
  }
  return written;
}

/** @throws PW_USAGE_TRACK for a track that neither side has */
function trackOf(changes: Changes, track: string | undefined): string | undefined {
  const labels = changeTracks(changes);
  if (track === undefined || labels.includes(track)) return track;
  throw new PatchworkError('PW_USAGE_TRACK', `neither side has a track ${track}`, {
    hint: `The tracks are ${labels.join(', ')}; all writes a list each.`,
  });
}

interface Compared {
  readonly changes: Changes;
  readonly input: DiffInput;
  readonly sides: { readonly old: ComparedSide; readonly new: ComparedSide };
}

async function compare(
  context: CommandContext,
  shell: Shell,
  oldText: string,
  newText: string,
  flags: DiffFlags,
): Promise<Compared> {
  const options = {
    ...timelineRequest(shell.folder, oldText, flags),
    timelineName: flags.timeline ?? null,
    oldGrades: flags.oldGrades === undefined ? null : resolve(shell.folder, flags.oldGrades),
  };
  checkGradesSides(oldText, newText, flags);
  const sides = await openSides(context, sidePath(shell.folder, oldText), sidePath(shell.folder, newText), options);
  const { plan, unknown } = await diffPlan(
    context,
    shell.folder,
    oldText,
    newText,
    options,
    sides.old.file?.range ?? null,
  );
  const [before, after] = [sides.old.profile, sides.new.profile];
  const rate = sides.new.rate ?? sides.old.rate;
  if (rate === null) {
    throw new PatchworkError('PW_DIFF_RATE', 'neither timeline says its frame rate, and no media that would is there', {
      hint: 'Say where the media is with --search or --media-map.',
    });
  }
  const input: DiffInput = {
    rate,
    ...(sides.old.rate === null ? {} : { oldRate: sides.old.rate }),
    old: sides.old.timeline,
    new: sides.new.timeline,
    oldProgram: sides.old.program,
    newProgram: sides.new.program,
    oldIdentity: sides.old.identityOf,
    newIdentity: sides.new.identityOf,
    settings: before === null || after === null ? [] : profileDifference(before, after),
    unknown: [...unseen(oldText, sides.old), ...unseen(newText, sides.new), ...unknown],
    ...(plan === null ? {} : { plan }),
    ...(flags.handles === undefined ? {} : { handles: { frames: handleFrames(flags.handles) } }),
  };
  return { changes: diffTimelines(input), sides, input };
}

/** @throws PW_USAGE_GRADES where a project is named for a side that has its own record of it */
function checkGradesSides(oldText: string, newText: string, { grades, oldGrades }: DiffFlags): void {
  const wrong = [['--old-grades', oldGrades, oldText] as const, ['--grades', grades, newText] as const].find(
    ([, project, side]) => project !== undefined && isDeliverable(parseRevision(side).path),
  );
  if (wrong === undefined) return;
  throw new PatchworkError('PW_USAGE_GRADES', `${wrong[0]} is for timeline files, and ${wrong[2]} is a deliverable`, {
    hint: 'Leave it out: what a deliverable was made with is in its history.',
  });
}

/** A file that was read in part is compared in part: each thing that was left out, and how many more. */
const mostUnseen = 12;

function unseen(text: string, side: ComparedSide): string[] {
  const left = side.diagnostics.filter(({ severity }) => severity !== 'note').map(diagnosticText);
  const said = [...new Set(left)];
  const name = basename(text);
  const more = said.length - mostUnseen;
  return [
    ...side.unknown,
    ...said.slice(0, mostUnseen).map((each) => `${name}: ${each}`),
    ...(more > 0 ? [`${name}: and ${counted(more, 'more thing')}`] : []),
  ];
}

function diagnosticText({ message, where, code }: Diagnostic): string {
  return `${message}${where === null ? '' : ` (${where})`} (${code})`;
}

async function reportText(
  context: CommandContext,
  format: Exclude<Format, 'text' | 'json'>,
  { changes, sides }: Compared,
  [oldText, newText]: readonly [string, string],
  flags: DiffFlags,
): Promise<string> {
  switch (format) {
    case 'csv':
      return changesCsv(changes);
    case 'edl':
      return changeEdl(changes, trackOf(changes, flags.track));
    case 'markers':
      return changeMarkers(changes);
    case 'otio':
      return writeOtio(annotatedTimeline(sides.new.timeline, changes), { style: 'lossless' });
    case 'html': {
      const taken = flags.pictures ? await diffPictures(context, changes, sides) : { pictures: new Map(), notes: [] };
      return diffPageHtml({ changes, oldLabel: basename(oldText), newLabel: basename(newText), ...taken });
    }
  }
}

function formatOf({ format, json, output, track }: DiffFlags): Format {
  const found = formats.find((each) => each === (format ?? 'text'));
  if (found === undefined) {
    throw new PatchworkError('PW_USAGE_FORMAT', `diff writes no ${format ?? ''}`, {
      hint: `Use ${formats.slice(0, -1).join(', ')} or ${formats.at(-1) ?? ''}.`,
    });
  }
  if (track !== undefined && found !== 'edl') {
    throw new PatchworkError('PW_USAGE_TRACK', `--track is for change lists, and ${found} shows all tracks`, {
      hint: 'Add --format edl, or leave --track out.',
    });
  }
  if (json === true && output === undefined && found !== 'text' && found !== 'json') {
    throw new PatchworkError('PW_USAGE_FORMAT', `--json and --format ${found} both want stdout`, {
      hint: 'Name a file for the report with -o, or leave one of them out.',
    });
  }
  return found;
}

function handleFrames(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new PatchworkError('PW_USAGE_HANDLES', `--handles ${text} is no number of frames`, {
    hint: 'Say how many frames were handed over on either end of each clip: --handles 8.',
  });
}

function departmentOf(text: string): Department {
  const found = departmentNames.find((name) => name === text);
  if (found !== undefined) return found;
  throw new PatchworkError('PW_USAGE_ONLY', `--only ${text}: there is no such list`, {
    hint: `Use ${departmentNames.join(', ')}; the flag may be given several times.`,
  });
}
