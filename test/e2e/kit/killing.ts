import { fork, spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Site } from './site.ts';

const main = fileURLToPath(new URL('../../../packages/cli/dist/main.js', import.meta.url));
const halting = fileURLToPath(new URL('./halting-render.mjs', import.meta.url));

/** The command at work on a site. */
export interface RunningCommand {
  readonly child: ChildProcess;
  /** Exit code and signal, and what it printed. */
  readonly ended: Promise<{
    readonly code: number | null;
    readonly signal: string | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
}

/** Starts `patchwork render` on a site's timeline. */
export function startCommand(site: Site): RunningCommand {
  const child = spawn(process.execPath, [
    main,
    'render',
    site.timeline,
    '-o',
    site.deliverable,
    '--profile',
    'h264-mov',
    '--store',
    site.store,
    '--json',
  ]);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const ended = new Promise<Awaited<RunningCommand['ended']>>((resolve) => {
    // The media processes hold the pipes a moment longer than a killed command lives: `exit`, not `close`, unless it ended by itself.
    child.once('exit', (code, signal) => {
      if (signal !== null) resolve({ code, signal, stdout, stderr });
      else child.once('close', () => resolve({ code, signal, stdout, stderr }));
    });
  });
  return { child, ended };
}

/** What a run is doing, seen from outside by the files it makes. */
export type SeenPhase = 'start' | 'render' | 'publication' | 'over';

/** Looks at a site. */
export function seenPhase(site: Site, running: RunningCommand): SeenPhase {
  if (running.child.exitCode !== null || running.child.signalCode !== null) return 'over';
  if (readdirSync(site.folder).some((name) => name.startsWith('.patchwork-publish-'))) return 'publication';
  return hasChunks(site.store) ? 'render' : 'start';
}

function hasChunks(store: string): boolean {
  try {
    return [...readdirSync(join(store, 'tmp')), ...readdirSync(join(store, 'packs'))].length > 0;
  } catch {
    // Not made yet.
    return false;
  }
}

/** Waits until a run has come to a phase or is past it. */
export async function reachPhase(site: Site, running: RunningCommand, phase: SeenPhase): Promise<SeenPhase> {
  const order: readonly SeenPhase[] = ['start', 'render', 'publication', 'over'];
  for (;;) {
    const seen = seenPhase(site, running);
    if (order.indexOf(seen) >= order.indexOf(phase)) return seen;
    await sleep(2);
  }
}

/** Ids of a process's children. Linux only. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => parentOf(each) === pid);
}

function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // Ended since it was listed.
    return null;
  }
}

/** All steps of an unkilled run, in order. */
export async function stepsOfRun(site: Site, publication = 'whole', profile = 'h264-mov'): Promise<readonly string[]> {
  const message = await firstMessage(fork(halting, [site.folder, 'none', publication, profile]));
  if (!Array.isArray(message.steps)) throw new TypeError(`the run told no steps: ${JSON.stringify(message)}`);
  return message.steps;
}

/** Kills a run with SIGKILL at a step (in the middle of it, where it is a write); returns the step's name. */
export async function killAtStep(
  site: Site,
  step: number,
  publication = 'whole',
  profile = 'h264-mov',
): Promise<string> {
  const child = fork(halting, [site.folder, String(step), publication, profile]);
  const message = await firstMessage(child);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  if (message.halted === undefined) throw new TypeError(`the run did not halt at step ${step}`);
  return message.halted;
}

async function firstMessage(
  child: ChildProcess,
): Promise<{ readonly steps?: readonly string[]; readonly halted?: string }> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as { steps?: readonly string[]; halted?: string }));
    child.once('exit', (code, signal) =>
      reject(new Error(`the run ended (${code ?? signal}) before it told anything`)),
    );
  });
}
