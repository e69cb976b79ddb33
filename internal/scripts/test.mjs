// `npm test`: every test that npm packages alone can provide. Arguments go to vitest.

import { prepare } from './prepare.mjs';
import { runTests } from './vitest.mjs';

process.exitCode = prepare() || runTests('npm', ['unit', 'workspace', 'e2e'], process.argv.slice(2));
