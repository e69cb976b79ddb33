// Runs test projects with vitest. With PW_TEST_RESULTS set, also leaves the counts there as JSON, and as text what failed, for
// `ci.mjs`.

import { join } from 'node:path';
import { root, run, tool } from './root.mjs';

/** Runs the named projects; `args` go to vitest (a path, `-t name`, `-u`). Returns vitest's exit code. */
export function runTests(suite, projects, args) {
  const results = process.env.PW_TEST_RESULTS;
  const reporters =
    results === undefined
      ? []
      : [
          '--reporter=default',
          '--reporter=json',
          `--outputFile.json=${join(results, `${suite}.json`)}`,
          `--reporter=${join(root, 'internal', 'scripts', 'failure-reporter.mjs')}`,
        ];
  const env = results === undefined ? process.env : { ...process.env, PW_TEST_FAILURES: join(results, `${suite}.txt`) };
  const chosen = projects.map((project) => `--project=${project}`);
  return run(tool('vitest'), ['run', ...chosen, ...reporters, ...args], { env });
}
