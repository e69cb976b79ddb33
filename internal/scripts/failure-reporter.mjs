// A vitest reporter for `ci.mjs`: leaves what failed as text in the file PW_TEST_FAILURES, so that the end of a long log can say
// it again: each failed test by file, name and head of its message, files that could not be run, and errors outside of tests.

import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { root } from './root.mjs';

export default class FailureReporter {
  onTestRunEnd(modules, unhandled) {
    const failures = [
      ...modules.flatMap(failuresOf),
      ...unhandled.map((error) => `outside of any test\n${textOf(error)}`),
    ];
    writeFileSync(process.env.PW_TEST_FAILURES, failures.map((each) => `FAILED ${each}\n`).join('\n'));
  }
}

function failuresOf(module) {
  const file = relative(root, module.moduleId);
  const tests = [...module.children.allTests('failed')].map((test) => [
    `${file} > ${test.fullName}`,
    test.result().errors,
  ]);
  return [[file, module.errors()], ...tests]
    .filter(([, errors]) => errors.length > 0)
    .map(([name, errors]) => [name, ...errors.map(textOf)].join('\n'));
}

/** Message, difference and the places in our own code: a few lines, for logs are often kept by their end. */
function textOf({ message, diff = '', stack = '' }) {
  const places = stack.split('\n').filter((line) => /^\s+at /.test(line) && !/node_modules|node:internal/.test(line));
  const said = stripVTControlCharacters(`${message}\n${diff}`).trim().split('\n').slice(0, 12);
  return [...said, ...places.slice(0, 4)].join('\n');
}
