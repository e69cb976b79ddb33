// Joins the built modules of the command, and those of its media process, into one file each: Node then starts in a third
// of the time. A convenience of a built checkout: without these files, or with newer modules, `main.js` takes the modules.

import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { root } from './root.mjs';

const packages = join(root, 'packages');
const dist = join(packages, 'cli', 'dist');
// Both stand in `dist` itself: what a module finds relative to itself must be found from there too.
const bundles = [
  { input: join(dist, 'process.js'), file: join(dist, 'bundled-process.js') },
  { input: join(packages, 'media', 'dist', 'worker.js'), file: join(dist, 'worker.js') },
];
/** What a compile leaves beside its output when it changed something. */
const parts = readdirSync(packages).map((name) => join(packages, name, 'dist', '.tsbuildinfo'));

if (!isCurrent()) {
  for (const { input, file } of bundles) {
    const build = await rolldown({ input, platform: 'node', external: [/^node:/, /^node-av/] });
    await build.write({ file, format: 'esm', sourcemap: true, codeSplitting: false });
    await build.close();
  }
  writeFileSync(join(dist, 'bundled-parts.txt'), parts.map((part) => `../..${part.slice(packages.length)}\n`).join(''));
}

function isCurrent() {
  const built = bundles.map(({ file }) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return parts.every((part) => (statSync(part, { throwIfNoEntry: false })?.mtimeMs ?? 0) <= Math.min(...built));
}
