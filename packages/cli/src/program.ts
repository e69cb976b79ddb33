import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { isPatchworkError, PatchworkError } from '@patchwork/kernel';
import { addApply } from './commands/apply.ts';
import { addConvert } from './commands/convert.ts';
import { addDemo } from './commands/demo.ts';
import { addDiff } from './commands/diff.ts';
import { addGit } from './commands/git.ts';
import { addHistory } from './commands/history.ts';
import { addInspect } from './commands/inspect.ts';
import { addMerge } from './commands/merge.ts';
import { addRender } from './commands/render.ts';
import { addSplice } from './commands/splice.ts';
import { addStore } from './commands/store.ts';
import { addEdit } from './commands/edit.ts';
import type { ExitCode } from './exit-code.ts';
import { exitCodeOf } from './exit-code.ts';
import { printError } from './output.ts';
import { runCommand, type RunAction, type Shell } from './shell.ts';
import { storeNeedOf, type StoreNeed } from './store-need.ts';

/** Parses the words of a command line, runs the command, and gives the exit code. */
export async function runCommandLine(shell: Shell, words: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  let need: StoreNeed = 'store';
  const run: RunAction = async (flags, work) => {
    exitCode = await runCommand({ ...shell, words }, flags, need, work);
  };
  const program = commandLine(shell, run, (code) => {
    exitCode = code;
  });
  program.hook('preAction', (_, command) => {
    need = storeNeedOf(command.name());
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (isPatchworkError(error)) return exitCodeOf(printError(shell.terminal, error, words.includes('--json')));
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    const usage = new PatchworkError('PW_USAGE', error.message.replace(/^error: /, ''), {
      hint: 'See patchwork --help, or patchwork COMMAND --help.',
    });
    return exitCodeOf(printError(shell.terminal, usage, words.includes('--json')));
  }
}

/** Of this package. */
const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string };

function commandLine(shell: Shell, run: RunAction, leave: (code: ExitCode) => void): Command {
  const program = new Command('patchwork');
  program
    .description('Git for renders: renders only what changed, splices it losslessly, proves it equals a clean render.')
    .version(version)
    .configureOutput({ writeOut: shell.terminal.stdout, writeErr: () => {} })
    .exitOverride()
    .showSuggestionAfterError();
  addRender(program, shell, run);
  addHistory(program, shell, run);
  addDiff(program, shell, run);
  addSplice(program, shell, run);
  addEdit(program, shell, run);
  addInspect(program, shell, run);
  addConvert(program, shell, run);
  addApply(program, shell, run);
  addMerge(program, shell, run);
  addGit(program, shell, run, leave);
  addStore(program, shell, run);
  addDemo(program, shell, run);
  for (const command of program.commands) addCommonFlags(command);
  return program;
}

function addCommonFlags(command: Command): void {
  command.exitOverride();
  for (const sub of command.commands) addCommonFlags(sub);
  // A flag of a group would take the word from the command that is meant.
  if (command.commands.length > 0) return;
  command
    .option('--json', 'print one JSON document')
    .option('--store <folder>', 'where chunks are kept; default: the cache folder')
    .option('--workers <n>', 'child processes that render; default: one a processor');
}
