import { styleText } from 'node:util';
import type { Terminal } from './output.ts';

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  return {
    stdout: (text) => stdout.write(text),
    stderr: (text) => stderr.write(text),
    columns: stderr.isTTY ? (stderr.columns ?? 80) : 0,
    color: stdout.isTTY && env['NO_COLOR'] === undefined,
  };
}

/** Colours of words, or none of them. */
export interface Paint {
  readonly dim: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
}

/** Paint for a terminal. */
export function paintFor(terminal: Terminal): Paint {
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) => (terminal.color ? styleText(format, text, { validateStream: false }) : text);
  return { dim: style('dim'), strong: style('bold'), good: style('green'), warn: style('yellow') };
}
