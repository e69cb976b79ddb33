import { resolve } from 'node:path';
import type { Command } from 'commander';
import { PatchworkError, type Diagnostic, type Json } from '@patchwork/kernel';
import { changeLine, changesJson, diffTimelines } from '@patchwork/diff';
import { writeAtomically } from '@patchwork/files';
import { inspection, listing, strip, writeEdl, writeFcpxml, writeXmeml } from '@patchwork/formats';
import { loadTimeline, openSides, readTimelines, readWholeFile } from '@patchwork/render';
import { drawTimeline, planScript, writeOtio, type EditPlan, type Timeline } from '@patchwork/timeline';
import { collect, mapRules } from '../flags.ts';
import { notYet } from '../not-yet.ts';
import type { CommandContext, CommandOutcome, CommonFlags, RunAction, Shell } from '../shell.ts';
import { diagnosticLines } from '../words.ts';

/** What `diff` will write one day. */
const laterFormats: readonly string[] = ['csv', 'html', 'edl', 'markers', 'otio'];

interface DiffFlags extends CommonFlags {
  readonly timeline?: string;
  readonly format?: string;
  readonly mediaMap?: readonly string[];
  readonly search?: readonly string[];
}

interface EditFlags extends CommonFlags {
  readonly timeline?: string;
  readonly script?: string;
  readonly output?: string;
  readonly strict?: boolean;
  readonly dryRun?: boolean;
}

/** Adds the commands on timelines: `diff`, `inspect`, `convert`, `edit`. */
export function addTimeline(program: Command, shell: Shell, run: RunAction): void {
  program
    .command('diff')
    .argument('<old>', 'a timeline file, a deliverable, or a revision (film.mov@{1})')
    .argument('<new>')
    .option('--timeline <name>', 'which timeline of a file')
    .option('--format <format>', 'text | json', 'text')
    .option('--media-map <old=new>', 'media paths that begin with OLD are at NEW (repeatable)', collect, [])
    .option('--search <folder>', 'look for missing media here, by name (repeatable)', collect, [])
    .description("what changed, in an editor's words")
    .action(async (old: string, next: string, flags: DiffFlags) =>
      run(flags.format === 'json' ? { ...flags, json: true } : flags, (context) =>
        diff(context, shell, old, next, flags),
      ),
    );
  program
    .command('inspect')
    .argument('<timeline>')
    .option('--timeline <name>', 'which timeline of the file')
    .description('tracks, items, effects and everything odd about a timeline file')
    .action(async (path: string, flags: CommonFlags & { readonly timeline?: string }) =>
      run(flags, (context) => inspect(context, shell, path, flags.timeline)),
    );
  program
    .command('convert')
    .argument('<in>')
    .argument('<out>', 'an .otio, .fcpxml, .xml (FCP 7) or .edl file')
    .option('--timeline <name>', 'which timeline of the file')
    .description('write a timeline in another format, and say what it could not say')
    .action(async (from: string, to: string, flags: CommonFlags & { readonly timeline?: string }) =>
      run(flags, (context) => convert(context, shell, from, to, flags.timeline)),
    );
  program
    .command('edit')
    .argument('<timeline>')
    .argument('[op]', 'one step as JSON: {"op":"ripple","item":"m06","out":-10}')
    .option('--script <file>', 'a JSON list of steps, applied as one transaction')
    .option('--timeline <name>', 'which timeline of the file')
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
    timelineName: flags.timeline ?? null,
    mediaMap: mapRules(flags.mediaMap),
    searchFolders: (flags.search ?? []).map((each) => resolve(shell.folder, each)),
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

async function inspect(
  context: CommandContext,
  shell: Shell,
  path: string,
  name: string | undefined,
): Promise<CommandOutcome> {
  const { timelines, diagnostics } = await readTimelines(context, resolve(shell.folder, path));
  const shown = timelines.filter((timeline) => name === undefined || timeline.name === name);
  return {
    document: inspection(shown, diagnostics) as CommandOutcome['document'],
    text: [
      ...shown.flatMap((timeline) => [strip(timeline), listing(timeline).trimEnd()]),
      ...diagnosticLines(diagnostics),
    ].join('\n'),
  };
}

async function convert(
  context: CommandContext,
  shell: Shell,
  from: string,
  to: string,
  name: string | undefined,
): Promise<CommandOutcome> {
  const loaded = await loadTimeline(context.files, context.sha256, resolve(shell.folder, from), name ?? null);
  const path = resolve(shell.folder, to);
  const written = writtenAs(loaded.timeline, path);
  await writeAtomically(context.files, path, new TextEncoder().encode(written.text));
  const notes = [...loaded.diagnostics, ...written.notSaid];
  return {
    document: {
      schema: 'patchwork.convert/1',
      path,
      diagnostics: loaded.diagnostics.map((each): Json => ({ ...each })),
      notSaid: written.notSaid.map((each): Json => ({ ...each })),
    },
    text: [`${path}`, ...diagnosticLines(notes)].join('\n'),
  };
}

async function edit(
  context: CommandContext,
  shell: Shell,
  path: string,
  op: string | undefined,
  flags: EditFlags,
): Promise<CommandOutcome> {
  const from = resolve(shell.folder, path);
  const loaded = await loadTimeline(context.files, context.sha256, from, flags.timeline ?? null);
  const plan = planScript(
    loaded.timeline,
    await scriptOf(context, shell, op, flags.script),
    flags.strict === true ? { limits: 'strict' as const } : {},
  );
  const target = flags.output === undefined ? from : resolve(shell.folder, flags.output);
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

/** Writes a timeline in the format that a file's ending names. @throws PW_FORMAT_WRITE */
function writtenAs(
  timeline: Timeline,
  path: string,
): { readonly text: string; readonly notSaid: readonly Diagnostic[] } {
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  switch (ending) {
    case 'otio':
      return { text: writeOtio(timeline, { style: 'lossless' }), notSaid: [] };
    case 'fcpxml':
      return writeFcpxml(timeline);
    case 'xml':
      return writeXmeml(timeline);
    case 'edl':
      return writeEdl(timeline);
    default:
      throw new PatchworkError('PW_FORMAT_WRITE', `no timeline is written as .${ending}`, {
        hint: 'Use .otio, .fcpxml, .xml or .edl.',
        details: { path },
      });
  }
}
