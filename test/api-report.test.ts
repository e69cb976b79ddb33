import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { apiReport } from './api-report/api-report.ts';
import { published } from './api-report/published.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = join(root, 'packages');

describe.each(published)('the door of %s', (name) => {
  const report = apiReport(`@patchwork/${name}`, join(packages, name, 'dist', 'index.d.ts'));

  test('is the one that was reviewed', async () => {
    await expect(report.text).toMatchFileSnapshot(join(packages, name, 'api.md'));
  });

  test('has a doc comment at every export and every method', () => {
    expect(report.undocumented).toEqual([]);
  });

  test('exports every type that its signatures mention', () => {
    expect(report.hidden).toEqual([]);
  });
});

test('the linter refuses an export without a doc comment, in every package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'patchwork-lint-'));
  const rules = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8')) as { readonly overrides: unknown };
  expect(rules.overrides).toContainEqual({
    files: ['packages/*/src/**/*.ts'],
    excludeFiles: ['**/*.test.ts', 'packages/*/src/testing/**'],
    rules: { 'house/documented-export': 'error' },
  });
  const config = {
    jsPlugins: [{ name: 'house', specifier: join(root, 'internal', 'lint', 'house-rules.mjs') }],
    rules: { 'house/documented-export': 'error' },
  };
  writeFileSync(join(folder, '.oxlintrc.json'), JSON.stringify(config));
  writeFileSync(
    join(folder, 'a.ts'),
    `/** Said. */
export function said(a: string): void;
export function said(a: number): void;
export function said(): void {}
// Not a doc comment.
export const first = 1;
/** Said. */
export const second = 2;
export interface Third {}
`,
  );
  const { status, stdout } = spawnSync(join(root, 'node_modules', '.bin', 'oxlint'), ['.'], {
    cwd: folder,
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  expect(status).toBe(1);
  expect([...stdout.matchAll(/comment what (\w+) is/g)].map(([, name]) => name)).toEqual(['first', 'Third']);
});

test('a report sees what has no comment, what is hidden, and no private member', () => {
  const folder = mkdtempSync(join(tmpdir(), 'patchwork-api-'));
  const file = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  file('index.d.ts', `export { mute, Reader } from './a.ts';\nexport type { Shape } from './a.ts';\n`);
  file(
    'a.d.ts',
    `import type { Secret } from './b.ts';
export declare function mute(): void;
interface Sides {
    readonly sides: number;
}
/** Has sides. Not round. */
export interface Shape extends Sides {
    /** In units; never negative. */
    readonly size: number;
}
/** Reads. @throws TypeError */
export declare class Reader {
    #private;
    private constructor();
    /** Takes one. */
    next(): Secret;
    rest(): string;
}
/** Stays behind the door. */
export declare const inner = 1;
`,
  );
  const report = apiReport('sample', join(folder, 'index.d.ts'));
  rmSync(folder, { recursive: true });
  expect(report).toEqual({
    text: `# sample: what can be seen from outside

Made from the built declarations by \`npm test -- test/api-report.test.ts -u\`; a difference fails the tests.

## a

\`\`\`ts
function mute(): void;
// Not exported by name.
interface Sides {
    readonly sides: number;
}
/** Has sides. */
interface Shape extends Sides {
    /** In units; never negative. */
    readonly size: number;
}
/** Reads. */
class Reader {
    /** Takes one. */
    next(): Secret;
    rest(): string;
}
\`\`\`
`,
    undocumented: ['mute', 'Reader.rest'],
    hidden: ['Reader mentions Secret'],
  });
});
