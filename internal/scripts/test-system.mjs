// `npm run test:system`: the suites that need Debian's programs. Installs them where it may; fails by name where one is
// absent, because a suite that silently skips its subject proves nothing.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { prepare } from './prepare.mjs';
import { run } from './root.mjs';
import { runTests } from './vitest.mjs';

/** Program, and the Debian package that brings it. */
const needed = [
  { program: 'chromium', debian: 'chromium' },
  { program: 'ffmpeg', debian: 'ffmpeg' },
  { program: 'ffprobe', debian: 'ffmpeg' },
  { program: 'melt', debian: 'melt' },
];

process.exitCode = prepare() || provide() || runTests('system', ['system'], process.argv.slice(2));

function provide() {
  if (absent().length > 0 && mayInstall()) installDebian(absent().map(({ debian }) => debian));
  const still = absent();
  for (const { program, debian } of still) {
    process.stderr.write(`test:system needs \`${program}\`, which is absent. Install it: apt-get install ${debian}\n`);
  }
  return still.length === 0 ? 0 : 1;
}

function absent() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return needed.filter(({ program }) => !folders.some((folder) => existsSync(join(folder, program))));
}

function mayInstall() {
  return existsSync('/etc/debian_version') && process.getuid?.() === 0;
}

/** Failures show in what is still absent afterwards. */
function installDebian(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = { env, stdio: ['ignore', 2, 2] };
  process.stderr.write(`Installing ${[...new Set(packages)].join(', ')} with apt …\n`);
  run('apt-get', ['update', '-qq'], quiet);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...new Set(packages)], quiet);
}
