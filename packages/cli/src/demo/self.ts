import { spawn } from 'node:child_process';
import { PatchworkError, type Json } from '@patchwork/kernel';
import { mainPath } from '../main-path.ts';

/** What a run of this program said, and how long it took. */
export interface SelfRun {
  readonly document: { readonly [key: string]: Json };
  readonly seconds: number;
}

/** Runs this program as a process of its own, with `--json`. @throws PW_DEMO_STEP with what it said when it fails */
export async function runSelf(words: readonly string[], signal: AbortSignal, nowMs: () => number): Promise<SelfRun> {
  const startMs = nowMs();
  const { code, stdout, stderr } = await captured([mainPath, ...words, '--json'], signal);
  const document = parsedObject(stdout);
  if (code !== 0 || document === null) {
    throw new PatchworkError(
      'PW_DEMO_STEP',
      `patchwork ${words.join(' ')} failed: ${stderr.split('\n').find((line) => line.startsWith('patchwork: ')) ?? `exit ${code}`}`,
      {
        hint: 'Run that command by hand to see more.',
        details: { words: [...words], code, stderr: stderr.slice(0, 10_000) },
      },
    );
  }
  return { document, seconds: (nowMs() - startMs) / 1000 };
}

function captured(
  args: readonly string[],
  signal: AbortSignal,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], signal, killSignal: 'SIGTERM' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

function parsedObject(text: string): { readonly [key: string]: Json } | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as { readonly [key: string]: Json }) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
