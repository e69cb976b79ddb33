// `npm run demo`: the main job on media made on the spot, with the proof. Arguments go to `patchwork demo`.

import { prepare } from './prepare.mjs';
import { runNode } from './root.mjs';

process.exitCode = prepare() || runNode(['packages/cli/dist/main.js', 'demo', ...process.argv.slice(2)]);
