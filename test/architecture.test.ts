import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { folderViolations } from './architecture/folders.ts';
import { importViolations, type SourceFile } from './architecture/import-rules.ts';
import { layers } from './architecture/layers.ts';

const packagesFolder = fileURLToPath(new URL('../packages', import.meta.url));

interface Manifest {
  readonly dependencies?: { readonly [name: string]: string };
  readonly devDependencies?: { readonly [name: string]: string };
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function manifestOf(name: string): Manifest {
  return readJson(join(packagesFolder, name, 'package.json')) as Manifest;
}

function sourcesOf(packageName: string): readonly SourceFile[] {
  const folder = join(packagesFolder, packageName);
  const { dependencies = {}, devDependencies = {} } = manifestOf(packageName);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /^(src|test)\/.*\.ts$/.test(path))
    .map((path) => ({
      packageName,
      path,
      text: readFileSync(join(folder, path), 'utf8'),
      dependencies: Object.keys(dependencies),
      devDependencies: Object.keys(devDependencies),
    }));
}

const packageNames = readdirSync(packagesFolder).toSorted();

test('every package stands in one layer', () => {
  expect(layers.map(({ name }) => name).toSorted()).toEqual(packageNames);
});

describe('imports run downward, are declared, and keep to their owners', () => {
  test.each(packageNames)('%s', (name) => {
    const sources = sourcesOf(name);
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.flatMap(importViolations)).toEqual([]);
  });
});

describe('folders follow the data: none imports another in a circle, or a job', () => {
  test.each(packageNames)('%s', (name) => {
    expect(folderViolations(sourcesOf(name))).toEqual([]);
  });
});

test.each(packageNames)('%s: project references are its workspace dependencies', (name) => {
  const { references = [] } = readJson(join(packagesFolder, name, 'tsconfig.json')) as {
    readonly references?: readonly { readonly path: string }[];
  };
  const workspaces = Object.keys(manifestOf(name).dependencies ?? {}).filter((library) =>
    library.startsWith('@patchwork/'),
  );
  expect(references.map(({ path }) => path.replace('../', '@patchwork/')).toSorted()).toEqual(workspaces.toSorted());
});

