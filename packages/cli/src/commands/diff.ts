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
import { annotatedTimeline, changeEdl, changeMarkers, changesCsv, diffPageHtml } from '@patchwork/report';
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
  readonly oldGrades?: string;
}

/** Adds `diff`: what changed between two timelines, in words or as a report. */
export function addDiff(program: Command, shell: Shell, run: RunAction): void {
  withGradesFlag(withMediaFlags(program.command('diff')))
    .argument('<old>', 'a timeline file, a deliverable, or a revision (film.mov@{1})')
    .argument('<new>')
    .option('--old-grades <project>', 'the same of the old side, where that is a timeline file')
    .option('--format <format>', formats.join(' | '), 'text')
    .option('-o, --output <file>', 'where to write the report; default: stdout')
    .option('--only <department>', `${departmentNames.join(' | ')} (repeatable)`, collect, [])
    .option('--all', 'list the unchanged clips, too')
    .option('--no-pictures', 'html: without pictures before and after')
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
  const { color, width = 80 } = shell.terminal;
  const options = { all: flags.all ?? false, only };
  const text = diffText(changes, { ...options, color, width });
  if (format === 'text' || format === 'json') {
    if (flags.output === undefined) return { document, text };
    const written =
      format === 'json'
        ? `${JSON.stringify(document, null, 2)}\n`
        : `${diffText(changes, { ...options, color: false, width: 100 })}\n`;
    return writtenReport(context, shell, flags.output, written, { document, text: changes.summary });
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
      return changeEdl(changes);
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

function formatOf({ format, json, output }: DiffFlags): Format {
  const found = formats.find((each) => each === (format ?? 'text'));
  if (found === undefined) {
    throw new PatchworkError('PW_USAGE_FORMAT', `diff writes no ${format ?? ''}`, {
      hint: `Use ${formats.slice(0, -1).join(', ')} or ${formats.at(-1) ?? ''}.`,
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
