import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Json } from '@patchwork/kernel';
import { formatRate } from '@patchwork/time';
import { identifyMedia } from '@patchwork/render';
import type { Setting } from '../settings.ts';
import type { CommandContext, CommandOutcome, CommonFlags, RunAction, Shell } from '../shell.ts';
import { doctor } from '../doctor.ts';
import { bytesText, counted } from '../words.ts';

/** Adds the commands around the store and the machine: `probe`, `gc`, `fsck`, `doctor`, `config`. */
export function addStore(program: Command, shell: Shell, run: RunAction): void {
  program
    .command('probe')
    .argument('<media>')
    .description('what a media file is, as keys see it')
    .action(async (path: string, flags: CommonFlags) =>
      run(flags, (context) => probe(context, resolve(shell.folder, path))),
    );
  program
    .command('gc')
    .description('drop chunks that no deliverable pins, the least used first, down to the cap')
    .action(async (flags: CommonFlags) => run(flags, gc));
  program
    .command('fsck')
    .description('hash every chunk of the store again')
    .action(async (flags: CommonFlags) => run(flags, fsck));
  program
    .command('doctor')
    .description('whether this machine can do the work, and what is missing')
    .action(async (flags: CommonFlags) => run(flags, (context) => doctor(context)));
  program
    .command('config')
    .option('--origin', 'say where each setting comes from')
    .description('the settings in force')
    .action(async (flags: CommonFlags & { readonly origin?: boolean }) =>
      run(flags, async (context) => config(context, flags.origin === true)),
    );
}

async function probe(context: CommandContext, path: string): Promise<CommandOutcome> {
  const info = await identifyMedia(context, path);
  const { video } = info;
  const facts = {
    ...info,
    video:
      video === null
        ? null
        : { ...video, rate: formatRate(video.rate), times: video.times === null ? null : [...video.times] },
  };
  const lines = [
    `${path}`,
    `  identity  ${info.identity}`,
    `  container ${info.container}`,
    video === null
      ? '  no picture'
      : `  picture   ${video.codec} ${video.profile} ${video.width}×${video.height} ${video.pixelFormat}, ${formatRate(video.rate)} frames a second${video.times === null ? '' : ' on average (variable)'}, ${counted(video.frames, 'frame')}, ${video.fieldOrder}`,
    ...info.sound.map(
      (sound) =>
        `  sound     ${sound.codec} ${sound.sampleRate} Hz ${sound.layout}, ${counted(sound.samples, 'sample')}`,
    ),
  ];
  return { document: { schema: 'patchwork.probe/1', media: facts as unknown as Json }, text: lines.join('\n') };
}

async function gc(context: CommandContext): Promise<CommandOutcome> {
  const swept = await context.store.gc(await context.store.pins());
  return {
    document: { schema: 'patchwork.gc/1', ...(swept as unknown as { readonly [key: string]: Json }) },
    text: `${bytesText(swept.beforeBytes - swept.afterBytes)} freed, ${bytesText(swept.afterBytes)} kept`,
  };
}

async function fsck(context: CommandContext): Promise<CommandOutcome> {
  const checked = await context.store.fsck('report');
  const clean = checked.findings.length === 0;
  return {
    document: { schema: 'patchwork.fsck/1', clean, ...(checked as unknown as { readonly [key: string]: Json }) },
    text: clean
      ? `${counted(checked.chunks, 'chunk')}, all whole`
      : checked.findings.map((each) => each.message).join('\n'),
    exitCode: clean ? 0 : 5,
  };
}

function config(context: CommandContext, withOrigin: boolean): CommandOutcome {
  const settings = Object.entries(context.settings) as readonly (readonly [string, Setting<string | number>])[];
  return {
    document: {
      schema: 'patchwork.config/1',
      settings: Object.fromEntries(
        settings.map(([name, { value, origin, place }]) => [name, { value, origin, place }]),
      ),
    },
    text: settings
      .map(
        ([name, { value, origin, place }]) =>
          `${name} = ${value}${withOrigin ? `  (${origin}${place === null ? '' : `: ${place}`})` : ''}`,
      )
      .join('\n'),
  };
}
