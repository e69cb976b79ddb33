import type { Terminal } from './output.ts';

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  return {
    stdout: (text) => stdout.write(text),
    stderr: (text) => stderr.write(text),
    columns: stderr.isTTY ? (stderr.columns ?? 80) : 0,
    ...(stdout.isTTY ? { width: stdout.columns } : {}),
    color: hasColor(env, stdout.isTTY),
  };
}

/** Colours where a terminal is; `NO_COLOR` takes them away and `FORCE_COLOR` (other than `0`) gives them to a pipe too. */
export function hasColor(env: { readonly [name: string]: string | undefined }, isTerminal: boolean): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  return forced === undefined || forced === '' ? isTerminal : forced !== '0' && forced !== 'false';
}
