import { setMaxListeners } from 'node:events';
import { PatchworkError } from '@patchwork/kernel';
import { processTerminal } from './terminal.ts';
import { runCommandLine } from './program.ts';

/** Runs the command line of this process and sets its exit code. Never rejects for what a command reports itself. */
export async function runProcess(): Promise<void> {
  // The first Ctrl-C stops at the next chunk and keeps what is finished; the second one ends at once.
  const interrupt = new AbortController();
  // Every job under way listens: many are no leak.
  setMaxListeners(0, interrupt.signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interrupt.abort(interrupted(signal)));
  }
  // A closed terminal ends what runs in it as Ctrl-C does. Without one (nohup, a service) a hangup is nothing to us: Node
  // forgets that nohup asked to have it ignored.
  process.on('SIGHUP', () => {
    if (hasTerminal()) interrupt.abort(interrupted('SIGHUP'));
  });
  // Node leaves (exit code 13) when nothing but an awaited promise is left: a command under way is always something.
  const underWay = setInterval(() => {}, 1 << 30);
  process.exitCode = await runCommandLine(
    {
      terminal: processTerminal(),
      env: process.env,
      folder: process.cwd(),
      signal: interrupt.signal,
      nowMs: Date.now,
    },
    process.argv.slice(2),
  );
  clearInterval(underWay);
}

function hasTerminal(): boolean {
  return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
}

function interrupted(signal: string): PatchworkError {
  return new PatchworkError('PW_INTERRUPTED', `stopped by ${signal}`, {
    hint: 'Start it again; finished chunks are kept.',
  });
}
