// What CI runs on a fresh clone: everything. Goes on after a failure, so that one run shows all of them, and closes with
// what failed and `N passed, N failed, N skipped`: the tests of all suites, and every step that failed without a test to blame.

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { install } from './prepare.mjs';
import { root, run } from './root.mjs';

const results = join(root, '.cache', 'ci');

const steps = [
  { name: 'check', command: ['npm', 'run', '--silent', 'check', '--', '--no-tests'], suite: null },
  { name: 'test', command: ['npm', 'test', '--silent'], suite: 'npm' },
  { name: 'test:system', command: ['npm', 'run', '--silent', 'test:system'], suite: 'system' },
  { name: 'demo', command: ['npm', 'run', '--silent', 'demo'], suite: null },
];

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
process.exitCode = install() || runAll();

function runAll() {
  const outcomes = steps.map(runStep);
  process.stdout.write('\n');
  for (const { name, code, seconds } of outcomes) {
    process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(0)} s)\n`);
  }
  for (const { suite } of outcomes) process.stdout.write(failuresOf(suite));
  const counts = outcomes.map(countsOf);
  const total = (key) => counts.reduce((sum, count) => sum + count[key], 0);
  process.stdout.write(`\n${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped\n`);
  return outcomes.every(({ code }) => code === 0) ? 0 : 1;
}

function runStep({ name, command, suite }) {
  process.stdout.write(`\n=== ${name}\n`);
  const start = performance.now();
  const [program, ...args] = command;
  const env = { ...process.env, PW_TEST_RESULTS: results };
  const code = run(program, args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
  return { name, suite, code, seconds: (performance.now() - start) / 1000 };
}

function failuresOf(suite) {
  const file = join(results, `${suite}.txt`);
  return suite !== null && existsSync(file) ? `\n${readFileSync(file, 'utf8')}` : '';
}

/** A failed step whose tests all passed (a crash, a lint error, a build that broke) counts as one failure. */
function countsOf({ suite, code }) {
  const file = join(results, `${suite}.json`);
  const report = suite !== null && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
  const failed = report?.numFailedTests ?? 0;
  return {
    passed: report?.numPassedTests ?? 0,
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  };
}
