// `npm run bench`: runs the benchmark suites `internal/bench/*.bench.{ts,mjs}` one after another, or those named:
// `npm run bench -- plan patch`; a name also stands for those that begin with it and a hyphen. What follows a further
// `--` goes to the suites.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { prepare } from './prepare.mjs';
import { root, run, runNode, tool } from './root.mjs';

const folder = join(root, 'internal', 'bench');
const suffix = /\.bench\.(ts|mjs)$/;

const args = process.argv.slice(2);
const split = args.includes('--') ? args.indexOf('--') : args.length;
process.exitCode = prepare() || bench(args.slice(0, split), args.slice(split + 1));

function bench(names, suiteArgs) {
  const suites = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => suffix.test(file))
        .toSorted()
    : [];
  const unknown = names.filter((name) => !suites.some((file) => isNamed(file, name)));
  if (suites.length === 0 || unknown.length > 0) {
    process.stderr.write(`no benchmark ${unknown.join(', ')}; there are: ${suites.map(nameOf).join(', ') || 'none'}\n`);
    return 1;
  }
  const chosen = suites.filter((file) => names.length === 0 || names.some((name) => isNamed(file, name)));
  if (chosen.some((file) => file.endsWith('.ts'))) {
    const code = run(tool('tsc'), ['-b', 'internal/bench']);
    if (code !== 0) return code;
  }
  return Math.max(...chosen.map((file) => runSuite(file, suiteArgs)));
}

function runSuite(file, suiteArgs) {
  process.stdout.write(`\n== ${nameOf(file)}\n`);
  const path = file.endsWith('.ts') ? join(folder, 'dist', file.replace(/\.ts$/, '.js')) : join(folder, file);
  // As `./patchwork` starts the command: without certificates that only this machine has, which take 40 ms of every start.
  return runNode(['--expose-gc', path, ...suiteArgs], { env: { ...process.env, NODE_EXTRA_CA_CERTS: '' } });
}

function isNamed(file, name) {
  return nameOf(file) === name || nameOf(file).startsWith(`${name}-`);
}

function nameOf(file) {
  return file.replace(suffix, '');
}
