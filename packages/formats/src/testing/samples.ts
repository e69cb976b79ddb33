import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Real files of other programs lie beside the checkout and are not part of it.
const folder = fileURLToPath(new URL('../../../../../shared/samples/', import.meta.url));

/** Tells whether the folder of real files is there; prints why tests are skipped where it is not. */
export function hasSamples(): boolean {
  const isThere = existsSync(folder);
  if (!isThere) process.stderr.write('tests on real files are skipped: ../shared/samples is not there\n');
  return isThere;
}

/** Bytes of a sample, by its path in the folder. */
export function sampleBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(`${folder}${path}`));
}

/** Paths of all timeline files under a folder of the samples, sorted. */
export function samplePaths(under: string): string[] {
  return readdirSync(`${folder}${under}`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath.slice(folder.length)}/${entry.name}`)
    .toSorted();
}
