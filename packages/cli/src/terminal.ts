import type { Terminal } from './output.ts';

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  return {
    stdout: (text) => stdout.write(text),
    stderr: (text) => stderr.write(text),
    columns: stderr.isTTY ? (stderr.columns ?? 80) : 0,
    ...(stdout.isTTY ? { width: stdout.columns } : {}),
    color: stdout.isTTY && (env['NO_COLOR'] ?? '') === '',
  };
}
