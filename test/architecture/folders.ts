import { posix } from 'node:path';
import { isTestFile, specifiersOf, type SourceFile } from './import-rules.ts';

/** Packages whose root holds words that their folders share; in all others it holds the jobs, and no folder knows one. */
const sharedRoots: readonly string[] = ['cli', 'formats', 'media', 'timeline'];

/** One file imports another of its package. Folders from the package's own: `src/film`. */
interface InnerImport {
  /** Where the paths part: the folder, or null for a file there. */
  readonly from: string | null;
  readonly to: string | null;
  readonly target: string;
  readonly text: string;
}

/**
 * Says, one sentence each, which imports of a package lie on a circle of folders: of any that stand beside each other, one
 * comes first. And which folders know a job at the root. Tests may import anything.
 */
export function folderViolations(files: readonly SourceFile[]): readonly string[] {
  const imports = files.filter(({ path }) => !isTestFile(path)).flatMap(innerImports);
  const circles = imports
    .filter(({ from, to }) => from !== null && to !== null && reaches(imports, to, from))
    .map(({ text }) => `${text}: these folders import each other in a circle`);
  if (sharedRoots.includes(files[0]?.packageName ?? '')) return circles;
  const jobs = imports
    .filter(({ from, target }) => from !== null && posix.dirname(target) === 'src')
    .map(({ text }) => `${text}: a folder knows no job`);
  return [...circles, ...jobs];
}

function innerImports(file: SourceFile): readonly InnerImport[] {
  const inner = specifiersOf(file).filter((specifier) => specifier.startsWith('.'));
  return inner.map((specifier) => {
    const target = posix.join(posix.dirname(file.path), specifier);
    const own = file.path.split('/');
    const other = target.split('/');
    const parting = own.findIndex((name, depth) => name !== other[depth]);
    const text = `${file.packageName}/${file.path} imports ${specifier}`;
    return { from: folderAt(own, parting), to: folderAt(other, parting), target, text };
  });
}

/** The folder that a path enters at a depth; null where its file stands there. */
function folderAt(path: readonly string[], depth: number): string | null {
  return depth >= path.length - 1 ? null : path.slice(0, depth + 1).join('/');
}

function reaches(imports: readonly InnerImport[], start: string, goal: string): boolean {
  const seen = new Set([start]);
  for (const folder of seen) {
    if (folder === goal) return true;
    for (const { from, to } of imports) if (from === folder && to !== null) seen.add(to);
  }
  return false;
}
