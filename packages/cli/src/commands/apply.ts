import { resolve } from 'node:path';
import type { Command } from 'commander';
import { placedScript } from '@patchwork/diff';
import { timelineRate } from '@patchwork/formats';
import { loadTimeline, readWholeFile } from '@patchwork/render';
import { planScript } from '@patchwork/timeline';
import { editJson, editText } from '../edit-report.ts';
import { checkPlace, previewEdited, writeEdited } from '../edited-file.ts';
import { patchFrom, type PatchWay } from '../patch-file.ts';
import { followedPath } from '../followed-path.ts';
import type { CommandContext, CommandOutcome, CommonFlags, RunAction, Shell } from '../shell.ts';
import { timelineRequest, withTimelineFlags, type TimelineFlags } from '../timeline-flags.ts';
import { counted } from '../words.ts';

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
  const request = { ...timelineRequest(shell.folder, path, flags), path: followedPath(shell.folder, path) };
  const { loaded, source } = await loadTimeline(context, request.path, request);
  const target = flags.output === undefined ? source.path : followedPath(shell.folder, flags.output);
  checkPlace(loaded, target, source);
  const text = new TextDecoder().decode(await readWholeFile(context.files, resolve(shell.folder, script), 64 << 20));
  const patch = patchFrom(text, way, flags.partial ?? false);
  const steps = placedScript(loaded.timeline, patch.steps, timelineRate(loaded.timeline));
  const plan = planScript(loaded.timeline, steps, { limits: 'strict' });
  // A file that was asked for is written although nothing changed.
  const isWritten = flags.dryRun !== true && (plan.events.length > 0 || target !== source.path);
  const notSaid = isWritten
    ? await writeEdited(context, request, loaded, plan.after, { target, source: source.path })
    : previewEdited(loaded, plan.after, { target, source: source.path });
  const report = { plan, path: isWritten ? target : null, notSaid };
  const done = way === 'apply' ? 'applied' : 'taken back';
  const left = patch.notSaid.map((each) => `  not ${done}, no step says it: ${each}`);
  return {
    document: { ...editJson(report), schema: 'patchwork.apply/1', way, steps, notApplied: patch.notSaid },
    text: [editText(report), `${counted(steps.length, 'step')} ${done}`, ...left].join('\n'),
  };
}
