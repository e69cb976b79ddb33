#!/usr/bin/env node
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Node spends 0.3 s on finding and reading some 400 small modules. `npm run build` joins them into one file; it is used as
// long as nothing was built after it.
const bundles = { process: 'bundled-process.cjs', answer: './bundled-answer.js' };
// Source maps are of the single modules.
if (process.sourceMapsEnabled || !isBundleCurrent()) {
  const { runProcess } = await import('./process.ts');
  await runProcess();
} else if (!(await answeredAtOnce())) {
  const { loadBundle } = await import('./bundle.ts');
  const bundle = loadBundle(bundles.process);
  await (bundle.exports as typeof import('./process.ts')).runProcess();
  bundle.keepCode(process.argv[2]);
}

/** A small part of the program looks first whether the answer is known: the rest takes longer to load than to say so. */
async function answeredAtOnce(): Promise<boolean> {
  const { answerAtOnce } = (await import(bundles.answer)) as typeof import('./standing/quick.ts');
  return await answerAtOnce();
}

function isBundleCurrent(): boolean {
  const bundle = statSync(new URL(bundles.process, import.meta.url), { throwIfNoEntry: false });
  if (bundle === undefined) return false;
  const parts = readFileSync(new URL('./bundled-parts.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean);
  return parts.every((part) => {
    const stat = statSync(fileURLToPath(new URL(part, import.meta.url)), { throwIfNoEntry: false });
    return stat === undefined || stat.mtimeMs <= bundle.mtimeMs;
  });
}
