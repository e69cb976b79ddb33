// Makes a checkout ready: installs the npm packages when they are absent or older than package-lock.json, then builds.
// Needs node alone. Everything it prints goes to stderr, because stdout belongs to the command that follows.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, run, tool } from './root.mjs';

const oldestNode = [20, 19];
const lockFile = join(root, 'package-lock.json');
const stampFile = join(root, 'node_modules', '.patchwork-lock-sha256');
const cacheFolder = join(root, '.cache');
const buildStamp = join(cacheFolder, 'built');
/** Two commands started at once must not install or build over each other. */
const lockFolder = join(cacheFolder, 'prepare.lock');
/** npm writes its own copy of the lock file just after ours, or just before. */
const toleranceMs = 5000;

/** Installs and builds where needed. Returns 0, or the exit code of what failed. */
export function prepare() {
  const refused = refuseOldNode();
  if (refused !== null) {
    process.stderr.write(`${refused}\n`);
    return 1;
  }
  if (isInstalled() && isBuilt()) return 0;
  return alone(() => install() || build());
}

/** Installs only. */
export function install() {
  if (isInstalled()) return 0;
  process.stderr.write('Installing npm packages (once) …\n');
  const code = run('npm', ['ci', '--no-audit', '--no-fund'], { stdio: ['ignore', 2, 2] });
  if (code === 0) writeFileSync(stampFile, lockDigest());
  else process.stderr.write('npm ci failed: is the npm registry within reach?\n');
  return code;
}

/** Builds every package; a second build without changes takes part of a second. */
export function build() {
  const startedAt = new Date();
  const code =
    run(tool('tsc'), ['-b'], { stdio: ['ignore', 2, 2] }) ||
    run(process.execPath, [join(root, 'internal', 'scripts', 'bundle.mjs')], { stdio: ['ignore', 2, 2] });
  if (code !== 0) {
    process.stderr.write('The build failed: the messages above say where.\n');
    return code;
  }
  mkdirSync(cacheFolder, { recursive: true });
  writeFileSync(buildStamp, '');
  utimesSync(buildStamp, startedAt, startedAt);
  return 0;
}

function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return null;
  return `Patchwork needs Node ${oldestNode.join('.')} or newer; this is ${process.versions.node}.`;
}

function lockDigest() {
  return createHash('sha256').update(readFileSync(lockFile)).digest('hex');
}

/** The stamp names the lock file that was installed; without one, npm's own copy must not be older than ours. */
function isInstalled() {
  const npmCopy = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(npmCopy)) return false;
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === lockDigest()) return true;
  if (statSync(npmCopy).mtimeMs < statSync(lockFile).mtimeMs - toleranceMs) return false;
  writeFileSync(stampFile, lockDigest());
  return true;
}

/**
 * Compares times only, in milliseconds of work: the command calls this at every start. The stamp's time is when the last
 * build that succeeded began; the compiler's own files exist after a failed build too.
 */
function isBuilt() {
  if (!existsSync(buildStamp)) return false;
  const builtAt = statSync(buildStamp).mtimeMs;
  const packages = join(root, 'packages');
  return readdirSync(packages).every((name) => {
    const folder = join(packages, name);
    return existsSync(join(folder, 'dist', 'index.js')) && newestSource(join(folder, 'src')) < builtAt;
  });
}

function newestSource(folder) {
  const times = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.startsWith('testing'))
    .map((path) => statSync(join(folder, path)).mtimeMs);
  return Math.max(0, ...times);
}

/** Does the work while holding a lock folder; waits for another holder that is alive. */
function alone(work) {
  mkdirSync(cacheFolder, { recursive: true });
  while (!tryLock()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  try {
    return work();
  } finally {
    rmSync(lockFolder, { recursive: true, force: true });
  }
}

function tryLock() {
  const owner = join(lockFolder, 'pid');
  try {
    mkdirSync(lockFolder);
    writeFileSync(owner, String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const pid = existsSync(owner) ? Number(readFileSync(owner, 'utf8')) : Number.NaN;
  // A folder without an owner for seconds was left by a process that died in between.
  const abandoned = Number.isInteger(pid) && pid > 0 ? !isAlive(pid) : ageMs(lockFolder) > 10_000;
  if (abandoned) rmSync(lockFolder, { recursive: true, force: true });
  return false;
}

function ageMs(path) {
  return existsSync(path) ? Date.now() - statSync(path).mtimeMs : 0;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = prepare();
