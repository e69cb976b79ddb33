import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadBundle, type LoadedBundle } from './bundle.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchwork-bundle-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(answer: string): void {
  const source = `exports.answer = () => '${answer}'; exports.path = () => require('node:path').basename(__filename);`;
  writeFileSync(join(folder, 'bundle.cjs'), source);
}

function load(): LoadedBundle {
  return loadBundle(pathToFileURL(join(folder, 'bundle.cjs')).href);
}

function said(bundle: LoadedBundle): readonly string[] {
  const { answer, path } = bundle.exports as { readonly answer: () => string; readonly path: () => string };
  return [answer(), path()];
}

function caches(): readonly string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.cache'));
}

/** Tells one cache from the next one. */
function cacheFacts(): string {
  const path = join(folder, caches()[0] ?? '');
  return `${statSync(path, { bigint: true }).ino} ${readFileSync(path).subarray(64, 65).toString()}`;
}

test('with and without kept code, the bundle does the same', () => {
  write('é 1');
  const first = load();
  expect([said(first), caches()]).toEqual([['é 1', 'bundle.cjs'], []]);
  first.keepCode('plan');
  expect(caches()).toHaveLength(1);
  expect(said(load())).toEqual(['é 1', 'bundle.cjs']);
});

test('code is of one bundle: another one of the same length is compiled', () => {
  write('é 1');
  load().keepCode('plan');
  write('é 2');
  expect(said(load())).toEqual(['é 2', 'bundle.cjs']);
});

test('a torn or changed cache is none', () => {
  write('é 1');
  load().keepCode('plan');
  const path = join(folder, caches()[0] ?? '');
  const bytes = readFileSync(path);
  bytes[bytes.length - 10] = (bytes[bytes.length - 10] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  expect(said(load())).toEqual(['é 1', 'bundle.cjs']);
  truncateSync(path, 70);
  expect(said(load())).toEqual(['é 1', 'bundle.cjs']);
});

test('the first command keeps its code, the first render makes it anew, nobody else', () => {
  write('é 1');
  load().keepCode('plan');
  const plain = cacheFacts();
  load().keepCode('log');
  expect(cacheFacts()).toBe(plain);
  load().keepCode('render');
  const full = cacheFacts();
  expect([plain.at(-1), full.at(-1)]).toEqual(['-', 'r']);
  load().keepCode('render');
  load().keepCode(undefined);
  expect(cacheFacts()).toBe(full);
});
