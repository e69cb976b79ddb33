import { resolve } from 'node:path';
import type { Command } from 'commander';
import { writeAtomically } from '@patchwork/files';
import { readTimelines } from '@patchwork/render';
import { mergeFiles, type MergeFile } from '../merge-files.ts';
import { mergeReport } from '../merge-report.ts';
import { edlRateFrom } from '../timeline-flags.ts';
import { followedPath } from '../followed-path.ts';
import type { CommandContext, CommandOutcome, CommonFlags, RunAction, Shell } from '../shell.ts';

interface MergeFlags extends CommonFlags {
  readonly output: string;
  readonly edlRate?: string;
  readonly dryRun?: boolean;
}

/** Adds `merge`. */
export function addMerge(program: Command, shell: Shell, run: RunAction): void {
  program
    .command('merge')
    .argument('<base>', 'the timeline that both sides began with')
    .argument('<ours>')
    .argument('<theirs>')
    .requiredOption('-o, --output <file>', 'where to write: .otio, .fcpxml, .xml or .edl')
    .option('--edl-rate <rate>', 'frames a second of EDLs, which do not say: 24, 23.976, 30000/1001')
    .option('--dry-run', 'tell, write nothing')
    .description('merge what two people made of one timeline; conflicts are told and kept in the file')
    .action(async (base: string, ours: string, theirs: string, flags: MergeFlags) =>
      run(flags, (context) => merge(context, shell, [base, ours, theirs], flags)),
    );
}

async function merge(
  context: CommandContext,
  shell: Shell,
  paths: readonly [base: string, ours: string, theirs: string],
  flags: MergeFlags,
): Promise<CommandOutcome> {
  const edlRate = edlRateFrom(flags.edlRate);
  const load = async (path: string): Promise<MergeFile> => {
    const { source, ...read } = await readTimelines(
      context,
      resolve(shell.folder, path),
      edlRate === null ? {} : { edlRate },
    );
    return { ...read, fileName: source.fileName, bytes: source.bytes };
  };
  const [base, ours, theirs] = [await load(paths[0]), await load(paths[1]), await load(paths[2])];
  const target = followedPath(shell.folder, flags.output);
  const merged = mergeFiles({ base, ours, theirs }, target);
  const isWritten = flags.dryRun !== true;
  if (isWritten) await writeAtomically(context.files, target, merged.bytes);
  return mergeReport(merged, target, isWritten);
}
