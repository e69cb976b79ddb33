import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rational } from '@patchwork/time';
import { makeClip, makeRange, makeTimeline, makeTrack, writeOtio } from '@patchwork/timeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { published } from './api-report/published.ts';

/** What somebody has who installs the three packages into an empty folder and knows nothing else of this repository. */
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'patchwork-publish-'));
const packed = join(folder, 'packed');
const home = join(folder, 'home');

beforeAll(() => {
  mkdirSync(packed);
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{"name":"home","private":true,"type":"module"}');
  const workspaces = published.flatMap((name) => ['-w', `packages/${name}`]);
  npm(root, ['pack', '--silent', '--pack-destination', packed, ...workspaces]);
  const tarballs = readdirSync(packed).map((name) => join(packed, name));
  npm(home, ['install', '--silent', '--offline', '--no-audit', '--no-fund', ...tarballs]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(published)('the tarball of %s', (name) => {
  const at = (path: string): string => join(home, 'node_modules', '@patchwork', name, path);
  const read = (path: string): string => readFileSync(at(path), 'utf8');

  test('holds the library, its sources for maps, its pages and its licence, and nothing else', () => {
    const files = readdirSync(at('.'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(at('.'), join(entry.parentPath, entry.name)));
    const pages = files.filter((file) => !/^(dist|src)\//.test(file));
    expect(pages).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'api.md', 'package.json']));
    expect(pages.filter((file) => !/^(LICENSE|package\.json|[\w-]+\.md)$/.test(file))).toEqual([]);
    expect(files.filter((file) => /\.test\.|testing|tsbuildinfo/.test(file))).toEqual([]);
    expect(read('LICENSE')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
  });

  test('says what it needs and what it is', () => {
    const manifest = JSON.parse(read('package.json')) as { readonly [key: string]: unknown };
    const { dependencies = {} } = manifest as { readonly dependencies?: { readonly [name: string]: string } };
    expect(manifest).toMatchObject({
      license: 'Apache-2.0',
      type: 'module',
      sideEffects: false,
      exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
      engines: { node: '>=20.19' },
      publishConfig: { access: 'public' },
    });
    expect(manifest).not.toHaveProperty('private');
    expect(manifest['description']).toEqual(expect.any(String));
    expect(Object.keys(dependencies).filter((other) => !published.includes(other.replace('@patchwork/', '')))).toEqual(
      [],
    );
  });

  test('its pages link to nothing outside of it', () => {
    const pages = readdirSync(at('.')).filter((file) => file.endsWith('.md'));
    const links = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link ?? ''),
    );
    expect(links.filter((link) => !readdirSync(at('.')).includes(link))).toEqual([]);
  });

  test('the tour of its README compiles, runs and prints what it says', () => {
    const tour = /```ts\n([\s\S]*?)```/.exec(read('README.md'))?.[1] ?? '';
    const place = join(home, name);
    mkdirSync(place);
    writeFileSync(join(place, 'cut.otio'), cut());
    writeFileSync(join(place, 'tour.ts'), tour);
    const options = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023', '--types', 'node'];
    const roots = ['--typeRoots', join(root, 'node_modules', '@types')];
    expect(outputOf(join(root, 'node_modules', '.bin', 'tsc'), [...options, ...roots, 'tour.ts'], place)).toBe('');
    const promised = [...tour.matchAll(/^ *.*console\.log\(.*\); \/\/ (.*)$/gm)].map(([, output]) => output ?? '');
    expect(promised.length).toBeGreaterThan(1);
    expect(outputOf(process.execPath, ['tour.js'], place).trimEnd().split('\n')).toEqual(promised);
    expect(tour.trim().split('\n').length).toBeLessThanOrEqual(24);
  });
});

/** The file that the tour of `timeline` edits. */
function cut(): string {
  const clip = (name: string, start: number): ReturnType<typeof makeClip> =>
    makeClip({ name, sourceRange: makeRange(start, 96, rational(24)) });
  const track = makeTrack({ name: 'V1', children: [clip('m05', 0), clip('m06', 48), clip('m07', 0)] });
  return writeOtio(makeTimeline({ name: 'cut', tracks: [track] }), { style: 'canonical' });
}

function npm(cwd: string, args: readonly string[]): void {
  execFileSync('npm', args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
}

function outputOf(command: string, args: readonly string[], cwd: string): string {
  const { stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  return stdout + stderr;
}