describe('the rules can fail', () => {
  function violations(packageName: string, text: string, path: string = 'src/evil.ts'): readonly string[] {
    const dependencies = [
      '@patchwork/kernel',
      '@patchwork/files',
      '@patchwork/time',
      '@patchwork/cli',
      '@patchwork/store',
      'saxes',
      'left-pad',
    ];
    return importViolations({ packageName, path, text, dependencies, devDependencies: ['@patchwork/program'] });
  }

  test('an upward import', () => {
    expect(violations('time', `import { main } from '@patchwork/cli';`)).toEqual([
      'time/src/evil.ts imports @patchwork/cli upward',
    ]);
    expect(violations('time', `import { add } from '@patchwork/time';`)).toEqual([
      'time/src/evil.ts imports @patchwork/time upward',
    ]);
  });

  test('every way to import is seen', () => {
    const upward = ['time/src/evil.ts imports @patchwork/cli upward'];
    expect(violations('time', `import type { Main } from '@patchwork/cli';`)).toEqual(upward);
    expect(violations('time', `export { main } from '@patchwork/cli';`)).toEqual(upward);
    expect(violations('time', `export * from '@patchwork/cli';`)).toEqual(upward);
    expect(violations('time', `import '@patchwork/cli';`)).toEqual(upward);
    expect(violations('time', `const cli = await import('@patchwork/cli');`)).toEqual(upward);
    expect(violations('time', `type Main = import('@patchwork/cli').Main;`)).toEqual(upward);
  });

  test('a deep import', () => {
    expect(violations('plan', `import { gcd } from '@patchwork/time/dist/rational.js';`)).toEqual([
      'plan/src/evil.ts imports @patchwork/time/dist/rational.js: only the door of a package is open',
    ]);
  });

  test('an undeclared import, which a test may declare as a devDependency', () => {
    const text = `import { compileProgram } from '@patchwork/program';`;
    expect(violations('plan', text)).toEqual([
      'plan/src/evil.ts imports @patchwork/program without declaring it in its package.json',
    ]);
    expect(violations('plan', text, 'src/evil.test.ts')).toEqual([]);
  });

  test('an impure import in a pure package, tests excepted', () => {
    expect(violations('plan', `import { readFile } from 'node:fs/promises';`)).toEqual([
      'plan/src/evil.ts imports node:fs/promises: a pure package reads nothing',
    ]);
    expect(violations('plan', `import { nodeFiles } from '@patchwork/files';`)).toEqual([
      'plan/src/evil.ts is pure and imports @patchwork/files, which is not',
    ]);
    expect(violations('plan', `import 'node:fs'; import '@patchwork/files';`, 'src/evil.test.ts')).toEqual([]);
  });

  test('a library of another package, and one of nobody', () => {
    expect(violations('cli', `import { SaxesParser } from 'saxes';`)).toEqual([
      'cli/src/evil.ts imports saxes, which formats owns',
    ]);
    expect(violations('cli', `import pad from 'left-pad';`)).toEqual([
      'cli/src/evil.ts imports left-pad, which no package owns',
    ]);
    expect(violations('formats', `import { SaxesParser } from 'saxes';`)).toEqual([]);
    expect(violations('cli', `import { test } from 'vitest';`)).toEqual([
      'cli/src/evil.ts imports vitest without declaring it in its package.json',
    ]);
  });

  test('packages that are kept apart', () => {
    expect(violations('splice', `import { openStore } from '@patchwork/store';`)).toEqual([
      'splice/src/evil.ts imports @patchwork/store, from which it is kept apart',
    ]);
  });

  test('a relative import out of the package', () => {
    expect(violations('plan', `import { x } from '../../time/src/rational.ts';`)).toEqual([
      'plan/src/evil.ts imports ../../time/src/rational.ts: out of its package',
    ]);
    expect(violations('plan', `import { x } from '../src/y.ts'; import { z } from './z.ts';`)).toEqual([]);
  });

  function sources(texts: { readonly [path: string]: string }): readonly SourceFile[] {
    return Object.entries(texts).map(([path, text]) => ({
      packageName: 'plan',
      path,
      text,
      dependencies: [],
      devDependencies: [],
    }));
  }

  test('folders in a circle, over a third one and deep within', () => {
    const files = sources({
      'src/a/one.ts': `import { two } from '../b/two.ts';`,
      'src/b/two.ts': `import type { Three } from '../c/deep/three.ts';`,
      'src/c/deep/three.ts': `import { four } from '../four.ts';`,
      'src/c/four.ts': `export { one } from '../a/one.ts'; import { six } from '../d/six.ts';`,
      'src/c/four.test.ts': `import { one } from '../a/one.ts';`,
      'src/d/six.ts': `import { seven } from './seven.ts';`,
    });
    expect(folderViolations(files)).toEqual([
      'plan/src/a/one.ts imports ../b/two.ts: these folders import each other in a circle',
      'plan/src/b/two.ts imports ../c/deep/three.ts: these folders import each other in a circle',
      'plan/src/c/four.ts imports ../a/one.ts: these folders import each other in a circle',
    ]);
    expect(folderViolations(files.filter(({ path }) => path !== 'src/c/four.ts'))).toEqual([]);
    const nested = sources({
      'src/a/x/one.ts': `import { two } from '../y/two.ts';`,
      'src/a/y/two.ts': `import { one } from '../x/one.ts';`,
    });
    expect(folderViolations(nested)).toHaveLength(2);
  });

  test('a folder that knows a job', () => {
    const files = sources({
      'src/a/one.ts': `import { job } from '../job.ts'; import { b } from '../b/two.ts';`,
      'src/job.ts': `import { one } from './a/one.ts'; import { other } from './other.ts';`,
      'src/a/one.test.ts': `import { job } from '../job.ts';`,
    });
    expect(folderViolations(files)).toEqual(['plan/src/a/one.ts imports ../job.ts: a folder knows no job']);
  });

  test('a package in no layer', () => {
    expect(violations('shadow', '')).toEqual(['shadow stands in no layer of test/architecture/layers.ts']);
  });
});
