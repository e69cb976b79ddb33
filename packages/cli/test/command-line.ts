import { join } from 'node:path';
import { runCommandLine } from '../src/program.ts';

/** What a command said, and how it ended. */
export interface Said {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Runs command lines in a folder, whose settings and store are its own. */
export type CommandLine = (
  words: readonly string[],
  terminal?: { readonly color?: boolean; readonly width?: number },
) => Promise<Said>;

/** A command line within a folder; nothing of the user's is read. */
export function commandLineIn(folder: string): CommandLine {
  return async (words, terminal = {}) => {
    let out = '';
    let err = '';
    const exit = await runCommandLine(
      {
        terminal: {
          stdout: (text) => (out += text),
          stderr: (text) => (err += text),
          columns: 0,
          width: 80,
          color: false,
          ...terminal,
        },
        env: { XDG_CACHE_HOME: join(folder, 'cache'), XDG_CONFIG_HOME: join(folder, 'config') },
        folder,
        signal: new AbortController().signal,
        nowMs: Date.now,
      },
      words,
    );
    return { exit, out, err };
  };
}

/** The commands that help names, and those within them: `git install`. */
export async function commandsOf(
  said: CommandLine,
  parent: readonly string[] = [],
): Promise<readonly (readonly string[])[]> {
  const { out } = await said([...parent, '--help']);
  const [, list = ''] = out.split(/^Commands:$/m);
  const names = [...list.matchAll(/^ {2}([a-z][a-z-]*)\b/gm)].map((match) => match[1] ?? '');
  const found = names.filter((name) => name !== 'help').map((name) => [...parent, name]);
  const inner = await Promise.all(found.map((command) => commandsOf(said, command)));
  return found.flatMap((command, index) => (inner[index]?.length === 0 ? [command] : (inner[index] ?? [])));
}
