import { resolve } from 'node:path';
import type { Command } from 'commander';
import { PatchworkError, type Diagnostic, type Json } from '@patchwork/kernel';
import { changeLine, changesJson, diffTimelines } from '@patchwork/diff';
import { writeAtomically } from '@patchwork/files';
import { loadTimeline, openSides, readWholeFile } from '@patchwork/render';
import { drawTimeline, planScript, type EditPlan } from '@patchwork/timeline';
import { notYet } from '../not-yet.ts';
import type { CommandContext, CommandOutcome, CommonFlags, RunAction, Shell } from '../shell.ts';
import {
  timelineRequest,
  withMediaFlags,
  withTimelineFlags,
  type MediaFlags,
  type TimelineFlags,
} from '../timeline-flags.ts';
import { diagnosticLines } from '../words.ts';
import { writtenAs } from '../written-timeline.ts';

/** What `diff` will write one day. */
const laterFormats: readonly string[] = ['csv', 'html', 'edl', 'markers', 'otio'];

interface DiffFlags extends CommonFlags, MediaFlags {
  readonly format?: string;
}

interface EditFlags extends CommonFlags, TimelineFlags {
  readonly script?: string;
  readonly output?: string;
  readonly strict?: boolean;
  readonly dryRun?: boolean;
}

/** Adds the commands that compare and change timelines: `diff`, `edit`. */
export function addTimeline(program: Command, shell: Shell, run: RunAction): void {
  withMediaFlags(program.command('diff'))
    .argument('<old>', 'a timeline file, a deliverable, or a revision (film.mov@{1})')
    .argument('<new>')
    .option('--format <format>', 'text | json', 'text')
    .description("what changed, in an editor's words")
    .action(async (old: string, next: string, flags: DiffFlags) =>
      run(flags.format === 'json' ? { ...flags, json: true } : flags, (context) =>
        diff(context, shell, old, next, flags),
      ),
    );
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

async function diff(
  context: CommandContext,
  shell: Shell,
  oldText: string,
  newText: string,
  flags: DiffFlags,
): Promise<CommandOutcome> {
  const format = flags.format ?? 'text';
  if (laterFormats.includes(format)) throw notYet(`diff --format ${format}`, 'Use text or json.');
  if (format !== 'text' && format !== 'json') {
    throw new PatchworkError('PW_USAGE_FORMAT', `diff writes no ${format}`, { hint: 'Use text or json.' });
  }
  const sides = await openSides(context, resolve(shell.folder, oldText), resolve(shell.folder, newText), {
    ...timelineRequest(shell.folder, oldText, flags),
    timelineName: flags.timeline ?? null,
  });
  const rate = sides.new.rate ?? sides.old.rate;
  if (rate === null) {
    throw new PatchworkError('PW_DIFF_RATE', 'neither timeline says its frame rate, and no media that would is there', {
      hint: 'Say where the media is with --search or --media-map.',
    });
  }
  const changes = diffTimelines({
    rate,
    old: sides.old.timeline,
    new: sides.new.timeline,
    oldProgram: sides.old.program,
    newProgram: sides.new.program,
    oldIdentity: sides.old.identityOf,
    newIdentity: sides.new.identityOf,
    unknown: [...sides.old.unknown, ...sides.new.unknown],
  });
  const text = [
    changes.changes.length === 0 ? 'no change' : changes.summary,
    ...changes.changes.map((change) => `  ${changeLine(change)}`),
    ...changes.unknown.map((each) => `  not seen: ${each}`),
  ];
  return { document: changesJson(changes) as CommandOutcome['document'], text: text.join('\n') };
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
