import { startWorkers, type MediaWorkers } from '@patchwork/media';
import { nodeFiles, sha256, sha256OfFile, startSha256 } from '@patchwork/files';
import { interruption, type ProgressEvent, type RenderContext } from '@patchwork/render';
import type { PatchworkError } from '@patchwork/kernel';
import { exitCodeOf, type ExitCode } from './exit-code.ts';
import { printError, printResult, type CommandResult, type Terminal } from './output.ts';
import { idleProgress, progressLine, updatedProgress } from './progress-line.ts';
import { readSettings, type Settings } from './settings.ts';
import { commandLineKey } from './standing/command-line-key.ts';
import { observedFiles } from './standing/observed-files.ts';
import { keepAnswer, type Standing } from './standing/standing-answer.ts';
import { storeFor, type StoreNeed } from './store-need.ts';

/** Flags that every command knows. */
export interface CommonFlags {
  readonly json?: boolean;
  readonly store?: string;
  readonly workers?: string;
}

/** What a command works with: the context of the use cases, and the settings that made it. */
export interface CommandContext extends RenderContext {
  readonly settings: Settings;
  /** Why the store cannot be used, where a command goes on without; null where it can or need not. */
  readonly storeProblem: PatchworkError | null;
}

/** What a command gives back: its result, and its exit code where that is not 0. */
export interface CommandOutcome extends CommandResult {
  readonly exitCode?: ExitCode;
  /** Where nothing was done, and nothing would be as long as all files stay as they are. */
  readonly standing?: Standing;
}

/** The process around a command: the terminal, the environment, the folder, the signal that Ctrl-C gives. */
export interface Shell {
  readonly terminal: Terminal;
  readonly env: { readonly [name: string]: string | undefined };
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
}

/** A shell and the words that were typed there. */
export interface TypedShell extends Shell {
  readonly words: readonly string[];
}

/** Runs a command's work in its context and keeps its exit code. */
export type RunAction = (
  flags: CommonFlags,
  work: (context: CommandContext) => Promise<CommandOutcome>,
) => Promise<void>;

/** Runs one command: opens what it needs, prints what it gives or throws, closes everything, and says the exit code. */
export async function runCommand(
  shell: TypedShell,
  flags: CommonFlags,
  need: StoreNeed,
  command: (context: CommandContext) => Promise<CommandOutcome>,
): Promise<ExitCode> {
  const asJson = flags.json ?? false;
  let workers: MediaWorkers | null = null;
  const line = progressPrinter(shell);
  try {
    const observed = observedFiles(nodeFiles(), shell.nowMs());
    const { files } = observed;
    const settings = await readSettings({ files, env: shell.env, folder: shell.folder, flags });
    const { store, mediaCache, problem } = await storeFor(
      need,
      nodeFiles(),
      settings.store.value,
      { sha256, capBytes: settings.storeCapBytes.value, clockMs: shell.nowMs },
      (path, onBytes) =>
        sha256OfFile(path, (done) => {
          shell.signal.throwIfAborted();
          onBytes(done);
        }),
    );
    try {
      const outcome = await command({
        files,
        sha256,
        hashing: { sha256, startSha256 },
        store,
        mediaCache,
        settings,
        storeProblem: problem,
        signal: shell.signal,
        clockMs: shell.nowMs,
        onProgress: line.show,
        onNote: (text) => {
          line.clear();
          shell.terminal.stderr(`${text}\n`);
        },
        workers: () => (workers ??= startWorkers({ count: settings.workers.value })),
      });
      line.clear();
      const printed = printResult(shell.terminal, outcome, asJson);
      const key = outcome.standing === undefined ? null : commandLineKey(shell);
      if (outcome.standing !== undefined && key !== null)
        keepAnswer(settings.store.value, key, observed, outcome.standing, printed);
      return outcome.exitCode ?? 0;
    } finally {
      await store.close();
    }
  } catch (error) {
    line.clear();
    return exitCodeOf(printError(shell.terminal, interruption(shell.signal, error, null), asJson));
  } finally {
    await (workers as MediaWorkers | null)?.close();
  }
}

/** Redraws one line of stderr, ten times a second at most; prints nothing where stderr is no terminal. */
function progressPrinter(shell: Shell): { show: (event: ProgressEvent) => void; clear: () => void } {
  const { terminal } = shell;
  let state = idleProgress;
  let drawnMs = 0;
  if (terminal.columns === 0) return { show: () => {}, clear: () => {} };
  return {
    show: (event) => {
      const now = shell.nowMs();
      const isNewPhase = state.event?.phase !== event.phase;
      state = updatedProgress(state, event, now);
      if (!isNewPhase && now - drawnMs < 100 && event.done < event.total) return;
      drawnMs = now;
      terminal.stderr(`\r\u001B[K${progressLine(state, terminal.columns - 1)}`);
    },
    clear: () => {
      if (state.event !== null) terminal.stderr('\r\u001B[K');
    },
  };
}
