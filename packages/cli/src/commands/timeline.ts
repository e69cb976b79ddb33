import { resolve } from 'node:path';
import type { Command } from 'commander';
import { PatchworkError, type Diagnostic, type Json } from '@patchwork/kernel';
import { writeAtomically } from '@patchwork/files';
import { loadTimeline, readWholeFile } from '@patchwork/render';
import { drawTimeline, planScript, type EditPlan } from '@patchwork/timeline';
import type { CommandContext, CommandOutcome, CommonFlags, RunAction, Shell } from '../shell.ts';
import { timelineRequest, withTimelineFlags, type TimelineFlags } from '../timeline-flags.ts';
import { diagnosticLines } from '../words.ts';
import { writtenAs } from '../written-timeline.ts';

interface EditFlags extends CommonFlags, TimelineFlags {
  readonly script?: string;
  readonly output?: string;
  readonly strict?: boolean;
  readonly dryRun?: boolean;
}

/** Adds the command that changes timelines: `edit`. */
export function addTimeline(program: Command, shell: Shell, run: RunAction): void {
  withTimelineFlags(program.command('edit'))
    .argument('<timeline>')
    .argument('[op]', 'one step as JSON: {"op":"ripple","item":"m06","out":-10}')
    .option('--script <file>', 'a JSON list of steps, applied as one transaction')
    .option('-o, --output <file>', 'where to write; default: in place')
    .option('--strict', 'refuse what would be clamped')
    .option('--dry-run', 'show before and after, write nothing')
    .description('the edit commands, from the shell')
    .action(async (path: string, op: string | undefined, flags: EditFlags) =>
      run(flags, (context) => edit(context, shell, path, op, flags)),
    );
}

async function edit(
  context: CommandContext,
  shell: Shell,
  path: string,
  op: string | undefined,
  flags: EditFlags,
): Promise<CommandOutcome> {
  const { loaded, source } = await loadTimeline(
    context,
    resolve(shell.folder, path),
    timelineRequest(shell.folder, path, flags),
  );
  const plan = planScript(
    loaded.timeline,
    await scriptOf(context, shell, op, flags.script),
    flags.strict === true ? { limits: 'strict' as const } : {},
  );
  const target = flags.output === undefined ? source.path : resolve(shell.folder, flags.output);
  const isWritten = flags.dryRun !== true && plan.events.length > 0;
  const written = writtenAs(plan.after, target);
  if (isWritten) await writeAtomically(context.files, target, new TextEncoder().encode(written.text));
  return editOutcome(plan, isWritten ? target : null, written.notSaid);
}

function editOutcome(plan: EditPlan, path: string | null, notSaid: readonly Diagnostic[]): CommandOutcome {
  return {
    document: {
      schema: 'patchwork.edit/1',
      path,
      events: plan.events.length,
      dirty: plan.dirty.map((each) => ({ ...each }) as unknown as Json),
      limits: plan.limits.map((each) => ({ ...each }) as unknown as Json),
      notSaid: notSaid.map((each): Json => ({ ...each })),
    },
    text: [
      'before',
      drawTimeline(plan.before),
      'after',
      drawTimeline(plan.after),
      path === null ? 'nothing written' : path,
      ...diagnosticLines(notSaid),
    ].join('\n'),
  };
}

async function scriptOf(
  context: CommandContext,
  shell: Shell,
  op: string | undefined,
  script: string | undefined,
): Promise<Json> {
  if ((op === undefined) === (script === undefined)) {
    throw new PatchworkError('PW_USAGE_EDIT', 'edit needs one step, or --script FILE', {
      hint: 'Example: patchwork edit film.otio \'{"op":"ripple","item":"m06","out":-10}\'',
    });
  }
  const text =
    op ?? new TextDecoder().decode(await readWholeFile(context.files, resolve(shell.folder, script ?? ''), 64 << 20));
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new PatchworkError(
      'PW_EDIT_SCRIPT',
      `the edit script is no JSON: ${cause instanceof Error ? cause.message : ''}`,
      { cause, hint: 'Write a list of steps: [{"op":"ripple","item":"m06","out":-10}]' },
    );
  }
}
