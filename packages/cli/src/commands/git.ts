import type { Command } from 'commander';
import { PatchworkError } from '@patchwork/kernel';
import { writeAtomically } from '@patchwork/files';
import { readTimelines } from '@patchwork/render';
import { withoutMarks } from '../conflict-marks.ts';
import { followedPath } from '../followed-path.ts';
import { mergeDriver, textconv } from '../git-drivers.ts';
import { installDrivers, uninstallDrivers, type GitScope, type GitSetup } from '../git-setup.ts';
import type { ExitCode } from '../exit-code.ts';
import { counted } from '../words.ts';
import type { CommandContext, CommandOutcome, CommonFlags, RunAction, Shell } from '../shell.ts';

interface ScopeFlags extends CommonFlags {
  readonly local?: boolean;
  readonly global?: boolean;
}

/** Adds `git install` and `git uninstall`, and the two commands that Git calls. Those open no store and print nothing but their result. */
export function addGit(program: Command, shell: Shell, run: RunAction, leave: (code: ExitCode) => void): void {
  const git = program
    .command('git')
    .description('timelines in Git: diffs that can be read, merges that know what a cut is');
  for (const name of ['install', 'uninstall'] as const) {
    git
      .command(name)
      .option('--local', 'in the repository at hand (default)')
      .option('--global', 'for all repositories of this user')
      .description(name === 'install' ? 'set the diff and merge drivers up' : 'take them away again')
      .action(async (flags: ScopeFlags) => run(flags, (context) => setUp(context, shell, name, flags)));
  }
  git
    .command('resolved')
    .argument('<file...>', 'timelines whose conflicts are decided')
    .description('take away the marks that merges left; what stands in the file stays')
    .action(async (paths: readonly string[], flags: CommonFlags) =>
      run(flags, (context) => resolved(context, shell, paths)),
    );
  git
    .command('textconv', { hidden: true })
    .argument('<file>')
    .action(async (file: string) => {
      const bytes = await textconv(shell.folder, file);
      shell.terminal.stdout(bytes);
    });
  git
    .command('merge-driver', { hidden: true })
    .argument('<base>')
    .argument('<ours>')
    .argument('<theirs>')
    .argument('<path>')
    .action(async (base: string, ours: string, theirs: string, path: string) => {
      leave(await mergeDriver(shell, { base, ours, theirs, path }));
    });
}

async function resolved(context: CommandContext, shell: Shell, paths: readonly string[]): Promise<CommandOutcome> {
  const files: { readonly path: string; readonly marks: number }[] = [];
  for (const path of paths) {
    const target = followedPath(shell.folder, path);
    const { timelines, diagnostics, source } = await readTimelines(context, target);
    const marks = diagnostics.filter(({ code }) => code === 'PW_MERGE_CONFLICT').length;
    const bytes = withoutMarks({ name: source.fileName, bytes: source.bytes }, timelines);
    if (bytes !== null) await writeAtomically(context.files, source.path, bytes);
    files.push({ path: source.path, marks });
  }
  return {
    document: { schema: 'patchwork.git/1', action: 'resolved', files },
    text: files
      .map(
        ({ path, marks }) => `${path}  ${marks === 0 ? 'no conflict in it' : `${counted(marks, 'mark')} taken away`}`,
      )
      .join('\n'),
  };
}

async function setUp(
  { files }: CommandContext,
  { folder, env }: Shell,
  name: 'install' | 'uninstall',
  { local, global }: ScopeFlags,
): Promise<CommandOutcome> {
  if (local === true && global === true) {
    throw new PatchworkError('PW_USAGE', '--local and --global exclude each other', { hint: 'Give one of them.' });
  }
  const scope: GitScope = global === true ? 'global' : 'local';
  const place = { files, folder, env, scope };
  const setup = name === 'install' ? await installDrivers(place) : await uninstallDrivers(place);
  return outcome(name, scope, setup);
}

function outcome(
  name: 'install' | 'uninstall',
  scope: GitScope,
  { attributesPath, lines, config }: GitSetup,
): CommandOutcome {
  const isInstall = name === 'install';
  const sign = isInstall ? '+' : '−';
  const hint =
    scope === 'local' && isInstall ? ['Commit .gitattributes; everybody else runs patchwork git install once.'] : [];
  return {
    document: {
      schema: 'patchwork.git/1',
      action: name,
      scope,
      attributes: attributesPath,
      lines,
      config: config.map(([key, value]) => ({ key, value })),
    },
    text: [
      attributesPath,
      ...(lines.length === 0 ? ['  nothing to change'] : lines.map((line) => `  ${sign} ${line}`)),
      `git config --${scope}`,
      ...(config.length === 0 ? ['  nothing to change'] : config.map(([key, value]) => `  ${sign} ${key} = ${value}`)),
      ...hint,
    ].join('\n'),
  };
}
