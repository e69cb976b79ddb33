// `npm run check`: what must be green before a commit, cheapest first: format, lint, types, tests, dead code.
// Stops at nothing, so that one run shows everything. `--no-tests` leaves the tests to `npm test`.

import { build, install } from './prepare.mjs';
import { run, tool } from './root.mjs';
import { runTests } from './vitest.mjs';

const withTests = !process.argv.includes('--no-tests');

const steps = [
  { name: 'format', work: () => run(tool('oxfmt'), ['--check', '.']) },
  { name: 'build', work: build },
  // Type-aware rules read the built doors of the packages: after the build.
  { name: 'lint', work: () => run(tool('oxlint'), []) },
  { name: 'types of tests', work: () => run(tool('tsc'), ['-p', 'tsconfig.test.json']) },
  ...(withTests ? [{ name: 'tests', work: () => runTests('check', ['unit', 'workspace'], []) }] : []),
  { name: 'dead code', work: () => run(tool('knip'), []) },
];

process.exitCode = install() || check();

function check() {
  const failed = steps.filter(({ name, work }) => {
    const start = performance.now();
    const code = work();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n`);
    return code !== 0;
  });
  if (failed.length > 0) process.stdout.write(`check failed: ${failed.map(({ name }) => name).join(', ')}\n`);
  return failed.length === 0 ? 0 : 1;
}
