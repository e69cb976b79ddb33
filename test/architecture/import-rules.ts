import { isBuiltin } from 'node:module';
import { parseSync } from 'oxc-parser';
import { layers, testLibraries, type Layer } from './layers.ts';

/** A source file, and what its package declares in `package.json`. */
export interface SourceFile {
  /** Folder name of its package: `time`. */
  readonly packageName: string;
  /** From the package's folder: `src/timecode.ts`. */
  readonly path: string;
  readonly text: string;
  /** Names under `dependencies`. */
  readonly dependencies: readonly string[];
  /** Names under `devDependencies`, for tests. */
  readonly devDependencies: readonly string[];
}

const scope = '@patchwork/';

/** Says, one sentence each, what a file imports that it must not. */
export function importViolations(file: SourceFile): readonly string[] {
  const layer = layers.find(({ name }) => name === file.packageName);
  if (layer === undefined) return [`${file.packageName} stands in no layer of test/architecture/layers.ts`];
  return specifiersOf(file)
    .map((specifier) => violation(file, layer, specifier))
    .filter((message) => message !== null)
    .map((message) => `${file.packageName}/${file.path} ${message}`);
}

function violation(file: SourceFile, layer: Layer, specifier: string): string | null {
  const isTest = isTestFile(file.path);
  if (specifier.startsWith('.')) return relativeViolation(file.path, specifier);
  if (isBuiltin(specifier)) {
    return layer.pure && !isTest ? `imports ${specifier}: a pure package reads nothing` : null;
  }
  const library = libraryOf(specifier);
  if (!isDeclared(file, library, isTest)) return `imports ${library} without declaring it in its package.json`;
  if (library.startsWith(scope)) return workspaceViolation(layer, specifier, isTest);
  const owner = layers.find(({ owns }) => owns.includes(library));
  if (owner?.name === layer.name || (isTest && testLibraries.includes(library))) return null;
  return owner === undefined
    ? `imports ${library}, which no package owns`
    : `imports ${library}, which ${owner.name} owns`;
}

function workspaceViolation(layer: Layer, specifier: string, isTest: boolean): string | null {
  const [name = '', ...rest] = specifier.slice(scope.length).split('/');
  if (rest.length > 0) return `imports ${specifier}: only the door of a package is open`;
  const target = layers.find((other) => other.name === name);
  if (target === undefined) return `imports ${specifier}, which is no package`;
  if (layers.indexOf(target) >= layers.indexOf(layer)) return `imports ${specifier} upward`;
  if (layer.pure && !target.pure && !isTest) return `is pure and imports ${specifier}, which is not`;
  return layer.never.includes(name) && !isTest ? `imports ${specifier}, from which it is kept apart` : null;
}

/** Relative imports stay within the package. */
function relativeViolation(path: string, specifier: string): string | null {
  const target = new URL(specifier, new URL(path, 'file:///package/'));
  const stays = target.pathname.startsWith('/package/');
  if (!stays || path.split('/').length - 1 < specifier.split('../').length - 1)
    return `imports ${specifier}: out of its package`;
  return null;
}

function isDeclared(file: SourceFile, library: string, isTest: boolean): boolean {
  if (file.dependencies.includes(library)) return true;
  return isTest && (file.devDependencies.includes(library) || testLibraries.includes(library));
}

/** Tells whether a file is a test, or is for tests alone. */
export function isTestFile(path: string): boolean {
  return path.endsWith('.test.ts') || path.startsWith('src/testing/') || path.startsWith('test/');
}

/** `@scope/name/deep` and `name/deep` belong to `@scope/name` and `name`. */
function libraryOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Every module that a file names: imports, re-exports, dynamic imports and `import('…')` types. */
export function specifiersOf(file: SourceFile): readonly string[] {
  const parsed = parseSync(file.path, file.text, { sourceType: 'module' });
  const [error] = parsed.errors;
  if (error !== undefined) throw new TypeError(`${file.packageName}/${file.path}: ${error.message}`);
  const specifiers = new Set<string>();
  collectSpecifiers(parsed.program, specifiers);
  return [...specifiers];
}

const naming = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]);

function collectSpecifiers(node: unknown, into: Set<string>): void {
  if (typeof node !== 'object' || node === null) return;
  if (Array.isArray(node)) {
    for (const item of node) collectSpecifiers(item, into);
    return;
  }
  const { type, source } = node as { readonly type?: unknown; readonly source?: { readonly value?: unknown } | null };
  if (typeof type === 'string' && naming.has(type) && typeof source?.value === 'string') into.add(source.value);
  for (const value of Object.values(node)) collectSpecifiers(value, into);
}
