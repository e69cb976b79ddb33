import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFiles } from '@patchwork/files';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSettings, type Settings } from './settings.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'patchwork-settings-'));
  mkdirSync(join(root, 'film', 'reel'), { recursive: true });
  mkdirSync(join(root, 'config', 'patchwork'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

function read(
  env: { [name: string]: string } = {},
  flags: { store?: string; workers?: string } = {},
): Promise<Settings> {
  const base = { XDG_CONFIG_HOME: join(root, 'config'), XDG_CACHE_HOME: join(root, 'cache') };
  return readSettings({ files: nodeFiles(), env: { ...base, ...env }, folder: join(root, 'film', 'reel'), flags });
}

test('flag beats environment beats project beats user beats default, and each says where it comes from', async () => {
  const store = async (...from: Parameters<typeof read>): Promise<unknown> => (await read(...from)).store;
  expect(await store()).toEqual({ value: join(root, 'cache', 'patchwork'), origin: 'default', place: null });
  const user = join(root, 'config', 'patchwork', 'patchwork.json');
  writeFileSync(user, '{"store":"/user"}');
  expect(await store()).toEqual({ value: '/user', origin: 'user file', place: user });
  const project = join(root, 'film', 'patchwork.json');
  writeFileSync(project, '{"store":"/project"}');
  expect(await store()).toEqual({ value: '/project', origin: 'project file', place: project });
  const env = { PATCHWORK_STORE: '/env' };
  expect(await store(env)).toEqual({ value: '/env', origin: 'environment', place: 'PATCHWORK_STORE' });
  expect(await store(env, { store: '/flag' })).toEqual({ value: '/flag', origin: 'flag', place: '--store' });
});

test('a relative store starts at the file that names it, else at the folder of the command', async () => {
  writeFileSync(join(root, 'film', 'patchwork.json'), '{"store":"chunks"}');
  expect((await read()).store.value).toBe(join(root, 'film', 'chunks'));
  expect((await read({}, { store: 'here' })).store.value).toBe(join(root, 'film', 'reel', 'here'));
});

test('what is no number and what is no JSON object is refused with its place', async () => {
  await expect(read({ PATCHWORK_WORKERS: '2.5' })).rejects.toMatchObject({
    code: 'PW_SETTINGS_INVALID',
    message: 'workers is "2.5" (PATCHWORK_WORKERS), not a whole number from 1',
  });
  const project = join(root, 'film', 'reel', 'patchwork.json');
  for (const text of ['[]', '{"store"', '']) {
    writeFileSync(project, text);
    await expect(read()).rejects.toMatchObject({
      code: 'PW_SETTINGS_INVALID',
      message: `${project} is not a JSON object`,
    });
  }
});

test('a setting that nobody reads is refused with the nearest one that somebody does', async () => {
  const project = join(root, 'film', 'patchwork.json');
  writeFileSync(project, '{"store":"chunks","storeCapByte":1}');
  await expect(read()).rejects.toMatchObject({
    code: 'PW_SETTINGS_UNKNOWN',
    hint: 'Did you mean "storeCapBytes"?',
    details: { path: project, key: 'storeCapByte', near: 'storeCapBytes' },
  });
  writeFileSync(project, '{"codec":"h264"}');
  await expect(read()).rejects.toMatchObject({ hint: 'Known settings: store, storeCapBytes, workers.' });
});
