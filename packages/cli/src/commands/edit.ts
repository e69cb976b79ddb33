import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Diagnostic } from '@patchwork/kernel';
import { writeAtomically } from '@patchwork/files';
import type { WrittenText } from '@patchwork/formats';
import {
  linkMedia,
  loadTimeline,
  openTimeline,
  relinked,
  writeBundle,
  type TimelineRequest,
  type TimelineWithMedia,
} from '@patchwork/render';
import { planScript, type EditOptions, type EditPlan } from '@patchwork/timeline';
import { editJson, editText } from '../edit-report.ts';
import { editScript } from '../edit-script.ts';
import type { CommandContext, CommandOutcome, CommonFlags, RunAction, Shell } from '../shell.ts';
import { timelineRequest, withTimelineFlags, type TimelineFlags } from '../timeline-flags.ts';
import { transitionPolicy } from '../transition-policy.ts';
import { writtenAs } from '../written-timeline.ts';

interface EditFlags extends CommonFlags, TimelineFlags {
  readonly script?: string;
  readonly output?: string;
  readonly strict?: boolean;
  readonly transitions?: string;
  readonly linked?: boolean;
  readonly subframe?: boolean;
  readonly dryRun?: boolean;
}

/** Adds `edit`. */
export function addEdit(program: Command, shell: Shell, run: RunAction): void {
  withTimelineFlags(program.command('edit'))
    .argument('<timeline>')
    .argument(
      '[step...]',
      'a step in words: ripple item=m06 out=-10; or as JSON: {"op":"ripple","item":"m06","out":-10}',
    )
    .option('--script <file>', 'a JSON list of steps, applied as one transaction')
    .option('-o, --output <file>', 'where to write; default: in place')
    .option('--strict', 'refuse what would be clamped')
    .option('--transitions <policy>', 'at changed cuts: adjust | remove | error', 'adjust')
    .option('--linked', 'edit linked picture and sound together')
    .option('--subframe', "allow times between the track's frames")
    .option('--dry-run', 'show before and after, write nothing')
    .description('the edit commands, from the shell')
    .action(async (path: string, words: readonly string[], flags: EditFlags) =>
      run(flags, (context) => edit(context, shell, path, words, flags)),
    );
}

async function edit(
  context: CommandContext,
  shell: Shell,
  path: string,
  words: readonly string[],
  flags: EditFlags,
): Promise<CommandOutcome> {
  const options = optionsFrom(flags);
  const script = await editScript(context, shell, words, flags.script);
  const request = timelineRequest(shell.folder, path, flags);
  const { loaded, source } = await loadTimeline(context, request.path, request);
  const plan = planScript(loaded.timeline, script, options);
  const target = flags.output === undefined ? source.path : resolve(shell.folder, flags.output);
  // A file that was asked for is written although nothing changed.
  const isWritten = flags.dryRun !== true && (plan.events.length > 0 || target !== source.path);
  const notSaid = isWritten ? await write(context, request, plan, target, source.path) : preview(plan, target);
  const outcome = { plan, path: isWritten ? target : null, notSaid };
  return { document: editJson(outcome), text: editText(outcome) };
}

function optionsFrom(flags: EditFlags): EditOptions {
  return {
    transitions: transitionPolicy(flags.transitions),
    ...(flags.strict === true ? { limits: 'strict' } : {}),
    ...(flags.linked === true ? { group: 'linked' } : {}),
    ...(flags.subframe === true ? { subframe: true } : {}),
  };
}

/** Writes the edited timeline; its media is looked at only where names or bytes of it go elsewhere. Returns what could not be said. */
async function write(
  context: CommandContext,
  request: TimelineRequest,
  plan: EditPlan,
  target: string,
  source: string,
): Promise<readonly Diagnostic[]> {
  if (target === source && !isBundle(target)) return writeText(context, target, writtenAs(plan.after, target));
  const opened = await openTimeline(context, request);
  const edited = { ...opened, loaded: { ...opened.loaded, timeline: plan.after } };
  if (isBundle(target)) return packed(context, request, edited, target);
  return writeText(context, target, writtenAs(relinked(edited, request, target), target));
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
  { loaded, linked, source }: TimelineWithMedia,
  path: string,
): Promise<readonly Diagnostic[]> {
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
function preview(plan: EditPlan, target: string): readonly Diagnostic[] {
  return isBundle(target) ? [] : writtenAs(plan.after, target).notSaid;
}

function isBundle(path: string): boolean {
  return /\.otio[dz]$/i.test(path);
}
