import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../../packages/cli/dist/main.js', import.meta.url));

/** What a command left behind. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The `--json` document; null when stdout held none. */
  readonly json: any;
}

/** Runs the built command as a user would, in a process of its own, with a store of its own. Never rejects. */
export async function patchwork(args: readonly string[], options: { store: string; env?: Record<string, string>; cwd?: string }): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [main, ...args, '--store', options.store, '--json'],
      { maxBuffer: 1 << 28, env: { ...process.env, ...options.env }, cwd: options.cwd ?? process.cwd() },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr, json: parsed(stdout) });
      },
    );
  });
}

function parsed(stdout: string): unknown {
  try {
    return JSON.parse(stdout);
  } catch {
    return null;
  }
}

/** Makes a folder that nothing else uses; the system clears it. */
export function freshFolder(purpose: string): string {
  return mkdtempSync(join(tmpdir(), `patchwork-${purpose}-`));
}
