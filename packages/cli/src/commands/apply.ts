import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Diagnostic, Json } from '@patchwork/kernel';
import { placedScript, type ScriptStep } from '@patchwork/diff';
import { writeAtomically } from '@patchwork/files';
import { timelineRate } from '@patchwork/formats';
import { loadTimeline, readWholeFile } from '@patchwork/render';
import { drawTimeline, planScript, type EditPlan } from '@patchwork/timeline';
import { patchFrom, type PatchWay } from '../patch-file.ts';
import type { CommandContext, CommandOutcome, CommonFlags, RunAction, Shell } from '../shell.ts';
import { timelineRequest, withTimelineFlags, type TimelineFlags } from '../timeline-flags.ts';
import { counted, diagnosticLines } from '../words.ts';
import { writtenAs } from '../written-timeline.ts';

interface ApplyFlags extends CommonFlags, TimelineFlags {
  readonly output?: string;
  readonly partial?: boolean;
  readonly dryRun?: boolean;
}

/** Adds `apply` and `revert`: edit scripts as patches. */
export function addApply(program: Command, shell: Shell, run: RunAction): void {
  const descriptions = {
    apply: 'do the edits of a script, or of a diff, on a timeline',
    revert: 'take them back',
  } as const;
  for (const way of ['apply', 'revert'] as const) {
    withTimelineFlags(program.command(way))
      .argument('<timeline>')
      .argument('<script>', 'the JSON of patchwork diff OLD NEW --json, or a list of steps')
      .option('-o, --output <file>', 'where to write; default: in place')
      .option('--partial', 'take a diff whose steps say places alone')
      .option('--dry-run', 'show before and after, write nothing')
      .description(descriptions[way])
      .action(async (path: string, script: string, flags: ApplyFlags) =>
        run(flags, (context) => apply(context, shell, way, [path, script], flags)),
      );
  }
}

async function apply(
  context: CommandContext,
  shell: Shell,
  way: PatchWay,
  [path, script]: readonly [timeline: string, script: string],
  flags: ApplyFlags,
): Promise<CommandOutcome> {
  const request = timelineRequest(shell.folder, path, flags);
  const { loaded, source } = await loadTimeline(context, resolve(shell.folder, path), request);
  const text = new TextDecoder().decode(await readWholeFile(context.files, resolve(shell.folder, script), 64 << 20));
  const patch = patchFrom(text, way, flags.partial ?? false);
  const steps = placedScript(loaded.timeline, patch.steps, timelineRate(loaded.timeline));
  const plan = planScript(loaded.timeline, steps, { limits: 'strict' });
  const target = flags.output === undefined ? source.path : resolve(shell.folder, flags.output);
  const written = writtenAs(plan.after, target);
  const isWritten = flags.dryRun !== true;
  if (isWritten) await writeAtomically(context.files, target, new TextEncoder().encode(written.text));
  return outcome(way, plan, steps, isWritten ? target : null, { ...patch, lost: written.notSaid });
}

function outcome(
  way: PatchWay,
  plan: EditPlan,
  steps: readonly ScriptStep[],
  path: string | null,
  { notSaid, lost }: { readonly notSaid: readonly string[]; readonly lost: readonly Diagnostic[] },
): CommandOutcome {
  const done = way === 'apply' ? 'applied' : 'taken back';
  return {
    document: {
      schema: 'patchwork.apply/1',
      way,
      path,
      steps,
      events: plan.events.length,
      dirty: plan.dirty.map((each) => ({ ...each }) as unknown as Json),
      notApplied: notSaid,
      notSaid: lost.map((each): Json => ({ ...each })),
    },
    text: [
      'before',
      drawTimeline(plan.before),
      'after',
      drawTimeline(plan.after),
      `${counted(steps.length, 'step')} ${done}`,
      ...notSaid.map((each) => `  not ${done}, no step says it: ${each}`),
      path ?? 'nothing written',
      ...diagnosticLines(lost),
    ].join('\n'),
  };
}
