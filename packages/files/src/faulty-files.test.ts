import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { faultyFiles } from './faulty-files.ts';
import { nodeFiles } from './node-files.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchwork-faulty-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

test('fail: one step throws, later ones work; looking counts as no step', async () => {
  const files = faultyFiles(nodeFiles(), { after: 1, how: 'fail' });
  const path = join(folder, 'file');
  const file = await files.open(path, 'create');
  expect(await files.stat(path)).not.toBeNull();
  await expect(file.write(Buffer.from('lost'), 0)).rejects.toMatchObject({ code: 'PW_FILE_NO_SPACE' });
  await file.write(Buffer.from('kept'), 0);
  await file.close();
  expect(await readFile(path, 'utf8')).toBe('kept');
  expect(files.steps).toEqual([`create ${path}`, `write ${path}`, `write ${path}`]);
  expect(files.stopped).toBe(false);
});

test('stop: nothing happens any more, not even a look', async () => {
  const files = faultyFiles(nodeFiles(), { after: 1, how: 'stop', write: 'half' });
  const path = join(folder, 'file');
  const file = await files.open(path, 'create');
  await expect(file.write(Buffer.from('half!!'), 0)).rejects.toMatchObject({ code: 'PW_FILE_STOPPED' });
  await expect(file.sync()).rejects.toMatchObject({ code: 'PW_FILE_STOPPED' });
  await expect(files.stat(path)).rejects.toMatchObject({ code: 'PW_FILE_STOPPED' });
  await expect(files.remove(path)).rejects.toMatchObject({ code: 'PW_FILE_STOPPED' });
  await file.close();
  expect(files.stopped).toBe(true);
  expect(await readFile(path, 'utf8')).toBe('hal');
  expect(files.steps.length, 'what a dead process would have done is no step').toBe(2);
});

test('an error of choice, at any kind of step', async () => {
  const error = new Error('chosen');
  await writeFile(join(folder, 'a'), '');
  const breaks = [
    (files: ReturnType<typeof faultyFiles>) => files.rename(join(folder, 'a'), join(folder, 'b')),
    (files: ReturnType<typeof faultyFiles>) => files.remove(join(folder, 'a')),
    (files: ReturnType<typeof faultyFiles>) => files.makeFolder(join(folder, 'c')),
    (files: ReturnType<typeof faultyFiles>) => files.syncFolder(folder),
    (files: ReturnType<typeof faultyFiles>) => files.copy(join(folder, 'a'), join(folder, 'd')),
    (files: ReturnType<typeof faultyFiles>) => files.open(join(folder, 'e'), 'create'),
  ];
  for (const act of breaks) {
    await expect(act(faultyFiles(nodeFiles(), { after: 0, how: 'fail', error }))).rejects.toBe(error);
  }
  expect(await nodeFiles().list(folder), 'a broken step does nothing').toEqual(['a']);
});
