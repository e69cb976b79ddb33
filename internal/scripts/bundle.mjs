// Joins the built modules of the command, and those of its media process, into one file each: Node then starts in a third
// of the time. A convenience of a built checkout: without these files, or with newer modules, `main.js` takes the modules.

import { readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { root } from './root.mjs';

const packages = join(root, 'packages');
const dist = join(packages, 'cli', 'dist');
// Both stand in `dist` itself: what a module finds relative to itself must be found from there too.
const bundles = [
  { input: join(packages, 'media', 'dist', 'worker.js'), name: 'worker.js' },
  { input: join(dist, 'process.js'), name: 'bundled-process.cjs', format: 'cjs' },
  // Read at every start: nothing that it does not call. None of our modules does anything by being imported.
  { input: join(dist, 'standing', 'quick.js'), name: 'bundled-answer.js', treeshake: { moduleSideEffects: false } },
];
/** What a compile leaves beside its output when it changed something. */
const parts = readdirSync(packages).map((name) => join(packages, name, 'dist', '.tsbuildinfo'));

if (!isCurrent()) {
  // Written aside and renamed: a command that starts meanwhile finds whole files.
  const aside = join(dist, '.bundling');
  const startedAt = new Date();
  for (const { input, name, format = 'esm', treeshake = true } of bundles) {
    const build = await rolldown({ input, platform: 'node', external: [/^node:/, /^node-av/], treeshake });
    await build.write({ file: join(aside, name), format, sourcemap: format === 'esm', codeSplitting: false });
    await build.close();
    // What is compiled from now on is newer than the bundle.
    utimesSync(join(aside, name), startedAt, startedAt);
  }
  const list = parts.map((part) => `../..${part.slice(packages.length)}\n`).join('');
  writeFileSync(join(aside, 'bundled-parts.txt'), list);
  for (const name of readdirSync(aside).toSorted(lastBundles)) renameSync(join(aside, name), join(dist, name));
  // What V8 made of the bundle before.
  for (const name of readdirSync(dist)) if (/^bundled-.*\.cache/.test(name)) rmSync(join(dist, name));
  rmSync(aside, { recursive: true });
}

/** Maps and the list of parts before what they are of. */
function lastBundles(a, b) {
  const rank = (name) => (bundles.some((each) => each.name === name) ? 1 : 0);
  return rank(a) - rank(b);
}

function isCurrent() {
  const built = bundles.map(({ name }) => statSync(join(dist, name), { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return parts.every((part) => (statSync(part, { throwIfNoEntry: false })?.mtimeMs ?? 0) <= Math.min(...built));
}
