import { readFileSync, statSync } from 'node:fs';
import { availableParallelism, cpus, hostname } from 'node:os';
import { sha256 } from '@patchwork/files';
import type { Digest } from '@patchwork/kernel';
import type { Terminal } from '../output.ts';

/** What besides files decides what a command line answers. */
export interface CommandLine {
  readonly words: readonly string[];
  readonly folder: string;
  readonly env: { readonly [name: string]: string | undefined };
  readonly terminal: Pick<Terminal, 'width' | 'color'>;
}

/** Variables that are read by this program, or by Node in ways that show. */
const read = /^(PATCHWORK_|XDG_|NODE_|AV_|HOME$|LOCALAPPDATA$|USERPROFILE$|TZ$|LANG$|LC_)/;

/**
 * Names a command line with everything besides files that its answer hangs on: words, folder, environment, the terminal's
 * manners, this very build, and this machine since it was started (its processor decides what encoders give). Null where the
 * program does not run from its bundle: single modules have no one name, and change while somebody works on them.
 */
export function commandLineKey({ words, folder, env, terminal }: CommandLine): Digest | null {
  const build = buildName();
  if (build === null) return null;
  const variables = Object.entries(env).filter(([name]) => read.test(name));
  const facts = {
    form: 'patchwork.answer/1',
    words,
    folder,
    variables: variables.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    terminal: [terminal.width ?? null, terminal.color],
    build,
    node: [process.execPath, process.version, process.arch, availableParallelism()],
    machine: machineName(),
  };
  return sha256(JSON.stringify(facts));
}

function machineName(): string {
  if (process.platform === 'linux') return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
  return `${process.platform} ${hostname()} ${cpus()[0]?.model ?? ''}`;
}

/** The facts of the bundle's files; null outside of it. */
function buildName(): string | null {
  if (!/\/bundled-(process\.cjs|answer\.js)$/.test(import.meta.url)) return null;
  const facts = ['bundled-process.cjs', 'bundled-answer.js', 'worker.js'].map((name) => {
    const stat = statSync(new URL(name, import.meta.url), { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? null : `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
  });
  return facts.includes(null) ? null : facts.join('; ');
}
