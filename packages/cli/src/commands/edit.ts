import type { Command } from 'commander';
import { loadTimeline } from '@patchwork/render';
import { planScript, type EditOptions } from '@patchwork/timeline';
import { editJson, editText } from '../edit-report.ts';
import { editScript } from '../edit-script.ts';
import { checkPlace, previewEdited, writeEdited } from '../edited-file.ts';
import { followedPath } from '../followed-path.ts';
import type { CommandContext, CommandOutcome, CommonFlags, RunAction, Shell } from '../shell.ts';
import { timelineRequest, withTimelineFlags, type TimelineFlags } from '../timeline-flags.ts';
import { transitionPolicy } from '../transition-policy.ts';

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
  const request = { ...timelineRequest(shell.folder, path, flags), path: followedPath(shell.folder, path) };
  const { loaded, source } = await loadTimeline(context, request.path, request);
  const target = flags.output === undefined ? source.path : followedPath(shell.folder, flags.output);
  checkPlace(loaded, target, source);
  const plan = planScript(loaded.timeline, script, options);
  // A file that was asked for is written although nothing changed.
  const isWritten = flags.dryRun !== true && (plan.events.length > 0 || target !== source.path);
  const notSaid = isWritten
    ? await writeEdited(context, request, loaded, plan.after, { target, source: source.path })
    : previewEdited(loaded, plan.after, { target, source: source.path });
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
