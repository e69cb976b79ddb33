import type { Terminal } from './output.ts';

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  return {
    stdout: (text) => stdout.write(text),
    stderr: (text) => stderr.write(text),
    columns: stderr.isTTY && !isDumb(env) ? (stderr.columns ?? 80) : 0,
    ...(stdout.isTTY ? { width: stdout.columns ?? 80 } : {}),
    color: hasColor(env, stdout.isTTY),
  };
}

interface Environment {
  readonly [name: string]: string | undefined;
}

/** A terminal that can neither paint nor draw a line anew, as editors have it. */
function isDumb(env: Environment): boolean {
  return env['TERM'] === 'dumb';
}

/**
 * Colours where a terminal is that has them (not `TERM=dumb`); `NO_COLOR` takes them away and `FORCE_COLOR` (other than
 * `0`) gives them to a pipe too.
 */
export function hasColor(env: Environment, isTerminal: boolean): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced === undefined || forced === '') return isTerminal && !isDumb(env);
  return forced !== '0' && forced !== 'false';
}
