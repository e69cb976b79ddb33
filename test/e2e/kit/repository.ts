import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A Git repository of its own, with nothing of the machine's settings. */
export interface Repository {
  /** The folder that it stands in; also the user's home. */
  readonly home: string;
  readonly folder: string;
  readonly env: { readonly [name: string]: string };
  /** Runs Git, in `folder`. @throws where it fails */
  readonly git: (...words: readonly string[]) => string;
  /** Runs Git, in `folder`, whatever comes of it. */
  readonly tryGit: (...words: readonly string[]) => { readonly code: number | null; readonly said: string };
  /** Writes a file of the work tree. */
  readonly put: (name: string, content: string | Uint8Array) => void;
  readonly remove: () => void;
}

/** Makes a repository in a folder of some name. */
export function makeRepository(name: string): Repository {
  const home = mkdtempSync(join(tmpdir(), 'patchwork-git-'));
  const folder = join(home, name);
  const env = {
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'editor',
    GIT_AUTHOR_EMAIL: 'editor@example.com',
    GIT_COMMITTER_NAME: 'editor',
    GIT_COMMITTER_EMAIL: 'editor@example.com',
    GIT_EDITOR: 'true',
  };
  const options = { cwd: folder, env: { ...process.env, ...env }, encoding: 'utf8' } as const;
  const git = (...words: readonly string[]): string => execFileSync('git', words, options);
  mkdirSync(folder);
  git('init', '-q', '-b', 'main');
  return {
    home,
    folder,
    env,
    git,
    tryGit: (...words) => {
      const { status, stdout, stderr } = spawnSync('git', words, options);
      return { code: status, said: `${stdout}${stderr}` };
    },
    put: (file, content) => {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), content);
    },
    remove: () => rmSync(home, { recursive: true }),
  };
}
