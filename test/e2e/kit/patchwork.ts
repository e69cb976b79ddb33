import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../../packages/cli/dist/main.js', import.meta.url));

/** The fields of all documents that the stories look at; which are there depends on the command. */
export interface RunDocument {
  readonly frames: { readonly total: number; readonly rendered: number; readonly reused: number };
  readonly dirty: readonly (readonly [number, number])[];
  readonly reasons: readonly { readonly code: string; readonly text: string }[];
  readonly sound: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly details: unknown;
  readonly chunks: readonly {
    readonly key: string;
    readonly offset: number;
    readonly size: number;
    readonly frames: number;
  }[];
  readonly media: { readonly video: { readonly rate: string; readonly frames: number; readonly color: unknown } };
  readonly deliverable: string;
  readonly profile: StoryProfile;
  readonly clean: boolean;
  readonly verified: boolean | null;
  readonly upToDate: boolean;
  /** Of a comparison. */
  readonly changes: readonly { readonly text: string }[];
  readonly framesToRender: number | null;
  readonly unknown: readonly unknown[];
  readonly diagnostics: readonly { readonly code: string; readonly message: string }[];
  /** Of conflicts that were settled. */
  readonly files: readonly { readonly marks: number }[];
  /** Of a plan for another program. */
  readonly pieces: readonly { readonly file: string; readonly range: readonly [number, number] }[];
  /** Of an explained frame. */
  readonly picture: readonly string[];
  readonly before: unknown;
}

/** The part of a profile document that stories change. */
export interface StoryProfile {
  video: { pixelFormat: string; color: Record<string, string>; options: Record<string, string> };
  sound: { codec: string; sampleRate: number; layout: string; bitrate: number | null };
}

/** What a command left behind. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The `--json` document; empty when stdout held none. */
  readonly json: RunDocument;
}

/** Runs the built command as a user would, in a process of its own, with a store of its own. Never rejects. */
export async function patchwork(
  args: readonly string[],
  options: { store: string; env?: Record<string, string>; cwd?: string },
): Promise<Ran> {
  // Behind `--` everything is a name.
  const names = args.includes('--') ? args.indexOf('--') : args.length;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [main, ...args.slice(0, names), '--store', options.store, '--json', ...args.slice(names)],
      { maxBuffer: 1 << 28, env: { ...process.env, ...options.env }, cwd: options.cwd ?? process.cwd() },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr, json: parsed(stdout) });
      },
    );
  });
}

function parsed(stdout: string): RunDocument {
  try {
    return JSON.parse(stdout) as RunDocument;
  } catch {
    return {} as RunDocument;
  }
}

/** Makes a folder that nothing else uses; the system clears it. */
export function freshFolder(purpose: string): string {
  return mkdtempSync(join(tmpdir(), `patchwork-${purpose}-`));
}
