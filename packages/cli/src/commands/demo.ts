import { resolve } from 'node:path';
import type { Command } from 'commander';
import { runDemo } from '../demo/demo.ts';
import type { CommonFlags, RunAction, Shell } from '../shell.ts';

/** Adds `demo`. */
export function addDemo(program: Command, shell: Shell, run: RunAction): void {
  program
    .command('demo')
    .argument('[folder]', 'where to put it; default: patchwork-demo', 'patchwork-demo')
    .description('show the main job on media made on the spot, with the proof')
    .action(async (folder: string, flags: CommonFlags) =>
      run(flags, (context) => runDemo(context, shell, resolve(shell.folder, folder))),
    );
}
